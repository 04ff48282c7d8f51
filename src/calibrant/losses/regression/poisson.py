"""Poisson loss: counts whose mean is predicted by its logarithm."""

from typing import final

import torch
from torch import Tensor

from calibrant.losses.number_loss import PerTarget, Targets
from calibrant.losses.regression.log_mean import Form, LogMeanLoss

__all__ = ["PoissonLoss", "poisson_loss"]


def poisson_loss(predicted: Targets, targets: Targets, *, form: Form = "nll") -> PerTarget:
    r"""Poisson loss of every target, :math:`\mu - y \log \mu`.

    Parameters
    ----------
    predicted : Float[Tensor, "row *axes"]
        Log of the mean :math:`\mu`.
    targets : Float[Tensor, "row *axes"]
        Counts y, at least 0; whole or not.
    form : "nll" or "deviance", default "nll"
        Minus the log-likelihood without :math:`\log y!`, or the deviance
        :math:`2 (y \log(y / \mu) - y + \mu)`, at least 0.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in nats.

    References
    ----------
    .. [1] McCullagh and Nelder. *Generalized Linear Models*, 2nd edition, 1989, section 6.2.

    Examples
    --------
    >>> poisson_loss(torch.zeros(2), torch.tensor([0.0, 3.0]))  # mean 1: 1 - y * 0
    tensor([1., 1.])
    >>> poisson_loss(torch.zeros(2), torch.tensor([0.0, 1.0]), form="deviance")  # 2 * 1, 0
    tensor([2., 0.])
    """
    if form == "nll":
        return predicted.exp() - targets * predicted
    return 2 * (torch.xlogy(targets, targets) - targets * predicted - targets + predicted.exp())


@final
class PoissonLoss(LogMeanLoss):
    """Weighted mean of `poisson_loss` over a batch."""

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `poisson_loss`."""
        return poisson_loss(predicted, targets, form=self.form)
