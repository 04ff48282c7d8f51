"""Contrast: one metric of two models on the same rows, and what may be said of it."""

from dataclasses import dataclass
from typing import Literal

from calibrant.comparison.difference import Difference
from calibrant.comparison.wording import verdict

__all__ = ["Contrast"]

Winner = Literal["first", "second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One metric of two models on the same rows.

    Attributes
    ----------
    metric : str
        As it was asked for.
    first, second : str
        Names of the models.
    first_value, second_value : float
        The metric of either.
    difference : Difference
        First less second, with interval and p value. Of several pairs, the level of the interval
        is such that all of this metric hold together.
    adjusted_p : float or None
        The p value, of several pairs Holm's, which holds for all pairs of this metric together.
    alpha : float
        Chance of a false alarm at which a difference is called one.
    higher_is_better : bool or None
        Which values are good; None where neither, or those near 0.
    """

    metric: str
    first: str
    second: str
    first_value: float
    second_value: float
    difference: Difference
    adjusted_p: float | None
    alpha: float
    higher_is_better: bool | None

    @property
    def differs(self) -> bool:
        """Whether there is evidence of a difference."""
        return self.adjusted_p is not None and self.adjusted_p <= self.alpha

    @property
    def verdict(self) -> str:
        """What the p value allows to be said, in words."""
        return verdict(
            self.difference,
            self.first,
            self.second,
            differs=self.differs,
            higher_is_better=self.higher_is_better,
        )

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {
            "metric": self.metric,
            "first": self.first,
            "second": self.second,
            "first_value": finite(self.first_value),
            "second_value": finite(self.second_value),
            "difference": self.difference.to_dict(),
            "adjusted_p": self.adjusted_p,
            "verdict": self.verdict,
        }


def finite(value: float) -> float | None:
    """A number that JSON can hold, or None."""
    return value if abs(value) < float("inf") else None
