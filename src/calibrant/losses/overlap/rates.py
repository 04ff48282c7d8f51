"""Means of the recalls of all classes: soft balanced accuracy and soft G-mean."""

from typing import final

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from calibrant.losses.overlap.confusion import ConfusionLoss
from calibrant.losses.overlap.quotient import share
from calibrant.losses.rows import GivenLabels, GivenScores

__all__ = [
    "SoftBalancedAccuracyLoss",
    "SoftGMeanLoss",
    "soft_balanced_accuracy_loss",
    "soft_g_mean_loss",
]

Missed = Float[Tensor, "*more question answer"]


@final
class SoftBalancedAccuracyLoss(ConfusionLoss):
    """One minus soft balanced accuracy, the mean of the recalls of the classes that rows have.

    Of a question these are the recalls of yes and of no; of several, their means are averaged.

    References
    ----------
    .. [1] Brodersen et al. "The Balanced Accuracy and Its Posterior Distribution." ICPR 2010.

    Examples
    --------
    >>> probs = torch.tensor([0.75, 0.25, 0.25, 0.25])  # recalls .75 and .75
    >>> SoftBalancedAccuracyLoss(inputs="probs")(probs, torch.tensor([1, 0, 0, 0]))
    tensor(0.2500)
    """

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        missed, present = _missed(sums, are_questions=self.asks(sums))
        return (missed.sum(-1) / present.sum(-1).clamp(min=1)).mean(-1)


@final
class SoftGMeanLoss(ConfusionLoss):
    r"""One minus the geometric mean of the soft recalls of the classes that rows have.

    One class that is never right makes it 1. There, where the root has an infinite slope, the
    gradient is 0. Of a question the recalls are those of yes and of no; of several, the losses are
    averaged.

    References
    ----------
    .. [1] Kubat and Matwin. "Addressing the Curse of Imbalanced Training Sets: One-Sided
       Selection." ICML 1997.

    Examples
    --------
    >>> probs = torch.tensor([0.64, 0.0, 0.0])  # recalls .64 and 1
    >>> SoftGMeanLoss(inputs="probs")(probs, torch.tensor([1, 0, 0]))
    tensor(0.2000)
    """

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        missed, present = _missed(sums, are_questions=self.asks(sums))
        none_right = (missed >= 1).any(-1)
        logs = torch.log1p(-torch.where(none_right.unsqueeze(-1), 0, missed))
        mean = logs.sum(-1) / present.sum(-1).clamp(min=1)
        return torch.where(none_right, 1, -torch.expm1(mean)).mean(-1)


def _missed(
    sums: Float[Tensor, "*more sum class"], *, are_questions: bool
) -> tuple[Missed, Bool[Tensor, "*more question answer"]]:
    """One minus recall of every answer, 0 of those that no row has; and which rows have.

    Questions have the answers yes and no; exclusive classes are the answers to one question.
    """
    tp, fp, fn, tn = sums.unbind(-2)
    if are_questions:
        wrong, size = torch.stack((fn, fp), dim=-1), torch.stack((tp + fn, tn + fp), dim=-1)
    else:
        wrong, size = fn.unsqueeze(-2), (tp + fn).unsqueeze(-2)
    return share(wrong, size), size > 0


def soft_balanced_accuracy_loss(logits: GivenScores, labels: GivenLabels) -> Float[Tensor, ""]:
    """One minus soft balanced accuracy of all rows; see `SoftBalancedAccuracyLoss`."""
    return SoftBalancedAccuracyLoss().forward(logits, labels)


def soft_g_mean_loss(logits: GivenScores, labels: GivenLabels) -> Float[Tensor, ""]:
    """One minus the geometric mean of the soft recalls of all rows; see `SoftGMeanLoss`."""
    return SoftGMeanLoss().forward(logits, labels)
