"""Metrics of a ranking of yes/no events: what they all do with its steps."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import RowMetric
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.bounds import from_grid
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval
from calibrant.metrics.ranking.rounded import rounded_logit_interval
from calibrant.metrics.ranking.steps import Steps, ranked, steps_of_tally
from calibrant.prediction.rows import Rows
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.scores import scores_of
from calibrant.statistics.tally import Tally

__all__ = ["SOFT", "LogitStepMetric", "SmoothStepMetric", "StepMetric"]

ROUNDING = 1e-12  # of sums over cells
SOFT = "the variance needs hard labels"

Scalar = Float64[Tensor, "*replicate"]


class StepMetric(RowMetric, ABC):
    """A number that the weights of positives and negatives by score tell.

    From rows it is exact. Of a grid, scores within one cell count as tied; `reach` gives the
    least and the greatest value that any order inside the cells would.
    """

    view: ClassVar[View] = "positive"

    @abstractmethod
    def value_of(self, steps: Steps) -> Scalar:
        """Value where every step is one score; NaN where undefined."""

    @abstractmethod
    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """Least and greatest value over all orders inside the steps."""

    def undefined(self, steps: Steps) -> str:
        """Why there is no value, or nothing."""
        return "" if float(steps.up.sum()) > 0 else "it takes positive rows"

    @abstractmethod
    def interval_from(self, steps: Steps, value: float, level: float) -> Interval:
        """Interval of a value that hard labels have."""

    def details_of(self, steps: Steps) -> dict[str, float]:
        """Numbers that belong to the value, such as its threshold."""
        del steps
        return {}

    def note_of(self, value: float) -> str:
        """What a reader should know besides."""
        del value
        return ""

    @property
    @final
    def statistic(self) -> ScoreGrid:
        """See `Metric.statistic`."""
        return ScoreGrid(self.view)

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `Metric.read`."""
        return self._of_cells(steps_of_tally(tally))

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `Metric.estimate`; warns where the grid is too coarse."""
        del class_names
        steps, n = steps_of_tally(tally), int(tally["count"].sum())
        value = self._of_cells(steps)
        estimate = self._estimate(steps, value, n, level, hard=hard_labels(tally))
        if math.isnan(float(value)):
            return estimate
        low, high = self.reach(steps)
        bound = float(torch.maximum(high - value, value - low).clamp(min=ROUNDING))
        return from_grid(estimate, bound, type(self).__name__)

    @final
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        events, scores = scores_of(rows, self.view)
        steps = ranked(scores.values, events.outcome, events.weight()).steps
        steps = steps.with_scores(scores.as_prob(steps.scores))
        hard = events.outcome.dtype == torch.bool
        return self._estimate(steps, self.value_of(steps), len(rows), level, hard=hard)

    def _of_cells(self, steps: Steps) -> Scalar:
        if self.undefined(steps):
            return torch.tensor(math.nan, dtype=torch.float64)
        return self.value_of(steps)

    def _estimate(
        self, steps: Steps, value: Scalar, n: int, level: float, *, hard: bool
    ) -> Estimate:
        why = self.undefined(steps)
        if why:
            method, note = f"not available: {why}", f"undefined: {why}"
            return Estimate(math.nan, None, None, None, n, method, note=note)
        end = self._interval(steps, value, level, hard=hard)
        return Estimate(
            *(float(value), end.low, end.high, level if end.low is not None else None, n),
            end.method,
            note=self.note_of(float(value)),
            details=self.details_of(steps),
        )

    def _interval(self, steps: Steps, value: Scalar, level: float, *, hard: bool) -> Interval:
        return self.interval_from(steps, float(value), level) if hard else Interval.missing(SOFT)


class SmoothStepMetric(StepMetric):
    """A number that every row moves a little, so that its variance tells the interval."""

    @abstractmethod
    def variance_of(self, steps: Steps, value: Scalar) -> Scalar:
        """Variance of the value; NaN of too few rows."""

    @abstractmethod
    def interval_of(self, steps: Steps, value: float, variance: float, level: float) -> Interval:
        """Interval from the variance."""

    @final
    def interval_from(self, steps: Steps, value: float, level: float) -> Interval:
        """See `StepMetric.interval_from`."""
        variance = float(self.variance_of(steps, steps.up.new_tensor(value)))
        if math.isnan(variance):
            return Interval.missing("one row of a side tells nothing of the spread")
        return self.interval_of(steps, value, variance, level)


class LogitStepMetric(SmoothStepMetric):
    """A number from 0 to `greatest`, with an interval on the scale of log-odds of its share."""

    interval_method: ClassVar[str]
    greatest: ClassVar[float] = 1.0

    @final
    def interval_of(self, steps: Steps, value: float, variance: float, level: float) -> Interval:
        """See `SmoothStepMetric.interval_of`."""
        del steps
        top = self.greatest
        end = rounded_logit_interval(value / top, variance / top**2, level, self.interval_method)
        if end.low is None or end.high is None:
            return end
        return Interval(top * end.low, top * end.high, end.method)
