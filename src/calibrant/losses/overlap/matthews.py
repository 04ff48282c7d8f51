"""Soft MCC: the correlation of what is stated with what is true."""

from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.confusion import ConfusionLoss
from calibrant.losses.rows import GivenLabels, GivenScores

__all__ = ["SoftMCCLoss", "soft_mcc_loss"]


@final
class SoftMCCLoss(ConfusionLoss):
    r"""One minus the Matthews correlation coefficient of soft counts, between 0 and 2.

    .. math::
        1 - \frac{\sum_k (TP_k TN_k - FP_k FN_k)}
        {\sqrt{\sum_k (TP_k + FP_k)(TN_k + FN_k)} \sqrt{\sum_k (TP_k + FN_k)(TN_k + FP_k)}}

    Over exclusive classes this is Gorodkin's coefficient; over one question, with one k, that of
    Matthews. Losses of several questions are averaged. Where rows have, or all of them state, one
    answer only, there is no correlation: the loss is 1, or 0 if nothing is wrong.

    References
    ----------
    .. [1] Gorodkin. "Comparing two K-category assignments by a K-category correlation
       coefficient." Computational Biology and Chemistry 28, 2004.
    .. [2] Abhishek and Hamarneh. "Matthews Correlation Coefficient Loss for Deep Convolutional
       Networks: Application to Skin Lesion Segmentation." ISBI 2021.

    Examples
    --------
    Counts tp 1.5, fp .5, fn .5, tn 1.5: one minus (2.25 - .25) / (2 * 2).

    >>> probs = torch.tensor([0.75, 0.75, 0.25, 0.25])
    >>> SoftMCCLoss(inputs="probs")(probs, torch.tensor([1, 1, 0, 0]))
    tensor(0.5000)
    """

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        total = sums.sum(-2, keepdim=True)
        tp, fp, fn, tn = (sums / torch.where(total > 0, total, 1)).unbind(-2)  # products of shares
        covariance = tp * tn - fp * fn
        stated, true = (tp + fp) * (tn + fn), (tp + fn) * (tn + fp)
        wrong = fp + fn
        if not self.asks(sums):
            parts = (covariance, stated, true, wrong)
            covariance, stated, true, wrong = (part.sum(-1, keepdim=True) for part in parts)
        product = stated * true
        varies = product > 0
        spread = torch.where(varies, product, 1).sqrt()
        flat = torch.where(wrong > 0, 1, wrong)
        return torch.where(varies, 1 - covariance / spread, flat).mean(-1)


def soft_mcc_loss(logits: GivenScores, labels: GivenLabels) -> Float[Tensor, ""]:
    """One minus the soft Matthews correlation coefficient of all rows; see `SoftMCCLoss`."""
    return SoftMCCLoss().forward(logits, labels)
