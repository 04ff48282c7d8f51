"""Held-out rows: log loss of each by a fit on the other folds, or why a calibrator has none."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedCalibrator
from calibrant.errors import CalibrantWarning, FitError, InputError
from calibrant.metrics.proper.scores import NegativeLogLikelihood
from calibrant.prediction.base import Predictions
from calibrant.selection.folds import stratified_folds

__all__ = ["Folds", "HeldOut", "dealt", "held_out"]

SCORE = NegativeLogLikelihood()


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """Rows dealt into folds, no unit in two.

    Attributes
    ----------
    rows : Predictions
        Labelled and present.
    fold : Int64[Tensor, "row"]
        Fold of every row.
    unit : Int64[Tensor, "row"] or None
        Unit of every row, numbered from 0; None where every row is one.
    n_folds : int
        How many there are.
    """

    rows: Predictions
    fold: Int64[Tensor, " row"]
    unit: Int64[Tensor, " row"] | None
    n_folds: int

    def __iter__(self) -> Iterator[tuple[Predictions, Bool[Tensor, " row"]]]:
        """Rows of all folds but one, and where the rows of that one are, fold by fold."""
        for number in range(self.n_folds):
            held = self.fold == number
            yield self.rows.take(~held), held


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Log loss of every row by a fit that has not seen it; None where a fold has no fit.

    `failures` are the reasons of the folds that have none.
    """

    scores: Float64[Tensor, " row"] | None
    failures: tuple[str, ...] = field(default=())


def dealt(rows: Predictions, *, n_folds: int, seed: int) -> Folds | None:
    """Present `rows` in folds, every class in each as far as there are rows of it.

    Rows of one of the predictions' clusters stay together. None where there are fewer units
    than folds.
    """
    unit = np.arange(len(rows), dtype=np.int64)
    if rows.clusters is not None:
        unit = np.unique(rows.clusters.codes.numpy(force=True), return_inverse=True)[1]
    n_units = int(unit.max()) + 1
    if n_units < n_folds:
        return None
    fold = stratified_folds(_strata(rows), unit, n_folds=n_folds, seed=seed)
    units = None if rows.clusters is None else torch.from_numpy(unit).to(rows.device)
    return Folds(rows, torch.from_numpy(fold).to(rows.device), units, n_folds)


def held_out(calibrator: Calibrator[FittedCalibrator], folds: Folds) -> HeldOut:
    """Log loss of every row, in nats, by `calibrator` fitted on the other folds."""
    rows, failures = folds.rows, list[str]()
    scores = torch.empty(len(rows), dtype=torch.float64, device=rows.device)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrantWarning)  # the fit on all rows will tell
        for others, held in folds:
            try:
                fitted = calibrator.fitted_to(others)
            except (FitError, InputError) as error:
                failures.append(str(error).split(". ", maxsplit=1)[0])
                continue
            run = rows.take(held)
            scores[held] = SCORE.of(run.restated(fitted.restate(run)))
    return HeldOut(None if failures else scores, tuple(failures))


def _strata(rows: Predictions) -> Int64[np.ndarray, " row"]:
    """Class that came out for every row; of soft labels the likeliest."""
    labels = rows.hard if rows.soft is None else rows.soft.argmax(dim=-1)
    assert labels is not None  # labels were checked
    return labels.numpy(force=True)
