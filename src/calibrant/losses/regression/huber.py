"""Huber loss: squared error for small errors, absolute for large ones."""

from typing import Annotated, final

import torch.nn.functional as F
from torch import Tensor

from calibrant.losses.number_loss import PerTarget, PointLoss, Targets
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["HuberLoss", "huber_loss"]


def huber_loss(predicted: Targets, targets: Targets, *, delta: Number = 1.0) -> PerTarget:
    r"""Huber loss of every target: :math:`e^2 / 2` up to :math:`|e| = \delta`, then linear.

    Parameters
    ----------
    predicted, targets : Float[Tensor, "row *axes"]
        Numbers f, and what they should have been, y; the error is :math:`e = f - y`.
    delta : float, default 1.0
        Error, above 0 and in units of the target, from which on the loss is
        :math:`\delta (|e| - \delta / 2)`.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0, in squared units of the target.

    References
    ----------
    .. [1] Huber. "Robust Estimation of a Location Parameter." Annals of Mathematical Statistics
       35, 1964, section 4.

    Examples
    --------
    >>> import torch
    >>> huber_loss(torch.tensor([0.5, 3.0]), torch.zeros(2))  # 0.5**2 / 2, 1 * (3 - 1/2)
    tensor([0.1250, 2.5000])
    """
    return F.huber_loss(predicted, targets, reduction="none", delta=delta)


@final
class HuberLoss(PointLoss):
    """Weighted mean of `huber_loss` over a batch."""

    delta: Annotated[float, Bounds(above=0.0, hint="It is an error in units of the target.")] = 1.0

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `huber_loss`."""
        return huber_loss(predicted, targets, delta=self.delta)
