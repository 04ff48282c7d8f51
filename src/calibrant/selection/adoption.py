"""Adoption: a calibrator is used only if rows that it was not fitted on prefer it to none."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedCalibrator, check_predictions
from calibrant.errors import FitError, InputError
from calibrant.metrics.proper.scores import NegativeLogLikelihood
from calibrant.prediction.arrays import ArrayLike
from calibrant.prediction.base import Predictions
from calibrant.prediction.codes import encode
from calibrant.selection.folds import stratified_folds

__all__ = ["Adoption", "adopt"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adoption:
    """A fitted calibrator that cross-validation prefers to none, or why there is none.

    Attributes
    ----------
    fitted : FittedCalibrator or None
        Fitted on all rows; None leaves probabilities as they are.
    why : str
        Sentence for people, with the numbers.
    log_loss_none : float
        Log loss of the rows as they are, in nats; may be infinite.
    log_loss_fitted : float
        Cross-validated log loss with the calibrator, in nats: every row is judged by a fit on
        the other folds. NaN where nothing was cross-validated; `why` says why not.
    n : int
        Rows, absent ones left out.
    n_folds : int
        Folds; 0 where nothing was cross-validated.
    n_failed : int
        Folds without a fit, which count as left uncalibrated.
    """

    fitted: FittedCalibrator | None
    why: str
    log_loss_none: float
    log_loss_fitted: float
    n: int
    n_folds: int
    n_failed: int

    def transform(self, predictions: Predictions) -> Predictions:
        """`predictions` calibrated, or themselves where nothing was adopted."""
        return predictions if self.fitted is None else self.fitted.transform(predictions)

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON; what is infinite or not defined becomes None."""
        return {
            "fitted": None if self.fitted is None else self.fitted.to_dict(),
            "why": self.why,
            "log_loss_none": _plain(self.log_loss_none),
            "log_loss_fitted": _plain(self.log_loss_fitted),
            "n": self.n,
            "n_folds": self.n_folds,
            "n_failed": self.n_failed,
        }


