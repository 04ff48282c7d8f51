"""Formulas and citations that Markdown does not know, turned into HTML that needs no script.

TeX becomes MathML, which browsers draw by themselves: ``$...$`` and ``$$...$$`` in a page, the role
``:math:`` and the directive ``.. math::`` in a docstring. A reference ``.. [1] ...`` and a mention
``[1]_`` lose the marks that only reStructuredText reads.
"""

import html
import re
from typing import Any

from latex2mathml.converter import convert

_INLINE = re.compile(
    r'<span class="arithmatex">\\\((.+?)\\\)</span>|:math:<code>(.+?)</code>', re.DOTALL
)
_BLOCK = re.compile(
    r'<div class="arithmatex">\\\[(.+?)\\\]</div>'
    r"|<p>\.\. math::\s*</p>\s*<pre><code>(.+?)</code></pre>"
    r"|<p>\.\. math::([^<]+)</p>",
    re.DOTALL,
)
_REFERENCE = re.compile(r"(<p>|\n)\.\. (\[\d+\] )")
_MENTION = re.compile(r"(\[\d+\])_\b")


def on_page_content(page: str, /, **_: Any) -> str:
    """HTML of a page, its formulas drawn; mkdocs calls this for each."""
    page = _INLINE.sub(lambda match: _mathml(match, "inline"), page)
    page = _BLOCK.sub(lambda match: _mathml(match, "block"), page)
    page = _REFERENCE.sub(
        lambda match: match[1] + ("<br>" if match[1] == "\n" else "") + match[2], page
    )
    return _MENTION.sub(r"\1", page)


def _mathml(match: re.Match[str], display: str) -> str:
    formula = next(group for group in match.groups() if group is not None)
    return convert(" ".join(html.unescape(formula).split()), display=display)
