"""Double soft F1: that of yes and that of no."""

from typing import final

from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.confusion import ConfusionLoss
from calibrant.losses.overlap.quotient import share
from calibrant.losses.rows import GivenLabels, GivenScores

__all__ = ["DoubleSoftF1Loss", "double_soft_f1_loss"]


@final
class DoubleSoftF1Loss(ConfusionLoss):
    r"""Mean of one minus soft F1 of yes and one minus soft F1 of no.

    .. math::
        \frac{1}{2} \left( \frac{FP + FN}{2 TP + FP + FN} + \frac{FP + FN}{2 TN + FP + FN} \right)

    Every class against all others is a question, and the loss is the mean over them. F1 alone does
    not see true negatives; where yes is common this does.

    References
    ----------
    .. [1] Maiza. "The Unknown Benefits of using a Soft-F1 Loss in Classification Systems." 2019.

    Examples
    --------
    Counts tp 1.5, fp .5, fn .5, tn 1.5 of one question: 1 / 4 both times.

    >>> import torch
    >>> probs = torch.tensor([0.75, 0.75, 0.25, 0.25])
    >>> DoubleSoftF1Loss(inputs="probs")(probs, torch.tensor([1, 1, 0, 0]))
    tensor(0.2500)
    """

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        tp, fp, fn, tn = sums.unbind(-2)
        error = fp + fn
        both = share(error, 2 * tp + error) + share(error, 2 * tn + error)
        return both.mean(-1) / 2


def double_soft_f1_loss(logits: GivenScores, labels: GivenLabels) -> Float[Tensor, ""]:
    """Mean of one minus soft F1 of yes and of no; see `DoubleSoftF1Loss`."""
    return DoubleSoftF1Loss().forward(logits, labels)
