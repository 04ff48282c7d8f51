"""Tweedie loss: amounts of which many are 0 and the rest positive, as claims or sales."""

from typing import Annotated, final

from torch import Tensor

from calibrant.losses.number_loss import PerTarget, Targets
from calibrant.losses.regression.log_mean import Form, LogMeanLoss, times_exp
from calibrant.losses.settings import Bounds
from calibrant.losses.spec import Number

__all__ = ["TweedieLoss", "tweedie_loss"]


def tweedie_loss(
    predicted: Targets, targets: Targets, *, p: Number = 1.5, form: Form = "nll"
) -> PerTarget:
    r"""Tweedie loss of every target, :math:`\mu^{2 - p} / (2 - p) + y \mu^{1 - p} / (p - 1)`.

    Parameters
    ----------
    predicted : Float[Tensor, "row *axes"]
        Log of the mean :math:`\mu`.
    targets : Float[Tensor, "row *axes"]
        Amounts y, at least 0.
    p : float in (1, 2), default 1.5
        Power of the mean that the variance grows with. Near 1 it is a Poisson, near 2 a gamma
        distribution, in between a sum of gamma amounts whose number is Poisson.
    form : "nll" or "deviance", default "nll"
        Minus the log-likelihood at dispersion 1, without what no prediction changes; or the
        deviance, twice the difference from its value at :math:`\mu = y`, at least 0.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses above 0.

    References
    ----------
    .. [1] Jorgensen. "Exponential Dispersion Models." Journal of the Royal Statistical Society B
       49, 1987.

    Examples
    --------
    >>> import torch
    >>> tweedie_loss(torch.zeros(2), torch.tensor([0.0, 1.0]))  # 1 / .5 + y / .5
    tensor([2., 4.])
    >>> tweedie_loss(torch.zeros(1), torch.tensor([1.0]), form="deviance")
    tensor([0.])
    """
    nll = ((2 - p) * predicted).exp() / (2 - p) + times_exp(targets, (1 - p) * predicted) / (p - 1)
    if form == "nll":
        return nll
    return 2 * (nll - targets ** (2 - p) / ((p - 1) * (2 - p)))


@final
class TweedieLoss(LogMeanLoss):
    """Weighted mean of `tweedie_loss` over a batch."""

    p: Annotated[float, Bounds(above=1.0, below=2.0, hint="For 1 take poisson, for 2 gamma.")] = 1.5

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `tweedie_loss`."""
        return tweedie_loss(predicted, targets, p=self.p, form=self.form)
