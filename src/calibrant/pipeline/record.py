"""The record of a run as plain data: what ``metrics.json`` and the model's JSON files hold.

Equal runs give equal records: no time, no duration and no path is in them.
"""

from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.truth import TrueError
from calibrant.pipeline.versions import versions

__all__ = ["metrics_record", "schema_record"]

SCHEMA = 1


def metrics_record(outcome: Outcome) -> dict[str, object]:
    """Content of ``metrics.json``.

    Keys: ``schema``; ``before`` and ``after`` (estimates by name, of the test rows);
    ``calibrator``; ``split`` (sizes, how, target, positive); ``target``; ``rows``;
    ``training``; ``interrupted``; ``truth`` where the data are generated; ``versions``.
    """
    prepared, learned, measured = outcome.prepared, outcome.learned, outcome.measurement
    fitted, split, target = learned.fitted, prepared.split, prepared.target
    record: dict[str, object] = {
        "schema": SCHEMA,
        "before": measured.before.to_dict(),
        "after": measured.after.to_dict(),
        "calibrator": outcome.calibration.to_dict(),
        "split": {
            "train": len(split.train),
            "validation": len(split.validation),
            "test": len(split.test),
            "how": split.how,
            "target": target.name,
            "positive": target.positive,
        },
        "target": _target(outcome),
        "rows": {
            "sha256": outcome.recipe.data.sha256,
            "file": prepared.n_rows,
            "without_target": prepared.without_target,
            "features": len(prepared.encoder.feature_names),
            "imputed": dict(prepared.repairs.imputed),
            "unseen": dict(prepared.repairs.unseen),
        },
        "training": {
            "loss": learned.loss,
            "epochs": len(fitted.history),
            "best_epoch": fitted.best_epoch,
            "stopped": fitted.stopped,
            "batch_size": fitted.batch_size,
            "device": learned.device.type,
            "seed": outcome.recipe.seed,
        },
        "interrupted": learned.interrupted,
    }
    if outcome.truth is not None:
        record["truth"] = {
            "what": "mean distance of stated from true probability given the stated one",
            "before": _true_error(outcome.truth.before),
            "after": _true_error(outcome.truth.after),
        }
    return record | {"versions": versions()}


def schema_record(outcome: Outcome) -> dict[str, object]:
    """Content of ``model/schema.json``: what the model reads, and what its outputs mean."""
    prepared = outcome.prepared
    schema = prepared.table.schema
    return {
        "schema": SCHEMA,
        "target": _target(outcome),
        "columns": [
            {"name": column.name, "role": column.role, "why": column.why}
            for column in prepared.columns
        ],
        "types": {name: str(kind) for name, kind in zip(schema.names, schema.types, strict=True)},
        "features": list(prepared.encoder.feature_names),
        "learned": prepared.encoder.learned(),
        "versions": versions(),
    }


def _target(outcome: Outcome) -> dict[str, object]:
    """What is predicted: column, classes by index, positive class, cut, and how they came about."""
    target = outcome.prepared.target
    return {
        "name": target.name,
        "classes": list(target.class_names),
        "positive": target.positive,
        "threshold": target.threshold,
        "how": target.how,
    }


def _true_error(error: TrueError) -> dict[str, object]:
    """True calibration error with its noise floor, rows and bins."""
    return {
        "value": error.value,
        "noise_floor": error.noise_floor,
        "n": error.n,
        "bins": error.n_bins,
    }
