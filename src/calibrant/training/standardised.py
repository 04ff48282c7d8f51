"""StandardisedLoss: a loss of numbers, of errors in a unit of the target."""

from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from calibrant.losses.base import Loss
from calibrant.losses.spec import Number

__all__ = ["StandardisedLoss"]


@final
class StandardisedLoss(nn.Module):
    r"""Point loss of errors that are divided by a scale, :math:`l((f - y) / s, 0)`.

    With the standard deviation of the targets as scale neither the loss nor its gradient depends
    on units, and a setting that is an error, such as the delta of the Huber loss, counts standard
    deviations. A point loss depends on the error alone, so the error may stand for the prediction
    and 0 for the target.

    Parameters
    ----------
    loss : Loss
        Of numbers in units of the target; a sum of such losses is one too.
    scale : float
        Unit :math:`s` of the target, above 0.

    Examples
    --------
    >>> from calibrant.losses import HuberLoss
    >>> loss = StandardisedLoss(HuberLoss(delta=1), scale=10.0)
    >>> loss(torch.tensor([35.0]), torch.tensor([5.0]))  # of an error of 3: 1 * (3 - 1/2)
    tensor(2.5000)
    """

    def __init__(self, loss: Loss, scale: float) -> None:
        super().__init__()
        self.loss = loss
        self.scale = scale

    def extra_repr(self) -> str:
        """Unit, for whoever prints the loss."""
        return f"scale={self.scale!r}"

    def at(self, epoch: Number) -> "StandardisedLoss":
        """Loss of an epoch; see `Loss.at`."""
        then = self.loss.at(epoch)
        return self if then is self.loss else StandardisedLoss(then, self.scale)

    def forward(
        self,
        numbers: Float[Tensor, " row"],
        targets: Float[Tensor, " row"],
        weights: Float[Tensor, " row"] | None = None,
    ) -> Float[Tensor, ""]:
        """Loss of the rows."""
        errors = (numbers - targets) / self.scale
        return self.loss(errors, torch.zeros_like(errors), weights)
