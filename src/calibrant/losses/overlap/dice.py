"""Dice and its kin: twice the overlap over the sizes of what is stated and what is true."""

from typing import Annotated, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.overlap.quotient import share
from calibrant.losses.overlap_loss import Counts, OverlapLoss
from calibrant.losses.rows import GivenLabels, GivenScores, Scores
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = [
    "DiceLoss",
    "LogCoshDiceLoss",
    "SquaredDiceLoss",
    "dice_loss",
    "log_cosh_dice_loss",
    "squared_dice_loss",
]

Smooth = Annotated[float, Bounds(at_least=0.0, hint="0 is the quotient itself.")]


@final
class DiceLoss(OverlapLoss):
    r"""One minus the Dice coefficient of every class.

    .. math:: 1 - \frac{2 TP + s}{2 TP + FP + FN + s} = \frac{FP + FN}{2 TP + FP + FN + s}

    Parameters
    ----------
    smooth : float, default 1.0
        What is added above and below, s, in rows or pixels, at least 0. It damps classes of few
        pixels, and costs nothing where nothing is wrong.

    References
    ----------
    .. [1] Dice. "Measures of the Amount of Ecologic Association Between Species." Ecology 26, 1945.
    .. [2] Drozdzal et al. "The Importance of Skip Connections in Biomedical Image Segmentation."
       DLMIA 2016.

    Examples
    --------
    >>> DiceLoss()(torch.zeros(4), torch.tensor([1, 1, 0, 0]))  # 1 - (2 * 1 + 1) / (2 + 2 + 1)
    tensor(0.4000)
    """

    smooth: Smooth = 1.0

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        return share(fp + fn, 2 * tp + fp + fn + self.smooth)


@final
class SquaredDiceLoss(OverlapLoss):
    r"""Dice loss of V-Net, with squares below.

    .. math:: 1 - \frac{2 \sum p y + s}{\sum p^2 + \sum y^2 + s}
        = \frac{\sum (p - y)^2}{\sum p^2 + \sum y^2 + s}

    Least, and 0, at p = y for soft labels too. The gradient of a row fades as its error does.

    Parameters
    ----------
    smooth : float, default 1.0
        What is added above and below, s, at least 0.

    References
    ----------
    .. [1] Milletari, Navab and Ahmadi. "V-Net: Fully Convolutional Neural Networks for Volumetric
       Medical Image Segmentation." 3DV 2016.

    Examples
    --------
    >>> SquaredDiceLoss(0)(torch.zeros(4), torch.tensor([1, 1, 0, 0]))  # 4 / 4 over 4 / 4 + 2
    tensor(0.3333)
    """

    smooth: Smooth = 1.0

    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """See `SumLoss.addends`: products, so that twice the first and the others give squares."""
        over = probs - truth
        return probs * truth, probs * over, -truth * over

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        return share(fp + fn, 2 * tp + fp + fn + self.smooth)


@final
class LogCoshDiceLoss(OverlapLoss):
    r"""Logarithm of the hyperbolic cosine of the Dice loss D of every class.

    About :math:`D^2 / 2` where D is small, so that the gradient fades near a perfect mask.

    Parameters
    ----------
    smooth : float, default 1.0
        See `DiceLoss`.

    References
    ----------
    .. [1] Jadon. "A Survey of Loss Functions for Semantic Segmentation." CIBCB 2020.

    Examples
    --------
    >>> LogCoshDiceLoss()(torch.zeros(4), torch.tensor([1, 1, 0, 0]))  # log(cosh(.4))
    tensor(0.0780)
    """

    smooth: Smooth = 1.0

    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        half = share(fp + fn, 2 * tp + fp + fn + self.smooth) / 2
        return torch.log1p(2 * half.sinh().square())  # cosh(d) - 1 without cancellation


def dice_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    smooth: Number = 1.0,
    over: Literal["batch", "sample"] = "batch",
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus the Dice coefficient of all rows; see `DiceLoss`.

    Examples
    --------
    >>> dice_loss(torch.zeros(4), torch.tensor([1, 1, 0, 0]), smooth=0.0)  # 1 - 2 * 1 / (2 + 2)
    tensor(0.5000)
    """
    loss = DiceLoss(smooth, over=over, average=average, absent=absent)
    return loss.forward(logits, labels)


def squared_dice_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    smooth: Number = 1.0,
    over: Literal["batch", "sample"] = "batch",
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """One minus the Dice coefficient with squares below; see `SquaredDiceLoss`."""
    loss = SquaredDiceLoss(smooth, over=over, average=average, absent=absent)
    return loss.forward(logits, labels)


def log_cosh_dice_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    smooth: Number = 1.0,
    over: Literal["batch", "sample"] = "batch",
    average: Literal["macro", "micro"] = "macro",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """Logarithm of the hyperbolic cosine of the Dice loss; see `LogCoshDiceLoss`."""
    loss = LogCoshDiceLoss(smooth, over=over, average=average, absent=absent)
    return loss.forward(logits, labels)
