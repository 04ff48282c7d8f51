"""The spherical score: stated probabilities as a direction."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.means import MeanScore
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore

__all__ = ["Direction", "SphericalScore"]


@dataclass(frozen=True, slots=True)
class Direction(RowScore):
    """Probability of what came out over the Euclidean norm of all of them, in [0, 1]."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Events)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`; of soft labels the mean over the classes, weighed by the label."""
        if isinstance(rows, Predictions) and not rows.is_positive:
            log_probs = rows.declared.log_probs.double()
            shares = (log_probs - (2 * log_probs).logsumexp(dim=-1, keepdim=True) / 2).exp()
            if rows.soft is not None:
                return (rows.soft * shares).sum(dim=-1)
            hard = rows.hard
            assert hard is not None
            return shares.gather(-1, hard[:, None]).squeeze(-1)
        events = rows.positive() if isinstance(rows, Predictions) else rows
        assert isinstance(events, Events)  # checked where rows are tallied
        stated, outcome = events.stated, events.outcome.double()
        other = 1 - stated
        return (outcome * stated + (1 - outcome) * other) / torch.hypot(stated, other)


@dataclass(frozen=True, slots=True)
class SphericalScore(MeanScore):
    r"""Mean of :math:`p_y / \lVert p \rVert_2` over rows, in [0, 1], higher is better.

    Proper and bounded: on average greatest for who states the true probabilities. Stating 1/K of
    K classes gets :math:`1/\sqrt K`; a sure error gets 0.

    References
    ----------
    .. [1] Gneiting, Raftery. "Strictly Proper Scoring Rules, Prediction, and Estimation." JASA
       102, 2007, section 4.2.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.6, 0.8 - 0.4], [0.5, 0.5]], labels=[0, 1])
    >>> round(SphericalScore()(rows).value, 6)  # (.6 / sqrt(.52) + sqrt(.5)) / 2
    0.769579
    """

    higher_is_better: ClassVar[bool | None] = True

    @property
    def score(self) -> Direction:
        """See `MeanScore.score`."""
        return Direction()
