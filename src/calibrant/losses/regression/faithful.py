"""Faithful loss: a mean as good as that of squared error, and a spread beside it."""

from typing import ClassVar, final

from torch import Tensor

from calibrant.losses.number_loss import Names, NumberLoss, Parameters, PerTarget, Targets
from calibrant.losses.regression.normal import NormalScale, normal_batch, normal_of
from calibrant.losses.single import MakeBatch

__all__ = ["FaithfulLoss", "faithful_loss"]


def faithful_loss(
    predicted: Parameters, targets: Targets, *, scale: NormalScale = "variance"
) -> PerTarget:
    r"""Half the squared error, plus the Gaussian loss in which the mean counts as a constant.

    Parameters
    ----------
    predicted : Float[Tensor, "row 2 *axes"]
        Mean and spread at axis 1. A variance or standard deviation is above 0.
    targets : Float[Tensor, "row *axes"]
        What came out, y.
    scale : "variance", "log_variance", "std" or "log_std", default "variance"
        What the spread is.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses. **Their gradient is not that of the value**: the mean learns from the squared error
        alone, the spread from the likelihood.

    References
    ----------
    .. [1] Stirn et al. "Faithful Heteroscedastic Regression with Neural Networks." AISTATS 2023.
       There the spread, too, passes no gradient to the layers that it shares with the mean: detach
       what its head reads.

    Examples
    --------
    >>> import torch
    >>> faithful_loss(torch.tensor([[1.0, 4.0]]), torch.tensor([3.0]))  # 2 + (ln 4 + 1) / 2
    tensor([3.1931])
    """
    normal = normal_of(predicted, scale)
    error = targets - normal.mean
    nll = normal.log_std + (error.detach() * normal.precision).square() / 2
    return error.square() / 2 + nll


@final
class FaithfulLoss(NumberLoss):
    """Weighted mean of `faithful_loss` over a batch."""

    batch_for: ClassVar[MakeBatch] = staticmethod(normal_batch)
    stops_gradient: ClassVar[bool] = True

    scale: NormalScale = "variance"

    @property
    def columns(self) -> Names:
        """See `NumberLoss.columns`."""
        return "mean", self.scale

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `faithful_loss`."""
        return faithful_loss(predicted, targets, scale=self.scale)
