"""Expectile loss: squared error that weighs one side more."""

from typing import Annotated, final

import torch
from torch import Tensor

from calibrant.losses.number_loss import PerTarget, PointLoss, Targets
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["ExpectileLoss", "expectile_loss"]


def expectile_loss(predicted: Targets, targets: Targets, *, q: Number = 0.5) -> PerTarget:
    """Expectile loss of every target: q (y - f)^2 where f is too low, else (1 - q) (f - y)^2.

    Parameters
    ----------
    predicted, targets : Float[Tensor, "row *axes"]
        Numbers f, and what they should have been, y.
    q : float, default 0.5
        Level in (0, 1): weight of targets above f. At 0.5 the loss is half of the squared error.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0, in squared units of the target.

    References
    ----------
    .. [1] Newey and Powell. "Asymmetric Least Squares Estimation and Testing." Econometrica 55,
       1987, equation 2.2.

    Examples
    --------
    >>> expectile_loss(torch.tensor([1.0, 4.0]), torch.tensor([3.0, 3.0]), q=0.9)  # .9 * 4, .1 * 1
    tensor([3.6000, 0.1000])
    """
    short = targets - predicted
    square = short.square()
    return torch.where(short > 0, q * square, (1 - q) * square)


@final
class ExpectileLoss(PointLoss):
    """Weighted mean of `expectile_loss` over a batch."""

    q: Annotated[float, Bounds(above=0.0, below=1.0, hint="0.5 is the mean.")] = 0.5

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `expectile_loss`."""
        return expectile_loss(predicted, targets, q=self.q)
