"""The files of a run folder."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from calibrant.files import write_whole
from calibrant.pipeline.model import write_model
from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.recipe_file import recipe_text
from calibrant.pipeline.record import metrics_record
from calibrant.pipeline.summary import run_summary_of
from calibrant.report.run_report import write

__all__ = ["write_run"]


def write_run(folder: Path, outcome: Outcome) -> tuple[str, ...]:
    """Write everything about `outcome` into `folder`; the verdict that opens its report.

    ``report.html``, ``metrics.json``, ``history.parquet``, ``predictions.parquet``,
    ``recipe.toml``, and ``model/``, see `calibrant.pipeline.model`.

    Raises
    ------
    OSError
        When a file cannot be written.
    """
    recipe = recipe_text(outcome.recipe, folder)
    write_whole(folder / "recipe.toml", recipe)
    record = json.dumps(metrics_record(outcome), indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(folder / "metrics.json", record + "\n")
    parquet.write_table(_history(outcome), folder / "history.parquet")
    parquet.write_table(_predictions(outcome), folder / "predictions.parquet")
    write_model(folder / "model", outcome)
    return write(folder / "report.html", run_summary_of(outcome, recipe=recipe))


def _history(outcome: Outcome) -> pa.Table:
    """One row an epoch of every network."""
    rows = [
        {"fold": fold, "seed": trained.seed, **record.to_row()}
        for fold, trial in enumerate(outcome.trials)
        for trained in trial.learned.trained
        for record in trained.fitted.history
    ]
    return pa.table({name: pa.array([row[name] for row in rows]) for name in rows[0]})


def _predictions(outcome: Outcome) -> pa.Table:
    """One row a test row: number in the file, fold, unit, identifiers, label, prediction."""
    prepared, measured = outcome.prepared, outcome.measurement
    tested = outcome.tested
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"row": pa.array(prepared.rows[tested])}
    if len(outcome.trials) > 1:
        fold = np.zeros(len(prepared.rows), dtype=np.int64)
        for k, trial in enumerate(outcome.trials):
            fold[trial.fold.split.test] = k
        columns["fold"] = pa.array(fold[tested])
    units = prepared.units.unit[tested]
    if len(np.unique(units)) < len(units):  # whoever compares runs must know which depend
        columns["unit"] = pa.array(units)
    stated = outcome.task.columns(measured.predicted, measured.calibrated)
    taken = {*columns, "label", *stated}
    for name in prepared.plan.roles.identifiers:
        values = prepared.table.column(name).take(pa.array(tested))
        columns[f"id_{name}" if name in taken else name] = values
    (first, *_) = (trial.fold for trial in outcome.trials)
    columns["label"] = outcome.task.labels_as_text(first.target, first.labels[tested])
    return pa.table({**columns, **stated})
