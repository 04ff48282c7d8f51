"""Loss of the row: a weighted mean over rows, however the losses of the rows are made."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import KW_ONLY
from typing import ClassVar, final

import torch
from torch import Tensor

from calibrant.losses.front_end import FrontEnd
from calibrant.losses.rows import Labels, PerRow, Rows, Scores
from calibrant.losses.single import Reduction, reduced

__all__ = ["MeanLoss", "RowLoss"]

PlainMean = Callable[[Tensor, Tensor, int, Tensor | None], Tensor]
_PRECISE = frozenset({torch.float32, torch.float64})


class MeanLoss(FrontEnd, ABC):
    """Weighted mean of losses of rows.

    Parameters
    ----------
    reduction : "mean", "sum" or "none", default "mean"
        With weight w and loss l of a row: sum of w l over sum of w; sum of w l; w l of every
        row, in the shape of the rows. Class weights are part of w. The mean over no rows is 0.
    """

    plain_mean: ClassVar[PlainMean | None] = None
    """The same mean as that of `of_rows` in fewer steps, for logits ``(row, class, *axes)``, class
    indices, the index to ignore, and class weights; row weights and all other options are out."""

    _: KW_ONLY
    reduction: Reduction = "mean"

    @abstractmethod
    def of_rows(self, rows: Rows) -> PerRow:
        """Unweighted loss of every row, `Rows.factor` included."""

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
        value = reduced(self.of_rows(rows), rows.weights, self.reduction)
        return self.unless_empty(value, rows.weights) if is_mean else value

    def _is_plain(self, logits: object, labels: object) -> bool:
        """Whether the mean of these rows is that of class indices, by class weight at most."""
        return (
            self.reduction == "mean"
            and self.label_smoothing == 0
            and self.when_empty == "zero"
            and self.pos_weight is None
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


class RowLoss(MeanLoss, ABC):
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
    """

    @abstractmethod
    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """Unweighted loss of every row, classes at axis 1.

        Labels are class indices, or probabilities in the shape of `logits`;
        `calibrant.losses.at_label` reads both.
        """

    @final
    def of_rows(self, rows: Rows) -> PerRow:
        """See `MeanLoss.of_rows`."""
        losses = self.per_row(rows.logits, rows.labels)
        return losses if rows.factor is None else rows.factor * losses
