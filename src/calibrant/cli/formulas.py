"""Formulas and first sentences in docstrings."""

import re

__all__ = ["block_formula", "inline_formulas", "introduction", "one_line", "unmarked"]

_SYMBOL = 11  # letters of what is a symbol in a sentence, and no formula

_INLINE = re.compile(r":math:`([^`]+)`", re.DOTALL)
_BLOCK = re.compile(r"\.\. math::\s*(.+?)(?:\n\s*\n|\Z)", re.DOTALL)
_SECTION = re.compile(r"\n\s*\n\s*[A-Z]\w+\n\s*-{3,}")


def block_formula(text: str) -> str | None:
    """First formula on a line of its own."""
    found = _BLOCK.search(text)
    return None if found is None else found[1]


def inline_formulas(text: str) -> list[str]:
    """Formulas in sentences, single symbols left out."""
    return [each for each in _INLINE.findall(text) if len(each) > _SYMBOL]


def introduction(text: str) -> str:
    """What stands before the first section."""
    return _SECTION.split(text, maxsplit=1)[0]


def unmarked(text: str) -> str:
    """Text without marks of formulas and code."""
    return _INLINE.sub(r"\1", text).replace("`", "")


def one_line(text: str) -> str:
    r"""Text on one line, without a point at its end.

    Examples
    --------
    >>> one_line("a / b,\n  or 0.")
    'a / b, or 0'
    """
    return " ".join(text.split()).removesuffix(".")
