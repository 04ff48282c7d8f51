"""Calibration and refinement: what recalibration would save of a score, and what it would not."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from numbers import Integral
from typing import ClassVar, Literal, final

import numpy as np
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.calibrators.temperature import Temperature, TemperatureScaling
from calibrant.errors import FitError, InputError
from calibrant.metrics.base import MemoryMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval, mean_interval
from calibrant.metrics.proper.scores import NegativeLogLikelihood, SquaredError
from calibrant.metrics.settings import check_choice
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Logits
from calibrant.prediction.rows import Rows
from calibrant.selection.folds import stratified_folds
from calibrant.selection.row_keys import row_keys
from calibrant.statistics.moments import RowScore

__all__ = ["CalibrationPart", "Refinement", "Score"]

Score = Literal["log_loss", "brier"]
SCORES: dict[Score, RowScore] = {"log_loss": NegativeLogLikelihood(), "brier": SquaredError()}
METHOD = "moments (t) of held-out rows, fits as they are"
CHUNK = 1 << 18  # rows that are restated together


@dataclass(frozen=True, slots=True)
class _CrossValidated(MemoryMetric, ABC):
    """A part of a score, by a temperature that is fitted on the other folds.

    Parameters
    ----------
    score : "log_loss" or "brier", default "log_loss"
        What is taken apart.
    n_folds : int, default 5
        At least 2.
    seed : int, default 0
        Of the folds.
    """

    score: Score = "log_loss"
    n_folds: int = 5
    seed: int = 0
    least: ClassVar[float] = 0.0  # value of the part

    def __post_init__(self) -> None:
        check_choice("score", self.score, tuple(SCORES))
        for name, least, usual in (("n_folds", 2, 5), ("seed", 0, 0)):
            value: object = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
                rule, remedy = f"be a whole number, at least {least}", f"{usual} is usual."
                raise InputError(name, rule, f"{value!r}", remedy)

    @property
    @final
    def reads(self) -> tuple[type[Rows], ...]:
        """See `Metric.reads`."""
        return (Predictions,)

    @final
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `MemoryMetric.estimate_rows`."""
        assert isinstance(rows, Predictions)  # `reads` is checked before
        n = len(rows)
        if n < self.n_folds:
            why = f"{n} rows are too few for {self.n_folds} folds"
            method, note = f"not available: {why}", f"undefined: {why}"
            return Estimate(math.nan, None, None, None, n, method, note=note)
        before = SCORES[self.score].of(rows)
        after, n_ends = self._held_out(rows)
        weight = rows.weight()
        total, refinement = (
            float((weight * each).sum() / weight.sum()) for each in (before, after)
        )
        parts = {self.score: total, "refinement": refinement, "calibration": total - refinement}
        own, each = self._own(before, after)
        value = parts.pop(own)
        notes = []
        if math.isinf(value):
            many = int(before.isinf().sum())
            notes.append(f"infinite: {many} of {n} rows give probability 0 to what came out")
        if n_ends:
            notes.append(f"in {n_ends} of {self.n_folds} folds the best temperature is at an end")
        interval = _interval(each, weight, value, level, self.least)
        method, shown = (interval.method, None) if interval.low is None else (METHOD, level)
        ends = value, interval.low, interval.high, shown, n, method
        return Estimate(*ends, note="; ".join(notes), details=parts)

    @abstractmethod
    def _own(self, before: Tensor, after: Tensor) -> tuple[str, Float64[Tensor, " row"]]:
        """Name of the part, and the number of every row whose mean it is."""

    def _held_out(self, rows: Predictions) -> tuple[Float64[Tensor, " row"], int]:
        """Score of every row by a fit on the other folds; folds whose temperature is an end."""
        fold = torch.from_numpy(_folds(rows, self.n_folds, self.seed)).to(rows.device)
        scores = torch.empty(len(rows), dtype=torch.float64, device=rows.device)
        n_ends = 0
        for number in range(self.n_folds):
            held = fold == number
            fitted, at_end = _fit(rows.take(~held))
            n_ends += at_end
            scores[held] = _scored(rows.take(held), fitted, SCORES[self.score])
        return scores, n_ends


