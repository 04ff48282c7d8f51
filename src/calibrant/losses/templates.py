"""Three ways from rows to a number: a mean over rows, a function of sums, the batch as a whole."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import KW_ONLY
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float, Int
from torch import Tensor

from calibrant.losses.front_end import FrontEnd
from calibrant.losses.rows import Labels, PerRow, Rows, Scores, truth_of

__all__ = ["BatchLoss", "RowLoss", "SumLoss"]

PlainMean = Callable[[Tensor, Tensor, int, Tensor | None], Tensor]
_PRECISE = frozenset({torch.float32, torch.float64})


class RowLoss(FrontEnd):
    """Weighted mean of a loss of the row.

    A loss of your own states its settings and one method, and has all options:

    >>> from calibrant.losses import at_label
    >>> class Miss(RowLoss):
    ...     power: float = 1.0
    ...
    ...     def per_row(self, logits, labels):
    ...         return (1 - at_label(logits.softmax(1), labels)) ** self.power
    >>> Miss(2)(torch.zeros(1, 2), torch.tensor([0]))  # (1 - 1/2) ** 2
    tensor(0.2500)

    Parameters
    ----------
    reduction : "mean", "sum" or "none", default "mean"
        With weight w and loss l of a row: sum of w l over sum of w; sum of w l; w l of every
        row, in the shape of the rows. Class weights are part of w. The mean over no rows is 0.
    """

    plain_mean: ClassVar[PlainMean | None] = None
    """The same mean as that of `per_row` in fewer steps, for logits ``(row, class, *axes)``, class
    indices, the index to ignore, and class weights; row weights and all other options are out."""

    _: KW_ONLY
    reduction: Literal["mean", "sum", "none"] = "mean"

    @abstractmethod
    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """Unweighted loss of every row, classes at axis 1.

        Labels are class indices, or probabilities in the shape of `logits`;
        `calibrant.losses.at_label` reads both.
        """

    @final
    def forward(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Loss of the batch, still attached to the graph where every row is absent."""
        if self.plain_mean is not None and weights is None and mask is None:
            index = self.ignore_index
            if index is not None and self._is_plain(logits, labels):
                n_classes, dtype = logits.shape[1], logits.dtype
                class_weight = self.weights_of_classes(n_classes, dtype, are_relative=True)
                return self.plain_mean(logits, labels, index, class_weight)
        is_mean = self.reduction == "mean"
        rows = self.prepare(logits, labels, weights, mask, relative_weights=is_mean)
        scale = rows.weights
        if is_mean:
            total = scale.sum()
            scale = scale / torch.where(total > 0, total, 1)
        weighted = scale * self.per_row(rows.logits, rows.labels)
        return weighted if self.reduction == "none" else weighted.sum()

    def _is_plain(self, logits: object, labels: object) -> bool:
        """Whether the mean of these rows is that of class indices, by class weight at most."""
        return (
            self.reduction == "mean"
            and self.label_smoothing == 0
            and self.inputs == "logits"
            and not self.multilabel
            and isinstance(logits, Tensor)
            and isinstance(labels, Tensor)
            and logits.dtype in _PRECISE
            and labels.dtype == torch.int64
            and logits.ndim > 1
            and logits.shape[1] > 1
            and labels.shape == logits.shape[:1] + logits.shape[2:]
        )


class SumLoss(FrontEnd):
    """Function of sums over rows: the sums of shards and processes add up, their losses do not.

    ``loss.read(loss.sums(a) + loss.sums(b))`` is the loss of both batches together.
    """

    ignores_scale: ClassVar[bool] = False
    """Whether `read` gives the same for all sums times a number; weights may then have any scale,
    beyond the range of the logits' dtype too."""

    @abstractmethod
    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """Summands of every row at weight 1, each in the shape of `probs`, classes at axis 1.

        Parameters
        ----------
        probs : Float[Tensor, "row class *axes"]
            Stated probabilities; with `multilabel`, of yes.
        truth : Float[Tensor, "row class *axes"]
            Labels as probabilities: 0 and 1 where they are hard.
        """

    @abstractmethod
    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """Loss of the rows behind `sums`, of every table of them; 0 for sums that are all 0."""

    @final
    def sums(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Float[Tensor, "sum class"]:
        """Weighted sums over rows and axes, per class; differentiable, in float32 or better."""
        return self._summed(self.prepare(logits, labels, weights, mask))

    def _summed(self, rows: Rows) -> Float[Tensor, "sum class"]:
        """See `sums`."""
        probs, truth = rows.logits.softmax(1), truth_of(rows.logits, rows.labels)
        if self.multilabel:
            scale, probs, truth = rows.weights, probs[:, 1], truth[:, 1]
        else:
            scale = rows.weights.unsqueeze(1)
        over = [axis for axis in range(probs.ndim) if axis != 1]
        # no matrix product: under autocast it would round the addends to half precision
        return torch.stack([(scale * addend).sum(over) for addend in self.addends(probs, truth)])

    @final
    def forward(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Loss of the batch, still attached to the graph where every row is absent."""
        scale_free = self.ignores_scale
        rows = self.prepare(logits, labels, weights, mask, relative_weights=scale_free)
        return self.read(self._summed(rows))


class BatchLoss(FrontEnd):
    """Function of all rows at once, as ranking and pairs of rows need."""

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
        rows = self.prepare(logits, labels, weights, mask)
        is_soft = rows.labels.ndim == rows.logits.ndim
        labels = _flat(rows.labels) if is_soft else rows.labels.flatten()
        return self.whole(_flat(rows.logits), labels, rows.weights.flatten())


def _flat(scores: Scores) -> Float[Tensor, "flat class"]:
    """Rows and axes as one axis, classes last."""
    return scores.movedim(1, -1).flatten(0, -2)
