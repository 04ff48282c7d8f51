"""The files of a run folder."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from calibrant.files import write_whole
from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.recipe_file import recipe_text
from calibrant.pipeline.record import metrics_record, schema_record
from calibrant.pipeline.summary import summary_of
from calibrant.prediction.base import Predictions
from calibrant.report.run_report import write
from calibrant.training.state import save_network

__all__ = ["write_run"]


def write_run(folder: Path, outcome: Outcome) -> None:
    """Write everything about `outcome` into `folder`.

    ``report.html``, ``metrics.json``, ``history.parquet``, ``predictions.parquet``,
    ``recipe.toml``, and ``model/`` with the network (safetensors), the encoder (skops), the
    calibrator and the schema (JSON).

    Raises
    ------
    OSError
        When a file cannot be written.
    """
    recipe = recipe_text(outcome.recipe, folder)
    write_whole(folder / "recipe.toml", recipe)
    write_whole(folder / "metrics.json", _json(metrics_record(outcome)))
    parquet.write_table(_history(outcome), folder / "history.parquet")
    parquet.write_table(_predictions(outcome), folder / "predictions.parquet")
    model = folder / "model"
    model.mkdir()
    save_network(model / "network.safetensors", outcome.learned.network)
    outcome.prepared.encoder.save(model / "encoder.skops")
    write_whole(model / "calibrator.json", _json(outcome.calibration.to_dict()))
    write_whole(model / "schema.json", _json(schema_record(outcome)))
    write(folder / "report.html", summary_of(outcome, recipe=recipe))


def _json(record: dict[str, object]) -> str:
    """JSON text of `record` in its own order."""
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _history(outcome: Outcome) -> pa.Table:
    """One row an epoch."""
    rows = [record.to_row() for record in outcome.learned.fitted.history]
    return pa.table({name: pa.array([row[name] for row in rows]) for name in rows[0]})


def _predictions(outcome: Outcome) -> pa.Table:
    """One row a test row: its number in the file, identifiers, label, probabilities."""
    prepared, measured = outcome.prepared, outcome.measurement
    test = prepared.split.test
    names = np.asarray(prepared.target.class_names, dtype=object)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"row": pa.array(prepared.rows[test])}
    probabilities = {
        **_probabilities("p_before_", measured.predicted),
        **_probabilities("p_after_", measured.calibrated),
    }
    taken = {"row", "label", *probabilities}
    for name in prepared.roles.identifiers:
        values = prepared.table.column(name).take(pa.array(test))
        columns[f"id_{name}" if name in taken else name] = values
    columns["label"] = pa.array(names[prepared.labels[test]], pa.string())
    return pa.table(columns | probabilities)


def _probabilities(prefix: str, rows: Predictions) -> dict[str, pa.Array]:
    """Probability of every class, by `prefix` and the name of the class."""
    probs = rows.full_probs.numpy()
    return {f"{prefix}{name}": pa.array(probs[:, k]) for k, name in enumerate(rows.class_names)}
