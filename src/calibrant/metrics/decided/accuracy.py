"""Accuracy: the share of rows that were decided rightly."""

from dataclasses import dataclass, replace
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.means import MeanScore
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import Moments, RowScore
from calibrant.statistics.tally import Tally
from calibrant.statistics.views import n_decided

__all__ = ["Accuracy", "ErrorRate", "Hit"]


@dataclass(frozen=True, slots=True)
class Hit(RowScore):
    """1 where the likeliest class came out, else 0; its probability for soft labels."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Decisions, Events)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        if isinstance(rows, Events):
            return rows.outcome.double()
        assert isinstance(rows, (Predictions, Decisions))  # checked where rows are tallied
        return rows.credit

    def n_read(self, rows: Rows) -> int:
        """See `RowScore.n_read`."""
        return n_decided(rows)


@dataclass(frozen=True, slots=True)
class Accuracy(MeanScore):
    """Share of rows whose likeliest class came out, in [0, 1]; never a mean over classes.

    Of two classes the positive one is chosen from exactly one half on; beyond two, ties go to
    the lower index. Of soft labels, the mean probability of the chosen class. Of events, the
    share that happened. The interval is Wilson's.

    Examples
    --------
    >>> import calibrant as cal
    >>> Accuracy()(cal.decisions(predicted=[0, 0, 0, 1], labels=[0, 0, 0, 0])).value
    0.75
    """

    higher_is_better: ClassVar[bool | None] = True
    is_share: ClassVar[bool] = True

    @property
    def score(self) -> Hit:
        """See `MeanScore.score`."""
        return Hit()


@dataclass(frozen=True, slots=True)
class ErrorRate(TallyMetric):
    """Share of rows whose likeliest class did not come out, in [0, 1]: one less `Accuracy`.

    Hamming's loss of rows of one class each is the same number. The interval is Wilson's.

    Examples
    --------
    >>> import calibrant as cal
    >>> ErrorRate()(cal.decisions(predicted=[0, 0, 0, 1], labels=[0, 0, 0, 0])).value
    0.25
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def statistic(self) -> Moments:
        """See `TallyMetric.statistic`: that of accuracy."""
        return Accuracy().statistic

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        return 1 - Accuracy().read(tally)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        right = Accuracy().estimate(tally, level=level, class_names=class_names)
        if not isinstance(right.low, float) or not isinstance(right.high, float):
            return replace(right, value=1 - float(right))
        return replace(right, value=1 - float(right), low=1 - right.high, high=1 - right.low)
