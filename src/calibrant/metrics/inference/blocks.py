"""Intervals of rows in clusters: how far a value moves as one block of clusters is left out."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, final

import numpy as np
import torch
from jaxtyping import Float64
from numpy import ndarray
from numpy.typing import NDArray
from scipy.special import stdtrit
from torch import Tensor

from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.once import shared
from calibrant.metrics.inference.remainders import difference, flat, held_by, less, sum_of
from calibrant.statistics.blocks import Blocked, Size
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.tally import Statistic, Tally

__all__ = [
    "FEWEST_CLUSTERS",
    "Blocks",
    "beyond_rows",
    "jackknifed",
    "left_out",
    "refused",
    "too_few_clusters",
    "without_interval",
]

FEWEST_CLUSTERS = 10  # effective: fewer tell their own spread too badly
SMALL = 1 << 18  # numbers of all blocks, up to which what is left without each is kept
MISSING = "not available: "
OF_ROWS = ("noise_floor_95", "p_value")  # details that hold for independent rows
METHOD = "clusters: jackknife over blocks (t)"

Numbers = NDArray[np.float64] | np.float64
Scale = Literal["plain", "logarithm", "log-odds"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Sums of one statistic by block of clusters, blocks without rows left out.

    Attributes
    ----------
    tallies : tuple of Tally
        Tally of every block.
    weight : Float64[ndarray, "block"]
        Its weight.
    """

    tallies: tuple[Tally, ...]
    weight: Float64[ndarray, " block"]

    @classmethod
    def of(cls, tallies: Tallies, statistic: Statistic) -> "Blocks | None":
        """Blocks of a statistic; None where they are not held."""
        leaves = [leaf for leaf in statistic.leaves() if not leaf.whole]
        sizes = Blocked(Size())
        if not leaves or not all(map(tallies.holds, [sizes, *map(Blocked, leaves)])):
            return None
        n_blocks = min(Blocked(leaf).n_blocks(tallies.n_classes) for leaf in leaves)
        if any(Blocked(leaf).n_blocks(tallies.n_classes) != n_blocks for leaf in leaves):
            return None  # blocks of other clusters
        if n_blocks == sizes.n_blocks(tallies.n_classes):
            weight = tallies.tally_of(sizes)["w"].numpy()
        else:
            weight = _weights(tallies.tally_of(Blocked(leaves[0])))
        held = np.flatnonzero(weight > 0)
        parts = tuple(_part(tallies, statistic, int(block)) for block in held)
        return cls(parts, weight[held])

    @property
    def n_effective(self) -> float:
        """Number of blocks of equal weight that tell as much, by Kish."""
        return float(self.weight.sum() ** 2 / (self.weight**2).sum()) if len(self.weight) else 0.0

    @property
    def total(self) -> Tally:
        """Tally of all rows."""
        return shared(_total, self)


def left_out(
    blocks: Blocks, read: Callable[[Tally], Tensor], *, side_by_side: bool = False
) -> tuple[Float64[ndarray, "*entry"], Float64[ndarray, "block *entry"]]:
    """Value over all blocks, and over all but each: read at once where that can be."""
    if side_by_side and _is_small(blocks):
        rest = read(Tally(blocks.total.statistic, shared(_rest, blocks).transpose(0, 1)))
        return read(blocks.total).double().numpy(), rest.double().numpy()
    rest = [read(each).double().numpy().copy() for each in _all_but_each(blocks)]
    return read(blocks.total).double().numpy(), np.stack(rest)


def jackknifed(
    plain: Estimate,
    blocks: Blocks,
    read: Callable[[Tally], Tensor],
    level: float,
    *,
    least: float = -math.inf,
    side_by_side: bool = False,
) -> Estimate:
    r"""The estimate with the interval of rows in clusters.

    Parameters
    ----------
    plain : Estimate
        Value, with the interval of independent rows, whose scale is kept: that of log-odds or of
        the logarithm, or none.
    blocks : Blocks
        Sums of blocks of clusters.
    read : callable
        Value of a tally.
    level : float
        Coverage, in (0, 1).
    least : float
        Least value, below which the interval does not go.
    side_by_side : bool
        Whether `read` takes tallies with an axis of blocks before those of buckets.

    Notes
    -----
    With the values :math:`\theta_{-b}` of all blocks but one, the variance is
    :math:`\frac{m - 1}{m} \sum_b (\theta_{-b} - \theta)^2`, and the interval Student's with one
    degree of freedom less than there are blocks of equal weight. See `docs/adr/0020`.

    References
    ----------
    .. [1] Quenouille. "Notes on Bias in Estimation." Biometrika 43, 1956. Kott. "Delete-a-Group
       Jackknife." Journal of Official Statistics 17, 2001. Cameron, Miller. "A Practitioner's Guide
       to Cluster-Robust Inference." Journal of Human Resources 50, 2015: degrees of freedom.
    """
    value = np.asarray(plain.value, dtype=float)
    if value.ndim > 1 or not np.isfinite(value).any():
        return plain
    n_effective = blocks.n_effective
    details = {**plain.details, "n_clusters": n_effective}
    if n_effective < FEWEST_CLUSTERS:
        return too_few_clusters(replace(plain, details=details), blocks)
    whole, rest = left_out(blocks, read, side_by_side=side_by_side)
    scale = _scale(plain.method)
    to, back = _SCALES[scale]
    with np.errstate(divide="ignore", invalid="ignore"):
        m = len(rest)
        variance = (m - 1) / m * np.square(to(rest) - to(whole)).sum(axis=0)
        centre = to(value)
        half = float(stdtrit(n_effective - 1, 0.5 + level / 2)) * np.sqrt(variance)
        low, high = np.maximum(back(centre - half), least), back(centre + half)
    found = np.isfinite(variance) & (variance > 0) & np.isfinite(centre)
    if not found.any():
        why = "the value is the same, or at its bound, without some of the clusters"
        return replace(without_interval(plain, why), details=details)
    ends = [np.where(found, end, np.nan).tolist() for end in (low, high)]
    ends = [tuple(end) if isinstance(end, list) else end for end in ends]
    method = METHOD if scale == "plain" else f"{METHOD}, on the scale of {_WORDS[scale]}"
    return replace(plain, low=ends[0], high=ends[1], level=level, method=method, details=details)


