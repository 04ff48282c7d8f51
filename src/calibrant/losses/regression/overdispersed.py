"""Negative binomial loss: counts that vary more than Poisson counts do."""

from typing import ClassVar, final

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from calibrant.losses.number_loss import Names, NumberLoss, Parameters, PerTarget, Targets
from calibrant.losses.single import MakeBatch

__all__ = ["NegativeBinomialLoss", "negative_binomial_nll"]


def negative_binomial_nll(predicted: Parameters, targets: Targets) -> PerTarget:
    r"""Minus the log-likelihood of every count, without :math:`\log y!`.

    With mean :math:`\mu` and dispersion :math:`\alpha` the variance is
    :math:`\mu + \alpha \mu^2` (NB2), and with :math:`r = 1 / \alpha` the loss is
    :math:`-\log \frac{\Gamma(y + r)}{\Gamma(r)} + r \log \frac{r + \mu}{r} +
    y \log \frac{r + \mu}{\mu}`, which leaves :math:`-y \log r` in the first term.

    Parameters
    ----------
    predicted : Float[Tensor, "row 2 *axes"]
        Logs of the mean and of the dispersion at axis 1.
    targets : Float[Tensor, "row *axes"]
        Counts y, at least 0.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in nats; as the dispersion vanishes, those of `poisson_loss`.

    Notes
    -----
    As r grows the two log gammas come to agree in all their digits. Their difference is taken from
    Stirling's series with eight steps of the recurrence before it: to 1e-11 for every r.

    References
    ----------
    .. [1] Cameron and Trivedi. *Regression Analysis of Count Data*, 2nd edition, 2013, section 3.3.

    Examples
    --------
    >>> negative_binomial_nll(torch.zeros(1, 2), torch.tensor([1.0]))  # y = mu = r = 1: 2 ln 2
    tensor([1.3863])
    """
    log_mean, log_dispersion = predicted.unbind(1)
    log_odds = log_mean + log_dispersion  # mu / r
    r = (-log_dispersion).exp()
    return r * F.softplus(log_odds) + targets * F.softplus(-log_odds) - _log_rising(r, targets)


def _log_rising(r: Targets, count: Targets) -> Targets:
    r""":math:`\log \Gamma(r + y) - \log \Gamma(r)`."""
    ratios = [torch.log1p(count / (r + step)) for step in range(_STEPS)]
    low, high = r + _STEPS, r + _STEPS + count
    series = (high - 0.5) * torch.log1p(count / low) + count * low.log() - count
    return series + _stirling_rest(high) - _stirling_rest(low) - torch.stack(ratios).sum(0)


_STEPS = 8


def _stirling_rest(x: Targets) -> Targets:
    """What Stirling's formula for the log gamma leaves out, to 6e-12 from x = 8 on."""
    square = x.square()
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / x


def count_batch(generator: Generator, n_rows: int, n_columns: int) -> tuple[Tensor, Tensor]:  # noqa: ARG001 -- always two
    """Logs of means and dispersions in float64, and counts."""
    predicted = torch.randn(n_rows, 2, generator=generator, dtype=torch.float64)
    return predicted, torch.poisson(predicted[:, 0].exp(), generator)


@final
class NegativeBinomialLoss(NumberLoss):
    """Weighted mean of `negative_binomial_nll` over a batch."""

    batch_for: ClassVar[MakeBatch] = staticmethod(count_batch)

    @property
    def columns(self) -> Names:
        """See `NumberLoss.columns`."""
        return "log_mean", "log_dispersion"

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `negative_binomial_nll`."""
        return negative_binomial_nll(predicted, targets)
