"""Calibration errors of the cumulative difference: Kolmogorov-Smirnov and Kuiper."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, cast, final

import torch
from jaxtyping import Float64
from scipy.optimize import brentq
from scipy.special import ndtri
from torch import Tensor

from calibrant.metrics.base import RowMetric
from calibrant.metrics.binless.brownian import MEAN_RANGE, MEAN_REACH, range_beyond, reach_beyond
from calibrant.metrics.binless.cumulative_blocks import cumulative_in_clusters
from calibrant.metrics.binless.spiegelhalter import CONSERVATIVE
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.bounds import from_grid
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import Blocks
from calibrant.metrics.settings import check_view
from calibrant.prediction.rows import Rows
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.scores import scores_of
from calibrant.statistics.tally import Tally

__all__ = ["KolmogorovSmirnovCalibrationError", "KuiperCalibrationError"]

FEW = 5.0  # rows' worth of stated variance
ROUGH = "rough p value and noise floor: sum of p(1 - p) below 5, far from a Brownian motion"
METHOD = "reach of a Brownian motion below, normal above"
FEW_OUTCOMES = "not available: too few outcomes of either kind for a normal path"


@dataclass(frozen=True, slots=True)
class _Cumulative(RowMetric, ABC):
    """What the two have in common: a path of partial sums, of which each takes its extreme."""

    view: View = "positive"
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        check_view(self.view)

    @abstractmethod
    def _extreme(self, low: float, high: float) -> float:
        """Value of a path that starts at 0 and goes down to `low` and up to `high`."""

    @abstractmethod
    def _beyond(self, scaled: float) -> float:
        """Chance of a larger value under calibration, which falls from 1 to 0."""

    @property
    @abstractmethod
    def _expected(self) -> float:
        """Mean of the scaled value under calibration."""

    @property
    @final
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`: the path at the edges of cells; NaN for no rows."""
        total = tally["w"].sum()
        if not float(total) > 0:
            return torch.tensor(torch.nan, dtype=torch.float64)
        path = (tally["wp"] - tally["wy"]).cumsum(0) / total
        return torch.tensor(self._extreme(*_ends(path, path)), dtype=torch.float64)

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; warns where cells are too coarse."""
        del class_names
        value, n = float(self.read(tally)), int(tally["count"].sum())
        if not n:
            return _undefined()
        total = tally["w"].sum()
        step = tally["wp"] - tally["wy"]
        after = step.cumsum(0)
        before = after - step
        alone = tally["count"] <= 1  # of one row no part can be taken
        up = torch.where(alone, 0, (tally["wp"] - tally["wpy"]).clamp(min=0))
        down = torch.where(alone, 0, (tally["wy"] - tally["wpy"]).clamp(min=0))
        low, high = (before - down).minimum(after), (before + up).maximum(after)
        widest = self._extreme(*_ends(low / total, high / total))
        deviation = float((tally["wwp"] - tally["wwpp"]).sum().clamp(min=0).sqrt() / total)
        spread = float((tally["wp"] - tally["wpp"]).sum().clamp(min=0) / total)
        squares = (tally["wwpp"] - 2 * tally["wwpy"] + tally["wwyy"]).sum().clamp(min=0)
        noise = _Noise(deviation, float(squares.sqrt() / total), spread, hard=hard_labels(tally))
        estimate = self._estimate(value, n, noise, level)
        return from_grid(estimate, max(widest - value, 0.0), "the cumulative error")

    @final
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        events, scores = scores_of(rows, self.view)
        prob, outcome, weight = events.stated, events.outcome.double(), events.weight()
        if not len(events):
            return _undefined()
        ordered, order = scores.values.sort(stable=True)
        last = torch.ones_like(order, dtype=torch.bool)
        last[:-1] = ordered[1:] != ordered[:-1]
        step = torch.cat((last.new_zeros(1), last[:-1])).cumsum(0)
        gaps = sum_by(step, (weight * (prob - outcome))[order], int(step[-1]) + 1)
        total = weight.sum()
        path = gaps.cumsum(0) / total
        variance = weight * prob * (1 - prob)
        squares = (weight * (prob - outcome)).square().sum()
        noise = _Noise(
            float((weight * variance).sum().sqrt() / total),
            float(squares.sqrt() / total),
            float(variance.sum() / total),
            hard=bool(((outcome == 0) | (outcome == 1)).all()),
        )
        return self._estimate(self._extreme(*_ends(path, path)), len(events), noise, level)

    @final
    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`: from the paths of blocks."""
        if math.isnan(float(plain)):
            return plain
        found = cumulative_in_clusters(plain, blocks, self._extreme, level)
        if found.low is None or plain.low is not None:
            return found
        return replace(found, low=None, high=None, level=None, method=FEW_OUTCOMES)  # as of rows

    def _estimate(self, value: float, n: int, noise: "_Noise", level: float) -> Estimate:
        notes = [] if noise.hard else [CONSERVATIVE]
        stated = noise.stated
        if stated > 0:
            scaled = value / stated
            details = {"scaled": scaled, "p_value": self._beyond(scaled)}
            if noise.rows < FEW:
                notes.append(ROUGH)
        else:  # whatever is off the stated 0 and 1 is no chance
            details = {"p_value": float(value == 0)}
        floor = None
        if noise.hard:
            floor = self._expected * stated
            details["noise_floor_95"] = self._reached(0.05) * stated
        low, high, method = None, None, FEW_OUTCOMES
        if noise.rows >= FEW:
            tail, method = (1 - level) / 2, METHOD
            low = max(0.0, value - self._reached(tail) * noise.larger)
            high = min(1.0, value + float(ndtri(1 - tail)) * noise.larger)
        return Estimate(
            *(value, low, high, level if low is not None else None, n, method),
            noise_floor=floor,
            note="; ".join(notes),
            details=details,
        )

    def _reached(self, share: float) -> float:
        """What a Brownian motion goes beyond with a chance of `share`."""

        def more(reach: float) -> float:
            return self._beyond(reach) - share

        return cast(float, brentq(more, 0.1, 20.0, xtol=1e-12))


