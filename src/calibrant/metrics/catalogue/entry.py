"""Entry: what the catalogue says of one metric."""

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Direction", "Entry", "Kind"]

Direction = Literal["lower", "higher", "zero", "none"]
Kind = Literal["predictions", "events", "decisions", "numbers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Metric by name.

    Parameters
    ----------
    name, aliases : str, tuple of str
        Names of it. Aliases that lead elsewhere for two classes and beyond stand in the registry.
    home : str
        ``module:Class``.
    says : str
        What it measures, in one line.
    range : tuple of float
        Least and greatest value.
    direction : "lower", "higher", "zero" or "none"
        Which values are good: those near 0 where a sign tells two faults apart; none for counts.
    statistic : str
        What it reads, in words: "confusion", "score grid, top label", "rows in memory".
    kinds : tuple of str
        Rows that tell it.
    source : str
        Paper or page, short.
    page : str
        Its page in the documentation, without folder and ending.
    settings : dict
        Settings of the class that make this metric of it.
    number : str
        Setting that a number at the end of the name sets, such as ``n_bins`` in ``ece_10``.
    needs : tuple of str
        What rows of these kinds must offer besides: "two classes", "order", "images", ...
    slow : str
        What 10,000 rows take, for those that take far longer than most.
    """

    name: str
    home: str
    says: str
    range: tuple[int | float, int | float]  # a checker at run time takes no int for a float
    direction: Direction
    statistic: str
    kinds: tuple[Kind, ...]
    source: str
    page: str
    aliases: tuple[str, ...] = ()
    settings: dict[str, object] = field(default_factory=dict[str, object])
    number: str = ""
    needs: tuple[str, ...] = ()
    slow: str = ""
