"""Precision, recall and F1 of decided classes, and the confusion matrix itself."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final, get_args

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval, wilson
from calibrant.metrics.settings import check_choice
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.tally import Tally

__all__ = ["Average", "ConfusionMatrix", "F1Score", "Precision", "Recall"]

Average = Literal["positive", "micro", "macro", "weighted", "per_class"]

Counts = Float64[Tensor, " class"]


@dataclass(frozen=True, slots=True)
class ClassRatio(TallyMetric, ABC):
    """A ratio of counts of each class, averaged over classes or not.

    A class that is neither chosen nor present has ratio 0 and counts in the macro average:
    declared classes are never dropped.
    """

    average: Average
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        check_choice("average", self.average, get_args(Average))

    @abstractmethod
    def whole(self, hits: Counts, chosen: Counts, present: Counts) -> Counts:
        """Rows of which the hits are a share, class by class."""

    @abstractmethod
    def of_share(self, share: Counts) -> Counts:
        """Ratio of a share of hits; rises with it."""

    @property
    @final
    def statistic(self) -> Confusion:
        """See `TallyMetric.statistic`."""
        return Confusion()

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        hits, whole, present = self._counts(tally, "w")
        if self.average == "micro":  # every row has one class: all three are accuracy
            return (hits.sum() / present.sum()).clamp(max=1)
        each = self.of_share(hits / torch.where(whole > 0, whole, 1))
        if self.average == "per_class":
            return each
        if self.average == "positive":
            if len(each) != 2:
                rule, got = "be two for the positive class", f"{len(each)}"
                raise InputError("classes", rule, got, "Use the macro or micro average.")
            return each[1]
        share = present / present.sum() if self.average == "weighted" else 1 / len(each)
        return (each * share).sum()

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        value, n = self.read(tally), round(float(tally["count"].sum()))
        if self.average in ("macro", "weighted"):
            why = "not available: an average over classes needs resampling of all cells"
            return Estimate(float(value), None, None, None, n, why)
        hits, whole, present = self._counts(tally, "w")
        twice = self._counts(tally, "ww")[1]
        if self.average == "micro":
            end = wilson(float(value), float(present.sum() ** 2 / tally["ww"].sum()), level)
            shown = level if end.low is not None else None
            return Estimate(float(value), end.low, end.high, shown, n, end.method)
        ends = [
            self._interval(share[0], share[1], share[2], level)
            for share in torch.stack((hits, whole, twice), dim=-1).tolist()
        ]
        if self.average == "positive":
            end = ends[1]
            note = "" if end.low is not None else "0 by convention: no row to take a share of"
            shown = level if end.low is not None else None
            return Estimate(float(value), end.low, end.high, shown, n, end.method, note=note)
        known = [end for end in ends if end.low is not None]
        nan = float("nan")
        return Estimate(
            tuple(value.tolist()),
            tuple(nan if end.low is None else end.low for end in ends) if known else None,
            tuple(nan if end.high is None else end.high for end in ends) if known else None,
            level if known else None,
            n,
            known[0].method if known else ends[0].method,
            names=class_names,
            support=tuple(present.tolist()),
        )

    def _counts(self, tally: Tally, column: str) -> tuple[Counts, Counts, Counts]:
        matrix = tally[column]
        hits, chosen, present = matrix.diagonal(), matrix.sum(dim=0), matrix.sum(dim=1)
        return hits, self.whole(hits, chosen, present), present

    def _interval(self, hits: float, whole: float, twice: float, level: float) -> Interval:
        if not whole > 0:
            return Interval.missing("no row to take a share of")
        inner = wilson(hits / whole, whole**2 / twice, level)
        assert inner.low is not None
        assert inner.high is not None
        ends = self.of_share(torch.tensor((inner.low, inner.high), dtype=torch.float64))
        return Interval(float(ends[0]), float(ends[1]), self.interval_method)

    @property
    @abstractmethod
    def interval_method(self) -> str:
        """Name of the interval."""


@dataclass(frozen=True, slots=True)
class Precision(ClassRatio):
    """Share of the rows given a class that are of it, in [0, 1]: TP / (TP + FP).

    Parameters
    ----------
    average : {"positive", "micro", "macro", "weighted", "per_class"}
        Of class 1 of two; of all classes pooled (equal to accuracy); the plain mean over
        declared classes; the mean weighted by presence; or a vector.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 1], labels=[1, 0, 0, 1])
    >>> round(Precision("positive")(rows).value, 4)  # 2 of the 3 chosen
    0.6667
    """

    average: Average = "macro"

    def whole(self, hits: Counts, chosen: Counts, present: Counts) -> Counts:
        """See `ClassRatio.whole`: rows given the class."""
        del hits, present
        return chosen

    def of_share(self, share: Counts) -> Counts:
        """See `ClassRatio.of_share`: itself."""
        return share

    @property
    def interval_method(self) -> str:
        """See `ClassRatio.interval_method`."""
        return "Wilson"


@dataclass(frozen=True, slots=True)
class Recall(ClassRatio):
    """Share of the rows of a class that were given it, in [0, 1]: TP / (TP + FN).

    Parameters
    ----------
    average : {"positive", "micro", "macro", "weighted", "per_class"}
        As for `Precision`; the macro average is balanced accuracy.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 0], labels=[1, 0, 0, 1])
    >>> Recall("positive")(rows).value  # 1 of the 2 present
    0.5
    """

    average: Average = "macro"

    def whole(self, hits: Counts, chosen: Counts, present: Counts) -> Counts:
        """See `ClassRatio.whole`: rows of the class."""
        del hits, chosen
        return present

    def of_share(self, share: Counts) -> Counts:
        """See `ClassRatio.of_share`: itself."""
        return share

    @property
    def interval_method(self) -> str:
        """See `ClassRatio.interval_method`."""
        return "Wilson"


@dataclass(frozen=True, slots=True)
class F1Score(ClassRatio):
    r"""Harmonic mean of precision and recall, in [0, 1]: 2 TP / (2 TP + FP + FN).

    Parameters
    ----------
    average : {"positive", "micro", "macro", "weighted", "per_class"}
        As for `Precision`.

    Notes
    -----
    With :math:`J = TP / (TP + FP + FN)`, a proportion, :math:`F_1 = 2J / (1 + J)` rises
    with :math:`J`: the ends of Wilson's interval of :math:`J` give those of :math:`F_1`.

    References
    ----------
    .. [1] van Rijsbergen. "Information Retrieval." 1979, chapter 7. The relation to the
       proportion of Jaccard 1912 is algebra.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 0], labels=[1, 0, 0, 1])
    >>> F1Score("positive")(rows).value  # 2 / (2 + 1 + 1)
    0.5
    """

    average: Average = "macro"

    def whole(self, hits: Counts, chosen: Counts, present: Counts) -> Counts:
        """See `ClassRatio.whole`: rows of the class, given it, or both."""
        return chosen + present - hits

    def of_share(self, share: Counts) -> Counts:
        """See `ClassRatio.of_share`: from Jaccard's index."""
        return 2 * share / (1 + share)

    @property
    def interval_method(self) -> str:
        """See `ClassRatio.interval_method`."""
        return "Wilson, of Jaccard's index"


@dataclass(frozen=True, slots=True)
class ConfusionMatrix(TallyMetric):
    """Weight of the rows by true class (first axis) and chosen class (second axis).

    Examples
    --------
    >>> import calibrant as cal
    >>> ConfusionMatrix()(cal.decisions(predicted=[0, 1, 1], labels=[0, 0, 1])).value
    ((1.0, 1.0), (0.0, 1.0))
    """

    higher_is_better: ClassVar[bool | None] = None

    @property
    def statistic(self) -> Confusion:
        """See `TallyMetric.statistic`."""
        return Confusion()

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        return tally["w"]

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del level
        value = tuple(tuple(row) for row in self.read(tally).tolist())
        why, n = "not available: counts, not an estimate", round(float(tally["count"].sum()))
        return Estimate(value, None, None, None, n, why, names=class_names)
