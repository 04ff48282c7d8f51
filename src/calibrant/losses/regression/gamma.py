"""Gamma loss: positive amounts whose mean is predicted by its logarithm."""

from typing import final

from torch import Tensor

from calibrant.losses.number_loss import PerTarget, Targets
from calibrant.losses.regression.log_mean import Form, LogMeanLoss, times_exp

__all__ = ["GammaLoss", "gamma_loss"]


def gamma_loss(predicted: Targets, targets: Targets, *, form: Form = "nll") -> PerTarget:
    r"""Gamma loss of every target, :math:`\log \mu + y / \mu`.

    Parameters
    ----------
    predicted : Float[Tensor, "row *axes"]
        Log of the mean :math:`\mu`.
    targets : Float[Tensor, "row *axes"]
        Amounts y, above 0; the negative log-likelihood also bears 0.
    form : "nll" or "deviance", default "nll"
        Minus the log-likelihood at shape 1, without what no prediction changes; or the deviance
        :math:`2 (y / \mu - 1 - \log(y / \mu))`, at least 0.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in nats. The errors are relative: units of the target change no difference.

    References
    ----------
    .. [1] McCullagh and Nelder. *Generalized Linear Models*, 2nd edition, 1989, section 8.3.

    Examples
    --------
    >>> import torch
    >>> gamma_loss(torch.zeros(2), torch.tensor([1.0, 3.0]))  # mean 1: 0 + y
    tensor([1., 3.])
    >>> gamma_loss(torch.zeros(1), torch.tensor([1.0]), form="deviance")
    tensor([0.])
    """
    ratio = times_exp(targets, -predicted)
    if form == "nll":
        return predicted + ratio
    return 2 * (ratio - 1 - targets.log() + predicted)


@final
class GammaLoss(LogMeanLoss):
    """Weighted mean of `gamma_loss` over a batch."""

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `gamma_loss`."""
        return gamma_loss(predicted, targets, form=self.form)
