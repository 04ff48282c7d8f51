"""The record of a run as plain data: what ``metrics.json`` and the model's schema hold.

Equal runs give equal records: no time, no duration and no path is in them.
"""

from calibrant.data.target import Target
from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.trial import Trial
from calibrant.pipeline.truth import TrueError
from calibrant.pipeline.versions import versions
from calibrant.report.contest import Contest

__all__ = ["metrics_record", "schema_record"]

SCHEMA = 3


def metrics_record(outcome: Outcome) -> dict[str, object]:
    """Content of ``metrics.json``.

    Keys: ``schema``, ``task``; ``before`` and ``after`` (estimates by name, of the test rows);
    ``calibrator`` (of several folds, a list); ``split`` (sizes, how, folds, target, positive);
    ``target``; ``rows`` (of the file, and what was mended); ``training`` (of the first network;
    ``networks`` has all); ``baselines`` and ``seeds``, see `Contest`; ``suggestions`` and
    ``warnings``, sentences; ``interrupted``; ``truth`` where the data are generated;
    ``versions``.
    """
    prepared, measured, trials = outcome.prepared, outcome.measurement, outcome.trials
    first = trials[0]
    split, target = first.fold.split, first.fold.target
    calibrators = [trial.calibration.to_dict() for trial in trials]
    record: dict[str, object] = {
        "schema": SCHEMA,
        "task": outcome.recipe.task,
        "before": measured.before.to_dict(),
        "after": measured.after.to_dict(),
        "calibrator": calibrators[0] if len(calibrators) == 1 else calibrators,
        "split": {
            "train": len(split.train),
            "validation": len(split.validation),
            "test": len(split.test),
            "folds": len(trials),
            "how": split.how,
            "target": target.name,
            "positive": target.positive if isinstance(target, Target) else None,
        },
        "target": _target(outcome),
        "rows": {
            "sha256": outcome.recipe.data.sha256,
            "file": prepared.n_rows,
            "without_target": prepared.without_target,
            "repeats": prepared.n_repeats,
            "features": len(first.fold.encoder.feature_names),
            "how_read": list(prepared.how_read),
            "mended": {kind: dict(counts) for kind, counts in prepared.mended.items()},
            "imputed": dict(prepared.imputed),
            "unseen": dict(prepared.unseen),
        },
        "training": {
            "loss": outcome.task.loss,
            "device": outcome.task.device.type,
            "seed": outcome.recipe.seed,
            **_course(first)[0],
            "networks": [
                {"fold": k, **one} for k, trial in enumerate(trials) for one in _course(trial)
            ],
        },
        **_contest(outcome.contest),
        "suggestions": list(prepared.suggestions),
        "warnings": list(prepared.warnings),
        "interrupted": outcome.interrupted,
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
    prepared, trials = outcome.prepared, outcome.trials
    schema = prepared.table.schema
    return {
        "schema": SCHEMA,
        "task": outcome.recipe.task,
        "target": _target(outcome),
        "networks": [len(trial.learned.networks) for trial in trials],
        "columns": [
            {"name": column.name, "role": column.role, "why": column.why}
            for column in prepared.columns
        ],
        "types": {name: str(kind) for name, kind in zip(schema.names, schema.types, strict=True)},
        "features": list(trials[0].fold.encoder.feature_names),
        "plan": prepared.plan.to_dict(),
        "learned": trials[0].fold.encoder.learned(),
        "versions": versions(),
    }


def _course(trial: Trial) -> list[dict[str, object]]:
    """How the networks of a trial were trained."""
    return [
        {
            "seed": one.seed,
            "epochs": len(one.fitted.history),
            "best_epoch": one.fitted.best_epoch,
            "stopped": one.fitted.stopped,
            "batch_size": one.fitted.batch_size,
        }
        for one in trial.learned.trained
    ]


def _contest(contest: Contest) -> dict[str, object]:
    """Baselines and seeds, compared by the score that is named."""
    record: dict[str, object] = {
        "baselines": [
            {
                "name": rival.name,
                "how": rival.how,
                "score": contest.score,
                "before": rival.before.to_dict(),
                "after": rival.after.to_dict(),
                "network_minus_baseline": rival.difference.to_dict(),
                "sentence": rival.sentence,
            }
            for rival in contest.rivals
        ]
    }
    if contest.spread is not None:
        record["seeds"] = {
            "score": contest.score,
            "alone": list(contest.spread.values),
            "together": contest.spread.together,
        }
    return record


def _target(outcome: Outcome) -> dict[str, object]:
    """What is predicted: column, classes by index, positive class, cut, and how they came about."""
    target = outcome.trials[0].fold.target
    if not isinstance(target, Target):
        return {"name": target.name, "how": target.how}
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
