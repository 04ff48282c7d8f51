"""Whether it helps to stop by log loss after calibration, and to calibrate by evidence.

Ten tables in five splits each (seeds 10 to 14; 64 % training, 16 % validation, 20 % test) and
two networks: the default one, an ensemble that is regularised, and one plain network that is
not. Of each training three epochs are kept: those that log loss and log loss after calibration
would have stopped at (`stop_by`), and the last one, when the patience of both was over. They
are left raw, calibrated by a temperature as `calibrant train` does it, and by ``auto``. Each
split appends a line to a file, so that the work can be done in parts and goes on where it ended:

    python -m benchmarks.refine_then_calibrate --only wine --splits 1 --out lines.jsonl
    python -m benchmarks.refine_then_calibrate --out lines.jsonl          # whatever is left
    python -m benchmarks.refine_then_calibrate --out lines.jsonl --table  # the tables alone

Printed are, in thousandths of a nat, paired differences of test log loss with 95 % intervals. Of
a table they are Student's with the variance of Nadeau and Bengio: splits share rows, and the
naive variance is too small. Of all tables they are Student's over the tables' means, for tables
are independent of each other. Small tables vary most and would drown the rest, so that the
differences are also shown as multiples of the raw log loss of the table.

Nadeau and Bengio. "Inference for the Generalization Error." Machine Learning 52, 2003.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from benchmarks.tabular import SEEDS, TABLES, TableSpec, embedded
from scipy.stats import t as student
from sklearn.datasets import load_diabetes, load_iris

from calibrant.losses import get
from calibrant.metrics.proper.scores import LogLoss
from calibrant.pipeline.events import unheard
from calibrant.pipeline.measure import calibrate
from calibrant.pipeline.prepare import Prepared, prepare
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.recipe_parts import CalibrationPart
from calibrant.pipeline.run import complete
from calibrant.pipeline.settings import Settings, merged
from calibrant.pipeline.task import Task
from calibrant.pipeline.tasks import task_of
from calibrant.statistics.threads import threads
from calibrant.training.course import Course
from calibrant.training.epoch import Measure
from calibrant.training.optimizer import optimizer_of
from calibrant.training.rows import LabelledRows
from calibrant.training.stopping import Best, EarlyStopping

Losses = Mapping[str, Mapping[str, float]]  # of the test rows, by how it stopped and is calibrated


def _diabetes(folder: Path) -> pd.DataFrame:
    del folder
    return load_diabetes(as_frame=True, scaled=False).frame.rename(
        columns={"target": "progression"}
    )


SETS = {
    **{name: spec for name, spec in TABLES.items() if name != "red wine >= 6"},  # a twin's rows
    "diabetes": TableSpec(_diabetes, {"target": "progression", "positive_above": "median"}),
    "iris": TableSpec(embedded(load_iris), {"target": "class"}),
}
NETWORKS: dict[str, Settings] = {
    "default": {},
    "plain": {
        "network": {
            "hidden": [256, 256],
            "dropout": [0.0, 0.0],
            "activation": "relu",
            "members": 1,
            "waves": 0,
        },
        "training": {"optimizer": "adam", "learning_rate": 0.001, "weight_decay": 0.0},
    },
}
CALIBRATIONS = ("none", "temperature", "auto")
STOPS, LAST = ("score", "calibrated"), "last"
SHARE = 0.2 / 0.8  # test rows over those that a split learns from
Column = tuple[tuple[str, str], tuple[str, str]]
TABLES_OF: dict[str, dict[str, Column]] = {  # heading: one less another, as epoch and calibration
    "Calibrated, less raw": {
        "T": (("score", "temperature"), ("score", "none")),
        "auto": (("score", "auto"), ("score", "none")),
        "last epoch: T": ((LAST, "temperature"), (LAST, "none")),
        "last epoch: auto": ((LAST, "auto"), (LAST, "none")),
    },
    "Stopped by log loss after calibration (or last epoch), less stopped by log loss": {
        "both raw": (("calibrated", "none"), ("score", "none")),
        "both T": (("calibrated", "temperature"), ("score", "temperature")),
        "both auto": (("calibrated", "auto"), ("score", "auto")),
        "last epoch: both T": ((LAST, "temperature"), ("score", "temperature")),
    },
}


def kept_epochs(recipe: Recipe) -> tuple[Task, Prepared, dict[str, Best]]:
    """One training, and the epochs that each way to stop would have kept; and the last."""
    task = task_of(complete(recipe))
    prepared = prepare(task, unheard)
    (fold,) = prepared.folds
    settings = recipe.training
    parts = (
        LabelledRows(torch.from_numpy(fold.features[part]), torch.from_numpy(fold.labels[part]))
        for part in (fold.split.train, fold.split.validation)
    )
    network = task.untrained(fold, recipe.seed)
    course = Course(
        network,
        optimizer_of(settings.optimizer, network.parameters(), weight_decay=settings.weight_decay),
        Measure(get(recipe.loss), *parts, watch=None, calibrated=True),
        EarlyStopping(patience=settings.max_epochs, min_gain=settings.min_gain),
        settings,
        recipe.seed,
    )
    stops = {
        name: EarlyStopping(patience=settings.patience, min_gain=settings.min_gain)
        for name in STOPS
    }
    while course.epochs_left and not all(stop.is_over for stop in stops.values()):
        record = course.advance()
        scores = {"score": record.validation_score, "calibrated": record.calibrated_score}
        for name, stop in stops.items():
            if not stop.is_over:
                stop.see(record.epoch, scores[name], network)
    last = Best(len(course.history), float("nan"), network.state_dict())
    return task, prepared, {name: stop.best for name, stop in stops.items()} | {LAST: last}


def split_of(path: Path, name: str, kind: str, seed: int) -> dict[str, object]:
    """Test log losses of a network on one split, by stop and calibration, and what was chosen."""
    settings: Settings = {
        "data": {**SETS[name].data, "path": str(path)},
        "seed": seed,
        "calibration": {"method": "none"},
    }
    with threads(1):
        task, prepared, kept = kept_epochs(build_recipe(merged(NETWORKS[kind], settings)))
    (fold,) = prepared.folds
    units = prepared.units.unit[fold.split.validation]
    network = task.untrained(fold, seed)  # of which the states of the epochs are taken
    losses: dict[str, dict[str, float]] = {}
    chosen: dict[str, dict[str, object]] = {}
    for stop_by, best in kept.items():
        network.load_state_dict(best.state)
        validation, test = (
            task.predict([network.eval()], fold.features[part], fold.target, fold.labels[part])
            for part in (fold.split.validation, fold.split.test)
        )
        losses[stop_by], chosen[stop_by] = {}, {"epoch": best.epoch}
        for method in CALIBRATIONS:
            found = calibrate(validation, CalibrationPart(method=method), seed=seed, units=units)
            losses[stop_by][method] = LogLoss()(found.transform(test)).value
            if method == "temperature":
                chosen[stop_by][method] = getattr(found.fitted, "value", 1.0)
            elif method == "auto":
                chosen[stop_by][method] = getattr(found.fitted, "name", "identity")
    return {"set": name, "network": kind, "seed": seed, "log_loss": losses, "chosen": chosen}


def lines_of(path: Path) -> list[dict]:
    """Lines that are there already."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def interval(values: list[float], shared: float) -> tuple[float, float]:
    """Mean, and half of Student's 95 % interval; `shared` is test rows over others, or 0."""
    n = len(values)
    if n < 2:
        return float(np.mean(values)), float("nan")
    error = np.std(values, ddof=1) * (1 / n + shared) ** 0.5
    return float(np.mean(values)), float(student.ppf(0.975, n - 1) * error)


