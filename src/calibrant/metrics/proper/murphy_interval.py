"""Intervals of reliability and resolution: sums of squares, which noise makes too great."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64

from calibrant.metrics.inference.block_noise import SquareNoise, drawn_root_interval
from calibrant.metrics.inference.chance_of_shares import rows_of_shares, variance_of_shares
from calibrant.metrics.inference.consistency import calibrated_gaps, chance_of, upper_point
from calibrant.metrics.inference.cumulants import pearson_chance, pearson_point
from calibrant.metrics.inference.effective import row_weight
from calibrant.metrics.inference.noise import MOST_DRAWN, normals
from calibrant.metrics.inference.quadratic import root_mean_square_interval
from calibrant.metrics.inference.room import Foretold, room_above
from calibrant.metrics.intervals import Interval
from calibrant.metrics.proper.groups import Groups

__all__ = ["reliability_noise", "square_interval_of_groups"]

METHOD = "inverted quadratic form"
FEWEST = 10  # rows of a group, on average
SLACK = 1e-9  # of a number of effective rows: rounding
MANY = 128  # groups, beyond which hundreds of draws would tell less than cumulants do
ALONE = f"fewer than {FEWEST} rows state the same, on average; set n_bins to group them"
WEIGHTY = f"the weights leave fewer than {FEWEST} effective rows to state the same, on average"
SOFT = "the spread of soft labels takes more than their sums"

Sums = Float64[np.ndarray, " group"]


def square_interval_of_groups(
    part: Literal["reliability", "resolution"], groups: Groups, level: float
) -> Interval:
    r"""Interval of :math:`\sum_g P_g \delta_g^2` of the true gaps of groups.

    Parameters
    ----------
    part : "reliability" or "resolution"
        Gaps of stated to observed shares, or of these to the base rate.
    groups : Groups
        Rows that state the same, or that a bin holds; at least ten effective ones a group, on
        average.
    level : float
        Coverage.

    Notes
    -----
    The gaps to the base rate share its noise. It takes part of the noise off their squares, and
    leaves what is linear in it: shares times gaps add up to 0.

    Weights may hang together with what comes out (`_Residuals`). Where few rows of the rarer
    outcome are stated, what is stated tells the noise of a gap, if that is more: ten such rows
    count as much as those that are there.
    """
    if not groups.hard:
        return Interval.missing(SOFT)
    if groups.n < FEWEST * len(groups.w):
        return Interval.missing(ALONE)
    if groups.n_effective < FEWEST * len(groups.w) * (1 - SLACK):
        return Interval.missing(WEIGHTY)
    share, number = groups.w / groups.weight, groups.w**2 / groups.ww
    came = groups.wy / groups.w
    if part == "reliability":
        rest = _Residuals.of(groups, groups.wpy, groups.wp - groups.wpy, groups.wpp)
        gap = groups.wy / groups.w - groups.wp / groups.w
        seen = rest.variance * number / np.maximum(number - 1, 1)
        stated = (groups.wp - groups.wpp) / groups.w / number
        told = stated * number**2
        variance = (told * seen + FEWEST * np.maximum(seen, stated)) / (told + FEWEST)
    else:
        nothing = np.zeros_like(came)
        rest = _Residuals.of(groups, nothing, nothing, nothing)
        gap = came - groups.wy.sum() / groups.weight
        likely = (came * number + 1) / (number + 2)  # no group shows no noise
        variance = rest.variance + (likely * (1 - likely) - came * (1 - came)) / number
    shares, along = variance_of_shares(gap, share, number, rest.variance, rest.lean)
    variance = np.maximum(variance, 0) * along
    if part == "resolution" and len(gap) <= MOST_DRAWN:
        return _of_gaps_to_their_mean(gap, variance, share, shares, level)
    rows = rows_of_shares(gap, share, shares)
    low, high = root_mean_square_interval(gap, variance, share, rows, level)
    if part == "reliability":
        high += _room(groups, -gap * share, share * np.sqrt(variance), level)
    return Interval(low**2, min(high**2, 1.0 if part == "reliability" else 0.25), METHOD)


def _room(groups: Groups, gap: Sums, deviation: Sums, level: float) -> float:
    """What the root of the upper end has beyond that of normal noise; see `room_above`."""
    told = Foretold(
        groups.w / groups.weight,
        groups.wp / groups.w,
        (groups.wp - groups.wpp) / groups.weight,
        groups.w**2 / groups.ww,
        groups.n_effective,
    )
    error = math.sqrt(float(np.square(deviation).sum()))
    return room_above(error, told.jump(gap, deviation) * told.concentration, level)


@dataclass(frozen=True, slots=True)
class _Residuals:
    r"""Residuals r of the rows of every group: outcomes, less what is stated if that counts.

    Attributes
    ----------
    variance, lean : Float64[ndarray, "group"]
        :math:`\sum w^2 (r - \bar r)^2` and :math:`\sum w^2 (r - \bar r)`, over
        :math:`(\sum w)^2`: the variance of the mean, and its covariance with the weight of the
        group, over that. Rows of an outcome have its `row_weight`.
    """

    variance: Sums
    lean: Sums

    @classmethod
    def of(cls, groups: Groups, of_hits: Sums, of_misses: Sums, squares: Sums) -> "_Residuals":
        """From the sums of what is stated of both outcomes, and of its squares."""
        usual, mean = groups.ww / groups.w, (groups.wy - of_hits - of_misses) / groups.w
        sides = (
            (groups.wy, groups.wwy, of_hits, 1.0),
            (groups.w - groups.wy, groups.ww - groups.wwy, of_misses, 0.0),
        )
        stated = [np.where(w > 0, p / np.where(w > 0, w, 1), 0) for w, _, p, _ in sides]
        within = squares - sum(w * p**2 for (w, *_), p in zip(sides, stated, strict=True))
        within = np.maximum(within, 0) / groups.w
        variance, lean = np.zeros_like(usual), np.zeros_like(usual)
        for (w, ww, _, outcome), p in zip(sides, stated, strict=True):
            twice = np.maximum(w, 0) * row_weight(w, ww, usual) / groups.w**2
            off = outcome - p - mean
            variance += twice * (off**2 + within)
            lean += twice * off
        return cls(variance, lean)


def _of_gaps_to_their_mean(
    gap: Sums, variance: Sums, share: Sums, shares: float, level: float
) -> Interval:
    """Interval of resolution: noise of all groups, of which the mean is that of the base rate."""
    own = np.sqrt(variance)[:, None] * normals(len(gap))
    draws = share[:, None] * (own - share @ own)
    noise = SquareNoise(draws, shares=math.sqrt(shares))
    low, high = drawn_root_interval(share * gap, share, noise, level)
    return Interval(low**2, min(high**2, 0.25), METHOD)


def reliability_noise(groups: Groups, value: float) -> tuple[float, dict[str, float]]:
    r"""Mean reliability of outcomes that come out as stated, its 95th percentile, and a p value.

    Of more than 128 groups nothing is drawn: the first three cumulants of a sum of squared gaps
    are those of its terms, added up, and a shifted gamma number that has them (Pearson's type III)
    has all but its tails. The gap of a group is binomial, as in `calibrated_gaps`.

    References
    ----------
    .. [1] Imhof. "Computing the Distribution of Quadratic Forms in Normal Variables." Biometrika
       48, 1961: three moments of such sums.
    """
    if len(groups.w) > MANY:
        return _noise_of_many(groups, value)
    variance = (groups.wp - groups.wpp) * groups.ww / groups.w
    gaps = calibrated_gaps(groups.w, groups.ww, groups.wp, np.maximum(variance, 0))
    draws = (gaps**2 / groups.w[:, None]).sum(axis=0) / groups.weight
    chance = chance_of(draws, value)
    return float(draws.mean()), {"noise_floor_95": upper_point(draws), "p_value": chance}


def _noise_of_many(groups: Groups, value: float) -> tuple[float, dict[str, float]]:
    step = groups.ww / groups.w  # what one counts
    variance = np.maximum(groups.wp - groups.wpp, 0) / step
    mean = np.minimum(groups.wp, groups.w - groups.wp) / step
    chance = np.clip(1 - variance / np.where(mean > 0, mean, 1), 0, 1)
    both = chance * (1 - chance)
    third = variance**2 * (1 - 4 * both)  # squared
    fourth = variance * (1 - 6 * both)
    sixth = variance * (1 - 30 * both * (1 - 4 * both))
    power4 = fourth + 3 * variance**2
    power6 = sixth + 15 * fourth * variance + 10 * third + 15 * variance**3
    times = step**2 / groups.w / groups.weight
    cumulants = (
        float(times @ variance),
        float(times**2 @ (power4 - variance**2)),
        float(times**3 @ (power6 - 3 * power4 * variance + 2 * variance**3)),
    )
    upper = pearson_point(*cumulants, 0.95)
    return cumulants[0], {
        "noise_floor_95": upper,
        "p_value": pearson_chance(*cumulants, value),
    }
