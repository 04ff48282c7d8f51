"""Metrics that are means of a score of the row: what they all do with its moments."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.effective import rows_behind
from calibrant.metrics.inference.uneven import FEW_OF_UNEVEN, too_uneven
from calibrant.metrics.intervals import (
    Interval,
    mean_interval,
    score_interval,
    square_interval,
    wilson,
)
from calibrant.statistics.moments import STATED_MOST, Moments, RowScore
from calibrant.statistics.tally import Tally

__all__ = ["MeanScore"]

SOFT = 1e-9  # of all weight: what is beyond is no rounding


class MeanScore(TallyMetric, ABC):
    """Weighted mean over rows of a score of the row."""

    is_share: ClassVar[bool] = False  # whether the score is 0 or 1, the mean a proportion
    is_square: ClassVar[bool] = False  # whether the score is a square, and so skewed to the right
    signed: ClassVar[bool] = False  # whether the score may lie below 0
    most: ClassVar[float] = math.inf  # greatest score of a row
    side_by_side: ClassVar[bool] = True
    infinite: ClassVar[str] = "have an infinite score"  # what is said of rows whose score is

    @property
    @abstractmethod
    def score(self) -> RowScore:
        """Score of one row."""

    @property
    @final
    def statistic(self) -> Moments:
        """See `TallyMetric.statistic`."""
        return Moments(self.score)

    @property
    @final
    def lower_limit(self) -> float:
        """See `TallyMetric.lower_limit`."""
        return -math.inf if self.signed else 0.0

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; infinite as soon as one row's score is."""
        mean = tally["wv"] / tally["w"]
        return torch.where(tally["infinite_w"] > 0, torch.inf, mean)

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`.

        Raises
        ------
        InputError
            If the mean is none of such scores as the metric says it has.
        """
        value, n = float(self.read(tally)) + 0.0, int(tally["count"])
        self._check(value, tally)
        note = ""
        if math.isinf(value):
            many = int(tally["infinite_count"])
            note = f"infinite: {many} of {n} rows {self.infinite}"
            rows = "1 row is" if many == 1 else f"{many} rows are"
            interval = Interval.missing(f"{rows} infinite")
        elif not n:
            interval, note = Interval.missing("no rows"), "undefined: no rows"
        elif self.is_share:
            uneven = too_uneven(float(n), _effective(tally))
            told = wilson(value, _behind(tally, value), level)
            interval = Interval.missing(FEW_OF_UNEVEN) if uneven else told
        else:
            least = -math.inf if self.signed else 0.0
            variance, n_effective = _variance(tally, value), _effective(tally)
            stated = _stated(tally, max(2, len(class_names)))
            if self.is_square:
                interval = square_interval(value, variance, n_effective, level)
            elif stated is not None:
                interval = score_interval(value, variance, stated, n_effective, level)
            else:
                interval = mean_interval(value, variance, n_effective, level, least=least)
        shown = level if interval.low is not None else None
        high = None if interval.high is None else min(interval.high, self.most)
        return Estimate(value, interval.low, high, shown, n, interval.method, note=note)

    def _check(self, value: float, tally: Tally) -> None:
        """Raise unless `value` can be the mean of such scores, but for rounding."""
        slack = 1e-9 * math.sqrt(float(tally["wvv"] / tally["w"])) if tally["w"] > 0 else 0.0
        what = f"scores of {type(self).__name__}"
        if self.is_share and (value < -slack or value > 1 + slack):
            remedy = "Leave is_share out."
            raise InputError(what, "be shares, in [0, 1]", f"a mean of {value:.6g}", remedy)
        if not self.signed and value < -slack:
            remedy = "Set signed = True on the class where scores may lie below 0."
            raise InputError(what, "be at least 0", f"a mean of {value:.6g}", remedy)


def _effective(tally: Tally) -> float:
    return float(tally["w"].square() / tally["ww"])


def _behind(tally: Tally, share: float) -> float:
    """Rows behind a share, of which those of weight that came are told if no label is soft."""
    weight, twice = float(tally["w"]), float(tally["ww"])
    soft = abs(float(tally["wv"] - tally["wvv"])) > SOFT * weight
    alike = abs(weight**2 - float(tally["count"]) * twice) <= SOFT * weight**2
    if soft or alike:
        return _effective(tally)
    came = float(tally["wwv"])
    return rows_behind(share, came, max(twice - came, 0.0), weight)


def _stated(tally: Tally, n_classes: int) -> tuple[float, float] | None:
    """Mean and its variance, if what is stated is true; None where it was not summed.

    Not where there are too many rows either, of which shards may have summed it.
    """
    n = float(tally["count"])
    if float(tally["stated_count"]) != n or n * n_classes > STATED_MOST:
        return None
    mean = float(tally["we"] / tally["w"])
    return mean, _variance(tally, mean, "wwe", "wwee")


def _variance(tally: Tally, mean: float, first: str = "wwv", second: str = "wwvv") -> float:
    """Variance of the weighted mean, unbiased for equal weights."""
    spread = tally[second] - 2 * mean * tally[first] + mean**2 * tally["ww"]
    n_effective = _effective(tally)
    least = 1e-14 * float(tally[second])  # below this the difference is rounding
    if n_effective <= 1 or float(spread) <= least:
        return 0.0
    return float(spread / tally["w"].square()) * n_effective / (n_effective - 1)
