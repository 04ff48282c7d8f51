"""Tversky: Dice where a miss and a false alarm count differently; and its focal power."""

from typing import Annotated, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.quotient import share
from calibrant.losses.overlap_loss import Counts, OverlapLoss
from calibrant.losses.rows import GivenLabels, GivenScores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["FocalTverskyLoss", "TverskyLoss", "focal_tversky_loss", "tversky_loss"]

ErrorWeight = Annotated[float, Bounds(at_least=0.0, hint="Both at 1/2 are Dice, at 1 Jaccard.")]
Smooth = Annotated[float, Bounds(at_least=0.0, hint="0 is the quotient itself.")]


@final
class TverskyLoss(OverlapLoss):
    r"""One minus the Tversky index of every class, with weights a of FN and b of FP.

    .. math:: 1 - \frac{TP + s}{TP + a FN + b FP + s} = \frac{a FN + b FP}{TP + a FN + b FP + s}

    Weights of 1/2 and smoothing s are Dice with 2 s; weights of 1 are Jaccard.

    Parameters
    ----------
    fn_weight, fp_weight : float, default 0.5
        What a miss and a false alarm count in the union, at least 0. By name, because alpha is the
        false alarm in Salehi's paper and the miss in Abraham's.
    smooth : float, default 1.0
        What is added above and below, s, in rows or pixels, at least 0.

    References
    ----------
    .. [1] Tversky. "Features of Similarity." Psychological Review 84, 1977.
    .. [2] Salehi, Erdogmus and Gholipour. "Tversky Loss Function for Image Segmentation Using 3D
       Fully Convolutional Deep Networks." MLMI 2017.

    Examples
    --------
    >>> loss = TverskyLoss(fn_weight=0.75, fp_weight=0.25)
    >>> loss(torch.zeros(3), torch.tensor([1, 1, 0]))  # 1 - (1 + 1) / (1 + .75 + .125 + 1)
    tensor(0.3043)
    """

    fn_weight: ErrorWeight = 0.5
    fp_weight: ErrorWeight = 0.5
    smooth: Smooth = 1.0

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        error = self.fn_weight * fn + self.fp_weight * fp
        return share(error, tp + error + self.smooth)


@final
class FocalTverskyLoss(OverlapLoss):
    r"""Tversky loss of every class to the power :math:`1 / \gamma`.

    Gamma above 1 lifts small losses, so that a class that is nearly right still has a gradient.
    Where the loss is exactly 0, whose power has an infinite slope, the gradient is 0.

    Parameters
    ----------
    fn_weight, fp_weight : float, default 0.7, 0.3
        What a miss and a false alarm count, at least 0.
    gamma : float, default 4/3
        **Inverse** of the exponent, as in the paper, above 0; 1 is `TverskyLoss`. Code that raises
        to gamma itself means ``1 / gamma`` here.
    smooth : float, default 1.0
        What is added above and below, in rows or pixels, at least 0.

    References
    ----------
    .. [1] Abraham and Khan. "A Novel Focal Tversky Loss Function with Improved Attention U-Net for
       Lesion Segmentation." ISBI 2019, equation 4.

    Examples
    --------
    >>> loss = FocalTverskyLoss(fn_weight=0.75, fp_weight=0.25, gamma=0.5)
    >>> loss(torch.zeros(3), torch.tensor([1, 1, 0]))  # .3043 ** 2, see `TverskyLoss`
    tensor(0.0926)
    """

    fn_weight: ErrorWeight = 0.7
    fp_weight: ErrorWeight = 0.3
    gamma: Annotated[float, Bounds(above=0.0, hint="The exponent is 1 / gamma.")] = 4 / 3
    smooth: Smooth = 1.0

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        error = self.fn_weight * fn + self.fp_weight * fp
        loss = share(error, tp + error + self.smooth)
        return torch.where(loss > 0, torch.where(loss > 0, loss, 1) ** (1 / self.gamma), loss)


def tversky_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    fn_weight: Number = 0.5,
    fp_weight: Number = 0.5,
    smooth: Number = 1.0,
    over: Literal["batch", "sample"] = "batch",
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus the Tversky index of all rows; see `TverskyLoss`."""
    loss = TverskyLoss(fn_weight, fp_weight, smooth, over=over, average=average, absent=absent)
    return loss.forward(logits, labels)


def focal_tversky_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    fn_weight: Number = 0.7,
    fp_weight: Number = 0.3,
    gamma: Number = 4 / 3,
    smooth: Number = 1.0,
    over: Literal["batch", "sample"] = "batch",
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """Tversky loss of all rows to the power 1 / gamma; see `FocalTverskyLoss`."""
    loss = FocalTverskyLoss(
        fn_weight, fp_weight, gamma, smooth, over=over, average=average, absent=absent
    )
    return loss.forward(logits, labels)
