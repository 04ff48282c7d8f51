"""Accuracy: the share of rows that were decided rightly."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.means import MeanScore
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore

__all__ = ["Accuracy", "Hit"]


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
