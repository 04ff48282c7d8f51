"""Errors of predicted numbers relative to their size."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.means import MeanScore
from calibrant.metrics.numbers.stated import truth_of
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore

__all__ = ["MeanAbsolutePercentageError", "SymmetricPercentageError"]


@dataclass(frozen=True, slots=True)
class RelativeMiss(RowScore):
    """Distance of predicted from true, over the size of the true number."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        if bool((targets == 0).any()):
            rule = "not be 0 for mape, which divides by them"
            remedy = "Use mae, or give such rows weight 0."
            raise InputError("targets", rule, "0", remedy)
        return numbers.errors.abs() / targets.abs()


@dataclass(frozen=True, slots=True)
class SymmetricMiss(RowScore):
    """Distance of predicted from true, over the mean of their sizes; 0 where both are 0."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        size = (numbers.predicted.abs() + targets.abs()) / 2
        return torch.where(size > 0, numbers.errors.abs() / size, 0)


@dataclass(frozen=True, slots=True)
class MeanAbsolutePercentageError(MeanScore):
    r"""Mean of :math:`|\hat t - t| / |t|` over rows, at least 0: .1 is ten per cent.

    A target of 0 raises: the ratio has no value there. Targets near 0 decide the mean, and
    predictions that are too low cost at most 1 where those that are too high have no limit: it
    favours a model that predicts low. The interval is Student's.

    References
    ----------
    .. [1] Hyndman and Koehler. "Another Look at Measures of Forecast Accuracy." International
       Journal of Forecasting 22, 2006.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0, 3.0], targets=[2.0, 4.0])
    >>> MeanAbsolutePercentageError()(rows).value  # (1/2 + 1/4) / 2
    0.375
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def score(self) -> RelativeMiss:
        """See `MeanScore.score`."""
        return RelativeMiss()


@dataclass(frozen=True, slots=True)
class SymmetricPercentageError(MeanScore):
    r"""Mean of :math:`2 |\hat t - t| / (|\hat t| + |t|)` over rows, in [0, 2].

    A row in which both are 0 is exact and counts 0. Where the two have different signs, or one of
    them is 0, it is 2 however near they are. It is not symmetric in the error: of 100, a prediction
    of 110 costs .0952, one of 90 .1053. The interval is Student's.

    References
    ----------
    .. [1] Makridakis. "Accuracy Measures: Theoretical and Practical Concerns." International
       Journal of Forecasting 9, 1993. Goodwin and Lawton. "On the Asymmetry of the Symmetric
       MAPE." The same 15, 1999.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0, 0.0], targets=[3.0, 0.0])
    >>> SymmetricPercentageError()(rows).value  # (2 * 2 / 4 + 0) / 2
    0.5
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def score(self) -> SymmetricMiss:
        """See `MeanScore.score`."""
        return SymmetricMiss()
