"""Soft F1: the F1 score with stated probabilities in place of hard decisions."""

from typing import Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.rows import Labels, Scores
from calibrant.losses.templates import SumLoss

__all__ = ["SoftF1Loss", "soft_f1_loss"]


@final
class SoftF1Loss(SumLoss):
    r"""One minus soft F1, :math:`\sum |p - y| / \sum (p + y)` over the rows.

    With :math:`p` in {0, 1} this is :math:`(FP + FN) / (2 TP + FP + FN)`, exactly 1 - F1. On soft
    labels it is least at :math:`p = y`, where the usual product form is not.

    Parameters
    ----------
    average : "macro" or "micro", default "macro"
        Mean of the losses of the classes, or the loss of the sums over all classes.
    absent : "keep" or "skip", default "keep"
        What the mean does with a class that no row has: keep its loss, which is 1 as soon as any
        probability is stated for it (0 if none is), or leave it out. Micro has no such classes.

    References
    ----------
    .. [1] Benedict et al. "sigmoidF1: A Smooth F1 Score Surrogate Loss for Multilabel
       Classification." TMLR 2022.
    .. [2] Wang et al. "Jaccard Metric Losses: Optimizing the Jaccard Index with Soft Labels."
       NeurIPS 2023: the absolute difference in place of the product.

    Examples
    --------
    >>> sure = torch.tensor([[30.0, 0.0], [30.0, 0.0], [30.0, 0.0], [0.0, 30.0]])
    >>> SoftF1Loss()(sure, torch.tensor([0, 0, 1, 1]))  # mean of 1/5 and 1/3
    tensor(0.2667)
    """

    ignores_scale = True

    average: Literal["macro", "micro"] = "macro"
    absent: Literal["keep", "skip"] = "keep"

    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """See `SumLoss.addends`: error, what is stated, what is true."""
        return (probs - truth).abs(), probs, truth

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        if self.average == "micro":
            sums = sums.sum(-1, keepdim=True)
        error, stated, true = sums.unbind(-2)
        size = stated + true
        losses = error / torch.where(size > 0, size, 1)
        if self.absent == "keep":
            return losses.mean(-1)
        present = true > 0
        return torch.where(present, losses, 0).sum(-1) / present.sum(-1).clamp(min=1)


def soft_f1_loss(
    logits: Scores,
    labels: Labels,
    *,
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus soft F1 of all rows; see `SoftF1Loss`.

    Examples
    --------
    >>> soft_f1_loss(torch.zeros(2, 2), torch.tensor([0, 1]))  # error 1 of size 2, both classes
    tensor(0.5000)
    """
    return SoftF1Loss(average, absent).forward(logits, labels)
