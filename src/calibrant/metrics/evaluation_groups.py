"""What groups of rows tell of a metric: the worst, and how far apart they are."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from calibrant.errors import InputError
from calibrant.metrics.catalogue.entry import Direction
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation_table import LONGEST, WIDTH, written

__all__ = ["GroupGap", "Groups", "gap_of", "group_columns", "group_lines", "worst_of"]

MOST = 20  # groups that are printed

Groups = Mapping[str, tuple[int, Mapping[str, Estimate]]]
"""Number of rows and estimates of every group."""


@dataclass(frozen=True, slots=True)
class GroupGap:
    """How far two groups of rows lie apart: those of the largest and of the smallest value.

    With many groups, or small ones, chance alone parts them: look at the numbers of rows, and
    at the intervals.

    Attributes
    ----------
    metric : str
        Name of the metric.
    value : float
        Largest value minus smallest.
    largest, smallest : str
        Names of the groups.
    largest_value, smallest_value : float
        Their values.
    n_largest, n_smallest : int
        Their numbers of rows.
    """

    metric: str
    value: float
    largest: str
    largest_value: float
    n_largest: int
    smallest: str
    smallest_value: float
    n_smallest: int

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON; None where a number is infinite or undefined."""
        return {
            name: None if isinstance(held, float) and not math.isfinite(held) else held
            for name, held in asdict(self).items()
        }


def worst_of(
    name: str, groups: Mapping[str, Estimate], direction: Direction
) -> tuple[str, Estimate]:
    """Group of the worst value, the first of several, and its estimate.

    Raises
    ------
    InputError
        If no group has one number of the metric, or no value is better than
        another.
    """
    known = _known(name, groups)
    if direction == "none":
        remedy = "Compare the groups by eye: evaluation.by_group(name)."
        rule = "be a metric of which a direction is good"
        raise InputError("name", rule, f"'{name}'", remedy)

    def badness(group: str) -> float:
        value = known[group]
        return -value if direction == "higher" else abs(value) if direction == "zero" else value

    worst = max(known, key=badness)
    return worst, groups[worst]


def gap_of(name: str, groups: Mapping[str, Estimate]) -> GroupGap:
    """Largest value of any group minus the smallest, groups without a value left out.

    Raises
    ------
    InputError
        If no group has one number of the metric.
    """
    known = _known(name, groups)
    high, low = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
    gap = 0.0 if known[high] == known[low] else known[high] - known[low]
    return GroupGap(*(name, gap, high, known[high], groups[high].n, low, known[low], groups[low].n))


def group_lines(
    groups: Groups, *, write: Callable[[float], str] = written, more: str = "by_group(name)"
) -> list[str]:
    """Table of the groups by row and of as many metrics as fit by column.

    `write` gives the text of a value, and `more` says where all of them are.
    """
    if not groups:
        return []
    columns = group_columns(groups, write)
    columns[0] = [_shortened(label) for label in columns[0]]
    widths = [max(map(len, column)) for column in columns]
    kept = max(2, sum(sum(widths[: k + 1]) + 2 * k <= WIDTH for k in range(len(widths))))
    lines = [""]
    for label, *cells in zip(*columns[:kept], strict=True):
        aligned = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=False)]
        lines.append("  ".join((label.ljust(widths[0]), *aligned)))
    if len(groups) > MOST:
        lines.append(f"... and {len(groups) - MOST} more groups")
    if kept < len(columns):
        rest = len(columns) - kept
        lines.append(f"... and {rest} more metric{'s' * (rest > 1)}; see {more}")
    return lines


def group_columns(groups: Groups, write: Callable[[float], str] = written) -> list[list[str]]:
    """Names of the first groups, their rows, and metrics of one number, each below its head."""
    shown = dict(list(groups.items())[:MOST])
    _, first = next(iter(shown.values()))
    names = [name for name, estimate in first.items() if isinstance(estimate.value, float)]
    return [
        ["group", *shown],
        ["rows", *(f"{n:,}" for n, _ in shown.values())],
        *([name, *(_value(held.get(name), write) for _, held in shown.values())] for name in names),
    ]


def _shortened(group: str) -> str:
    """Name of a group, its middle left out where it is long: alike names part at either end."""
    if len(group) <= LONGEST:
        return group
    tail = LONGEST // 3
    return f"{group[: LONGEST - 3 - tail]}...{group[-tail:]}"


def _value(estimate: Estimate | None, write: Callable[[float], str]) -> str:
    if estimate is None or not isinstance(estimate.value, float):
        return ""
    return write(estimate.value)


def _known(name: str, groups: Mapping[str, Estimate]) -> dict[str, float]:
    """Values of the groups that have one."""
    values = {group: e.value for group, e in groups.items() if isinstance(e.value, float)}
    if not values:
        remedy = "See evaluation.by_group(name) for all its entries."
        raise InputError("name", "be a metric of one number", f"'{name}'", remedy)
    known = {group: value for group, value in values.items() if not math.isnan(value)}
    if not known:
        remedy = "See evaluation.by_group(name) for why."
        raise InputError("name", "be defined in a group", f"'{name}', undefined in all", remedy)
    return known
