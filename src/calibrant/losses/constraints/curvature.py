"""Penalty on outputs that must bend one way along axis 1: curves of dose, price or time."""

from typing import Annotated, ClassVar, Literal, final

import torch
from torch import Generator, Tensor

from calibrant.losses.number_loss import NumberLoss, PerTarget, Targets
from calibrant.losses.settings import Bounds
from calibrant.losses.single import MakeBatch

__all__ = ["CurvaturePenalty"]


def _curve_batch(generator: Generator, n_rows: int, n_columns: int) -> tuple[Tensor, Tensor]:
    """Curves through four places or more in float64, and targets that nothing looks at."""
    drawn = torch.randn(n_rows, n_columns + 2, generator=generator, dtype=torch.float64)
    return drawn[:, 1:], drawn[:, 0]


@final
class CurvaturePenalty(NumberLoss):
    r"""Mean over places at axis 1 of :math:`(m - f_{i-1} + 2 f_i - f_{i+1})_+`, in units of f.

    Predictions are ``(row, place, *axes)``, at evenly spaced places; with fewer than three there is
    nothing that bends, and the loss is 0. Targets, which losses of the same outputs need, are not
    looked at.

    Parameters
    ----------
    margin : float, default 0
        Least second difference, at least 0.
    shape : "convex" or "concave", default "convex"
        Which way outputs must bend: f for convex, and -f in its place for concave.

    Examples
    --------
    >>> curve = torch.tensor([[0.0, 2.0, 3.0]])  # rises by 2, then by 1
    >>> CurvaturePenalty()(curve, torch.zeros(1))
    tensor(1.)
    >>> CurvaturePenalty(shape="concave")(curve, torch.zeros(1))
    tensor(0.)
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(_curve_batch)
    shift_invariant: ClassVar[bool] = True

    margin: Annotated[float, Bounds(at_least=0.0)] = 0.0
    shape: Literal["convex", "concave"] = "convex"

    @property
    def columns(self) -> None:
        """See `NumberLoss.columns`: any number of places."""
        return

    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """See `NumberLoss.per_row`."""
        del targets
        steps = predicted[:, 1:] - predicted[:, :-1]
        bends = steps[:, 1:] - steps[:, :-1]
        lacking = (self.margin - (bends if self.shape == "convex" else -bends)).relu()
        return lacking.sum(1) / max(lacking.shape[1], 1)