@dataclass(frozen=True, slots=True)
class _Noise:
    """Deviation of the whole sum: stated, and about 0 as seen; and the stated spread of rows."""

    stated: float
    seen: float
    spread: float
    hard: bool

    @property
    def larger(self) -> float:
        """The larger of the two; soft labels foretell nothing by what is stated."""
        return max(self.seen, self.stated) if self.hard else self.seen

    @property
    def rows(self) -> float:
        """Rows' worth of stated variance."""
        return self.spread**2 / self.stated**2 if self.stated > 0 else 0.0


class KolmogorovSmirnovCalibrationError(_Cumulative):
    r"""Largest absolute sum of stated less observed, over all rows up to a score, in [0, 1].

    .. math:: \max_s \Big| \frac{1}{W} \sum_{p_i \le s} w_i (p_i - y_i) \Big|

    Rows of one score are one step, whatever their order. Exact from rows; from a tally it is
    taken at the edges of cells, and the estimate bounds what a path may do within them.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.

    Notes
    -----
    If every probability is true, the value divided by :math:`\sqrt{\sum w^2 p (1-p)} / W`
    (``scaled``) is near the reach of a Brownian motion: that gives the ``p_value`` and the
    noise floor. A note says where :math:`\sum p (1-p)` is below 5 and the limit is far. Rows that
    are all stated 0 or 1 leave nothing to chance: any gap has the p value 0.

    References
    ----------
    .. [1] Gupta et al. "Calibration of Neural Networks using Splines." ICLR 2021. Arrieta-Ibarra,
       Gujral, Tannen, Tygert, Xu. "Metrics of Calibration for Probabilistic Predictions." JMLR
       23, 2022: ECCE-MAD, and its limit.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.8], labels=[0, 1, 1])
    >>> round(KolmogorovSmirnovCalibrationError()(rows).value, 4)  # |.1 - .6 - .2| / 3
    0.2333
    """

    __slots__ = ()

    def _extreme(self, low: float, high: float) -> float:
        return max(high, -low)

    def _beyond(self, scaled: float) -> float:
        return reach_beyond(scaled)

    @property
    def _expected(self) -> float:
        return MEAN_REACH


class KuiperCalibrationError(_Cumulative):
    r"""Range of the sums of stated less observed up to a score, in [0, 1].

    .. math:: \max_s C(s) - \min_s C(s), \quad C(s) = \frac{1}{W} \sum_{p_i \le s} w_i (p_i - y_i)

    with C = 0 before the first row. It is the largest absolute gap over any interval of scores,
    where `KolmogorovSmirnovCalibrationError` asks for intervals that start at 0.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.

    Notes
    -----
    Ties, tallies, ``scaled``, ``p_value`` and noise floor as for
    `KolmogorovSmirnovCalibrationError`, with the range of a Brownian motion.

    References
    ----------
    .. [1] Kuiper. "Tests Concerning Random Points on a Circle." 1960. Tygert. "Calibration of
       P-values for Calibration and for Deviation of a Subpopulation from the Full Population."
       2022. Arrieta-Ibarra et al. 2022: ECCE-R.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.8], labels=[0, 1, 1])
    >>> round(KuiperCalibrationError()(rows).value, 4)  # from .1 / 3 down to -.7 / 3
    0.2667
    """

    __slots__ = ()

    def _extreme(self, low: float, high: float) -> float:
        return high - low

    def _beyond(self, scaled: float) -> float:
        return range_beyond(scaled)

    @property
    def _expected(self) -> float:
        return MEAN_RANGE


def _ends(low: Float64[Tensor, " step"], high: Float64[Tensor, " step"]) -> tuple[float, float]:
    """Lowest and highest point of a path that starts at 0."""
    return min(0.0, float(low.min())), max(0.0, float(high.max()))


def _undefined() -> Estimate:
    why = "not available: no rows"
    return Estimate(math.nan, None, None, None, 0, why, note="undefined: no rows")
