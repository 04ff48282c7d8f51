"""Ratios of the four kinds of rows that one class tells apart, and their intervals."""

from dataclasses import dataclass

import torch
from jaxtyping import Float64
from scipy.special import gammaincinv
from torch import Tensor

from calibrant.metrics.inference.effective import rows_behind
from calibrant.metrics.inference.uneven import FEW_OF_UNEVEN, too_uneven
from calibrant.metrics.intervals import Interval, logit_interval, wilson

__all__ = ["NOTHING", "Counts", "Terms"]

Counts = Float64[Tensor, "kind *class"]  # hits, misses, false alarms, the rest
Worths = Float64[Tensor, "kind *one"]
Number = int | float  # a checker at run time takes no int for a float
Worth = tuple[Number, Number, Number, Number]

FEWEST = 5  # effective rows behind a variance to first order

FEW = 3  # rows, at which Wilson's nearer end is too near
NOTHING = Interval.missing("no row to take a share of")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a row of every kind adds to a ratio, as seen from one class.

    The kinds are hits (of the class, given it), misses (of it, not given it), false alarms
    (given it, not of it) and the rest.

    Parameters
    ----------
    above : four numbers
        Added above the line, and below it too.
    beside : four numbers
        Added below the line only.

    Examples
    --------
    >>> counts = torch.tensor([3.0, 1.0, 2.0, 4.0], dtype=torch.float64)
    >>> float(Terms((1, 0, 0, 0), (0, 0, 1, 0)).ratio(counts))  # 3 of the 5 given the class
    0.6
    """

    above: Worth
    beside: Worth

    def sums(self, counts: Counts) -> tuple[Float64[Tensor, "*class"], Float64[Tensor, "*class"]]:
        """What stands above the line, and what stands below it only."""
        above, beside = (
            torch.tensordot(counts.new_tensor(worth), counts, dims=1)
            for worth in (self.above, self.beside)
        )
        return above, beside

    def ratio(self, counts: Counts) -> Float64[Tensor, "*class"]:
        """Ratio of every class; NaN where nothing stands below the line."""
        above, beside = self.sums(counts)
        whole = above + beside
        ratio = above / torch.where(whole > 0, whole, 1)
        return torch.where(whole > 0, ratio, torch.nan)

    def slopes(self, counts: Counts) -> Float64[Tensor, "kind *class"]:
        """How much the ratio of every class changes by weight of every kind, to first order."""
        above, beside = self.sums(counts)
        high, each = self._worth(counts)
        return (high - self.ratio(counts) * each) / (above + beside)

    def bias(self, counts: Counts, twice: Counts) -> Float64[Tensor, "*class"]:
        r"""How much the ratio of every class lies too high on average, to second order.

        A function f of the sums of weights of cells, which does not change when all are scaled,
        has its variance to first order from the sums of squared weights alone, and so it has
        its bias to second: :math:`\frac12 \sum_c W_c^{(2)} f_{cc}`. Of A / D, with :math:`a_c`
        and :math:`d_c` for a row above the line and below it, that is

        .. math:: -\sum_c W_c^{(2)} d_c (a_c - r d_c) / D^2 \qquad r = A / D

        It is 0 where every row that counts weighs and adds below the line the same, as a share
        is right on average; of :math:`F_1`, with Jaccard's index J of m rows that count, it is
        :math:`-2 J (1 - J) / ((1 + J)^3 m)`.

        Parameters
        ----------
        counts, twice : Float64[Tensor, "kind *class"]
            Sums of weights and of squared weights.

        References
        ----------
        .. [1] Cochran. "Sampling Techniques." Wiley, 3rd edition, 1977, chapter 6: the bias of a
           ratio.

        Examples
        --------
        >>> counts = torch.tensor([20.0, 30.0, 30.0, 20.0], dtype=torch.float64)  # J = 1/4 of 80
        >>> f1 = Terms((2, 0, 0, 0), (0, 1, 1, 0))
        >>> round(float(f1.bias(counts, counts)), 6)  # -2 * 3/16 / (125/64 * 80)
        -0.0024
        """
        above, beside = self.sums(counts)
        _, each = self._worth(counts)
        return -(twice * each * self.slopes(counts)).sum(dim=0) / (above + beside)

    def _worth(self, counts: Counts) -> tuple[Worths, Worths]:
        """What a row of every kind adds above the line, and below it."""
        shape = (len(counts), *[1] * (counts.ndim - 1))
        high, low = (counts.new_tensor(worth).view(shape) for worth in (self.above, self.beside))
        return high, high + low

    def rows(self, counts: Counts) -> Float64[Tensor, "*class"]:
        """Rows that stand above the line or below it, of every class."""
        both = zip(self.above, self.beside, strict=True)
        counted = counts.new_tensor([float(above > 0 or beside > 0) for above, beside in both])
        return torch.tensordot(counted, counts, dims=1)

    def intervals(
        self,
        number: Float64[Tensor, "kind class"],
        counts: Float64[Tensor, "kind class"],
        twice: Float64[Tensor, "kind class"],
        *,
        level: float,
    ) -> list[Interval]:
        """Interval of the ratio of every class, from numbers of rows and sums of (squared) weights.

        Where all rows above the line add the same, and all those beside it too, the ratio
        rises with a proportion, and has the ends of Wilson's interval of that; of one to three
        rows on either side the end that is near is one of a Poisson number, as Wilson's comes too
        near. Else it has Student's interval on the scale of the log-odds, from its variance to
        first order.

        References
        ----------
        .. [1] Brown, Cai, DasGupta. "Interval Estimation for a Binomial Proportion." Statistical
           Science 16, 2001, section 4.1.1: the modified Wilson interval, which stops at two of up
           to 50 rows; here it is three of any number.
        """
        high, *others = {float(worth) for worth in self.above if worth > 0}
        low, *rest = {float(worth) for worth in self.beside if worth > 0}
        above, beside = self.sums(counts)
        whole = above + beside
        if others or rest:
            value = above / whole
            squares = Terms(_squared(self.above), _squared(self.beside)).sums(twice)
            variance = (squares[0] * (1 - value) ** 2 + squares[1] * value**2) / whole**2
            n_effective = self.rows(counts) ** 2 / self.rows(twice)
            columns = torch.stack((value, variance, whole, n_effective), dim=-1).tolist()
            return [
                _of_ratio(one, spread, n, level) if size > 0 else NOTHING
                for one, spread, size, n in columns
            ]
        above_twice, beside_twice = self.sums(twice)
        sides = above / high, beside / low, above_twice / high, beside_twice / low
        found: list[Interval] = []
        columns = torch.stack((*sides, self.rows(number)), dim=-1).tolist()
        for came, rest, came_twice, rest_twice, n_rows in columns:
            weight = came + rest
            if not weight > 0:
                found.append(NOTHING)
                continue
            if too_uneven(n_rows, weight**2 / (came_twice + rest_twice)):
                found.append(Interval.missing(FEW_OF_UNEVEN))
                continue
            n_effective = rows_behind(came / weight, came_twice, rest_twice, weight)
            found.append(_of_share(_of_few(came / weight, n_effective, level), high, low))
        return found


def _of_ratio(value: float, variance: float, n_effective: float, level: float) -> Interval:
    """Student's interval of a ratio to which `n_effective` rows add."""
    if n_effective < FEWEST:
        return Interval.missing(f"fewer than {FEWEST} effective rows add to the ratio")
    method = "delta method (t), on log-odds"
    return logit_interval(value, variance, level, method, freedom=n_effective - 1)