def adopt(
    calibrator: Calibrator[FittedCalibrator],
    predictions: Predictions,
    *,
    units: ArrayLike | None = None,
    n_folds: int = 10,
    seed: int,
) -> Adoption:
    """Calibrator fitted on all rows if its cross-validated log loss is lower than none's.

    Parameters
    ----------
    calibrator : Calibrator
        Settings of the candidate.
    predictions : Predictions
        Labelled rows that the model was not trained on. Weights and soft labels count.
    units : array of shape (row,), optional
        Rows of one unit (patient, product, equal rows) stay in one fold; else those of one of
        the predictions' clusters do.
    n_folds : int, default 10
        At least 2. Fewer units than folds are too few to tell: nothing is adopted.
    seed : int
        Of the folds.

    Raises
    ------
    InputError
        If `predictions` have no labels, or there are fewer than two folds.

    References
    ----------
    .. [1] Stone. "Cross-Validatory Choice and Assessment of Statistical Predictions." JRSS B
       36, 1974.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[9.0] * 40, labels=[1] * 30 + [0] * 10)  # 3 of 4 are right
    >>> adopted = adopt(cal.TemperatureScaling(), rows, seed=0)
    >>> round(adopted.fitted.value, 4)  # 9 / ln(3)
    8.1922
    >>> rows = cal.predictions(logits=[1.0986] * 40, labels=[1] * 30 + [0] * 10)  # ln(3)
    >>> print(adopt(cal.TemperatureScaling(), rows, n_folds=40, seed=0).fitted)  # true already
    None
    """
    check_predictions(predictions)
    if predictions.truth is None:
        raise InputError("labels", "be given to choose by", "none", "Pass labelled predictions.")
    if n_folds < 2:
        raise InputError("n_folds", "be at least 2", f"{n_folds}", "10 is usual.")
    together = predictions.clusters
    if units is not None:
        together = encode("units", units, predictions.layout)
    present = np.ones(len(predictions), dtype=bool)
    if predictions.weights is not None:
        present = (predictions.weights > 0).numpy(force=True)
    rows = predictions.present()
    unit = np.arange(len(rows), dtype=np.int64)
    if together is not None:
        unit = together.codes.numpy(force=True)[present]
    as_they_are = NegativeLogLikelihood().of(rows)
    none = _mean(as_they_are, rows)

    def refusal(why: str) -> Adoption:
        return Adoption(
            fitted=None,
            why=f"Left uncalibrated, because {why}.",
            log_loss_none=none,
            log_loss_fitted=math.nan,
            n=len(rows),
            n_folds=0,
            n_failed=0,
        )

    n_units = len(np.unique(unit))
    if n_units < n_folds:
        what = "rows" if together is None else "units of rows"
        return refusal(f"{n_units:,} {what} are too few for {n_folds} folds to tell if it helps")
    try:
        fitted = calibrator.fit(rows)
    except FitError as error:
        return refusal(str(error).split(". ", maxsplit=1)[0])
    fold = stratified_folds(_strata(rows), unit, n_folds=n_folds, seed=seed)
    held_out, n_failed = _held_out(calibrator, rows, fold, as_they_are)
    with_it = _mean(held_out, rows)
    adopted = with_it < none
    told = f"{len(rows):,} validation rows in {n_folds} folds"
    if n_failed:
        told += f"; left uncalibrated in {n_failed} of them, for want of a fit"
    verdict = "Adopted:" if adopted else "Left uncalibrated. The fit tried was"
    return Adoption(
        fitted=fitted if adopted else None,
        why=f"{verdict} {fitted.found}. {_compared(with_it, none)} ({told}).",
        log_loss_none=none,
        log_loss_fitted=with_it,
        n=len(rows),
        n_folds=n_folds,
        n_failed=n_failed,
    )


def _held_out(
    calibrator: Calibrator[FittedCalibrator],
    rows: Predictions,
    fold: Int64[np.ndarray, " row"],
    as_they_are: Float64[Tensor, " row"],
) -> tuple[Float64[Tensor, " row"], int]:
    """Log loss of every row by a fit on the other folds, and how many folds had none."""
    scores, n_failed = as_they_are.clone(), 0
    for number in np.unique(fold):
        held = torch.from_numpy(fold == number).to(rows.device)
        try:
            fitted = calibrator.fit(rows.take(~held))
        except FitError:
            n_failed += 1
            continue
        scores[held] = NegativeLogLikelihood().of(fitted.transform(rows.take(held)))
    return scores, n_failed


def _strata(rows: Predictions) -> Int64[np.ndarray, " row"]:
    """Class that came out for every row; of soft labels the likeliest."""
    labels = rows.hard if rows.soft is None else rows.soft.argmax(dim=-1)
    assert labels is not None  # labels were checked
    return labels.numpy(force=True)


def _mean(scores: Float64[Tensor, " row"], rows: Predictions) -> float:
    weight = rows.weight()
    return float((weight * scores).sum() / weight.sum())


def _compared(with_it: float, none: float) -> str:
    """Sentence about the two log losses, with as many decimals as tell them apart."""
    if math.isinf(none):
        return (
            f"Log loss is infinite as the rows are, and {with_it:.4f} cross-validated with it"
            if math.isfinite(with_it)
            else "Log loss is infinite with it as without it"
        )
    if math.isinf(with_it):
        return f"Cross-validated log loss would be infinite with it, and is {none:.4f} without it"
    n_decimals = next((d for d in range(4, 10) if f"{with_it:.{d}f}" != f"{none:.{d}f}"), 10)
    texts = f"{with_it:.{n_decimals}f} with it and {none:.{n_decimals}f} without it"
    return f"Cross-validated log loss is {texts}"


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
