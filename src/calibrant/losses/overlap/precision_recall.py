"""Soft precision and soft recall: the shares of what is stated, and of what is true."""

from typing import Literal, final

from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.quotient import share
from calibrant.losses.overlap_loss import Counts, OverlapLoss
from calibrant.losses.rows import GivenLabels, GivenScores

__all__ = ["SoftPrecisionLoss", "SoftRecallLoss", "soft_precision_loss", "soft_recall_loss"]


@final
class SoftPrecisionLoss(OverlapLoss):
    """One minus soft precision, FP / (TP + FP): the share of what is stated that is wrong.

    Alone it is least where hardly anything is stated; it is a part for sums.

    Examples
    --------
    >>> import torch
    >>> SoftPrecisionLoss()(torch.zeros(2), torch.tensor([1, 0]))  # .5 / (.5 + .5)
    tensor(0.5000)
    """

    ignores_scale = True

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        del fn
        return share(fp, tp + fp)


@final
class SoftRecallLoss(OverlapLoss):
    """One minus soft recall, FN / (TP + FN): the share of what is true that is not stated.

    The mean over exclusive classes is one minus soft balanced accuracy, if every class is there; of
    a class that no row has the recall is 1. Of one question it is least where yes is always stated.

    Examples
    --------
    >>> import torch
    >>> SoftRecallLoss()(torch.zeros(2), torch.tensor([1, 0]))  # .5 / (.5 + .5)
    tensor(0.5000)
    """

    ignores_scale = True

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        del fp
        return share(fn, tp + fn)


def soft_precision_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus soft precision of all rows; see `SoftPrecisionLoss`."""
    return SoftPrecisionLoss(average=average, absent=absent).forward(logits, labels)


def soft_recall_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus soft recall of all rows; see `SoftRecallLoss`."""
    return SoftRecallLoss(average=average, absent=absent).forward(logits, labels)
