"""Interval score, also called Winkler score: narrow intervals that hold what they promise."""

from typing import Annotated, ClassVar, final

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from calibrant.losses.number_loss import Names, NumberLoss, Parameters, PerTarget, Targets
from calibrant.losses.settings import Bounds
from calibrant.losses.single import MakeBatch
from calibrant.losses.spec import Number

__all__ = ["IntervalScoreLoss", "interval_score"]


def interval_score(predicted: Parameters, targets: Targets, *, level: Number = 0.9) -> PerTarget:
    r"""Width of the interval of every target, plus :math:`2 / \alpha` times what it misses by.

    Parameters
    ----------
    predicted : Float[Tensor, "row 2 *axes"]
        Lower and upper end at axis 1.
    targets : Float[Tensor, "row *axes"]
        What came out, y.
    level : float in (0, 1), default 0.9
        Share of targets that the interval shall hold, and :math:`\alpha` the rest, of which half
        shall lie on either side.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses in units of the target, least on average at the quantiles :math:`\alpha / 2` and
        :math:`1 - \alpha / 2`. At least 0 unless the ends have changed places by more than they
        miss.

    Notes
    -----
    It is :math:`2 / \alpha` times the sum of the quantile losses of both ends.

    References
    ----------
    .. [1] Winkler. "A Decision-Theoretic Approach to Interval Estimation." JASA 67, 1972.
    .. [2] Gneiting and Raftery. "Strictly Proper Scoring Rules, Prediction, and Estimation." JASA
       102, 2007, equation 43.

    Examples
    --------
    >>> interval_score(torch.tensor([[1.0, 4.0]]), torch.tensor([6.0]), level=0.5)  # 3 + 2/.5 * 2
    tensor([11.])
    """
    lower, upper = predicted.unbind(1)
    return upper - lower + 2 / (1 - level) * (F.relu(lower - targets) + F.relu(targets - upper))


def interval_batch(generator: Generator, n_rows: int, n_columns: int) -> tuple[Tensor, Tensor]:  # noqa: ARG001 -- always two
    """Intervals in float64, and targets inside and outside of them."""
    middle, width, targets = torch.randn(3, n_rows, generator=generator, dtype=torch.float64)
    return torch.stack((middle - width.exp(), middle + width.exp()), dim=1), targets


@final
class IntervalScoreLoss(NumberLoss):
    """Weighted mean of `interval_score` over a batch."""

    batch_for: ClassVar[MakeBatch] = staticmethod(interval_batch)

    level: Annotated[float, Bounds(above=0.0, below=1.0, hint="0.9 holds nine of ten.")] = 0.9

    @property
    def columns(self) -> Names:
        """See `NumberLoss.columns`."""
        return "lower", "upper"

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `interval_score`."""
        return interval_score(predicted, targets, level=self.level)
