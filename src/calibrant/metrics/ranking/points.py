"""The best point of a curve: one number at its best where another keeps a floor."""

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, final

import torch
from jaxtyping import Bool, Float64, Int
from torch import Tensor

from calibrant.metrics.ranking.curve_point import FEWEST, CurvePoint
from calibrant.metrics.ranking.steps import Masses, Steps, over
from calibrant.metrics.ranking.top_share import check_share

__all__ = [
    "OPTIMISTIC",
    "BestPoint",
    "Corner",
    "PrecisionAtRecall",
    "RecallAtFalseAlarms",
    "RecallAtPrecision",
    "SpecificityAtRecall",
]

ROUNDING = 1e-12  # of shares of weights
OPTIMISTIC = "optimistic: the threshold was chosen on these rows"

Scalar = Float64[Tensor, "*replicate"]


@dataclass(frozen=True, slots=True, eq=False)
class Corner:
    """What is chosen at some thresholds, and what there is.

    Attributes
    ----------
    hits, alarms : Float64[Tensor, "*replicate step"]
        Weight of positives and of negatives chosen.
    up, down : Float64[Tensor, "*replicate 1"]
        Weight of all positives and of all negatives.
    """

    hits: Masses
    alarms: Masses
    up: Float64[Tensor, "*replicate 1"]
    down: Float64[Tensor, "*replicate 1"]

    @property
    @final
    def precision(self) -> Masses:
        """Share of the chosen rows that are positive."""
        return over(self.hits, self.hits + self.alarms)

    @property
    @final
    def recall(self) -> Masses:
        """Share of the positive rows that are chosen."""
        return self.hits / self.up

    @property
    @final
    def false_alarms(self) -> Masses:
        """Share of the negative rows that are chosen."""
        return self.alarms / self.down


