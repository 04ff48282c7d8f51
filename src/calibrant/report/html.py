"""Page to HTML: one file with its style inside and nothing to load."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from calibrant.report.blocks import Page, Picture, Pictures
from calibrant.report.scripts.inline import chart_scripts

__all__ = ["html_of"]


def html_of(page: Page) -> str:
    """Text of the HTML file that shows `page`.

    Every string of `page` is escaped, and the file loads nothing. A page with charts holds the
    scripts that draw them, and its policy lets no other run; a page without holds none.
    """
    scripts = chart_scripts() if _has_charts(page) else ()
    templates = Environment(
        loader=PackageLoader("calibrant.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("page.html").render(page=page, scripts=scripts)


def _has_charts(page: Page) -> bool:
    """Whether a picture of `page` has a chart."""
    pictures = [page.picture] if page.picture else []
    for section in page.sections:
        for block in section.blocks:
            pictures += [block] if isinstance(block, Picture) else []
            pictures += block.pictures if isinstance(block, Pictures) else []
    return any(picture.chart is not None for picture in pictures)
