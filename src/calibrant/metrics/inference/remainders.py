"""Sums of many blocks together, and what is left of them without one: few places change."""

from torch import Tensor

from calibrant.statistics.power_sums import COLUMNS
from calibrant.statistics.tally import Tally

__all__ = ["difference", "flat", "held_by", "less", "sum_of"]

ROUNDING = 1e-12  # what a difference leaves of a sum whose rows are all gone


def sum_of(first: Tally, others: list[Tally]) -> Tally:
    """Tally of all."""
    table = first.table.clone()
    for other in others:
        held = held_by(other)
        flat(table)[:, held] += flat(other.table)[:, held]
    each = [sum_of(m, [o.members[k] for o in others]) for k, m in enumerate(first.members)]
    return Tally(first.statistic, table, tuple(each))


def less(total: Tally, part: Tally) -> Tally:
    """Tally of the rows of `total` that are not in `part`."""
    members = tuple(less(a, b) for a, b in zip(total.members, part.members, strict=True))
    table, held = total.table.clone(), held_by(part)
    flat(table)[:, held] = difference(flat(table)[:, held], flat(part.table)[:, held])
    return Tally(total.statistic, table, members)


def difference(whole: Tensor, part: Tensor) -> Tensor:
    """Sums less those of some of their rows; 0 where these were all."""
    rest = whole - part
    return rest.masked_fill_(rest.abs() <= ROUNDING * whole.abs(), 0.0)


def held_by(part: Tally) -> Tensor:
    """Buckets that hold rows: few of many."""
    sums = flat(part.table)
    if part.statistic.columns == COLUMNS:  # whose first is the number of rows
        return sums[0].nonzero().squeeze(-1)
    return (sums != 0).any(dim=0).nonzero().squeeze(-1)


def flat(table: Tensor) -> Tensor:
    """The same table with one axis of buckets."""
    return table.flatten(1) if table.ndim > 1 else table[:, None]