def without_interval(plain: Estimate, why: str) -> Estimate:
    """The estimate without an interval, because of `why`."""
    method = f"{MISSING}{why}"
    return replace(plain, low=None, high=None, level=None, method=method)


def too_few_clusters(plain: Estimate, blocks: Blocks) -> Estimate:
    """The estimate without an interval, because there are too few clusters for one."""
    number = f"{blocks.n_effective:.1f} of equal weight"
    return without_interval(plain, f"too few clusters, {number}: fewer than {FEWEST_CLUSTERS}")


def refused(plain: Estimate, why: str) -> Estimate:
    """The estimate without what holds for independent rows alone, because of `why`.

    What says already why it has no interval goes on saying so.
    """
    why = why if plain.low is not None or not plain.method else plain.method.removeprefix(MISSING)
    bare = replace(plain, noise_floor=None, details=beyond_rows(plain))
    return without_interval(bare, why)


def beyond_rows(plain: Estimate) -> dict[str, float]:
    """Details that hold whether rows are independent or not."""
    return {name: held for name, held in plain.details.items() if name not in OF_ROWS}


def _all_but_each(blocks: Blocks) -> Iterable[Tally]:
    """Tallies of all blocks but one, in turn: each is to be read before the next is asked for."""
    total = blocks.total
    if total.members:
        return (less(total, part) for part in blocks.tallies)
    if _is_small(blocks):
        return (Tally(total.statistic, table) for table in shared(_rest, blocks))
    return _in_turn(blocks)


def _is_small(blocks: Blocks) -> bool:
    """Whether what is left without each block can be kept."""
    total = blocks.total
    return not total.members and len(blocks.tallies) * total.table.numel() <= SMALL


def _rest(blocks: Blocks) -> Float64[Tensor, "block column *bucket"]:
    total, parts = blocks.total.table, torch.stack([part.table for part in blocks.tallies])
    return difference(total.expand_as(parts), parts)


def _in_turn(blocks: Blocks) -> Iterator[Tally]:
    """In one table, of which few places change."""
    total, table = blocks.total, blocks.total.table.clone()
    rest, places = flat(table), shared(_places, blocks)
    for part, held in zip(blocks.tallies, places, strict=True):
        before = rest[:, held]
        rest[:, held] = difference(before, flat(part.table)[:, held])
        yield Tally(total.statistic, table)
        rest[:, held] = before


def _places(blocks: Blocks) -> list[Tensor]:
    return [held_by(part) for part in blocks.tallies]


def _total(blocks: Blocks) -> Tally:
    first, *others = blocks.tallies
    return sum_of(first, others)


def _part(tallies: Tallies, statistic: Statistic, block: int) -> Tally:
    if statistic.members:
        members = tuple(_part(tallies, member, block) for member in statistic.members)
        return Tally(statistic, statistic.zero(tallies.n_classes).table, members)
    if statistic.whole:
        return statistic.zero(tallies.n_classes)
    held = Blocked(statistic)
    return held.part(tallies.tally_of(held), block)


def _weights(tally: Tally) -> Float64[ndarray, " block"]:
    """Weight of every block of sums with a column of weights, each row in one bucket at least."""
    name = "w" if "w" in tally.statistic.columns else tally.statistic.columns[0]
    sums = tally[name]
    return sums.reshape(len(sums), -1).sum(dim=1).numpy()


def _scale(method: str) -> Scale:
    """Scale on which the interval of independent rows is taken to be normal."""
    if "log-odds" in method or "Wilson" in method or "Clopper" in method:
        return "log-odds"
    return "logarithm" if "logarithm" in method else "plain"


def _same(values: Numbers) -> Numbers:
    return values


def _log_odds(values: Numbers) -> Numbers:
    return np.log(values) - np.log1p(-values)


def _expit(values: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-values))


_WORDS = {"logarithm": "logarithms", "log-odds": "log-odds"}
_SCALES: dict[Scale, tuple[Callable[[Numbers], Numbers], Callable[[Numbers], Numbers]]] = {
    "plain": (_same, _same),
    "logarithm": (np.log, np.exp),
    "log-odds": (_log_odds, _expit),
}