def cell(values: list[float], shared: float, scale: float = 1000) -> str:
    """Mean and interval in thousandths."""
    mean, half = interval(values, shared)
    low, high = scale * (mean - half), scale * (mean + half)
    return (
        f"{scale * mean:+.1f}"
        if np.isnan(half)
        else f"{scale * mean:+.1f} [{low:+.1f}, {high:+.1f}]"
    )


def show(lines: list[dict], kind: str, title: str) -> None:
    """Print a table of a network, of what there is."""
    columns = TABLES_OF[title]
    print(f"\n{kind}. {title}:\n\n| table | splits | raw | " + " | ".join(columns) + " |")
    print("|" + " --- |" * (3 + len(columns)))
    means: dict[str, list[float]] = {heading: [] for heading in columns}
    shares: dict[str, list[float]] = {heading: [] for heading in columns}
    for name in SETS:
        runs: list[Losses] = [
            line["log_loss"] for line in lines if (line["set"], line["network"]) == (name, kind)
        ]
        if not runs:
            continue
        raw = float(np.mean([run["score"]["none"] for run in runs]))
        cells = []
        for heading, (one, other) in columns.items():
            found = [
                run[one[0]][one[1]] - run[other[0]][other[1]]
                for run in runs
                if one[0] in run and other[0] in run
            ]
            means[heading].append(float(np.mean(found)))
            shares[heading].append(float(np.mean(found)) / raw)
            cells.append(cell(found, SHARE))
        print(f"| {name} | {len(runs)} | {raw:.4f} | " + " | ".join(cells) + " |")
    if not next(iter(means.values())):
        return
    print("| all | | | " + " | ".join(cell(values, 0) for values in means.values()) + " |")
    shown = (f"{cell(values, 0, 100)} %" for values in shares.values())
    print("| all, of raw | | | " + " | ".join(shown) + " |")
    better = (f"{sum(v < 0 for v in values)} of {len(values)}" for values in means.values())
    print("| tables where lower | | | " + " | ".join(better) + " |")


def main() -> None:
    """Do the splits that are left, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    shared = Path(os.environ.get("CALIBRANT_SHARED", "../shared")) / "data"
    parser.add_argument("--folder", type=Path, default=shared)
    parser.add_argument("--only", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--networks", nargs="*", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--splits", type=int, default=len(SEEDS))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--table", action="store_true", help="print what there is, and end")
    asked = parser.parse_args()
    done = {(line["set"], line["network"], line["seed"]) for line in lines_of(asked.out)}
    with tempfile.TemporaryDirectory() as scratch:
        for name in () if asked.table else asked.only:
            path = Path(scratch) / "table.parquet"
            SETS[name].read(asked.folder).to_parquet(path, index=False)
            for seed in range(SEEDS[0], SEEDS[0] + asked.splits):
                for kind in asked.networks:
                    if (name, kind, seed) in done:
                        continue
                    line = json.dumps(split_of(path, name, kind, seed))
                    with asked.out.open("a") as file:
                        file.write(line + "\n")
                    print(line, flush=True)
    lines = lines_of(asked.out)
    for title in TABLES_OF:
        for kind in asked.networks:
            show(lines, kind, title)


if __name__ == "__main__":
    main()
