"""Average precision: of the positive class, and of every class against the rest."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float64
from torch import Tensor

from calibrant.metrics.intervals import FEWEST, Interval, wilson
from calibrant.metrics.ranking.class_average import OneVsRest, Spread
from calibrant.metrics.ranking.class_ranking import ClassRanking
from calibrant.metrics.ranking.precision_area import (
    correction,
    mean_precision,
    own_part,
    precision_influences,
    precision_reach,
    precision_variance,
)
from calibrant.metrics.ranking.rounded import ROUNDING, rounded_logit_interval
from calibrant.metrics.ranking.sides import effective_rows
from calibrant.metrics.ranking.step_metric import SmoothStepMetric
from calibrant.metrics.ranking.steps import Split, Steps, ranked

__all__ = ["JACKKNIFE", "OneVsRestAveragePrecision", "PositiveAveragePrecision"]

JACKKNIFE = "infinitesimal jackknife, on the scale of log-odds"


@dataclass(frozen=True, slots=True)
class PositiveAveragePrecision(SmoothStepMetric):
    r"""Mean precision at the positive rows, ranked by their probability, in [0, 1].

    :math:`\sum_k (R_k - R_{k-1}) P_k` over distinct scores, the highest first: rows of one score
    are one step, and nothing is interpolated. A random order gives about the share of
    positives. From rows it is exact; from a tally scores within one cell of the grid count as
    tied, which the estimate bounds. Undefined without positives. On few positives it is biased
    upwards.

    References
    ----------
    .. [1] Buckley, Voorhees. "Evaluating Evaluation Measure Stability." SIGIR 2000. Davis,
       Goadrich. "The Relationship between Precision-Recall and ROC Curves." ICML 2006: why not
       to interpolate.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> round(PositiveAveragePrecision()(rows).value, 4)  # (1/1 + 2/3) / 2
    0.8333
    """

    higher_is_better: ClassVar[bool | None] = True

    def value_of(self, steps: Steps) -> Float64[Tensor, ""]:
        """See `StepMetric.value_of`."""
        return mean_precision(steps)

    def reach(self, steps: Steps) -> tuple[Float64[Tensor, ""], Float64[Tensor, ""]]:
        """See `StepMetric.reach`."""
        return precision_reach(steps)

    def variance_of(self, steps: Steps, value: Float64[Tensor, ""]) -> Float64[Tensor, ""]:
        """See `StepMetric.variance_of`."""
        return precision_variance(steps, value)

    def interval_of(self, steps: Steps, value: float, variance: float, level: float) -> Interval:
        """See `SmoothStepMetric.interval_of`."""
        n_positive = float(effective_rows(steps.up, steps.up_twice))
        return _interval(value, (variance, float(own_part(steps))), n_positive, level)


@dataclass(frozen=True, slots=True)
class OneVsRestAveragePrecision(OneVsRest):
    """Average precision of every class against the rest, in [0, 1]: averaged, pooled, or each.

    For the averages see `OneVsRest`, for the number `PositiveAveragePrecision`. Classes that
    never come out have none and are left out; the estimate says how many. Note that a rare
    class starts lower: its random value is its share.

    Examples
    --------
    >>> import calibrant as cal
    >>> probs = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.3, 0.6, 0.1], [0.1, 0.2, 0.7]]
    >>> rows = cal.predictions(probs=probs, labels=[0, 1, 0, 2])
    >>> OneVsRestAveragePrecision("per_class")(rows).value  # of class 1: second of four
    (1.0, 0.5, 1.0)
    """

    interval_method: ClassVar[str] = JACKKNIFE
    what: ClassVar[str] = "average_precision"
    takes: ClassVar[str] = "it takes positive rows"
    left_out: ClassVar[str] = "never came out"

    def of_hard(
        self, scores: Tensor, positive: Bool[Tensor, " row"], weight: Float64[Tensor, " row"]
    ) -> ClassRanking:
        """See `OneVsRest.of_hard`."""
        rows = ranked(scores, positive, weight)
        value = mean_precision(rows.steps)
        if float(value) >= 1 - ROUNDING:  # what sums of weights round by moves no row
            return ClassRanking(1.0, torch.zeros_like(weight), float(own_part(rows.steps)))
        of_up, of_down = precision_influences(rows.steps, value)
        moved = weight * torch.where(positive, of_up[rows.step], of_down[rows.step])
        influence = moved * correction(rows.steps).sqrt()
        return ClassRanking(float(value), influence, float(own_part(rows.steps)))

    def of_steps(self, steps: Split) -> Float64[Tensor, "*class"]:
        """See `OneVsRest.of_steps`."""
        return mean_precision(steps)

    def bound_of(self, steps: Steps) -> Float64[Tensor, "*class"]:
        """See `OneVsRest.bound_of`."""
        value, (low, high) = mean_precision(steps), precision_reach(steps)
        return torch.maximum(high - value, value - low).clamp(min=0)

    def variance_of(self, steps: Steps) -> Float64[Tensor, "*class"]:
        """See `OneVsRest.variance_of`."""
        return precision_variance(steps, mean_precision(steps))

    def excess_of(self, steps: Steps) -> Float64[Tensor, "*class"]:
        """See `OneVsRest.excess_of`."""
        return own_part(steps)

    def interval_of(
        self, value: float, spread: Spread, sides: tuple[float, float], level: float
    ) -> Interval:
        """See `OneVsRest.interval_of`."""
        return _interval(value, spread, sides[0], level)


def _interval(value: float, spread: Spread, n_positive: float, level: float) -> Interval:
    """On log-odds, by Student's t of the positives, its low end without their own part.

    Where all positives lie above all negatives, nothing is seen of the spread: Wilson's, as if the
    precision of every positive were 1 or 0.
    """
    variance, excess = spread
    if value >= 1 - ROUNDING and n_positive > FEWEST:
        return wilson(1.0, n_positive, level)
    freedom = n_positive - 1
    return rounded_logit_interval(value, variance, level, JACKKNIFE, freedom=freedom, excess=excess)
