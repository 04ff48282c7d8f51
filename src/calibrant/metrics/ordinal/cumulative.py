"""Scores of probabilities over ordered classes, from their cumulative sums."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.means import MeanScore
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore

__all__ = ["CumulativeGaps", "ExpectedDistance", "RankedProbabilityScore", "StepsApart"]

Cumulative = Float64[Tensor, "row cut"]  # at the K - 1 cuts between K classes


class OfCuts(RowScore, ABC):
    """A score of the row from the shares below every cut, stated and come out."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions,)

    @abstractmethod
    def of_cuts(self, stated: Cumulative, came: Cumulative) -> Float64[Tensor, " row"]:
        """Score of every row."""

    @final
    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        assert isinstance(rows, Predictions)  # checked where rows are tallied
        stated = rows.full_probs.double().cumsum(dim=-1)[:, :-1].clamp(max=1)
        if rows.soft is not None:
            return self.of_cuts(stated, rows.soft.cumsum(dim=-1)[:, :-1].clamp(max=1))
        assert rows.hard is not None
        cut = torch.arange(stated.shape[1], device=stated.device)
        return self.of_cuts(stated, (rows.hard[:, None] <= cut).double())


@dataclass(frozen=True, slots=True)
class CumulativeGaps(OfCuts):
    """Squared gaps of the shares below every cut, summed; or their mean over the cuts."""

    normalised: bool = False

    def of_cuts(self, stated: Cumulative, came: Cumulative) -> Float64[Tensor, " row"]:
        """See `OfCuts.of_cuts`."""
        gaps = (stated - came).square().sum(dim=-1)
        return gaps / max(1, stated.shape[1]) if self.normalised else gaps


@dataclass(frozen=True, slots=True)
class StepsApart(OfCuts):
    """Expected number of classes between one drawn as stated and the one that came out."""

    def of_cuts(self, stated: Cumulative, came: Cumulative) -> Float64[Tensor, " row"]:
        """See `OfCuts.of_cuts`: the chance that the two lie on both sides, summed over cuts."""
        return (stated * (1 - came) + came * (1 - stated)).sum(dim=-1)


@dataclass(frozen=True, slots=True)
class RankedProbabilityScore(MeanScore):
    r"""Mean over rows of :math:`\sum_{j < K} (F_j - [y \le j])^2`, in [0, K - 1].

    :math:`F_j` is the probability stated for the classes up to j. A proper score: least, on
    average, for who states the true probabilities; it counts mass far from what came out as
    worse than mass beside it. Of two classes it is `BrierBinary`. Of soft labels, the
    squared gap of both cumulative sums. The interval is Student's.

    Parameters
    ----------
    normalised : bool, default False
        Divided by K - 1, into [0, 1].

    References
    ----------
    .. [1] Epstein. "A Scoring System for Probability Forecasts of Ranked Categories." Journal
       of Applied Meteorology 8, 1969; Murphy, 10, 1971, for this form.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.5, 0.25, 0.25]], labels=[2])
    >>> RankedProbabilityScore()(rows).value  # .5**2 + .75**2
    0.8125
    """

    normalised: bool = False
    higher_is_better: ClassVar[bool | None] = False

    @property
    def score(self) -> CumulativeGaps:
        """See `MeanScore.score`."""
        return CumulativeGaps(self.normalised)


@dataclass(frozen=True, slots=True)
class ExpectedDistance(MeanScore):
    r"""Mean over rows of :math:`\sum_k p_k |k - y|`, in classes, in [0, K - 1].

    How far a class drawn from the stated probabilities lies from what came out, on average.
    It is no proper score: least for who puts all on the median class. The interval is
    Student's.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.5, 0.25, 0.25]], labels=[2])
    >>> ExpectedDistance()(rows).value  # .5 * 2 + .25 * 1
    1.25
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def score(self) -> StepsApart:
        """See `MeanScore.score`."""
        return StepsApart()