@dataclass(frozen=True, slots=True)
class Refinement(_CrossValidated):
    r"""What is left of a proper score once recalibrated, cross-validated; lower is better.

    The least loss that a recalibration of the stated probabilities reaches is a matter of what
    the model knows. It is estimated from above by one family of recalibrations, at any number
    of classes: a temperature, mixed with a share :math:`1 / (n + 1)` of even odds, fitted to
    log loss on all folds but one and scored on that one. Fits and scores never share a row, so
    that it is not flattered as isotonic parts are, and hardly exceeds the truth by the noise of
    one fitted number. Faults that no temperature mends, such as a class that is always
    overstated, count as refinement; see `calibrant.metrics.proper.corp` for two classes.

    Rows are dealt to folds by a hash of what they state and of their labels: the order of rows
    and classes does not matter. Each row is held out by itself, whatever its weight. Where the
    best temperature of a fold lies beyond .01 and 100, the nearer end stands in, and a note
    says so: the rest separates the classes, or is worse than chance.

    Parameters
    ----------
    score : "log_loss" or "brier", default "log_loss"
        What is taken apart: log loss in nats, or the Brier score in the sum form.
    n_folds : int, default 5
        At least 2.
    seed : int, default 0
        Of the folds.

    References
    ----------
    .. [1] Berta, Holzmueller, Jordan, Bach. "Rethinking Early Stopping: Refine, Then
       Calibrate." arXiv 2501.19195, 2025.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[9.0] * 400, labels=[1] * 300 + [0] * 100)  # 3 of 4
    >>> found = Refinement()(rows)
    >>> round(found.value, 3)  # -.75 ln .75 - .25 ln .25 = .562, and what mixing costs
    0.562
    >>> round(found.details["calibration"], 3)  # 9 / 4 - .562
    1.688
    """

    higher_is_better: ClassVar[bool | None] = False

    def _own(self, before: Tensor, after: Tensor) -> tuple[str, Float64[Tensor, " row"]]:
        """See `_CrossValidated._own`."""
        del before
        return "refinement", after


@dataclass(frozen=True, slots=True)
class CalibrationPart(_CrossValidated):
    r"""What recalibration by a temperature would save of a proper score, cross-validated.

    The score less its `Refinement`, whose parameters and folds it has. Lower is better; 0 for a
    calibrated model, on average slightly below 0, because a temperature that is fitted does a
    little worse there than to leave the probabilities alone. No plug-in bias: values below 0
    mean that nothing was found.

    References
    ----------
    .. [1] As for `Refinement`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[1.0986] * 400, labels=[1] * 300 + [0] * 100)  # ln 3: true
    >>> abs(CalibrationPart()(rows).value) < 1e-3
    True
    """

    higher_is_better: ClassVar[bool | None] = False
    least: ClassVar[float] = -math.inf

    def _own(self, before: Tensor, after: Tensor) -> tuple[str, Float64[Tensor, " row"]]:
        """See `_CrossValidated._own`."""
        return "calibration", before - after


def _folds(rows: Predictions, n_folds: int, seed: int) -> Int64[np.ndarray, " row"]:
    """Fold of every row, by what it holds; rows guessed rightly are spread evenly."""
    keys, right = (each.long().numpy(force=True) for each in row_keys(rows))
    order = np.lexsort((rows.weight().numpy(force=True), right, keys))  # of equals, by weight
    fold = np.empty(len(keys), dtype=np.int64)
    units = np.arange(len(keys), dtype=np.int64)
    fold[order] = stratified_folds(right[order], units, n_folds=n_folds, seed=seed)
    return fold


def _fit(rows: Predictions) -> tuple[Temperature, bool]:
    """Temperature with the least log loss, and whether it is an end of the bounds."""
    calibrator = TemperatureScaling()
    try:
        return calibrator.fit(rows), False
    except FitError:
        low, high = (
            Temperature(n_classes=rows.n_classes, n=len(rows), value=end)
            for end in calibrator.bounds
        )
        score, weight = SCORES["log_loss"], rows.weight()
        less, more = (float((weight * _scored(rows, end, score)).sum()) for end in (low, high))
        return (low if less < more else high), True


def _scored(rows: Predictions, fitted: Temperature, score: RowScore) -> Float64[Tensor, " row"]:
    """Score of every row once recalibrated and mixed with even odds."""
    share = 1 / (fitted.n + 1)
    scores: list[Tensor] = []
    for start in range(0, len(rows), max(1, CHUNK // rows.n_entries)):
        run = rows.take(slice(start, start + max(1, CHUNK // rows.n_entries)))
        log_probs = fitted.transform(run).declared.log_probs.double()
        even = log_probs.new_tensor(math.log(share / rows.n_classes))
        mixed = torch.logaddexp(log_probs + math.log1p(-share), even)
        scores.append(score.of(run.restated(Logits(mixed))))
    return torch.cat(scores)


def _interval(
    each: Float64[Tensor, " row"],
    weight: Float64[Tensor, " row"],
    mean: float,
    level: float,
    least: float,
) -> Interval:
    """Student's interval of a weighted mean, of rows as they were scored."""
    if math.isinf(mean):
        return Interval.missing("some rows are infinite")
    mass = float(weight.sum())
    n_effective = mass**2 / float(weight.square().sum())
    spread = float((weight.square() * (each - mean).square()).sum()) / mass**2
    known = n_effective > 1 and spread > 1e-30
    variance = spread * n_effective / (n_effective - 1) if known else 0.0
    return mean_interval(mean, variance, n_effective, level, least=least)
