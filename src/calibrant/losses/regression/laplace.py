"""Laplace negative log-likelihood: a median and a scale for every target."""

from math import log
from typing import ClassVar, final

from torch import Tensor

from calibrant.losses.number_loss import Names, NumberLoss, Parameters, PerTarget, Targets
from calibrant.losses.regression.location_scale import ScaleForm, standardised
from calibrant.losses.regression.normal import normal_batch
from calibrant.losses.single import MakeBatch

__all__ = ["LaplaceNLLLoss", "laplace_nll"]


def laplace_nll(
    predicted: Parameters, targets: Targets, *, scale: ScaleForm = "scale", full: bool = False
) -> PerTarget:
    r"""Minus the log density of every target, :math:`\log b + |y - \mu| / b`.

    Parameters
    ----------
    predicted : Float[Tensor, "row 2 *axes"]
        Median and scale b at axis 1: the mean absolute error that is expected, above 0.
    targets : Float[Tensor, "row *axes"]
        What came out, y.
    scale : "scale" or "log_scale", default "scale"
        What the second parameter is.
    full : bool, default False
        Add :math:`\log 2`, which no prediction changes.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in nats, of either sign: densities can be above 1.

    References
    ----------
    .. [1] Johnson, Kotz and Balakrishnan. *Continuous Univariate Distributions*, volume 2, 1995,
       chapter 24.

    Examples
    --------
    >>> import torch
    >>> laplace_nll(torch.tensor([[1.0, 4.0]]), torch.tensor([3.0]))  # ln 4 + 2 / 4
    tensor([1.8863])
    """
    error, log_scale = standardised(predicted, targets, scale)
    nll = log_scale + error.abs()
    return nll + log(2) if full else nll


@final
class LaplaceNLLLoss(NumberLoss):
    """Weighted mean of `laplace_nll` over a batch."""

    batch_for: ClassVar[MakeBatch] = staticmethod(normal_batch)

    scale: ScaleForm = "scale"
    full: bool = False

    @property
    def columns(self) -> Names:
        """See `NumberLoss.columns`."""
        return "location", self.scale

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `laplace_nll`."""
        return laplace_nll(predicted, targets, scale=self.scale, full=self.full)
