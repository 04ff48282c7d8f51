"""Ranking of one class against the rest: its number, and how far every row moves it."""

from dataclasses import dataclass

from jaxtyping import Float64
from torch import Tensor

__all__ = ["ClassRanking"]


@dataclass(frozen=True, slots=True, eq=False)
class ClassRanking:
    """Ranking of one class against the rest.

    Attributes
    ----------
    value : float
        NaN where the class has none.
    influence : Float64[Tensor, "row"]
        How far every row moves the value, scaled so that the sum of squares is its variance;
        NaN where one row tells nothing of the spread.
    excess : float, default 0.0
        How much the value may lie too high.
    """

    value: float
    influence: Float64[Tensor, " row"]
    excess: float = 0.0
