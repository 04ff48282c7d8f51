"""Dice together with a loss of the row: what masks are mostly trained with."""

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Annotated, ClassVar, final

from jaxtyping import Float
from torch import Tensor

from calibrant.losses.classification.crossentropy import CrossEntropyLoss, cross_entropy
from calibrant.losses.classification.focal import FocalLoss, focal_loss
from calibrant.losses.overlap.dice import DiceLoss
from calibrant.losses.overlap.quotient import share
from calibrant.losses.overlap_loss import Counts, OverlapLoss
from calibrant.losses.rows import GivenLabels, GivenScores, PerRow, Rows
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = [
    "DiceAndRowsLoss",
    "DiceBCELoss",
    "DiceCELoss",
    "DiceFocalLoss",
    "dice_bce_loss",
    "dice_ce_loss",
    "dice_focal_loss",
]

Factor = Annotated[float, Bounds(at_least=0.0, hint="0 leaves it out.")]
Smooth = Annotated[float, Bounds(at_least=0.0, hint="0 is the quotient itself.")]


class DiceAndRowsLoss(OverlapLoss, ABC):
    """Dice and the mean of a loss of the row, each times its factor.

    Both are functions of sums over rows, so that with `sync` or accumulated sums the mean is that
    of the joint batch, too. `average`, `absent` and `classes` concern Dice alone. `parts` lists
    the loss itself, and each of the two without its factor.
    """

    guards_absent: ClassVar[bool] = False

    @abstractmethod
    def per_row(self, rows: Rows) -> PerRow:
        """Loss of every row, or of every entry of questions."""

    @property
    @abstractmethod
    def factors(self) -> tuple[float, float]:
        """What Dice and the mean over rows are multiplied by."""

    @property
    @abstractmethod
    def smoothing(self) -> float:
        """What Dice adds above and below."""

    @abstractmethod
    def alone(self) -> dict[str, "DiceAndRowsLoss"]:
        """Loss with one factor 1 and the other 0, by the spec of what it then is."""

    @final
    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """See `OverlapLoss.of_counts`."""
        return share(fp + fn, 2 * tp + fp + fn + self.smoothing)

    @final
    def extras(self, rows: Rows) -> tuple[PerRow, ...]:
        """See `SumLoss.extras`: losses and weights of the rows."""
        losses = rows.weights * self.per_row(rows)
        return (losses if rows.factor is None else rows.factor * losses), rows.weights

    @final
    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        of_dice, of_rows = self.factors
        if of_rows == 0:
            return of_dice * super().read(sums)
        losses, weights = sums[..., 3:, :].sum(-1).unbind(-1)
        mean = of_rows * share(losses, weights)
        return mean if of_dice == 0 else of_dice * super().read(sums) + mean

    @final
    def parts(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """See `Loss.parts`: this loss, and what it consists of."""
        alone = self.alone()
        values = [one.forward(logits, labels, weights, mask=mask) for one in alone.values()]
        whole = self.factors[0] * values[0] + self.factors[1] * values[1]
        return {self.spec: whole, **dict(zip(alone, values, strict=True))}


@final
class DiceBCELoss(DiceAndRowsLoss):
    r"""Dice and binary cross entropy, :math:`D + b \cdot BCE`.

    The cross entropy is that of yes and no for a single score a row or with `multilabel`, and that
    of exclusive classes else.

    Parameters
    ----------
    bce_weight : float, default 0.75
        Factor of the mean cross entropy, b, at least 0.
    smooth : float, default 1.0
        What Dice adds above and below, at least 0.
    dice_weight : float, default 1.0
        Factor of Dice, at least 0.

    Examples
    --------
    >>> import torch
    >>> DiceBCELoss()(torch.zeros(4), torch.tensor([1, 1, 0, 0]))  # .4 + .75 * ln 2
    tensor(0.9199)
    """

    bce_weight: Factor = 0.75
    smooth: Smooth = 1.0
    dice_weight: Factor = 1.0

    @property
    def factors(self) -> tuple[float, float]:
        """See `DiceAndRowsLoss.factors`."""
        return self.dice_weight, self.bce_weight

    @property
    def smoothing(self) -> float:
        """See `DiceAndRowsLoss.smoothing`."""
        return self.smooth

    def per_row(self, rows: Rows) -> PerRow:
        """See `DiceAndRowsLoss.per_row`."""
        return cross_entropy(rows.logits, rows.labels)

    def alone(self) -> dict[str, DiceAndRowsLoss]:
        """See `DiceAndRowsLoss.alone`."""
        return {
            DiceLoss(self.smooth).spec: replace(self, dice_weight=1.0, bce_weight=0.0),
            CrossEntropyLoss().spec: replace(self, dice_weight=0.0, bce_weight=1.0),
        }


@final
class DiceCELoss(DiceAndRowsLoss):
    r"""Dice and cross entropy, :math:`a D + b \cdot CE`.

    Parameters
    ----------
    dice_weight, ce_weight : float, default 1.0
        Factors of Dice and of the mean cross entropy, a and b, at least 0.
    smooth : float, default 1.0
        What Dice adds above and below, at least 0.

    References
    ----------
    .. [1] Isensee et al. "nnU-Net: A Self-Configuring Method for Deep Learning-Based Biomedical
       Image Segmentation." Nature Methods 18, 2021.

    Examples
    --------
    Of each class .4; and ln 2.

    >>> import torch
    >>> DiceCELoss()(torch.zeros(4, 2), torch.tensor([1, 1, 0, 0]))
    tensor(1.0931)
    """

    dice_weight: Factor = 1.0
    ce_weight: Factor = 1.0
    smooth: Smooth = 1.0

    @property
    def factors(self) -> tuple[float, float]:
        """See `DiceAndRowsLoss.factors`."""
        return self.dice_weight, self.ce_weight

    @property
    def smoothing(self) -> float:
        """See `DiceAndRowsLoss.smoothing`."""
        return self.smooth

    def per_row(self, rows: Rows) -> PerRow:
        """See `DiceAndRowsLoss.per_row`."""
        return cross_entropy(rows.logits, rows.labels)

    def alone(self) -> dict[str, DiceAndRowsLoss]:
        """See `DiceAndRowsLoss.alone`."""
        return {
            DiceLoss(self.smooth).spec: replace(self, dice_weight=1.0, ce_weight=0.0),
            CrossEntropyLoss().spec: replace(self, dice_weight=0.0, ce_weight=1.0),
        }


@final
class DiceFocalLoss(DiceAndRowsLoss):
    r"""Dice and focal loss, :math:`a D + b F`.

    Parameters
    ----------
    gamma : float, default 2.0
        Focus of the focal loss, at least 0.
    dice_weight, focal_weight : float, default 1.0
        Factors of Dice and of the mean focal loss, a and b, at least 0.
    smooth : float, default 1.0
        What Dice adds above and below, at least 0.

    References
    ----------
    .. [1] Zhu et al. "AnatomyNet: Deep Learning for Fast and Fully Automated Whole-volume
       Segmentation of Head and Neck Anatomy." Medical Physics 46, 2019.

    Examples
    --------
    >>> import torch
    >>> DiceFocalLoss()(torch.zeros(4), torch.tensor([1, 1, 0, 0]))  # .4 + .25 * ln 2
    tensor(0.5733)
    """

    gamma: Annotated[float, Bounds(at_least=0.0, hint="0 is cross entropy.")] = 2.0
    dice_weight: Factor = 1.0
    focal_weight: Factor = 1.0
    smooth: Smooth = 1.0

    @property
    def factors(self) -> tuple[float, float]:
        """See `DiceAndRowsLoss.factors`."""
        return self.dice_weight, self.focal_weight

    @property
    def smoothing(self) -> float:
        """See `DiceAndRowsLoss.smoothing`."""
        return self.smooth

    def per_row(self, rows: Rows) -> PerRow:
        """See `DiceAndRowsLoss.per_row`."""
        return focal_loss(rows.logits, rows.labels, gamma=self.gamma)

    def alone(self) -> dict[str, DiceAndRowsLoss]:
        """See `DiceAndRowsLoss.alone`."""
        return {
            DiceLoss(self.smooth).spec: replace(self, dice_weight=1.0, focal_weight=0.0),
            FocalLoss(self.gamma).spec: replace(self, dice_weight=0.0, focal_weight=1.0),
        }


def dice_bce_loss(
    logits: GivenScores, labels: GivenLabels, *, bce_weight: Number = 0.75, smooth: Number = 1.0
) -> Float[Tensor, ""]:
    """Dice and binary cross entropy of all rows; see `DiceBCELoss`."""
    return DiceBCELoss(bce_weight, smooth).forward(logits, labels)


def dice_ce_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    dice_weight: Number = 1.0,
    ce_weight: Number = 1.0,
    smooth: Number = 1.0,
) -> Float[Tensor, ""]:
    """Dice and cross entropy of all rows; see `DiceCELoss`."""
    return DiceCELoss(dice_weight, ce_weight, smooth).forward(logits, labels)


def dice_focal_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    gamma: Number = 2.0,
    dice_weight: Number = 1.0,
    focal_weight: Number = 1.0,
    smooth: Number = 1.0,
) -> Float[Tensor, ""]:
    """Dice and focal loss of all rows; see `DiceFocalLoss`."""
    return DiceFocalLoss(gamma, dice_weight, focal_weight, smooth).forward(logits, labels)
