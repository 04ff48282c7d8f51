"""CRPS of a normal distribution: a proper score in units of the target."""

from math import pi, sqrt
from typing import ClassVar, final

import torch
from torch import Tensor

from calibrant.losses.number_loss import Names, NumberLoss, Parameters, PerTarget, Targets
from calibrant.losses.regression.normal import NormalScale, normal_batch, normal_of
from calibrant.losses.single import MakeBatch

__all__ = ["NormalCRPSLoss", "crps_normal"]

_FAR = 64.0  # from 39 on the density is 0 in float64, and 0 times an infinite slope would be NaN


def crps_normal(
    predicted: Parameters, targets: Targets, *, scale: NormalScale = "variance"
) -> PerTarget:
    r"""Continuous ranked probability score of the normal distribution stated for every target.

    It is :math:`\sigma (z (2 \Phi(z) - 1) + 2 \varphi(z) - 1 / \sqrt \pi)`, with
    :math:`z = (y - \mu) / \sigma`: the squared distance between the stated distribution function
    and the step at y, integrated.

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
        Losses above 0, in units of the target; as the spread vanishes, the absolute error.

    References
    ----------
    .. [1] Gneiting et al. "Calibrated Probabilistic Forecasting Using Ensemble Model Output
       Statistics and Minimum CRPS Estimation." Monthly Weather Review 133, 2005, equation 5.

    Examples
    --------
    >>> crps_normal(
    ...     torch.tensor([[1.0, 4.0]]), torch.tensor([1.0])
    ... )  # 2 (2 / sqrt(2 pi) - 1 / sqrt(pi))
    tensor([0.4674])
    """
    normal = normal_of(predicted, scale)
    error = targets - normal.mean
    z = (error * normal.precision).clamp(-_FAR, _FAR)
    density = (-z.square() / 2).exp() / sqrt(2 * pi)
    return error * torch.erf(z / sqrt(2)) + normal.std * (2 * density - 1 / sqrt(pi))


@final
class NormalCRPSLoss(NumberLoss):
    """Weighted mean of `crps_normal` over a batch."""

    batch_for: ClassVar[MakeBatch] = staticmethod(normal_batch)

    scale: NormalScale = "variance"

    @property
    def columns(self) -> Names:
        """See `NumberLoss.columns`."""
        return "mean", self.scale

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `crps_normal`."""
        return crps_normal(predicted, targets, scale=self.scale)