class BestPoint(CurvePoint):
    """Best of one number over the thresholds at which others are as asked.

    Every distinct score is a threshold: from it up, rows are chosen. Of a grid only the edges
    of cells are known for thresholds; inside a cell the number is at most what it would be if
    all positives of the cell came first.
    """

    higher_is_better: ClassVar[bool | None] = True
    rough: ClassVar[str] = "it is the best of many thresholds"
    none_reached: ClassVar[float] = 0.0  # where no threshold is as asked

    @abstractmethod
    def number(self, corner: Corner) -> Masses:
        """Number that is to be best."""

    @abstractmethod
    def allowed(self, corner: Corner) -> Bool[Tensor, "*replicate step"]:
        """Whether a threshold is as asked."""

    def best_inside(self, steps: Steps) -> Masses:
        """Greatest number in every step, were its positives first; below 0 where none is as asked.

        Right where the number and what is asked for grow with the positives chosen, and fall
        with the negatives.
        """
        corner = replace(_corner(steps), alarms=steps.alarms - steps.down)
        return torch.where(self.allowed(corner), self.number(corner), -1)

    @final
    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        best = self._reached(steps).amax(-1)
        return torch.where(best < 0, self.none_reached, best)

    @final
    def place_of(self, steps: Steps) -> Int[Tensor, "*replicate"]:
        """See `StepMetric.place_of`: the threshold."""
        return self._reached(steps).argmax(-1)

    @final
    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`."""
        least, reached = self.value_of(steps), self._reached(steps)
        inside = torch.where(steps.alone, reached, self.best_inside(steps)).max()
        return least, torch.maximum(least, inside)

    @final
    def details_of(self, steps: Steps) -> dict[str, float]:
        """See `StepMetric.details_of`: the threshold, if one is as asked, and what it gives."""
        reached, corner = self._reached(steps), _corner(steps)
        if float(reached.max()) < 0:
            return {}
        best = reached >= reached.max() - ROUNDING
        k = int(torch.where(best, corner.recall + corner.precision, -1).argmax())
        return {
            "threshold": float(steps.scores[k]),
            "precision": float(corner.precision[k]),
            "recall": float(corner.recall[k]),
        }

    @final
    def note_of(self, value: float) -> str:
        """See `StepMetric.note_of`."""
        return OPTIMISTIC if value > 0 else f"{OPTIMISTIC}; 0 where no threshold is as asked"

    def _reached(self, steps: Steps) -> Masses:
        corner = _corner(steps)
        occupied = steps.up + steps.down > 0
        return torch.where(self.allowed(corner) & occupied, self.number(corner), -1)


def _corner(steps: Steps) -> Corner:
    hits, alarms = steps.hits, steps.alarms
    return Corner(hits, alarms, hits[..., -1:], alarms[..., -1:])


def _rows_for(number: float, share: float) -> float:
    """Rows of which a share is so many; at least as many as any interval takes."""
    return float(max(FEWEST, math.ceil(number / share - ROUNDING))) if share > 0 else math.inf


@dataclass(frozen=True, slots=True)
class PrecisionAtRecall(BestPoint):
    """Greatest precision over the thresholds with at least some recall, in [0, 1].

    The lowest threshold recalls all, so that one always does. Undefined without positives.

    Parameters
    ----------
    recall : float, default 0.9
        Least recall.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> best = PrecisionAtRecall(0.9)(rows)
    >>> round(best.value, 4), best.details["threshold"]  # both positives from .35 up, of three
    (0.6667, 0.35)
    """

    recall: float = 0.9

    def __post_init__(self) -> None:
        check_share("recall", self.recall)

    def number(self, corner: Corner) -> Masses:
        """See `BestPoint.number`."""
        return corner.precision

    def allowed(self, corner: Corner) -> Bool[Tensor, "*replicate step"]:
        """See `BestPoint.allowed`."""
        return corner.recall >= self.recall - ROUNDING


@dataclass(frozen=True, slots=True)
class RecallAtPrecision(BestPoint):
    """Greatest recall over the thresholds with at least some precision, in [0, 1].

    0 where no threshold has it, which the note says. Undefined without positives.

    Parameters
    ----------
    precision : float, default 0.9
        Least precision.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> RecallAtPrecision(0.9)(rows).value  # only .8 is surely positive
    0.5
    """

    precision: float = 0.9

    def __post_init__(self) -> None:
        check_share("precision", self.precision)

    def number(self, corner: Corner) -> Masses:
        """See `BestPoint.number`."""
        return corner.recall

    def allowed(self, corner: Corner) -> Bool[Tensor, "*replicate step"]:
        """See `BestPoint.allowed`."""
        return corner.precision >= self.precision - ROUNDING

    def takes(self) -> tuple[float, float]:
        """See `CurvePoint.takes`: 3 / (1 - precision) positives; by trial."""
        return _rows_for(3.0, 1 - self.precision), float(FEWEST)


class OfBothSides(BestPoint):
    """A best point that takes positive and negative rows."""

    @final
    def undefined(self, steps: Steps) -> str:
        """See `StepMetric.undefined`."""
        both = min(float(steps.up.sum()), float(steps.down.sum()))
        return "" if both > 0 else "it takes positive and negative rows"


@dataclass(frozen=True, slots=True)
class RecallAtFalseAlarms(OfBothSides):
    """Greatest recall over the thresholds with at most a share of false alarms, in [0, 1].

    Sensitivity at a specificity of one less that share. 0 where already the highest score
    raises more.

    Parameters
    ----------
    false_alarms : float, default 0.05
        Greatest share of the negatives that are chosen.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> RecallAtFalseAlarms(0.5)(rows).value  # from .35 up: one of two negatives
    1.0
    """

    false_alarms: float = 0.05

    def __post_init__(self) -> None:
        check_share("false_alarms", self.false_alarms)

    def number(self, corner: Corner) -> Masses:
        """See `BestPoint.number`."""
        return corner.recall

    def allowed(self, corner: Corner) -> Bool[Tensor, "*replicate step"]:
        """See `BestPoint.allowed`."""
        return corner.false_alarms <= self.false_alarms + ROUNDING

    def takes(self) -> tuple[float, float]:
        """See `CurvePoint.takes`: 1.5 / false_alarms negatives; by trial."""
        return float(FEWEST), _rows_for(1.5, self.false_alarms)


@dataclass(frozen=True, slots=True)
class SpecificityAtRecall(OfBothSides):
    """Greatest specificity over the thresholds with at least some recall, in [0, 1].

    Parameters
    ----------
    recall : float, default 0.9
        Least recall, also called sensitivity.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> SpecificityAtRecall(0.9)(rows).value  # from .35 up: one of two negatives is left alone
    0.5
    """

    recall: float = 0.9

    def __post_init__(self) -> None:
        check_share("recall", self.recall)

    def number(self, corner: Corner) -> Masses:
        """See `BestPoint.number`."""
        return 1 - corner.false_alarms

    def allowed(self, corner: Corner) -> Bool[Tensor, "*replicate step"]:
        """See `BestPoint.allowed`."""
        return corner.recall >= self.recall - ROUNDING
