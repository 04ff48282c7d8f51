"""Calibration of quantiles: how many targets lie below what was stated at each level."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import wilson
from calibrant.statistics.level_shares import LevelShares
from calibrant.statistics.tally import Tally

__all__ = ["QuantileCalibration", "QuantileCalibrationError"]

BIASED = "not available: the plug-in is biased upwards; compare it with its noise floor"
NO_ROWS = "undefined: no rows"


@dataclass(frozen=True, slots=True)
class Shares:
    """What a tally of `LevelShares` holds, level by level, of the levels that occur."""

    levels: Float64[Tensor, " level"]
    held: Float64[Tensor, " level"]
    weight: Float64[Tensor, " level"]
    n_effective: Float64[Tensor, " level"]
    n: int

    @classmethod
    def of(cls, tally: Tally) -> "Shares":
        """Shares of a tally."""
        seen = tally["w"] > 0
        weight = tally["w"][seen]
        levels, held = tally["w_level"][seen] / weight, tally["w_under"][seen] / weight
        n_effective = weight.square() / tally["ww"][seen]
        n = int(tally["count"].max())
        return cls(levels, held.clamp(0, 1), weight, n_effective, n)


@dataclass(frozen=True, slots=True)
class QuantileCalibration(TallyMetric):
    r"""Share of targets at or below the quantile of each level, in [0, 1]: it should be the level.

    At the levels that rows state as quantiles; of normal distributions and ensembles at .05, .1,
    ..., .95. Of an ensemble the target takes a place among m members; a level that falls within
    it counts a part. The intervals are Wilson's, of every level by itself.

    References
    ----------
    .. [1] Kuleshov, Fenner and Ermon. "Accurate Uncertainties for Deep Learning Using Calibrated
       Regression." ICML 2018.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(quantiles={0.5: [1.0, 2.0], 0.9: [3.0, 3.0]}, targets=[2.0, 2.0])
    >>> QuantileCalibration()(rows).value  # 2 is not below 1
    (0.5, 1.0)
    """

    higher_is_better: ClassVar[bool | None] = None

    @property
    def statistic(self) -> LevelShares:
        """See `TallyMetric.statistic`."""
        return LevelShares()

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; empty where there are no rows."""
        return Shares.of(tally).held

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names  # numbers have none
        shares = Shares.of(tally)
        if not shares.n:
            method = "not available: no rows"
            return Estimate((math.nan,), None, None, None, 0, method, note=NO_ROWS)
        held = tuple(shares.held.tolist())
        pairs = zip(held, shares.n_effective.tolist(), strict=True)
        ends = [wilson(share, n_effective, level) for share, n_effective in pairs]
        return Estimate(
            held,
            tuple(end.low for end in ends if end.low is not None),
            tuple(end.high for end in ends if end.high is not None),
            level,
            shares.n,
            "Wilson",
            names=tuple(f"{stated:.9g}" for stated in shares.levels.tolist()),
            support=tuple(shares.weight.tolist()),
        )


@dataclass(frozen=True, slots=True)
class QuantileCalibrationError(TallyMetric):
    r"""Mean over levels of the gap between a level and the share of targets below, in [0, 1].

    :math:`\frac1L \sum_l |\hat F_l - l|`, with the shares of `QuantileCalibration`. Biased upwards
    on few rows, where shares differ from levels by chance: the estimate carries the value that a
    perfectly calibrated model would show at this number of rows, :math:`\sqrt{2 l (1 - l) / \pi n}`
    a level (of ensembles a little too high). Wide and narrow predictions alike can have shares that
    are right on average over rows: compare `IntervalScore` or `CRPS`, too.

    References
    ----------
    .. [1] As for `QuantileCalibration`; there the squares are summed.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(quantiles={0.5: [1.0, 2.0], 0.9: [3.0, 3.0]}, targets=[2.0, 2.0])
    >>> round(QuantileCalibrationError()(rows).value, 12)  # (|.5 - .5| + |1 - .9|) / 2
    0.05
    """

    higher_is_better: ClassVar[bool | None] = False
    rough: ClassVar[str] = "chance adds to it: blocks would not tell how far it is off"

    @property
    def statistic(self) -> LevelShares:
        """See `TallyMetric.statistic`."""
        return LevelShares()

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where there are no rows."""
        shares = Shares.of(tally)
        return (shares.held - shares.levels).abs().mean()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names, level
        shares, value = Shares.of(tally), float(self.read(tally))
        if not shares.n:
            method = "not available: no rows"
            return Estimate(math.nan, None, None, None, 0, method, note=NO_ROWS)
        scatter = shares.levels * (1 - shares.levels)
        normal = (2 * scatter / (torch.pi * shares.n_effective)).sqrt()
        floor = float(normal.minimum(2 * scatter).mean())
        return Estimate(value, None, None, None, shares.n, BIASED, noise_floor=floor)
