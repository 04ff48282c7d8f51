"""Soft F1: the F1 score with stated probabilities in place of hard decisions."""

from typing import Literal, final

from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.quotient import share
from calibrant.losses.overlap_loss import Counts, OverlapLoss
from calibrant.losses.rows import GivenLabels, GivenScores

__all__ = ["SoftF1Loss", "soft_f1_loss"]


@final
class SoftF1Loss(OverlapLoss):
    r"""One minus soft F1, :math:`\sum |p - y| / \sum (p + y)` over the rows.

    With :math:`p` in {0, 1} this is :math:`(FP + FN) / (2 TP + FP + FN)`, exactly 1 - F1. On soft
    labels it is least at :math:`p = y`, where the usual product form is not.

    References
    ----------
    .. [1] Benedict et al. "sigmoidF1: A Smooth F1 Score Surrogate Loss for Multilabel
       Classification." TMLR 2022.
    .. [2] Wang et al. "Jaccard Metric Losses: Optimizing the Jaccard Index with Soft Labels."
       NeurIPS 2023: the absolute difference in place of the product.

    Examples
    --------
    >>> import torch
    >>> sure = torch.tensor([[30.0, 0.0], [30.0, 0.0], [30.0, 0.0], [0.0, 30.0]])
    >>> SoftF1Loss()(sure, torch.tensor([0, 0, 1, 1]))  # mean of 1/5 and 1/3
    tensor(0.2667)
    """

    ignores_scale = True

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        return share(fp + fn, 2 * tp + fp + fn)


def soft_f1_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus soft F1 of all rows; see `SoftF1Loss`.

    Examples
    --------
    >>> import torch
    >>> soft_f1_loss(torch.zeros(2, 2), torch.tensor([0, 1]))  # error 1 of size 2, both classes
    tensor(0.5000)
    """
    return SoftF1Loss(average=average, absent=absent).forward(logits, labels)
