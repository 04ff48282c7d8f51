"""What a row states as a curve: from normal scores to numbers, and back."""

from dataclasses import dataclass

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.spreads import NormalSpread, Quantiles

__all__ = ["RowCurves", "curves_of"]


@dataclass(frozen=True, slots=True, eq=False)
class RowCurves:
    """For each row a rising curve through (score, number), straight between and beyond knots.

    The score of a level p is the standard normal quantile of p: a normal distribution is a
    straight line. Quantiles that are stated are knots, and tails beyond them are those of the
    normal distribution through the last two.
    """

    scores: Float64[Tensor, " knot"]
    numbers: Float64[Tensor, "row knot"]

    def number_at(self, score: Float64[Tensor, " level"]) -> Float64[Tensor, "row level"]:
        """Numbers at some scores, of every row."""
        left = self._left(torch.searchsorted(self.scores, score))
        low, high = self.scores[left], self.scores[left + 1]
        share = (score - low) / (high - low)
        return self.numbers[:, left] * (1 - share) + self.numbers[:, left + 1] * share

    def score_of(self, number: Float64[Tensor, " row"]) -> Float64[Tensor, " row"]:
        """Score of a number of every row; where the curve is flat there the nearer end.

        Beyond an end at which the curve is flat it is that of the end.
        """
        place = torch.searchsorted(self.numbers, number[:, None]).squeeze(-1)
        left = self._left(place)[:, None]
        low, high = self.numbers.gather(1, left), self.numbers.gather(1, left + 1)
        below, above = self.scores[left], self.scores[left + 1]
        wide = high > low
        share = (number[:, None] - low) / torch.where(wide, high - low, 1)
        flat = torch.where(number[:, None] > high, above, below)
        return torch.where(wide, below + share * (above - below), flat).squeeze(-1)

    def _left(self, place: Int64[Tensor, "..."]) -> Int64[Tensor, "..."]:
        """Knot to the left of a place among the knots, the last but one at most."""
        return (place - 1).clamp(0, len(self.scores) - 2)


def curves_of(numbers: Numbers) -> RowCurves:
    """Curves of rows that state a normal distribution, or quantiles at two levels or more.

    Raises
    ------
    InputError
        If they state neither.
    """
    spread = numbers.spread
    if isinstance(spread, NormalSpread):
        scores = spread.std.new_tensor([-1.0, 1.0])
        return RowCurves(scores, numbers.predicted[:, None] + scores * spread.std[:, None])
    if isinstance(spread, Quantiles) and len(spread.levels) > 1:
        scores = torch.special.ndtri(spread.values.new_tensor(spread.levels))
        return RowCurves(scores, spread.values.contiguous())
    got = "none" if spread is None else spread.what
    remedy = "Pass std=, or quantiles={level: column}."
    raise InputError("spread", "be std or quantiles at two levels or more", got, remedy)
