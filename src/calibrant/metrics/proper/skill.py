"""Skill: the share of a proper score that a model saves against stating the base rates."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import FEWEST, Interval, mean_interval
from calibrant.metrics.proper.scores import NegativeLogLikelihood, SquaredError
from calibrant.statistics.class_scores import ClassScores
from calibrant.statistics.class_shares import ClassShares
from calibrant.statistics.joint import Joint
from calibrant.statistics.moments import Moments, RowScore
from calibrant.statistics.tally import Tally

__all__ = ["BrierSkill", "LogLossSkill"]

METHOD = "delta method (t)"
SOFT = "the rows of soft labels come out as no one class"


class _Skill(TallyMetric, ABC):
    """One less the score over that of the base rates of these rows."""

    higher_is_better: ClassVar[bool | None] = True
    score: ClassVar[RowScore]

    @staticmethod
    @abstractmethod
    def reference(shares: Tally) -> Float64[Tensor, ""]:
        """Score of stating the base rate of every class on every row; 0 if one class alone came."""

    @staticmethod
    @abstractmethod
    def slopes(rates: Float64[Tensor, " class"]) -> Float64[Tensor, " class"]:
        """How the reference moves with the weight of a row of every class, but for a constant."""

    @property
    @final
    def statistic(self) -> Joint:
        """See `TallyMetric.statistic`."""
        return Joint((Moments(self.score), ClassShares(), ClassScores(self.score)))

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        moments, shares, _ = self.statistic.split(tally)
        score = torch.where(moments["infinite_w"] > 0, torch.inf, moments["wv"] / moments["w"])
        reference = self.reference(shares)
        return torch.where(reference > 0, 1 - score / reference, torch.nan)

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names
        moments, shares, _ = self.statistic.split(tally)
        value, n = float(self.read(tally)), int(moments["count"])
        if math.isnan(value):
            why = "the base rates leave nothing to save" if n else "no rows"
            method, note = f"not available: {why}", f"undefined: {why}"
            return Estimate(value, None, None, None, n, method, note=note)
        details = {"reference": float(self.reference(shares))}
        note = "infinite, as the score is" if math.isinf(value) else ""
        end = self._interval(tally, value, level)
        return Estimate(
            *(value, end.low, end.high, level if end.low is not None else None, n),
            end.method,
            note=note,
            details=details,
        )

    def _interval(self, tally: Tally, value: float, level: float) -> Interval:
        r"""Student's interval from what every row adds to the ratio of score and reference.

        With score S, reference R and their ratio q, a row of score s and class k moves the
        skill by :math:`-(s - S - q d_k) / R`, where :math:`d_k` is what its class adds to R.
        """
        moments, shares, by_class = self.statistic.split(tally)
        if math.isinf(value):
            return Interval.missing("the score is infinite")
        if float(by_class["soft_w"].sum()) > 0:
            return Interval.missing(SOFT)
        weight, square, score = moments["w"], by_class["ww"], moments["wv"] / moments["w"]
        rates = shares["wy"] / shares["wy"].sum()
        moved = self.slopes(rates)
        moved = moved - (moved * rates).sum()
        ratio = 1 - value
        own = moments["wwvv"] - 2 * score * moments["wwv"] + score.square() * moments["ww"]
        shared = (moved * (by_class["wwv"] - score * square)).sum()
        spread = float(own - 2 * ratio * shared + ratio**2 * (moved.square() * square).sum())
        n_effective = float(weight.square() / moments["ww"])
        if not n_effective > FEWEST:
            return Interval.missing("fewer than two effective rows tell nothing of the spread")
        if spread <= 1e-14 * float(moments["wwvv"]):
            return Interval.missing("the estimated variance is 0")
        variance = spread / float(weight * self.reference(shares)) ** 2
        variance *= n_effective / (n_effective - 1)
        end = mean_interval(value, variance, n_effective, level, least=-math.inf)
        return replace(
            end, high=min(end.high, 1.0) if end.high is not None else None, method=METHOD
        )


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

    @staticmethod
    def slopes(rates: Float64[Tensor, " class"]) -> Float64[Tensor, " class"]:
        """See `_Skill.slopes`."""
        return 1 - 2 * rates


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

    @staticmethod
    def slopes(rates: Float64[Tensor, " class"]) -> Float64[Tensor, " class"]:
        """See `_Skill.slopes`; a class that never came out moves nothing."""
        return -torch.where(rates > 0, rates, 1).log()
