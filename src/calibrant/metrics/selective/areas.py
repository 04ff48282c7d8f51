"""Areas under risk-coverage curves: how well the confidence tells right from wrong rows."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.ranking.average_precision import JACKKNIFE
from calibrant.metrics.ranking.step_metric import LogitStepMetric
from calibrant.metrics.ranking.steps import Steps
from calibrant.metrics.selective.risk_area import (
    jackknife,
    joint_risk,
    joint_risk_bound,
    joint_risk_influences,
    least_risk,
    mean_risk,
    mean_risk_influences,
    mean_risk_reach,
    share_wrong,
)
from calibrant.statistics.score_grid import View

__all__ = ["AUGRC", "AURC", "ExcessAURC", "SelectiveArea"]

Scalar = Float64[Tensor, ""]


class SelectiveArea(LogitStepMetric):
    """An area over rows accepted by the confidence in their likeliest class."""

    view: ClassVar[View] = "top_label"

    def undefined(self, steps: Steps) -> str:
        """See `StepMetric.undefined`."""
        return "" if float((steps.up + steps.down).sum()) > 0 else "it takes rows"


@dataclass(frozen=True, slots=True)
class AURC(SelectiveArea):
    r"""Area under the risk-coverage curve, in [0, 1]: lower is better.

    Accept the rows from the highest confidence down, those of one confidence together; at every
    row note the share of wrong ones among the accepted. The mean of these shares over the rows,
    by weight, is the area. It is at most 1, where all are wrong; a random order gives the
    share of wrong rows. From a tally, confidences within one cell count as tied, which the
    estimate bounds.

    References
    ----------
    .. [1] Geifman, Uziel, El-Yaniv. "Bias-Reduced Uncertainty Estimation for Deep Neural
       Classifiers." ICLR 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.9, 0.8, 0.7, 0.6], outcomes=[1, 1, 0, 1])
    >>> round(AURC()(rows).value, 4)  # (0 + 0 + 1/3 + 1/4) / 4
    0.1458
    """

    higher_is_better: ClassVar[bool | None] = False
    interval_method: ClassVar[str] = JACKKNIFE

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        return mean_risk(steps)

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`."""
        return mean_risk_reach(steps)

    def variance_of(self, steps: Steps, value: Scalar) -> Scalar:
        """See `StepMetric.variance_of`."""
        return jackknife(steps, mean_risk_influences(steps, value))


@dataclass(frozen=True, slots=True)
class ExcessAURC(SelectiveArea):
    r"""AURC less the least that so many wrong rows allow, in [0, 1): 0 for a perfect order.

    The least is :math:`r + (1 - r) \log(1 - r)` for the share r of wrong rows: all right ones
    first, in the limit of many rows. On few rows even a perfect order is a little above 0.

    References
    ----------
    .. [1] Geifman, Uziel, El-Yaniv. "Bias-Reduced Uncertainty Estimation for Deep Neural
       Classifiers." ICLR 2019: E-AURC.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.9, 0.8, 0.7, 0.6], outcomes=[1, 1, 0, 1])
    >>> round(ExcessAURC()(rows).value, 4)  # .1458 - (1/4 + 3/4 log(3/4))
    0.1116
    """

    higher_is_better: ClassVar[bool | None] = False
    interval_method: ClassVar[str] = JACKKNIFE

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        return (mean_risk(steps) - least_risk(share_wrong(steps))).clamp(min=0)

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`."""
        low, high = mean_risk_reach(steps)
        least = least_risk(share_wrong(steps))
        return (low - least).clamp(min=0), (high - least).clamp(min=0)

    def variance_of(self, steps: Steps, value: Scalar) -> Scalar:
        """See `StepMetric.variance_of`; the least area is an estimate, too."""
        del value
        wrong, total = share_wrong(steps), (steps.up + steps.down).sum()
        if float(wrong) >= 1:
            return torch.zeros_like(wrong)
        slope = torch.log1p(-wrong) / total  # minus the derivative of the least area
        right, missed = mean_risk_influences(steps, mean_risk(steps))
        return jackknife(steps, (right - slope * wrong, missed + slope * (1 - wrong)))


@dataclass(frozen=True, slots=True)
class AUGRC(SelectiveArea):
    r"""Area under the generalised risk-coverage curve, in [0, 1/2]: lower is better.

    The share, of all rows, that are wrong and accepted, averaged over coverage: the risk of a
    silent failure. Unlike AURC it does not weigh the rows of highest confidence most. Rows of
    one confidence are shared out evenly. With accuracy a it equals
    :math:`a (1 - a) (1 - \text{AUROC}_f) + (1 - a)^2 / 2`, where :math:`\text{AUROC}_f` tells
    how well the confidence ranks right above wrong rows.

    References
    ----------
    .. [1] Traub et al. "Overcoming Common Flaws in the Evaluation of Selective Classification
       Systems." NeurIPS 2024.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.9, 0.8, 0.7, 0.6], outcomes=[1, 1, 0, 1])
    >>> AUGRC()(rows).value  # accepted and wrong: 0, 0, 1/2 on average, 1, of 4, over 4 rows
    0.09375
    """

    higher_is_better: ClassVar[bool | None] = False
    interval_method: ClassVar[str] = JACKKNIFE
    greatest: ClassVar[float] = 0.5

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        return joint_risk(steps)

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`."""
        value, bound = joint_risk(steps), joint_risk_bound(steps)
        return value - bound, value + bound

    def variance_of(self, steps: Steps, value: Scalar) -> Scalar:
        """See `StepMetric.variance_of`."""
        return jackknife(steps, joint_risk_influences(steps, value))