def _of_few(share: float, n_effective: float, level: float) -> Interval:
    """Wilson's interval, with the end near 0 or 1 of a Poisson number where few are there."""
    inner = wilson(share, n_effective, level)
    assert inner.low is not None
    assert inner.high is not None
    low, high = (_least(part, n_effective, level) for part in (share, 1 - share))
    return Interval(min(inner.low, low), max(inner.high, 1 - high), inner.method)


def _least(share: float, n_effective: float, level: float) -> float:
    """Least proportion of which as many come in a share of 1 - `level` of cases; 1 for many."""
    number = share * n_effective
    if number > FEW + 1e-9:
        return 1.0
    return float(gammaincinv(number, 1 - level)) / n_effective if number > 0 else 0.0


def _of_share(inner: Interval, high: float, low: float) -> Interval:
    """Interval of what is worth `high` in a whole of which the rest is worth `low`."""
    assert inner.low is not None
    assert inner.high is not None
    if high == low:
        return inner
    ends = [high * end / (high * end + low * (1 - end)) for end in (inner.low, inner.high)]
    return Interval(ends[0], ends[1], "Wilson, of Jaccard's index")


def _squared(worth: Worth) -> Worth:
    hits, misses, alarms, rest = worth
    return hits**2, misses**2, alarms**2, rest**2
