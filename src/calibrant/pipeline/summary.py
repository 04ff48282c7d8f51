"""The summary of a run that its report is made from."""

from collections.abc import Mapping
from functools import partial

import numpy as np
from jaxtyping import Float64
from torch import Tensor

from calibrant.comparison.difference import Difference
from calibrant.comparison.paired import paired_difference_of
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.pipeline.background import background_of
from calibrant.pipeline.outcome import Outcome, Truth
from calibrant.pipeline.residuals import quantiles_of
from calibrant.prediction.base import Predictions
from calibrant.prediction.numbers import Numbers
from calibrant.report.evidence.drawn import drawn_rows
from calibrant.report.evidence.gathering import curves_of
from calibrant.report.evidence.worst_rows import worst_rows
from calibrant.report.summary import (
    NumberRunSummary,
    RunSummary,
    TrueCalibrationError,
)

__all__ = ["number_summary_of", "run_summary_of", "summary_of"]

_ERRORS = (0.05, 0.25, 0.5, 0.75, 0.95)
_DISTANCES = (0.5, 0.9)
_FED = {"number", "category", "date"}  # roles of columns that the network sees


def run_summary_of(outcome: Outcome, *, recipe: str) -> RunSummary | NumberRunSummary:
    """Plain data of `outcome`, of the kind that it predicts; see `summary_of`."""
    if isinstance(outcome.measurement.predicted, Numbers):
        return number_summary_of(outcome, recipe=recipe)
    return summary_of(outcome, recipe=recipe)


def summary_of(outcome: Outcome, *, recipe: str) -> RunSummary:
    """Plain data of an `outcome` of classes; `recipe` is the text of ``recipe.toml``."""
    measured, level = outcome.measurement, outcome.recipe.evaluation.level
    before, after = measured.predicted, measured.calibrated
    assert isinstance(before, Predictions)
    assert isinstance(after, Predictions)
    calibrated = after is not before
    return RunSummary(
        background=background_of(outcome, recipe=recipe),
        calibrator=_calibrator(outcome),
        before=measured.before,
        after=measured.after if calibrated else None,
        change=_change(outcome) if calibrated else None,
        curves_before=curves_of(before, level=level),
        curves_after=curves_of(after, level=level) if calibrated else None,
        confusion=_confusion(after),
        truth=None if outcome.truth is None else _truth(outcome.truth, calibrated=calibrated),
        worst=worst_rows(after, partial(_told, outcome)),
    )


def number_summary_of(outcome: Outcome, *, recipe: str) -> NumberRunSummary:
    """Plain data of an `outcome` of numbers; `recipe` is the text of ``recipe.toml``."""
    level, stated = outcome.recipe.evaluation.level, outcome.measurement.predicted
    assert isinstance(stated, Numbers)
    assert stated.targets is not None  # test rows have a target
    predicted, targets = _column(stated.predicted), _column(stated.targets)
    errors = predicted - targets
    return NumberRunSummary(
        background=background_of(outcome, recipe=recipe),
        evaluation=outcome.measurement.before,
        mean_rmse=float(targets.std()),
        baselines=_baselines(outcome),
        bias=paired_difference_of(
            predicted,
            targets,
            level=level,
            clusters=outcome.prepared.units.unit[outcome.tested],
        ),
        errors=quantiles_of(errors, _ERRORS, level=level),
        distances=quantiles_of(np.abs(errors), _DISTANCES, level=level),
        drawn=drawn_rows(predicted, targets),
    )


def _change(outcome: Outcome) -> Difference:
    """Log loss after calibration less before it, on the same test rows."""
    rows = outcome.measurement
    clusters = outcome.prepared.units.unit[outcome.tested]
    return outcome.task.difference(rows.calibrated, rows.predicted, clusters=clusters)


def _calibrator(outcome: Outcome) -> str:
    """How the probabilities were calibrated, in sentences; of several folds, in how many."""
    found = [trial.calibration for trial in outcome.trials]
    if len(found) == 1:
        return found[0].how
    n = sum(calibration.fitted is not None for calibration in found)
    told = f"Calibrated in {n} of {len(found)}" if n else f"Left uncalibrated in all {len(found)}"
    return f"{told} folds, each by its own validation rows. The first fold: {found[0].how}"


def _baselines(outcome: Outcome) -> Mapping[str, Evaluation]:
    """R2 and root mean squared error of every baseline on the test rows."""
    trials, level = outcome.trials, outcome.recipe.evaluation.level
    order = np.argsort(np.concatenate([trial.fold.split.test for trial in trials]), kind="stable")
    return {
        first.name: evaluate(
            outcome.task.join([trial.baselines[k].after for trial in trials], order),
            ["r2", "rmse"],
            level=level,
        )
        for k, first in enumerate(trials[0].baselines)
    }


def _column(values: Tensor) -> Float64[np.ndarray, " row"]:
    """One number a row, in float64."""
    return values.double().numpy(force=True)


def _told(outcome: Outcome, k: int) -> tuple[str, list[tuple[str, str]]]:
    """Number in the file, from 0, of one of the test rows, and its values in the columns fed."""
    prepared, row = outcome.prepared, int(outcome.tested[k])
    fed = [column.name for column in prepared.columns if column.role in _FED]
    held = [name for name in fed if name in prepared.table.column_names]
    values = [(name, prepared.table.column(name)[row].as_py()) for name in held]
    told = [(name, "" if value is None else f"{value}") for name, value in values]
    return f"{prepared.rows[row]:,}", told


def _confusion(rows: Predictions) -> tuple[tuple[float, ...], ...]:
    """Weight of the rows by true and predicted class."""
    matrix = evaluate(rows, ["confusion_matrix"])["confusion_matrix"].value
    assert isinstance(matrix, tuple)
    return tuple(row for row in matrix if isinstance(row, tuple))


def _truth(truth: Truth, *, calibrated: bool) -> TrueCalibrationError:
    """True calibration errors as the report shows them."""
    n, n_bins, floor = truth.before.n, truth.before.n_bins, truth.before.noise_floor
    return TrueCalibrationError(
        before=truth.before.value,
        after=truth.after.value if calibrated else None,
        n=n,
        how=(
            f"Mean over {n:,} fresh generated rows of the distance between the stated probability "
            f"and the mean of the true ones in {n_bins} bins of equal numbers of rows; a model "
            f"without error would show about {floor:.4f}."
        ),
    )
