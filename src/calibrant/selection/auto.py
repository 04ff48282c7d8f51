"""AutoCalibration: the simplest calibrator that held-out rows do not clearly put behind."""

import math
from dataclasses import dataclass, field
from numbers import Integral, Real

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedCalibrator
from calibrant.calibrators.identity import Identity
from calibrant.calibrators.registry import entry
from calibrant.errors import FitError, InputError
from calibrant.prediction.base import Predictions
from calibrant.selection.candidates import Candidate, Given, candidates_of
from calibrant.selection.chosen import Chosen
from calibrant.selection.held_out import SCORE, Folds, dealt, held_out
from calibrant.selection.row_means import RowMean, row_mean

__all__ = ["AutoCalibration"]

NOTHING = RowMean(math.nan, math.nan, 0.0)


@dataclass(slots=True, eq=False)
class _Trial:
    """What cross-validation says of a candidate; scores are None once it has lost outright."""

    name: str
    calibrator: Calibrator[FittedCalibrator]
    note: str = ""
    scores: Float64[Tensor, " row"] | None = None
    mean: RowMean = field(default=NOTHING)


@dataclass(frozen=True, slots=True)
class AutoCalibration(Calibrator[Chosen]):
    r"""Chooses a calibrator by cross-validated log loss, with identity as a candidate.

    Rows are dealt into folds, every class evenly, rows of one of the predictions' `clusters`
    together, and each is judged by a fit on the other folds. The candidate with the lowest mean
    is the best. The first in the order of complexity whose rows are worse than the best's by no
    more than one standard error of the mean paired difference is chosen, and fitted on all rows.

    A candidate that has no fit on some folds, or gives probability 0 to what came out, has
    lost. Of the default candidates those with too many parameters for the rows are not tried.

    Parameters
    ----------
    candidates : tuple of str or Calibrator, optional
        From the simplest on; identity is always put in front. Names stand for the settings of
        the default candidates, with their need of rows, where they are among these. A
        calibrator is tried on any number of rows.
    n_folds : int, default 10
        At least 2. With fewer rows (or clusters) than folds, identity is chosen.
    seed : int, default 0
        Of the folds, which depend on the order of the rows too.
    standard_errors : float, default 1.0
        How many of them a simpler candidate may be behind. With 0 the lowest mean decides.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen, Stone. "Classification and Regression Trees." 1984,
       section 3.4.3: one standard error. Hastie, Tibshirani, Friedman. "The Elements of
       Statistical Learning." 2nd edition, 2009, section 7.10.
    .. [2] Stone. "Cross-Validatory Choice and Assessment of Statistical Predictions." JRSS B
       36, 1974.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[9.0] * 40, labels=[1] * 30 + [0] * 10)  # 3 of 4 are right
    >>> chosen = AutoCalibration(candidates=(cal.TemperatureScaling(),)).fit(rows)
    >>> chosen.name, round(chosen.winner.value, 4)  # 9 / ln(3)
    ('temperature', 8.1922)
    >>> true = cal.predictions(logits=[1.0986] * 40, labels=[1] * 30 + [0] * 10)  # ln(3)
    >>> AutoCalibration().fit(true).name
    'identity'
    """

    candidates: tuple[Given, ...] | None = None
    n_folds: int = 10
    seed: int = 0
    standard_errors: float = 1.0

    def __post_init__(self) -> None:
        for name, least, usual in (("n_folds", 2, 10), ("seed", 0, 0)):
            value: object = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
                rule, remedy = f"be a whole number, at least {least}", f"{usual} is usual."
                raise InputError(name, rule, f"{value!r}", remedy)
        errors: object = self.standard_errors
        if isinstance(errors, bool) or not isinstance(errors, Real) or not 0 <= errors < math.inf:
            raise InputError("standard_errors", "be at least 0", f"{errors!r}", "1 is usual.")
        for one in () if self.candidates is None else self.candidates:
            if isinstance(one, str):
                entry(one)
            if one == "auto" or isinstance(one, AutoCalibration):
                remedy = "List what it is to choose from."
                raise InputError("candidates", "be other methods", "auto", remedy)

    def fitted_to(self, rows: Predictions) -> Chosen:
        """See `Calibrator.fitted_to`."""
        given = candidates_of(self.candidates, rows)
        folds = dealt(rows, n_folds=int(self.n_folds), seed=int(self.seed))
        if folds is None:
            return self._left_alone(given, rows)
        trials = [_tried(candidate, folds) for candidate in given]
        while True:
            chosen = self._simplest(trials, folds)
            trial = trials[chosen]
            try:
                winner = trial.calibrator.fit(rows)
            except FitError as error:  # identity has a fit, so that there is an end
                trial.scores, trial.mean = None, NOTHING
                trial.note = f"no fit on all rows: {_first_sentence(error)}"
                continue
            return self._table(trials, chosen, winner, folds)

    def _simplest(self, trials: list[_Trial], folds: Folds) -> int:
        """Number of the simplest trial within the standard errors of the best."""
        finite = [k for k, trial in enumerate(trials) if math.isfinite(trial.mean.value)]
        if not finite:
            return 0
        best = min(finite, key=lambda k: trials[k].mean.value)
        for k in finite:
            behind = _difference(trials[k], trials[best], folds)
            if behind.value <= self.standard_errors * behind.error:
                return k
        return best

    def _table(
        self, trials: list[_Trial], chosen: int, winner: FittedCalibrator, folds: Folds
    ) -> Chosen:
        finite = [trial for trial in trials if math.isfinite(trial.mean.value)]
        best = min(finite, key=lambda trial: trial.mean.value) if finite else trials[0]
        means = [trial.mean for trial in trials]
        against = [_difference(trial, trials[0], folds) for trial in trials]
        behind = [_difference(trial, best, folds) for trial in trials]
        ends, difference_ends = ([_ends(one) for one in column] for column in (means, against))
        return Chosen(
            n_classes=folds.rows.n_classes,
            n=len(folds.rows),
            name=trials[chosen].name,
            winner=winner,
            names=tuple(trial.name for trial in trials),
            log_loss=tuple(one.value for one in means),
            low=tuple(low for low, _ in ends),
            high=tuple(high for _, high in ends),
            difference=tuple(one.value for one in against),
            difference_low=tuple(low for low, _ in difference_ends),
            difference_high=tuple(high for _, high in difference_ends),
            behind=tuple(one.value for one in behind),
            error=tuple(one.error for one in behind),
            notes=tuple(trial.note for trial in trials),
            n_folds=folds.n_folds,
            standard_errors=float(self.standard_errors),
        )

    def _left_alone(self, given: list[Candidate], rows: Predictions) -> Chosen:
        """Identity, because the rows are too few to tell."""
        what = "rows" if rows.clusters is None else "clusters of rows"
        n = len(rows) if rows.clusters is None else len(rows.clusters.codes.unique())
        why = f"{n:,} {what} are too few for {self.n_folds} folds to tell if anything helps"
        empty = (math.nan,) * len(given)
        mean = row_mean(SCORE.of(rows), rows.weight())
        return Chosen(
            n_classes=rows.n_classes,
            n=len(rows),
            name=given[0].name,
            winner=Identity(n_classes=rows.n_classes, n=len(rows)),
            names=tuple(candidate.name for candidate in given),
            log_loss=(mean.value, *empty[1:]),
            low=empty,
            high=empty,
            difference=empty,
            difference_low=empty,
            difference_high=empty,
            behind=empty,
            error=empty,
            notes=(why, *("not tried: too few rows for the folds" for _ in given[1:])),
            n_folds=0,
            standard_errors=float(self.standard_errors),
        )


