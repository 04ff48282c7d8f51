"""What bins tell of a calibration error besides its value: an interval, and a test of 0."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import torch
from jaxtyping import Float64
from numpy import ndarray
from torch import Tensor

from calibrant.metrics.binned.bins import Bins, Norm
from calibrant.metrics.binned.unforeseen import room_of
from calibrant.metrics.inference.chance_of_shares import (
    centred,
    rows_of_shares,
    variance_of_shares,
)
from calibrant.metrics.inference.consistency import calibrated_gaps, chance_of, upper_point
from calibrant.metrics.inference.firm import absolute_sum_interval
from calibrant.metrics.inference.independent_noise import IndependentNoise
from calibrant.metrics.inference.largest import largest_gap_interval
from calibrant.metrics.inference.once import shared
from calibrant.metrics.inference.one_sided import positive_sum_interval
from calibrant.metrics.inference.quadratic import root_mean_square_interval
from calibrant.metrics.inference.uneven import too_uneven
from calibrant.metrics.intervals import Interval

__all__ = [
    "FEWEST",
    "NONE",
    "Kind",
    "against_chance",
    "deviation_of",
    "error_interval",
    "foretold",
    "lacking_noise",
    "noise_of",
    "squares_against_chance",
]

Kind = Norm | Literal["over", "under"]

NONE = "not available: there is no value"
FEWEST = 20.0  # effective rows
RARER = 10.0  # rows of the rarer outcome, for which what is stated counts as much as what is seen
METHODS: dict[Kind, str] = {
    "l1": "test inversion",
    "l2": "quadratic form",
    "max": "Clopper-Pearson",
    "over": "test inversion",
    "under": "test inversion",
}
SUMS = ("l1", "over", "under")  # of many bins as good as normal


def lacking_noise(bins: Bins) -> Float64[Tensor, "*class bin"]:
    """What the variance that hard labels show of every gap lacks of the one that was stated.

    Bins may show too little where few rows of the rarer outcome are stated: none may have come. Ten
    of those count as much as all that are there, so that many rows speak for themselves. A variance
    about the gap is compared with that of what was stated; what chance adds to the square of a gap
    is no part of it.
    """
    rows, share, stated = bins.rows, bins.share, bins.stated_noise
    some = rows > 0
    told = torch.where(some, stated * (rows / torch.where(some, share, 1)).square(), 0)
    about = bins.mean_gap * (2 * bins.lean - bins.mean_gap * bins["ww"] / bins.total.square())
    about = (about - stated / torch.where(some, rows, 1)).clamp(min=0)
    return (stated + about - bins.seen_noise).clamp(min=0) * RARER / (told + RARER)


def deviation_of(bins: Bins, *, hard: bool) -> Float64[Tensor, "*class bin"]:
    """Standard deviation about 0 of the gap of every bin, times its share.

    It is that of rows whose number in the bin is left to chance.
    """
    return shared(_deviation, bins, hard=hard)


def _deviation(bins: Bins, *, hard: bool) -> Float64[Tensor, "*class bin"]:
    seen = bins.seen_noise
    return (seen + lacking_noise(bins) if hard else seen).sqrt()


def noise_of(bins: Bins, *, hard: bool) -> Float64[Tensor, "*class bin"]:
    """Variance of the gap of every bin, times its share, of rows that do not hang together."""
    n_effective = bins.total.square() / bins["ww"].sum(dim=-1, keepdim=True)
    of_weight = bins.gap * (2 * bins.lean - bins.gap / n_effective)
    return (deviation_of(bins, hard=hard).square() - of_weight).clamp(min=0)


def error_interval(
    bins: Bins,
    kind: Kind,
    *,
    hard: bool,
    level: float,
    of_cuts: Float64[ndarray, " bin"] | None = None,
) -> Interval:
    """Interval of the true size of the gaps of bins of one event, or why there is none.

    Soft labels do not foretell how far they scatter: their noise is what the rows show. To the
    variance of every gap comes what cuts that the rows chose add; see `equal_mass_cuts`.
    """
    weight, twice = bins["w"].numpy(), bins["ww"].numpy()
    n_effective = float(weight.sum()) ** 2 / float(twice.sum())
    if not n_effective > FEWEST - 1e-9:
        return Interval.missing(f"fewer than {FEWEST:g} effective rows")
    held = weight > 0
    if kind == "max":
        if not hard:
            return Interval.missing("soft labels have no exact interval of a share")
        stated, came = (bins[name].numpy()[held] / weight[held] for name in ("wp", "wy"))
        ends = largest_gap_interval(stated, came, weight[held] ** 2 / twice[held], level)
    elif kind == "l2":
        found = _Means.of(bins, hard=hard)
        if found is None:
            return Interval.missing("no bin holds two rows, and one tells nothing of its noise")
        ends = found.interval(level)
    else:
        gap, lean = bins.gap.numpy()[held], bins.lean.numpy()[held]
        deviation = deviation_of(bins, hard=hard).numpy()[held]
        if of_cuts is not None:
            deviation = np.sqrt(deviation**2 + of_cuts[held])
        if kind == "l1":
            noise = IndependentNoise(gap, deviation, n_effective, lean)
            ends = absolute_sum_interval(gap, noise, level)
        else:
            sign = 1 if kind == "over" else -1
            told = (sign * gap, deviation, n_effective, level, sign * lean)
            ends = positive_sum_interval(*told)
    if hard and kind != "max":
        side = {"over": 1.0, "under": -1.0}.get(kind)
        spread = deviation_of(bins, hard=True)
        ends = ends[0], ends[1] + room_of(bins, spread, level, root=kind == "l2", side=side)
    return Interval(ends[0], min(1.0, ends[1]), METHODS[kind])


def foretold(bins: Bins, *, hard: bool) -> bool:
    """Whether what is stated foretells what chance shows: of hard labels, if rows are not too few.

    Where weights leave fewer than five effective rows, a few of them decide, and what rows of
    either outcome weigh is not known.
    """
    n_effective = bins.total.square() / bins["ww"].sum(dim=-1, keepdim=True)
    n_rows = bins["count"].sum(dim=-1, keepdim=True)
    return hard and not too_uneven(float(n_rows.flatten()[0]), float(n_effective.flatten()[0]))


def against_chance(bins: Bins, kind: Kind) -> dict[str, float]:
    """Details of a size of gaps: the 95th percentile of its noise floor, and its p value.

    They are those of outcomes drawn anew at the stated probabilities, which hard labels bear.
    """
    draws, seen = _drawn(bins, kind)
    return {
        "noise_floor_95": upper_point(draws),
        "p_value": chance_of(draws, seen, normal=kind in SUMS),
    }


def squares_against_chance(bins: Bins, *, root: bool) -> tuple[float, dict[str, float]]:
    """Mean of a mean square freed of noise, or of its root, and the details of `against_chance`.

    What was stated foretells what noise adds in the mean, and that is taken off.
    """
    draws, seen = _drawn(bins, "l2")
    share = bins.share
    added = float((bins.stated_noise / torch.where(share > 0, share, 1)).sum())
    freed = draws**2 - added
    freed = np.sqrt(np.maximum(freed, 0)) if root else freed
    details = {"noise_floor_95": upper_point(freed), "p_value": chance_of(draws, seen)}
    return (float(freed.mean()) if root else 0.0), details


def _drawn(bins: Bins, kind: Kind) -> tuple[Float64[ndarray, " draw"], float]:
    """Sizes of the gaps of outcomes that come as stated, and the size that was seen."""
    held = (bins["w"] > 0).numpy()
    drawn = shared(_gaps_as_stated, bins)
    size = _size(kind, bins.share.numpy()[held])
    return size(drawn), float(size(bins.gap.numpy()[held, None])[0])


def _gaps_as_stated(bins: Bins) -> Float64[ndarray, "bin draw"]:
    """Gaps times shares of outcomes that come as stated, of bins that hold rows."""
    held = (bins["w"] > 0).numpy()
    return calibrated_gaps(*(column[held] for column in bins.as_counts)) / float(bins.total)


def _size(
    kind: Kind, share: Float64[ndarray, " bin"]
) -> Callable[[Float64[ndarray, "bin draw"]], Float64[ndarray, " draw"]]:
    """Size of gaps times shares, draw by draw."""
    sizes: dict[Kind, Callable[[Float64[ndarray, "bin draw"]], Float64[ndarray, " draw"]]] = {
        "l1": lambda gap: np.abs(gap).sum(axis=0),
        "l2": lambda gap: np.sqrt(np.einsum("b,bd,bd->d", 1 / share, gap, gap)),
        "max": lambda gap: (np.abs(gap) / share[:, None]).max(axis=0),
        "over": lambda gap: np.maximum(gap, 0).sum(axis=0),
        "under": lambda gap: np.maximum(-gap, 0).sum(axis=0),
    }
    return sizes[kind]


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Means:
    r"""Gaps of means of bins of several rows, and the noise of them.

    Attributes
    ----------
    gap, share, rows : Float64[ndarray, "bin"]
        Gaps, shares of weight, which add up to 1, and effective rows.
    variance, lean : Float64[ndarray, "bin"]
        Variance of a gap, and its covariance with the weight of the bin, over that weight.
    """

    gap: Float64[ndarray, " bin"]
    share: Float64[ndarray, " bin"]
    rows: Float64[ndarray, " bin"]
    variance: Float64[ndarray, " bin"]
    lean: Float64[ndarray, " bin"]

    @classmethod
    def of(cls, bins: Bins, *, hard: bool) -> "_Means | None":
        """Those of bins of one event; None if no bin holds two rows."""
        several = (bins["count"] > 1) & (bins.rows > 1 + 1e-12)
        if not several.any():
            return None
        columns = (bins.mean_gap, bins.share, bins.rows, bins.seen_noise, bins.lean)
        gap, part, rows, seen, lean = (each[several].numpy() for each in columns)
        variance, lean = centred(gap, part, rows, seen, lean)
        variance = variance * rows / (rows - 1)
        if hard:
            variance = np.maximum(variance, bins.stated_noise[several].numpy() / part**2)
        return cls(gap, part / part.sum(), rows, variance, lean)

    def interval(self, level: float) -> tuple[float, float]:
        """Interval of the root of their mean square."""
        told = (self.gap, self.share, self.rows, self.variance, self.lean)
        shares, along = variance_of_shares(*told)
        n_rows = rows_of_shares(self.gap, self.share, shares)
        return root_mean_square_interval(self.gap, self.variance * along, self.share, n_rows, level)
