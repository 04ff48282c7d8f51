"""Gaussian negative log-likelihood: a mean and a spread for every target."""

from math import log, pi
from typing import ClassVar, final

from torch import Tensor

from calibrant.losses.number_loss import Names, NumberLoss, Parameters, PerTarget, Targets
from calibrant.losses.regression.normal import NormalScale, normal_batch, normal_of
from calibrant.losses.single import MakeBatch

__all__ = ["GaussianNLLLoss", "gaussian_nll"]


def gaussian_nll(
    predicted: Parameters, targets: Targets, *, scale: NormalScale = "variance", full: bool = False
) -> PerTarget:
    r"""Minus the log density of every target, :math:`(\log \sigma^2 + (y - \mu)^2 / \sigma^2) / 2`.

    Parameters
    ----------
    predicted : Float[Tensor, "row 2 *axes"]
        Mean and spread at axis 1. A variance or standard deviation is above 0.
    targets : Float[Tensor, "row *axes"]
        What came out, y.
    scale : "variance", "log_variance", "std" or "log_std", default "variance"
        What the spread is.
    full : bool, default False
        Add :math:`\log(2 \pi) / 2`, which no prediction changes.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in nats, of either sign: densities can be above 1.

    References
    ----------
    .. [1] Nix and Weigend. "Estimating the Mean and Variance of the Target Probability
       Distribution." ICNN 1994.

    Examples
    --------
    >>> import torch
    >>> gaussian_nll(torch.tensor([[1.0, 4.0]]), torch.tensor([3.0]))  # (ln 4 + 2**2 / 4) / 2
    tensor([1.1931])
    """
    normal = normal_of(predicted, scale)
    nll = normal.log_std + ((targets - normal.mean) * normal.precision).square() / 2
    return nll + log(2 * pi) / 2 if full else nll


@final
class GaussianNLLLoss(NumberLoss):
    """Weighted mean of `gaussian_nll` over a batch.

    Examples
    --------
    >>> import torch
    >>> predicted = torch.tensor([[0.3, 0.5], [-1.0, 2.0]])  # mean and variance of every row
    >>> GaussianNLLLoss()(predicted, torch.tensor([0.0, 1.0]))  # (.09 / .5 + 4 / 2) / 4
    tensor(0.5450)
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(normal_batch)

    scale: NormalScale = "variance"
    full: bool = False

    @property
    def columns(self) -> Names:
        """See `NumberLoss.columns`."""
        return "mean", self.scale

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `gaussian_nll`."""
        return gaussian_nll(predicted, targets, scale=self.scale, full=self.full)