def _tried(candidate: Candidate, folds: Folds) -> _Trial:
    """What the folds say of a candidate."""
    trial = _Trial(candidate.name, candidate.calibrator, candidate.why_not)
    if trial.note:
        return trial
    found = held_out(candidate.calibrator, folds)
    if found.scores is None:
        many = f"{len(found.failures)} of {folds.n_folds} folds"
        trial.note = f"lost: no fit in {many}: {found.failures[0]}"
        return trial
    trial.scores = found.scores
    trial.mean = row_mean(found.scores, folds.rows.weight(), folds.unit)
    if math.isinf(trial.mean.value):
        n_ruled_out = int(torch.isinf(found.scores).sum())
        trial.note = f"infinite: {n_ruled_out} of {len(folds.rows)} rows have probability 0"
    return trial


def _difference(a: _Trial, b: _Trial, folds: Folds) -> RowMean:
    """Mean of the paired differences, `a` less `b`."""
    if a.scores is None or b.scores is None:
        return NOTHING
    if not math.isfinite(a.mean.value) or not math.isfinite(b.mean.value):
        return RowMean(a.mean.value - b.mean.value, math.nan, 0.0)
    return row_mean(a.scores - b.scores, folds.rows.weight(), folds.unit)


def _ends(mean: RowMean) -> tuple[float, float]:
    interval = mean.interval()
    if interval.low is None or interval.high is None:
        return math.nan, math.nan
    return interval.low, interval.high


def _first_sentence(error: FitError) -> str:
    return str(error).split(". ", maxsplit=1)[0]
