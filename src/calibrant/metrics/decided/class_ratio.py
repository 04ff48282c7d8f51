"""What all ratios of counts of a class have in common: averages and absent classes."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final, get_args

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.decided.delta import delta_interval
from calibrant.metrics.decided.terms import NOTHING, Counts, Terms
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.effective import rows_behind
from calibrant.metrics.inference.uneven import FEW_OF_UNEVEN, too_uneven
from calibrant.metrics.intervals import Interval, wilson
from calibrant.metrics.settings import check_choice
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.tally import Tally

__all__ = ["Absent", "Average", "ClassRatio"]

Average = Literal["positive", "micro", "macro", "weighted", "per_class"]
Absent = Literal["zero", "skip", "undefined"]


NEARLY_NONE = 1e-9  # of all weight; what a difference leaves beside it is summed


@dataclass(frozen=True, slots=True)
class ClassRatio(TallyMetric, ABC):
    """A ratio of counts of each class, averaged over classes or not.

    Parameters
    ----------
    average : {"positive", "micro", "macro", "weighted", "per_class"}
        Of class 1 of two; of the counts of all classes pooled; the plain mean over declared
        classes; the mean weighted by presence; or a vector.
    absent : {"zero", "skip", "undefined"}
        What becomes of a ratio of nothing to nothing. "zero": it is 0, and every declared
        class counts in a mean. "skip": it is 0, but a class that is neither chosen nor
        present is left out. "undefined": it is left out of means, wherever it occurs.
    """

    average: Average = "macro"
    absent: Absent = "zero"
    higher_is_better: ClassVar[bool | None] = True
    side_by_side: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_choice("average", self.average, get_args(Average))
        check_choice("absent", self.absent, get_args(Absent))

    @property
    @abstractmethod
    def terms(self) -> Terms:
        """What a row of every kind adds."""

    @property
    @final
    def statistic(self) -> Confusion:
        """See `TallyMetric.statistic`."""
        return Confusion()

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        return self._of(tally["w"])

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        value, n = self.read(tally), round(float(tally["count"].sum()))
        if self.average == "per_class":
            return self._vector(tally, value, level, n, class_names)
        note = "undefined: no class is left to average" if value.isnan() else ""
        if not n:
            interval, note = Interval.missing("no rows"), "undefined: no rows"
        elif self.average == "positive":
            interval = self._intervals(tally, level)[1]
            if interval == NOTHING:
                state = "undefined" if value.isnan() else "0 by convention"
                note = f"{state}: no row to take a share of"
        elif self.average == "micro":
            interval = self._pooled_interval(tally, level)
        else:
            interval = delta_interval(self._of, tally, level, bias=self._bias(tally))
        shown = level if interval.low is not None else None
        return Estimate(
            float(value), interval.low, interval.high, shown, n, interval.method, note=note
        )

    def _of(self, matrix: Float64[Tensor, "*one class class"]) -> Float64[Tensor, "..."]:
        """Value from the confusion matrix itself, or from each of several."""
        if self.average == "micro":
            hits, wrong = _hits(matrix).sum(dim=-1), _without_own(matrix).sum(dim=(-2, -1))
            ratio = self.terms.ratio(_pooled(hits, wrong, matrix.shape[-1]))
            if self.absent == "undefined":
                return ratio
            return torch.where(hits + wrong > 0, ratio.nan_to_num(nan=0), ratio)
        counts = _counts(matrix)
        present = matrix.sum(dim=-1)
        each = self._ruled(self.terms.ratio(counts), counts)
        if self.average == "per_class":
            return each
        if self.average == "positive":
            if each.shape[-1] != 2:
                rule, got = "be two for the positive class", f"{each.shape[-1]}"
                raise InputError("classes", rule, got, "Use the macro or micro average.")
            return each[..., 1]
        counted = ~each.isnan()
        share = present * counted if self.average == "weighted" else counted.double()
        return (torch.where(counted, each, 0) * share).sum(dim=-1) / share.sum(dim=-1)

    def _ruled(
        self, ratio: Float64[Tensor, "*one class"], counts: Float64[Tensor, "kind *one class"]
    ) -> Float64[Tensor, "*one class"]:
        """Ratios under the rule for absent classes; NaN where one does not count."""
        if self.absent == "undefined":
            return ratio
        counting = counts.sum(dim=(0, -1)).unsqueeze(-1) > 0
        if self.absent == "skip":
            counting = counts[:3].sum(dim=0) > 0
        return torch.where(counting, ratio.nan_to_num(nan=0), torch.nan)

    def _intervals(self, tally: Tally, level: float) -> list[Interval]:
        """Interval of every class."""
        sums = (_counts(tally[name]) for name in ("count", "w", "ww"))
        return self.terms.intervals(*sums, level=level)

    def _bias(self, tally: Tally) -> float:
        r"""How much the mean over classes lies too high on average, to second order.

        Weighted by presence :math:`P_k`, with :math:`N = \sum P_k`, bias :math:`b_k` and slope
        :math:`s_{ck}` of the ratio of a class by weight of a kind c, it is
        :math:`\sum_k (P_k b_k + \sum_{c \in k} W_c^{(2)} s_{ck}) / N`, as rows of a class
        move its ratio and its say at once; with unequal weights less what N moves with.
        """
        counts, twice = _counts(tally["w"]), _counts(tally["ww"])
        bias = self.terms.bias(counts, twice)
        if self.average == "macro":
            return float(bias.mean())
        ratio, moved = self.terms.ratio(counts), twice * self.terms.slopes(counts)
        present, squares, n = counts[:2].sum(dim=0), twice[:2].sum(dim=0), tally["w"].sum()
        mean = (present * ratio).sum() / n
        along = (squares * (ratio - mean) + present * moved.sum(dim=0)).sum() / n
        return float((((present * bias).sum() + moved[:2].sum()) - along) / n)

    def _pooled_interval(self, tally: Tally, level: float) -> Interval:
        """From that of accuracy, which alone moves the pooled counts."""
        matrix, twice, n_classes = tally["w"], tally["ww"], len(tally["w"])
        hits, came = (float(_hits(each).sum()) for each in (matrix, twice))
        wrong, rest = (float(_without_own(each).sum()) for each in (matrix, twice))
        n = hits + wrong
        share = hits / n
        if too_uneven(float(tally["count"].sum()), n**2 / (came + rest)):
            return Interval.missing(FEW_OF_UNEVEN)
        inner = wilson(share, rows_behind(share, came, rest, n), level)
        assert inner.low is not None
        assert inner.high is not None
        both = n * matrix.new_tensor((inner.low, inner.high))
        ends = self.terms.ratio(_pooled(both, n - both, n_classes))
        low, high = sorted(float(end) for end in ends)
        return Interval(low, high, "Wilson, of accuracy") if low < high else NOTHING

    def _vector(
        self,
        tally: Tally,
        value: Float64[Tensor, " class"],
        level: float,
        n: int,
        class_names: tuple[str, ...],
    ) -> Estimate:
        ends = self._intervals(tally, level)
        known = [end for end in ends if end.low is not None]
        nan, note = float("nan"), ""
        if value.isnan().any():
            note = "undefined: no row to take a share of" if n else "undefined: no rows"
        return Estimate(
            tuple(value.tolist()),
            tuple(nan if end.low is None else end.low for end in ends) if known else None,
            tuple(nan if end.high is None else end.high for end in ends) if known else None,
            level if known else None,
            n,
            known[0].method if known else ends[0].method,
            names=class_names,
            support=tuple(tally["w"].sum(dim=1).tolist()),
            note=note,
        )


def _hits(matrix: Float64[Tensor, "*one class class"]) -> Float64[Tensor, "*one class"]:
    return matrix.diagonal(dim1=-2, dim2=-1)


def _counts(
    matrix: Float64[Tensor, "*one class class"],
) -> Float64[Tensor, "kind *one class"]:
    """Hits, misses, false alarms and the rest, of every class against all others.

    Each is a sum of cells: what a difference of sums of weights leaves of no row is 1e-16 of one,
    and all of its own whole.
    """
    hits, wrong = _hits(matrix), _without_own(matrix)
    misses, alarms = wrong.sum(dim=-1), wrong.sum(dim=-2)
    rows = (hits + misses).sum(dim=-1, keepdim=True)
    rest = rows - misses - alarms - hits
    for place in (rest <= NEARLY_NONE * rows).nonzero().tolist():  # two of the classes, if any
        cells, k = matrix[tuple(place[:-1])], place[-1]
        rest[tuple(place)] = sum(
            part.sum()
            for rows_of in (cells[:k], cells[k + 1 :])
            for part in (rows_of[:, :k], rows_of[:, k + 1 :])
        )
    return torch.stack((hits, misses, alarms, rest))


def _without_own(
    matrix: Float64[Tensor, "*one class class"],
) -> Float64[Tensor, "*one class class"]:
    """The matrix with 0 on its diagonal."""
    other = matrix.clone()
    other.diagonal(dim1=-2, dim2=-1).zero_()
    return other


def _pooled(hits: Tensor, wrong: Tensor, n_classes: int) -> Counts:
    """The same summed over classes: every row has one true class and one chosen."""
    rest = (hits + wrong) * (n_classes - 2) + hits
    return torch.stack((hits, wrong, wrong, rest)).clamp(min=0)
