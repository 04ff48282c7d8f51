"""Pictures: matplotlib Axes as SVG that takes its colours and its font from the page."""

import io
import re
import warnings
from collections import Counter

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from calibrant.figures.style import FIRST, INK, MUTED, RULE, SECOND, THIRD

__all__ = ["svg_of"]

_ROLES = {
    INK: "ink",
    MUTED: "muted",
    RULE: "rule",
    FIRST.color: "first",
    SECOND.color: "second",
    THIRD.color: "third",
}
_SCALE = 1.4  # pixels of the page for a point of the figure: 10 points become 14 pixels
_TAG = re.compile(r"<[^>]*>")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_PLACES = re.compile(r'\s(?:d|x|y|points)="[^"]*"')
_MARK = r'<use href="#[^"]*" x="[^"]*" y="[^"]*"{style}/>'
_RUN = re.compile(
    _MARK.format(style='(?P<style> style="[^"]*")')
    + "(?:"
    + _MARK.format(style="(?P=style)")
    + "){3,}"
)
_UNSEEN = re.compile(r'<path d="[^"]*"(?: clip-path="[^"]*")? style="fill: none"/>')
_FRAME = re.compile(r"<g>((?:(?!<g[ >]|</g>).)*)</g>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_STYLE = re.compile(r'style="([^"]*)"')
_STYLE_SHEET = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>\s*", re.DOTALL)


def svg_of(ax: Axes, *, name: str) -> Markup:
    """Figure of `ax` as an SVG element to stand inside an HTML page, the same bytes each time.

    Text stays text, in the page's font. Colours of `calibrant.figures.style` become the page's
    custom properties (``var(--ink)``), so that one picture serves light and dark pages. Ids
    start with `name`, which must be unique on the page. Places are rounded to a hundredth of a
    point. The picture is drawn as wide as the page allows, between two widths that keep the
    letters of all pictures legible and alike.
    """
    figure = ax.get_figure(root=True)
    if not isinstance(figure, Figure):  # the root of an Axes is a Figure unless it was removed
        raise TypeError("ax must belong to a figure")
    drawn = io.StringIO()
    plain = mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "calibrant"})
    with plain, warnings.catch_warnings():
        # The page's fonts draw the text; that matplotlib's own lacks a letter does not matter.
        warnings.filterwarnings("ignore", message="(?s)Glyph .* missing from font")
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(drawn, format="svg", transparent=True, metadata=nothing)
    svg = drawn.getvalue()
    svg = _STYLE_SHEET.sub("", svg[svg.index("<svg") :])
    svg = _TAG.sub(lambda tag: _adapted(tag[0], name), svg)
    return Markup(_classed(_RUN.sub(_grouped, _bare(svg)), name))


def _adapted(tag: str, name: str) -> str:
    """Return one tag of matplotlib's SVG as the page wants it."""
    tag = re.sub(r'\s(xmlns(:\w+)?|version)="[^"]*"', "", tag)
    if tag.startswith("<svg"):
        tag = re.sub(r'\s(width|height)="[^"]*"', "", tag)
        width = float(tag.split('viewBox="')[1].split()[2])
        limits = f'style="min-width: {width:.0f}px; max-width: {_SCALE * width:.0f}px"'
        return tag.replace("<svg", f'<svg aria-hidden="true" focusable="false" {limits}', 1)
    tag = re.sub(r'\sid="([^"]*)"', rf' id="{name}-\1"', tag)
    tag = re.sub(r'xlink:href="#([^"]*)"', rf'href="#{name}-\1"', tag)
    tag = tag.replace('xlink:href="data:', 'href="data:').replace("url(#", f"url(#{name}-")
    tag = re.sub(r"font-family: [^;\"]*;\s*", "", tag)
    tag = _PLACES.sub(lambda places: _NUMBER.sub(_rounded, places[0]), tag)
    for color, role in _ROLES.items():
        tag = re.sub(rf"(fill|stroke): {color}", rf"\1: var(--{role})", tag)
    return tag


def _classed(svg: str, name: str) -> str:
    """Return `svg` with every style that several elements have written once, as a class."""
    head, body = svg.split(">", 1)
    times = Counter(_STYLE.findall(body))
    often = {style: f"{name}-{k}" for k, (style, n) in enumerate(times.items()) if n > 1}
    if not often:
        return svg
    body = _STYLE.sub(lambda one: f'class="{often[one[1]]}"' if one[1] in often else one[0], body)
    rules = "".join(f".{short}{{{style}}}" for style, short in often.items())
    return f"{head}><style>{rules}</style>{body}"


def _rounded(number: re.Match[str]) -> str:
    """Return a number of many decimals with two, or fewer where they are 0."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _grouped(run: re.Match[str]) -> str:
    """Return marks of one style as a group that has it, so that it is not said at every mark."""
    style = run["style"]
    return f"<g{style}>{run[0].replace(style, '')}</g>"


def _bare(svg: str) -> str:
    """Return the picture without what draws nothing: space, frames, names that nothing uses."""
    svg = re.sub(r">\s+<", "><", _COMMENT.sub("", svg))
    svg = _UNSEEN.sub("", svg)
    used = set(re.findall(r'(?:href="|url\()#([^")]*)', svg))
    svg = re.sub(r'\sid="([^"]*)"', lambda one: one[0] if one[1] in used else "", svg)
    while (less := _FRAME.sub(r"\1", svg)) != svg:
        svg = less
    return svg
