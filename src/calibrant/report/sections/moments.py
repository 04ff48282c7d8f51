"""Moments of a model: uncalibrated, or before and after calibration, on the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from calibrant.figures.style import FIRST, SECOND, Line
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.evidence.curves import Curves

__all__ = ["Moment", "final_of", "moments_of"]

When = Literal["", "before", "after"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What was measured at one time; `when` is empty where there is no other."""

    when: When
    evaluation: Evaluation
    curves: Curves

    @property
    def title(self) -> str:
        """Words for a heading."""
        return f"{self.when.capitalize()} calibration" if self.when else "As stated"

    @property
    def line(self) -> Line:
        """Look of its lines."""
        return SECOND if self.when == "after" else FIRST

    def name(self, stem: str) -> str:
        """`stem` with an ending that tells the moments of a page apart."""
        return f"{stem}-{self.when}" if self.when else stem


def moments_of(
    before: tuple[Evaluation, Curves], after: tuple[Evaluation, Curves] | None
) -> tuple[Moment, ...]:
    """One moment, or two where there was a calibration."""
    if after is None:
        return (Moment("", *before),)
    return Moment("before", *before), Moment("after", *after)


def final_of(moments: Sequence[Moment]) -> Moment:
    """The last moment: what the model states in the end."""
    return moments[-1]
