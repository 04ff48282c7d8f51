"""Agreement of the classes chosen with those that came out: one number of a whole matrix."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final, get_args

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.decided.delta import Matrix, delta_interval
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval
from calibrant.metrics.settings import check_choice
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.tally import Tally

__all__ = ["Agreement", "CohenKappa", "MatthewsCorrelation"]

AT_ONCE = 32  # rows at a time, of a matrix as large as that of the classes

Distance = Literal["equal", "linear", "quadratic"]
Scalar = Float64[Tensor, ""]


class Agreement(TallyMetric, ABC):
    """A number read from the whole confusion matrix, with an interval from its gradient."""

    higher_is_better: ClassVar[bool | None] = True
    least: ClassVar[float] = -1.0

    @abstractmethod
    def of(self, matrix: Matrix) -> Scalar:
        """Value of a matrix of weights with some row in it; NaN where it is undefined."""

    @abstractmethod
    def note(self, matrix: Matrix) -> str:
        """What is to be said of the value of this matrix; nothing where all is usual."""

    def bias(self, matrix: Matrix, twice: Matrix) -> float:
        """How much the value lies too high on average, of sums of weights and of squared weights.

        0 where it is of the order of one over all rows, beside which its standard error is large;
        a mean over classes tells its own.
        """
        del matrix, twice
        return 0.0

    @property
    @final
    def statistic(self) -> Confusion:
        """See `TallyMetric.statistic`."""
        return Confusion()

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        matrix = tally["w"]
        return self.of(matrix) if matrix.sum() > 0 else matrix.new_tensor(torch.nan)

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names  # one number of all classes
        value, n = float(self.read(tally)), round(float(tally["count"].sum()))
        if not n:
            interval, note = Interval.missing("no rows"), "undefined: no rows"
        else:
            note = self.note(tally["w"])
            if math.isnan(value):
                interval = Interval.missing("the value is undefined")
            elif note:
                interval = Interval.missing("the value is set by convention")
            else:
                bias = self.bias(tally["w"], tally["ww"])
                interval = delta_interval(self.of, tally, level, least=self.least, bias=bias)
        shown = level if interval.low is not None else None
        return Estimate(value, interval.low, interval.high, shown, n, interval.method, note=note)


@dataclass(frozen=True, slots=True)
class MatthewsCorrelation(Agreement):
    r"""Correlation of the classes chosen with those that came out, in [-1, 1].

    .. math:: R_K = \frac{n \sum_k n_{kk} - \sum_k t_k c_k}
              {\sqrt{n^2 - \sum_k t_k^2} \sqrt{n^2 - \sum_k c_k^2}}

    with :math:`t_k` rows of class k and :math:`c_k` rows given it. Of two classes it is the
    correlation of the two columns of zeros and ones. 0 for every guess that does not depend
    on the row; 0 by convention, and says so, where only one class came out or was chosen.

    References
    ----------
    .. [1] Matthews. "Comparison of the Predicted and Observed Secondary Structure of T4 Phage
       Lysozyme." Biochimica et Biophysica Acta 405, 1975.
    .. [2] Gorodkin. "Comparing Two K-Category Assignments by a K-Category Correlation
       Coefficient." Computational Biology and Chemistry 28, 2004.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[0, 0, 0, 1], labels=[0, 0, 1, 1])
    >>> round(MatthewsCorrelation()(rows).value, 4)  # (2 * 1 - 1 * 0) / sqrt(3 * 1 * 2 * 2)
    0.5774
    """

    def of(self, matrix: Matrix) -> Scalar:
        """See `Agreement.of`."""
        table = matrix / matrix.sum()
        truth, chosen = table.sum(dim=1), table.sum(dim=0)
        spreads = [(share * (1 - share)).sum() for share in (truth, chosen)]
        spread = spreads[0] * spreads[1]
        both = table.diagonal().sum() - (truth * chosen).sum()
        if self.note(matrix):
            return torch.zeros_like(both)
        return (both / spread.sqrt()).clamp(-1, 1)

    def note(self, matrix: Matrix) -> str:
        """See `Agreement.note`."""
        for dim, what in ((1, "came out"), (0, "was chosen")):
            if int((matrix.sum(dim=dim) > 0).sum()) < 2:
                return f"0 by convention: only one class {what}"
        return ""


@dataclass(frozen=True, slots=True)
class CohenKappa(Agreement):
    r"""Agreement beyond that of independent columns with the same shares, in [-1, 1].

    .. math:: \kappa = 1 - \frac{\sum_{kj} v_{kj} n_{kj}}{\sum_{kj} v_{kj} t_k c_j / n}

    Parameters
    ----------
    distance : {"equal", "linear", "quadratic"}
        What :math:`v_{kj}` is off the diagonal: 1, :math:`|k - j|` or :math:`(k - j)^2`. The
        latter two take the classes to be in order, at equal steps.

    Notes
    -----
    Undefined where one class alone came out and was chosen. With quadratic weights it is the
    concordance coefficient of the class numbers. At the same agreement it falls as the
    classes' shares grow unequal.

    References
    ----------
    .. [1] Cohen. "A Coefficient of Agreement for Nominal Scales." Educational and
       Psychological Measurement 20, 1960; with weights, Psychological Bulletin 70, 1968.
    .. [2] Fleiss, Cohen, Everitt. "Large Sample Standard Errors of Kappa and Weighted Kappa."
       Psychological Bulletin 72, 1969: the variance.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[0, 0, 1, 1], labels=[0, 0, 0, 1])
    >>> CohenKappa()(rows).value  # agreement .75, by chance .5: (.75 - .5) / (1 - .5)
    0.5
    """

    distance: Distance = "equal"

    def __post_init__(self) -> None:
        check_choice("distance", self.distance, get_args(Distance))

    @property
    def needs_order(self) -> bool:
        """See `Metric.needs_order`."""
        return self.distance != "equal"

    def of(self, matrix: Matrix) -> Scalar:
        """See `Agreement.of`."""
        rows, columns = matrix.sum(dim=1), matrix.sum(dim=0)
        total = rows.sum()
        truth, chosen = rows / total, columns / total
        if self.distance == "equal":  # without a matrix of weights
            seen = 1 - matrix.diagonal().sum() / total
            due = 1 - (truth * chosen).sum()
        else:
            step = torch.arange(len(matrix), dtype=torch.float64, device=matrix.device)
            seen, due = torch.zeros_like(total), torch.zeros_like(total)
            for some in step.long().split(AT_ONCE):
                gap = (step[some, None] - step).abs()
                gap = gap if self.distance == "linear" else gap.square()
                seen = seen + (gap * matrix[some[0] : some[-1] + 1]).sum() / total
                due = due + truth[some] @ gap @ chosen
        if _is_lone(rows, columns):
            return torch.full_like(due, torch.nan)
        return 1 - seen / due

    def note(self, matrix: Matrix) -> str:
        """See `Agreement.note`."""
        if not _is_lone(matrix.sum(dim=1), matrix.sum(dim=0)):
            return ""
        return "undefined: one class alone came out and was chosen"


def _is_lone(rows: Float64[Tensor, " class"], columns: Float64[Tensor, " class"]) -> bool:
    """Whether all weight is of one class, that came out and was chosen."""
    return int(((rows > 0) | (columns > 0)).sum()) < 2
