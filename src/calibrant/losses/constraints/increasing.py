"""Penalty on outputs that must not fall along axis 1: quantiles, ordered pairs, sequences."""

from typing import Annotated, ClassVar, final

import torch
from torch import Generator, Tensor

from calibrant.losses.number_loss import NumberLoss, PerTarget, Targets
from calibrant.losses.settings import Bounds
from calibrant.losses.single import MakeBatch

__all__ = ["IncreasingPenalty"]


def _sequence_batch(generator: Generator, n_rows: int, n_columns: int) -> tuple[Tensor, Tensor]:
    """Sequences of numbers in float64, and targets that nothing looks at."""
    drawn = torch.randn(n_rows, n_columns + 1, generator=generator, dtype=torch.float64)
    return drawn[:, 1:], drawn[:, 0]


@final
class IncreasingPenalty(NumberLoss):
    r"""Mean over neighbours at axis 1 of :math:`(f_i - f_{i+1} + m)_+`, in units of f.

    Predictions are ``(row, member, *axes)``: the quantiles of a row in the order of their levels,
    two rows of which the second must score higher, or a curve. Targets, which losses of the same
    outputs need, are not looked at. With one member there is nothing to compare, and the loss is 0.

    Parameters
    ----------
    margin : float, default 0
        How much each must be above the one before, at least 0.

    Notes
    -----
    The gradient of a pair in the wrong order pushes both apart, by as much each; pairs in order
    have none.

    References
    ----------
    .. [1] Takeuchi et al. "Nonparametric Quantile Estimation." JMLR 7, 2006: quantiles
       that must not cross, there as constraints.

    Examples
    --------
    >>> quantiles = torch.tensor([[1.0, 3.0, 2.0]])  # the last two cross by 1
    >>> IncreasingPenalty()(quantiles, torch.zeros(1))  # (0 + 1) / 2
    tensor(0.5000)
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(_sequence_batch)
    shift_invariant: ClassVar[bool] = True

    margin: Annotated[float, Bounds(at_least=0.0)] = 0.0

    @property
    def columns(self) -> None:
        """See `NumberLoss.columns`: any number of members."""
        return

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `NumberLoss.per_row`."""
        del targets
        falls = (predicted[:, :-1] - predicted[:, 1:] + self.margin).relu()
        return falls.sum(1) / max(falls.shape[1], 1)
