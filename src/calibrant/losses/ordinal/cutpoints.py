"""Cutpoints: where one score a row is cut into ordered classes, given or learned."""

from abc import ABC
from typing import Annotated, ClassVar

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Generator, Tensor, nn

from calibrant.errors import InputError
from calibrant.losses.ordinal.level_loss import LevelLoss
from calibrant.losses.settings import Bounds, Numbers
from calibrant.losses.single import MakeBatch

__all__ = ["CutpointLoss", "Cutpoints"]

Cutpoints = Float[Tensor, " cut"]


def _score_batch(generator: Generator, n_rows: int, n_classes: int) -> tuple[Tensor, Tensor]:
    """One score a row in float64, and class indices."""
    scores = torch.randn(n_rows, generator=generator, dtype=torch.float64)
    return scores, torch.randint(n_classes, (n_rows,), generator=generator)


class CutpointLoss(LevelLoss, ABC):
    """Loss of one score a row, and of the cutpoints between the classes.

    Parameters
    ----------
    cutpoints : sequence of numbers or None
        Fixed cutpoints, rising, one fewer than classes. Without them, they are parameters of the
        loss and learn with the network: pass ``loss.parameters()`` to the optimizer too.
    n_cuts : int or None
        Number of cutpoints to learn, at least 1; they start where equal scores spread the rows
        evenly over the classes.
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(_score_batch)
    has_one_score: ClassVar[bool] = True

    cutpoints: Annotated[Numbers, Bounds(hint="They rise, one fewer than classes.")] | None = None
    n_cuts: Annotated[int, Bounds(at_least=1.0)] | None = None

    def __post_init__(self) -> None:
        """Check that the cutpoints are given or counted, and rise."""
        super().__post_init__()
        given = self.cutpoints
        if (given is None) == (self.n_cuts is None):
            remedy = "Give the cutpoints, or n_cuts for as many to learn."
            got = "both" if self.n_cuts is not None else "neither"
            raise InputError("cutpoints", "be given, or counted by n_cuts", got, remedy)
        self.first: nn.Parameter | None = None
        self.gaps: nn.Parameter | None = None
        if self.n_cuts is not None:
            shares = torch.arange(1, self.n_cuts + 1, dtype=torch.float64) / (self.n_cuts + 1)
            start = shares.logit()
            self.first = nn.Parameter(start[:1].float())
            self.gaps = nn.Parameter(torch.expm1(start.diff()).log().float())
        elif isinstance(given, Tensor) and not (given.ndim == 1 and bool((given.diff() > 0).all())):
            raise InputError("cutpoints", "rise", f"{given.tolist()}", "Give them in their order.")

    @property
    def cuts(self) -> Cutpoints:
        """Cutpoints as they are: those given, or what was learned so far."""
        if self.first is None or self.gaps is None:
            assert isinstance(self.cutpoints, Tensor)
            return self.cutpoints
        return torch.cat((self.first, self.first + F.softplus(self.gaps).cumsum(0)))

    def n_classes(self, n_scores: int) -> int:
        """See `LevelLoss.n_classes`: one more than cutpoints, from one score."""
        if n_scores != 1:
            remedy = "One score a row is cut into the classes."
            raise InputError("logits", "have one score a row", f"{n_scores}", remedy)
        return len(self.cuts) + 1
