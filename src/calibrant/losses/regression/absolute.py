"""Absolute error: the loss that the median minimises."""

from typing import final

from torch import Tensor

from calibrant.losses.number_loss import PerTarget, PointLoss, Targets

__all__ = ["AbsoluteErrorLoss", "absolute_error"]


def absolute_error(predicted: Targets, targets: Targets) -> PerTarget:
    """Absolute error of every target, :math:`|f - y|`, in units of the target.

    Parameters
    ----------
    predicted, targets : Float[Tensor, "row *axes"]
        Numbers f, and what they should have been, y.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0; the gradient is 0 where f = y.

    References
    ----------
    .. [1] Gneiting. "Making and Evaluating Point Forecasts." JASA 106, 2011: least, on average, at
       the median.

    Examples
    --------
    >>> import torch
    >>> absolute_error(torch.tensor([1.0, 4.0]), torch.tensor([3.0, 1.0]))
    tensor([2., 3.])
    """
    return (predicted - targets).abs()


@final
class AbsoluteErrorLoss(PointLoss):
    """Weighted mean of `absolute_error` over a batch."""

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `absolute_error`."""
        return absolute_error(predicted, targets)
