"""Sums behind Spiegelhalter's statistic, which no power sum of a score grid holds."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.score_grid import View
from calibrant.statistics.tally import Statistic
from calibrant.statistics.views import events_of

__all__ = ["SpiegelhalterSums"]


@dataclass(frozen=True, slots=True)
class SpiegelhalterSums(Statistic):
    """Sums of the slope of the Brier score, a = (y - p)(1 - 2p), and of v = (1 - 2p)^2 p(1 - p).

    If p is true, v is the variance of a. `wwv` has squared weights. `soft` sums y(1 - y), which
    is 0 where all outcomes are 0 or 1.

    Parameters
    ----------
    view : "top_label" or "positive"
        Event of a row: its likeliest class is right, or the positive class came out.
    """

    view: View
    columns: ClassVar[tuple[str, ...]] = ("count", "w", "ww", "wa", "wv", "wwv", "soft")
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Events)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: no axis at all."""
        del n_classes
        return ()

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        events = events_of(rows, self.view)
        prob, outcome, weight = events.stated, events.outcome.double(), events.weight()
        tilt = 1 - 2 * prob
        variance = tilt.square() * prob * (1 - prob)
        twice = weight.square()
        sums = (
            *(weight.sum(), twice.sum(), weight @ ((outcome - prob) * tilt)),
            *(weight @ variance, twice @ variance, weight @ (outcome * (1 - outcome))),
        )
        table += torch.stack((table.new_tensor(float(len(events))), *sums))
