"""Beta-NLL: the Gaussian likelihood without its neglect of rows that it finds noisy."""

from typing import Annotated, ClassVar, final

from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.number_loss import Names, NumberLoss, Parameters, PerTarget, Targets
from calibrant.losses.regression.normal import NormalScale, normal_batch, normal_of
from calibrant.losses.settings import Bounds
from calibrant.losses.single import MakeBatch
from calibrant.losses.spec import Number

__all__ = ["BetaNLLLoss", "beta_nll"]


def beta_nll(
    predicted: Parameters, targets: Targets, *, beta: Number = 0.5, scale: NormalScale = "variance"
) -> PerTarget:
    r"""Gaussian loss of every target times :math:`\sigma^{2 \beta}`, which counts as a constant.

    Parameters
    ----------
    predicted : Float[Tensor, "row 2 *axes"]
        Mean and spread at axis 1. A variance or standard deviation is above 0.
    targets : Float[Tensor, "row *axes"]
        What came out, y.
    beta : float in [0, 1], default 0.5
        0 is `gaussian_nll`. With 1 the mean has the gradient of half the squared error.
    scale : "variance", "log_variance", "std" or "log_std", default "variance"
        What the spread is.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses. **Their gradient is not that of the value**: it leaves the factor out.

    References
    ----------
    .. [1] Seitzer et al. "On the Pitfalls of Heteroscedastic Uncertainty Estimation with
       Probabilistic Neural Networks." ICLR 2022, equation 5.

    Examples
    --------
    >>> import torch
    >>> beta_nll(torch.tensor([[1.0, 4.0]]), torch.tensor([3.0]))  # 2 * (ln 4 + 2**2 / 4) / 2
    tensor([2.3863])
    """
    normal = normal_of(predicted, scale)
    nll = normal.log_std + ((targets - normal.mean) * normal.precision).square() / 2
    return (2 * beta * normal.log_std).exp().detach() * nll


@final
class BetaNLLLoss(NumberLoss):
    """Weighted mean of `beta_nll` over a batch."""

    batch_for: ClassVar[MakeBatch] = staticmethod(normal_batch)
    stops_gradient: ClassVar[bool] = True

    beta: Annotated[
        float, Bounds(at_least=0.0, hint="0 is the likelihood; 1 the most, as of squared error.")
    ] = 0.5
    scale: NormalScale = "variance"

    def __post_init__(self) -> None:
        """Check that `beta` is at most 1, which belongs to its range."""
        super().__post_init__()
        if self.beta > 1:
            raise InputError("beta", "be at most 1", f"{self.beta}", "0.5 is its authors' choice.")

    @property
    def columns(self) -> Names:
        """See `NumberLoss.columns`."""
        return "mean", self.scale

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `beta_nll`."""
        return beta_nll(predicted, targets, beta=self.beta, scale=self.scale)
