"""What the documentation shows, runs: every block of Python, page by page, in order."""

import doctest
import re
import runpy
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md")) + sorted(ROOT.glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXAMPLES = {str(page.relative_to(ROOT)): BLOCK.findall(page.read_text("utf-8")) for page in PAGES}


FRAMEWORKS = ("lightning", "skorch")  # which calibrant works with and does not need


@pytest.mark.parametrize("page", [page for page, blocks in EXAMPLES.items() if blocks])
def test_examples_of_a_page_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "".join(EXAMPLES[page])
    for name in [name for name in FRAMEWORKS if re.search(rf"^(import|from) {name}\b", code, re.M)]:
        pytest.importorskip(name, reason=f"{name} is not installed")
        warnings.simplefilter("default")  # frameworks warn of each other's deprecations
    names: dict[str, object] = {}
    for number, block in enumerate(EXAMPLES[page], start=1):
        place = f"{page}, example {number}"
        if ">>>" in block:
            test = doctest.DocTestParser().get_doctest(block, names, place, None, None)
            assert doctest.DocTestRunner().run(test, clear_globs=False).failed == 0, place
            names |= test.globs
        else:
            exec(compile(block, place, "exec"), names)


def test_there_are_pages_with_examples():
    assert sum(map(len, EXAMPLES.values())) >= 5


@pytest.mark.parametrize(
    ("rendered", "drawn"),
    [
        (r'<span class="arithmatex">\(p_y\)</span>', "<msub><mi>p</mi><mi>y</mi></msub>"),
        ("<p>at :math:<code>a &lt; b</code> only</p>", "<mi>a</mi><mo>&#x0003C;</mo><mi>b</mi>"),
        ("<p>.. math::</p>\n<pre><code>x^2\n</code></pre>", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("<p>.. [1] One.\n.. [2] Two.</p>", "<p>[1] One.\n<br>[2] Two.</p>"),
        ("<p>as in [1]_, and</p>", "as in [1], and"),
    ],
)
def test_markup_of_docstrings_is_drawn(rendered, drawn):
    pytest.importorskip("latex2mathml", reason="the extra `docs` is not installed")
    draw = runpy.run_path(str(ROOT / "docs/hooks/markup.py"))["on_page_content"]
    assert drawn in draw(rendered)
    assert ":math:" not in draw(rendered)
