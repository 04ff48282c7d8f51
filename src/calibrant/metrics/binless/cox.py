"""Weak calibration: intercept and slope of the outcomes on the stated log-odds (Cox)."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import RowMetric
from calibrant.metrics.binless.log_odds import Points, points_of_cells, points_of_rows
from calibrant.metrics.binless.logistic import Fit, fit_intercept, fit_line
from calibrant.metrics.bounds import from_grid
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.settings import check_view
from calibrant.prediction.rows import Rows
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["CoxIntercept", "CoxSlope"]


@dataclass(frozen=True, slots=True)
class _Recalibration(RowMetric, ABC):
    """What the two have in common: a logistic fit of the outcomes on the log-odds."""

    view: View = "positive"
    higher_is_better: ClassVar[bool | None] = None

    def __post_init__(self) -> None:
        check_view(self.view)

    @abstractmethod
    def _fit(self, points: Points) -> Fit:
        """Fit whose value, variance and bound the estimate shows."""

    @property
    @final
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where it is undefined."""
        return torch.tensor(self._fit(points_of_cells(tally)).value, dtype=torch.float64)

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; with a bound from the spread of scores within cells."""
        del class_names
        fit = self._fit(points_of_cells(tally))
        n = int(tally["count"].sum())
        estimate = fit.estimate(n, level)
        if math.isnan(fit.value):
            return estimate
        return from_grid(estimate, fit.bound, "the fit of log-odds")

    @final
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        return self._fit(points_of_rows(rows, self.view)).estimate(len(rows), level)


class CoxSlope(_Recalibration):
    r"""Slope of the outcomes on the stated log-odds; 1 is right.

    The maximum-likelihood b of :math:`\text{logit} P(y = 1) = a + b \, \text{logit} p`. Below 1
    where the model is too sure, above 1 where it is too modest, below 0 where it is upside down.
    The intercept a stands in the details.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.

    Notes
    -----
    Undefined, with the reason, where a row is stated 0 or 1 (its log-odds are infinite; logits
    keep them finite), where all rows are stated alike or came out alike, and where a threshold
    parts the outcomes without fault. Exact from rows; from a tally every cell's rows lie at their
    mean, and the estimate bounds what that moves: twice the first-order effect. The interval is
    Wald's, with the sandwich variance.

    References
    ----------
    .. [1] Cox. "Two Further Applications of a Model for Binary Regression." Biometrika 45, 1958.
       Miller, Hui, Tierney. "Validation Techniques for Logistic Regression Models." Statistics in
       Medicine 10, 1991.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.2] * 4 + [0.8] * 4, labels=[1, 0, 0, 0, 1, 1, 1, 0])
    >>> round(CoxSlope()(rows).value, 4)  # a quarter and three quarters: log 3 / log 4
    0.7925
    """

    __slots__ = ()

    def _fit(self, points: Points) -> Fit:
        return fit_line(points)


class CoxIntercept(_Recalibration):
    r"""Shift of the log-odds that makes the mean right; 0 is right.

    The maximum-likelihood a of :math:`\text{logit} P(y = 1) = a + \text{logit} p`, with the slope
    held at 1. Above 0 where the model states too little, below 0 where too much.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.

    Notes
    -----
    Undefined where a row is stated 0 or 1, or all rows came out alike. Tallies and interval as
    for `CoxSlope`.

    References
    ----------
    .. [1] As for `CoxSlope`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.2] * 4, labels=[1, 1, 0, 0])
    >>> round(CoxIntercept()(rows).value, 4)  # from 1 : 4 to 1 : 1, log 4
    1.3863
    """

    __slots__ = ()

    def _fit(self, points: Points) -> Fit:
        return fit_intercept(points)
