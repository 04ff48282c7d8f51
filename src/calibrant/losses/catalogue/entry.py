"""Entry: what the catalogue says of one loss."""

from dataclasses import dataclass

__all__ = ["Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Loss by name.

    Parameters
    ----------
    name, aliases : str, tuple of str
        Names in specs.
    home : str
        ``module:Class``.
    example : str
        Spec that shows it.
    purpose : str
        What it is for, in one line that starts in lower case.
    exports : tuple of str
        Further public names of its module, such as the function.
    proper : str
        Whether the true probabilities minimise it: "yes", "no", or a clause that says when.
    source : str
        Paper or page, short.
    page : str
        Its page in the documentation, without folder and ending.
    """

    name: str
    aliases: tuple[str, ...]
    home: str
    example: str
    purpose: str
    exports: tuple[str, ...] = ()
    proper: str = "no"
    source: str = ""
    page: str = ""
