"""CRPS of an ensemble: a proper score of predictions that are draws."""

from typing import ClassVar, final

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from calibrant.errors import InputError
from calibrant.losses.number_loss import NumberLoss, PerTarget, Targets
from calibrant.losses.single import MakeBatch

__all__ = ["EnsembleCRPSLoss", "crps_ensemble"]


def crps_ensemble(
    members: Float[Tensor, "row member *axes"], targets: Targets, *, fair: bool = True
) -> PerTarget:
    r"""Continuous ranked probability score of the members that are stated for every target.

    It is their mean distance from the target less half of their mean distance from each other,
    :math:`\frac1m \sum_i |x_i - y| - \frac1{2 m (m - 1)} \sum_{i, j} |x_i - x_j|`.

    Parameters
    ----------
    members : Float[Tensor, "row member *axes"]
        Draws :math:`x_i` at axis 1, in any order; fair needs at least two.
    targets : Float[Tensor, "row *axes"]
        What came out, y.
    fair : bool, default True
        Estimate the score of the distribution that the members are drawn from, without bias: it
        can be below 0. Otherwise the score of the members as they are, each of probability
        :math:`1 / m`, with :math:`m^2` in place of :math:`m (m - 1)`: few draws from the true
        distribution then do worse than draws that are less spread.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in units of the target; of one member that is not fair, the absolute error.

    Notes
    -----
    In ascending order the sum over pairs is :math:`2 \sum_i (2 i - m - 1) x_{(i)}`: m log m steps
    and no table of pairs.

    References
    ----------
    .. [1] Gneiting and Raftery. "Strictly Proper Scoring Rules, Prediction, and Estimation." JASA
       102, 2007, equation 21.
    .. [2] Ferro. "Fair Scores for Ensemble Forecasts." Quarterly Journal of the Royal
       Meteorological Society 140, 2014.

    Examples
    --------
    >>> crps_ensemble(torch.tensor([[1.0, 4.0]]), torch.tensor([3.0]))  # (2 + 1) / 2 - 3 / 2
    tensor([0.])
    >>> crps_ensemble(torch.tensor([[1.0, 4.0]]), torch.tensor([3.0]), fair=False)  # 3 / 2 - 3 / 4
    tensor([0.7500])
    """
    n_members = members.shape[1]
    if fair and n_members < 2:
        remedy = "State more, or set fair=False."
        raise InputError("members", "be at least two to be fair", f"{n_members}", remedy)
    errors = (members - targets.unsqueeze(1)).sort(1).values
    rank = torch.arange(n_members, dtype=errors.dtype, device=errors.device)
    lead = (2 * rank + 1 - n_members) / (n_members * (n_members - 1 if fair else n_members))
    spread = lead.view(-1, *[1] * (errors.ndim - 2)) * errors
    return errors.abs().mean(1) - spread.sum(1)


def ensemble_batch(generator: Generator, n_rows: int, n_members: int) -> tuple[Tensor, Tensor]:
    """Members in float64, and targets."""
    drawn = torch.randn(n_rows, n_members + 1, generator=generator, dtype=torch.float64)
    return drawn[:, 1:], drawn[:, 0]


@final
class EnsembleCRPSLoss(NumberLoss):
    """Weighted mean of `crps_ensemble` over a batch."""

    batch_for: ClassVar[MakeBatch] = staticmethod(ensemble_batch)

    fair: bool = True

    @property
    def columns(self) -> None:
        """See `NumberLoss.columns`: members, as many as there are."""

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `crps_ensemble`."""
        return crps_ensemble(predicted, targets, fair=self.fair)
