"""The summary of a run that its report is made from."""

from collections.abc import Mapping

from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.reliability import ReliabilityTable, reliability_table
from calibrant.pipeline.outcome import Outcome, Truth
from calibrant.pipeline.versions import versions
from calibrant.prediction.base import Predictions
from calibrant.report.summary import (
    Repairs,
    RunSummary,
    SplitSizes,
    TrainingHistory,
    TrueCalibrationError,
)

__all__ = ["summary_of"]

_AGAIN = "calibrant train --config recipe.toml --out again"


def summary_of(outcome: Outcome, *, recipe: str) -> RunSummary:
    """Plain data of `outcome` for the report; `recipe` is the text of ``recipe.toml``."""
    prepared, learned, measured = outcome.prepared, outcome.learned, outcome.measurement
    calibrated = outcome.calibration.fitted is not None
    split, level = prepared.split, outcome.recipe.evaluation.level
    return RunSummary(
        title=f"{prepared.target.name} in {prepared.name}",
        source=f"{prepared.name}: {prepared.n_rows:,} rows, {len(prepared.columns)} columns.",
        target=prepared.target.how,
        columns=prepared.columns,
        split=SplitSizes(
            train=len(split.train),
            validation=len(split.validation),
            test=len(split.test),
            how=split.how,
        ),
        repairs=Repairs(
            imputed=prepared.repairs.imputed,
            unseen=prepared.repairs.unseen,
            rows_without_target=prepared.without_target,
        ),
        training=_history(outcome),
        calibrator=outcome.calibration.how,
        before=measured.before,
        after=measured.after if calibrated else None,
        reliability_before=_reliability(measured.predicted, level),
        reliability_after=_reliability(measured.calibrated, level) if calibrated else None,
        confusion=_confusion(measured.calibrated),
        truth=None if outcome.truth is None else _truth(outcome.truth, calibrated=calibrated),
        notes=measured.before.notes,
        interrupted=learned.interrupted,
        device=learned.device.type,
        command=_AGAIN,
        recipe=recipe,
        versions=versions(),
    )


def _history(outcome: Outcome) -> TrainingHistory:
    """Curves of the training."""
    learned = outcome.learned
    rows = [record.to_row() for record in learned.fitted.history]
    return TrainingHistory(
        columns={name: [row[name] for row in rows] for name in rows[0]},
        best_epoch=learned.fitted.best_epoch,
        stopped=learned.why_stopped,
        loss=learned.loss,
    )


def _reliability(rows: Predictions, level: float) -> Mapping[str, ReliabilityTable]:
    """Reliability tables by view."""
    tables = {"top_label": reliability_table(rows, view="top_label", level=level)}
    if rows.n_classes == 2:
        tables["positive"] = reliability_table(rows, view="positive", level=level)
    return tables


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
