"""Generalized Dice: one quotient of the sums of all classes, rare ones weighing more."""

from typing import Annotated, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.quotient import share
from calibrant.losses.rows import GivenLabels, GivenScores, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number
from calibrant.losses.sum_loss import SumLoss

__all__ = ["GeneralizedDiceLoss", "generalized_dice_loss"]


@final
class GeneralizedDiceLoss(SumLoss):
    r"""Dice loss of all classes together, each weighing the inverse of its size.

    .. math:: \frac{\sum_k w_k (FP_k + FN_k)}{\sum_k w_k (2 TP_k + FP_k + FN_k)}, \qquad
        w_k = (TP_k + FN_k)^{-r}

    A class that no row has would weigh infinitely; it weighs as much as the rarest one that rows
    have, so that what is wrongly stated for it costs, and stays finite. Weights are constants to
    the gradient. Of a single question, the loss is Dice without smoothing.

    Parameters
    ----------
    power : float, default 2.0
        How fast the weight of a class falls with its size, r, at least 0. 2 is Sudre's; 1 is the
        "simple" form; 0 is soft F1 with ``average="micro"``.

    References
    ----------
    .. [1] Sudre et al. "Generalised Dice Overlap as a Deep Learning Loss Function for Highly
       Unbalanced Segmentations." DLMIA 2017.
    .. [2] Crum, Camara and Hill. "Generalized Overlap Measures for Evaluation and Validation in
       Medical Image Analysis." IEEE TMI 25, 2006.

    Examples
    --------
    p = 1/2 of 1 row and 3: errors 2 and 2 of sizes 3 and 5, weights 1 and 1/9.

    >>> loss = GeneralizedDiceLoss()
    >>> loss(torch.zeros(4, 2), torch.tensor([0, 1, 1, 1]))  # (2 + 2/9) / (3 + 5/9)
    tensor(0.6250)
    """

    ignores_scale = True

    power: Annotated[float, Bounds(at_least=0.0, hint="2 is that of the paper.")] = 2.0

    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """See `SumLoss.addends`: error, what is stated, what is true."""
        return (probs - truth).abs(), probs, truth

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        error, stated, true = sums.unbind(-2)
        size = true.detach()
        smallest = torch.where(size > 0, size, torch.inf).amin(-1, keepdim=True)
        # relative to the rarest class no weight overflows
        weight = torch.where(size > 0, smallest / torch.where(size > 0, size, 1), 1) ** self.power
        return share((weight * error).sum(-1), (weight * (stated + true)).sum(-1))


def generalized_dice_loss(
    logits: GivenScores, labels: GivenLabels, *, power: Number = 2.0
) -> Float[Tensor, ""]:
    """Dice loss of all classes together; see `GeneralizedDiceLoss`."""
    return GeneralizedDiceLoss(power).forward(logits, labels)
