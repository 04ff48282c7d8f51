"""Scores of the top-label event: the likeliest class is right, or it is not."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.proper.scores import NegativeLogLikelihood
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.forms import Logits
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore

__all__ = ["OfTopLabel"]


@dataclass(frozen=True, slots=True)
class OfTopLabel(RowScore):
    """A score of yes/no events, taken of the top-label events; events that came in serve as such.

    It must be the same for an event and its complement.

    Parameters
    ----------
    score : RowScore
        A score that reads events.
    """

    score: RowScore
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Events)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`; log loss from logits, without the rounding of a softmax."""
        if isinstance(rows, Events) or rows.n_classes == 2:  # either class tells it of both
            return self.score.of(rows)
        assert isinstance(rows, Predictions)  # checked where rows are tallied
        if not isinstance(rows.declared, Logits) or self.score != NegativeLogLikelihood():
            return self.score.of(rows.top_label())
        log_probs, guess = rows.declared.log_probs.double(), rows.guess[:, None]
        yes = log_probs.gather(-1, guess).squeeze(-1)
        no = log_probs.scatter(-1, guess, -torch.inf).logsumexp(dim=-1)
        right = rows.credit
        return -(_times(right, yes) + _times(1 - right, no))


def _times(share: Float64[Tensor, " row"], log: Float64[Tensor, " row"]) -> Tensor:
    """Product in which 0 times minus infinity is 0."""
    return torch.where(share > 0, share * log, 0)
