"""Up to three named series in one figure."""

from collections.abc import Mapping
from typing import TypeVar

from calibrant.errors import InputError
from calibrant.figures.style import FIRST, SECOND, THIRD, Line

__all__ = ["named_series"]

Series = TypeVar("Series")


def named_series(every: Mapping[str, Series], argument: str) -> list[tuple[str, Series, Line]]:
    """Name, series and line of each, in the order given.

    Raises
    ------
    InputError
        When there are none, or more than can be told apart.
    """
    if not 1 <= len(every) <= 3:
        rule, remedy = "be one to three by name", "Draw the others into a second figure."
        raise InputError(argument, rule, f"{len(every)}", remedy)
    lines = (SECOND,) if len(every) == 1 else (FIRST, SECOND, THIRD)
    pairs = zip(every.items(), lines, strict=False)
    return [(name, one, line) for (name, one), line in pairs]
