"""Quantile loss, also called pinball loss: the loss that a quantile minimises."""

from collections.abc import Sequence
from typing import Annotated, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.number_loss import Names, NumberLoss, PerTarget, Targets
from calibrant.losses.settings import Bounds, Numbers
from calibrant.losses.spec import Number, write_number

__all__ = ["QuantileLoss", "quantile_loss"]

_LEVEL = Bounds(above=0.0, below=1.0, hint="0.5 is the median.")


def quantile_loss(
    predicted: Float[Tensor, "row *outputs"],
    targets: Targets,
    *,
    q: Number | Sequence[Number] | Tensor = 0.5,
) -> PerTarget:
    r"""Quantile loss of every target: :math:`q (y - f)` where f is too low, else (1 - q) (f - y).

    Parameters
    ----------
    predicted : Float[Tensor, "row *axes"] or Float[Tensor, "row quantile *axes"]
        Quantile f; or several, in the order of `q`.
    targets : Float[Tensor, "row *axes"]
        What came out, y.
    q : float or sequence of floats, default 0.5
        Level in (0, 1): the share of targets that shall lie below f. Or several levels.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, at least 0, in units of the target; of several quantiles, their mean.

    Notes
    -----
    At 0.5 it is half of the absolute error. Twice the mean over evenly spread levels tends to the
    CRPS of the distribution that has these quantiles, as they become many.

    References
    ----------
    .. [1] Koenker and Bassett. "Regression Quantiles." Econometrica 46, 1978.
    .. [2] Gneiting and Raftery. "Strictly Proper Scoring Rules, Prediction, and Estimation." JASA
       102, 2007, section 6.

    Examples
    --------
    >>> quantile_loss(torch.tensor([1.0, 4.0]), torch.tensor([3.0, 3.0]), q=0.9)  # .9 * 2, .1 * 1
    tensor([1.8000, 0.1000])
    >>> quantile_loss(
    ...     torch.tensor([[1.0, 4.0]]), torch.tensor([3.0]), q=[0.1, 0.9]
    ... )  # (.2 + .1) / 2
    tensor([0.1500])
    """
    if isinstance(q, int | float):
        return _pinball(predicted, targets, q)
    levels = torch.as_tensor(q, dtype=predicted.dtype, device=predicted.device)
    levels = levels.view(-1, *[1] * (predicted.ndim - 2))
    return _pinball(predicted, targets.unsqueeze(1), levels).mean(1)


def _pinball(quantile: Tensor, targets: Tensor, level: Tensor | float) -> Tensor:
    """Loss of quantiles of a level that broadcasts to them."""
    short = targets - quantile
    return torch.maximum(level * short, (level - 1) * short)


@final
class QuantileLoss(NumberLoss):
    """Weighted mean of `quantile_loss` over a batch.

    Parameters
    ----------
    q : float, or a list of floats, default 0.5
        Level in (0, 1), for predictions in the shape of the targets; or levels, for predictions
        ``(row, quantile, *axes)``.

    Examples
    --------
    >>> QuantileLoss(0.9)(torch.tensor([1.0, 4.0]), torch.tensor([3.0, 3.0]))  # (1.8 + 0.1) / 2
    tensor(0.9500)
    """

    q: Annotated[float, _LEVEL] | Annotated[Numbers, _LEVEL] = 0.5

    def __post_init__(self) -> None:
        """Check that several levels are a list, and name them for errors."""
        super().__post_init__()
        self._names: Names = ()
        if isinstance(self.q, Tensor):
            if self.q.ndim != 1 or len(self.q) == 0:
                got = f"shape {tuple(self.q.shape)}"
                raise InputError("q", "be one level or a list of them", got, "0.5 is the median.")
            self._names = tuple(f"quantile {write_number(q)}" for q in self.q.tolist())

    @property
    def columns(self) -> Names:
        """See `NumberLoss.columns`: a quantile of every level, if `q` is a list."""
        return self._names

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `quantile_loss`."""
        assert isinstance(self.q, Tensor | float)
        return quantile_loss(predicted, targets, q=self.q)
