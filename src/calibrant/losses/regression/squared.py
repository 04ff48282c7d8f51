"""Squared error: the loss that the mean minimises."""

from typing import final

from torch import Tensor

from calibrant.losses.number_loss import PerTarget, PointLoss, Targets

__all__ = ["SquaredErrorLoss", "squared_error"]


def squared_error(predicted: Targets, targets: Targets) -> PerTarget:
    """Squared error of every target, :math:`(f - y)^2`, in squared units of the target.

    Parameters
    ----------
    predicted, targets : Float[Tensor, "row *axes"]
        Numbers f, and what they should have been, y.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0.

    References
    ----------
    .. [1] Gneiting. "Making and Evaluating Point Forecasts." JASA 106, 2011: least, on average, at
       the mean.

    Examples
    --------
    >>> import torch
    >>> squared_error(torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0]))
    tensor([1., 9.])
    """
    return (predicted - targets).square()


@final
class SquaredErrorLoss(PointLoss):
    """Weighted mean of `squared_error` over a batch.

    Examples
    --------
    >>> import torch
    >>> SquaredErrorLoss()(torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0]))  # (1 + 9) / 2
    tensor(5.)
    """

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `squared_error`."""
        return squared_error(predicted, targets)
