"""Skill: the share of a proper score that a model saves against stating the base rates."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.proper.scores import NegativeLogLikelihood, SquaredError
from calibrant.statistics.class_shares import ClassShares
from calibrant.statistics.joint import Joint
from calibrant.statistics.moments import Moments, RowScore
from calibrant.statistics.tally import Tally

__all__ = ["BrierSkill", "LogLossSkill"]

WHY = "not available: score and base rates come from the same rows; compare models in pairs"


class _Skill(TallyMetric, ABC):
    """One less the score over that of the base rates of these rows."""

    higher_is_better: ClassVar[bool | None] = True
    score: ClassVar[RowScore]

    @staticmethod
    @abstractmethod
    def reference(shares: Tally) -> Float64[Tensor, ""]:
        """Score of stating the base rate of every class on every row; 0 if one class alone came."""

    @property
    @final
    def statistic(self) -> Joint:
        """See `TallyMetric.statistic`."""
        return Joint((Moments(self.score), ClassShares()))

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        moments, shares = self.statistic.split(tally)
        score = torch.where(moments["infinite_w"] > 0, torch.inf, moments["wv"] / moments["w"])
        reference = self.reference(shares)
        return torch.where(reference > 0, 1 - score / reference, torch.nan)

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del level, class_names
        moments, shares = self.statistic.split(tally)
        value, n = float(self.read(tally)), int(moments["count"])
        if math.isnan(value):
            why = "the base rates leave nothing to save" if n else "no rows"
            method, note = f"not available: {why}", f"undefined: {why}"
            return Estimate(value, None, None, None, n, method, note=note)
        details = {"reference": float(self.reference(shares))}
        note = "infinite, as the score is" if math.isinf(value) else ""
        return Estimate(value, None, None, None, n, WHY, note=note, details=details)


@dataclass(frozen=True, slots=True)
class BrierSkill(_Skill):
    r"""One less the Brier score over that of the base rates, at most 1; 0 is what they reach.

    :math:`1 - \text{brier} / \sum_k \bar y_k (1 - \bar y_k)`, with the share :math:`\bar y_k` of
    class k among these same rows (of soft labels, with the variance of the labels). Of two
    classes the sum and the halved form have the same skill. That the base rates are taken from
    the rows themselves favours the reference by about 1/n. Undefined where one class alone
    came out: the base rates are then right, and cannot be beaten.

    References
    ----------
    .. [1] Murphy. "Skill Scores Based on the Mean Square Error and Their Relationships to the
       Correlation Coefficient." Monthly Weather Review 116, 1988.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.25, 0.75, 0.5, 0.5], labels=[0, 1, 0, 1])
    >>> BrierSkill()(rows).value  # 1 - (.0625 + .0625 + .25 + .25) / 4 / .25
    0.375
    """

    score: ClassVar[RowScore] = SquaredError()

    @staticmethod
    def reference(shares: Tally) -> Float64[Tensor, ""]:
        """See `_Skill.reference`."""
        weight = shares["wy"].sum()  # as the shares themselves were summed: one alone is exactly 1
        total = (shares["wyy"] / weight - (shares["wy"] / weight).square()).sum()
        return torch.where(total > 1e-15, total, 0.0)


@dataclass(frozen=True, slots=True)
class LogLossSkill(_Skill):
    r"""One less the log loss over that of the base rates, at most 1; 0 is what they reach.

    :math:`1 - \text{log loss} / H(\bar y)` with the entropy of the class shares among these same
    rows: the share of the entropy that the model explains. Minus infinity where the log loss is
    infinite; undefined where one class alone came out.

    References
    ----------
    .. [1] McFadden. "Conditional Logit Analysis of Qualitative Choice Behavior." In Zarembka
       (ed.), Frontiers in Econometrics, 1974: the same share, for a fitted model.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.25, 0.75], labels=[0, 1])
    >>> round(LogLossSkill()(rows).value, 6)  # 1 + ln(.75) / ln(2)
    0.584963
    """

    score: ClassVar[RowScore] = NegativeLogLikelihood()

    @staticmethod
    def reference(shares: Tally) -> Float64[Tensor, ""]:
        """See `_Skill.reference`."""
        return torch.special.entr(shares["wy"] / shares["wy"].sum()).sum()
