"""Loss of the batch as a whole: what pairs of rows and ranking need."""

from abc import ABC, abstractmethod
from typing import final

from jaxtyping import Float, Int
from torch import Tensor

from calibrant.losses.front_end import FrontEnd
from calibrant.losses.rows import Scores

__all__ = ["BatchLoss"]


class BatchLoss(FrontEnd, ABC):
    """Function of all rows at once, as ranking and pairs of rows need.

    It does not add up: over processes, every one has the loss of its own rows. Weights are over
    the largest, so the loss must not depend on their scale.
    """

    @abstractmethod
    def whole(
        self,
        logits: Float[Tensor, "row class"],
        labels: Int[Tensor, " row"] | Float[Tensor, "row class"],
        weights: Float[Tensor, " row"],
    ) -> Float[Tensor, ""]:
        """Loss of the batch, axes flattened into rows; attached 0 where no row weighs anything."""

    @final
    def forward(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Loss of the batch."""
        rows = self.prepare(logits, labels, weights, mask, relative_weights=True)
        is_soft = rows.labels.ndim == rows.logits.ndim
        flat = _flat(rows.labels) if is_soft else rows.labels.flatten()
        scale = rows.weights if rows.factor is None else rows.factor * rows.weights
        value = self.whole(_flat(rows.logits), flat, scale.flatten())
        return self.unless_empty(value, rows.weights)


def _flat(scores: Scores) -> Float[Tensor, "flat class"]:
    """Rows and axes as one axis, classes last."""
    return scores.movedim(1, -1).flatten(0, -2)
