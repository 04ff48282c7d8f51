"""Page to HTML: one file with its style inside and nothing to load."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from calibrant.report.blocks import Page

__all__ = ["html_of"]


def html_of(page: Page) -> str:
    """Text of the HTML file that shows `page`.

    Every string of `page` is escaped; the file holds no script and loads nothing.
    """
    templates = Environment(
        loader=PackageLoader("calibrant.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("page.html").render(page=page)
