"""The default network beside the article's, logistic regression and boosting, on nine tables.

Every model has the same rows: five splits, drawn by the seeds 10 to 14, equal rows on one side,
64 % training, 16 % validation, 20 % test. The networks, logistic regression and boosting stopped
on the validation rows come from the pipeline, each raw and calibrated as the pipeline does it;
boosting with scikit-learn's defaults and small boosting are fitted here on the same features.
Printed are, for every table, the means over the splits, paired differences of log loss with
their standard errors over splits (test sets overlap: somewhat too small), and what the project
promised.

Run it as ``python benchmarks/tabular.py [FOLDER] [--seeds N] [--only NAME ...]``; the folder
holds the tables (default: ``../shared/data``). It exits with 1 if a promise is broken.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

import calibrant as cal
from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.recipes import named_recipe
from calibrant.pipeline.run import find
from calibrant.pipeline.settings import Settings, merged
from calibrant.prediction.base import Predictions

SEEDS = range(10, 15)
METRICS = ("log_loss", "brier", "accuracy", "auroc", "ece")
LARGE = 1000  # rows, above which the article's recipe must be beaten on average
MARGIN = 0.003
DEFAULT, ARTICLE = "default", "article"

Scores = dict[str, float]


@dataclass(frozen=True)
class TableSpec:
    """A table, and the settings that say what is predicted from it."""

    read: Callable[[Path], pd.DataFrame]
    data: Settings


def _csv(name: str) -> Callable[[Path], pd.DataFrame]:
    return lambda folder: pd.read_csv(folder / name)


def embedded(load: Callable[..., object]) -> Callable[[Path], pd.DataFrame]:
    """Reader of a table that scikit-learn holds."""

    def read(folder: Path) -> pd.DataFrame:
        del folder
        bunch = load(as_frame=True)
        frame = bunch.frame.rename(columns={"target": "class"})
        return frame.assign(**{"class": "c" + frame["class"].astype(str)})

    return read


def _urban(folder: Path) -> pd.DataFrame:
    parts = (folder / f"urban_land_cover_{part}.csv" for part in ("train", "test"))
    return pd.concat([pd.read_csv(part) for part in parts], ignore_index=True)


TABLES = {
    "BigMart": TableSpec(
        _csv("bigmart_train.csv"), {"target": "OutletSales", "positive_above": "median"}
    ),
    "mammography": TableSpec(_csv("mammography.csv"), {"target": "class"}),
    "landslide": TableSpec(_csv("landslide_wv.csv"), {"target": "class"}),
    "digits": TableSpec(embedded(load_digits), {"target": "class"}),
    "red wine >= 6": TableSpec(
        _csv("winequality_red.csv"), {"target": "quality", "positive_above": 5}
    ),
    "red wine, 6 classes": TableSpec(_csv("winequality_red.csv"), {"target": "quality"}),
    "urban land cover": TableSpec(_urban, {"target": "class"}),
    "breast cancer": TableSpec(embedded(load_breast_cancer), {"target": "class"}),
    "wine": TableSpec(embedded(load_wine), {"target": "class"}),
}


def scores_of(rows: Predictions, seconds: float) -> Scores:
    """Metrics of the test rows, and the seconds that the model took."""
    evaluation = cal.evaluate(rows, list(METRICS))
    return {name: float(evaluation[name]) for name in METRICS} | {"seconds": seconds}


def outcome_of(path: Path, data: Settings, seed: int, base: Settings) -> tuple[Outcome, float]:
    """Outcome of the pipeline, and its seconds."""
    settings = {"data": {**data, "path": str(path)}, "seed": seed}
    start = time.perf_counter()
    outcome = find(build_recipe(merged(base, settings)))
    return outcome, time.perf_counter() - start


def boosting(outcome: Outcome, model: HistGradientBoostingClassifier) -> tuple[Scores, Scores]:
    """Scores of `model` on the rows and features of the network, raw and calibrated."""
    (trial,) = outcome.trials
    fold, task = trial.fold, outcome.task
    split, x, y = fold.split, fold.features, fold.labels
    start = time.perf_counter()
    with threadpool_limits(1):
        model.fit(x[split.train], y[split.train])
        stated = [
            cal.predictions(
                probs=model.predict_proba(x[part]),
                labels=y[part],
                class_names=fold.target.class_names,
            )
            for part in (split.validation, split.test)
        ]
    seconds = time.perf_counter() - start
    calibration = task.calibrate(stated[0], outcome.prepared.units.unit[split.validation])
    return scores_of(stated[1], seconds), scores_of(calibration.transform(stated[1]), seconds)


def models_on(path: Path, data: Settings, seed: int) -> Mapping[str, Scores]:
    """Scores of every model on one split."""
    outcome, seconds = outcome_of(path, data, seed, {})
    (trial,) = outcome.trials
    scores = {
        DEFAULT: scores_of(trial.before, seconds),
        f"{DEFAULT} + T": scores_of(trial.after, seconds),
    }
    article = merged(named_recipe("article"), {"baselines": False})
    for name, base in (
        (ARTICLE, merged(article, {"loss": "ce", "training": {"stop_by": "score"}})),
        ("article, its loss", article),
    ):
        other, took = outcome_of(path, data, seed, base)
        scores[name] = scores_of(other.trials[0].before, took)
        scores[f"{name} + T"] = scores_of(other.trials[0].after, took)
    for baseline in trial.baselines:
        scores[baseline.name] = scores_of(baseline.before, float("nan"))
        scores[f"{baseline.name} + T"] = scores_of(baseline.after, float("nan"))
    boosted = {
        "boosting, defaults": HistGradientBoostingClassifier(random_state=seed),
        "boosting, small": HistGradientBoostingClassifier(
            learning_rate=0.05, max_leaf_nodes=8, max_iter=100, random_state=seed
        ),
    }
    for name, model in boosted.items():
        scores[name], scores[f"{name} + T"] = boosting(outcome, model)
    return scores


def mean_of(runs: list[Mapping[str, Scores]], model: str, metric: str) -> float:
    """Mean of a metric over the splits."""
    return statistics.fmean(run[model][metric] for run in runs)


def difference(runs: list[Mapping[str, Scores]], one: str, other: str) -> tuple[float, float]:
    """Mean paired difference of log loss, and its standard error over splits."""
    values = [run[one]["log_loss"] - run[other]["log_loss"] for run in runs]
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return statistics.fmean(values), error


def best_boosting(runs: list[Mapping[str, Scores]]) -> str:
    """Boosting with the least mean test log loss: picked after the fact, in its favour."""
    names = [name for name in runs[0] if "boosting" in name]
    return min(names, key=lambda name: mean_of(runs, name, "log_loss"))


def show(name: str, n_rows: int, runs: list[Mapping[str, Scores]]) -> None:
    """Print the table of one data set."""
    print(f"\n### {name} ({n_rows:,} rows, {len(runs)} splits)\n")
    print("| model | " + " | ".join(METRICS) + " | seconds | default + T minus model |")
    print("|" + " --- |" * (len(METRICS) + 3))
    for model in runs[0]:
        values = [f"{mean_of(runs, model, metric):.4f}" for metric in METRICS]
        seconds = mean_of(runs, model, "seconds")
        values.append("" if np.isnan(seconds) else f"{seconds:.1f}")
        mean, error = difference(runs, f"{DEFAULT} + T", model)
        values.append(f"{1000 * mean:+.1f} ({1000 * error:.1f})e-3")
        print(f"| {model} | " + " | ".join(values) + " |")


def main() -> int:
    """Print the tables and the promises; 1 if one is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    parser.add_argument("--only", nargs="*", default=list(TABLES), choices=list(TABLES))
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        print(f"There is no folder {asked.folder}. Name the folder that holds the tables.")
        return 2
    print(f"threads: {torch.get_num_threads()}; splits: {asked.seeds}")
    found: dict[str, tuple[int, list[Mapping[str, Scores]]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in asked.only:
            frame = TABLES[name].read(asked.folder)
            path = Path(scratch) / "table.parquet"
            frame.to_parquet(path, index=False)
            runs = [
                models_on(path, TABLES[name].data, seed)
                for seed in range(SEEDS[0], SEEDS[0] + asked.seeds)
            ]
            found[name] = len(frame), runs
            show(name, len(frame), runs)
    near = {
        name: mean_of(runs, f"{DEFAULT} + T", "log_loss")
        - mean_of(runs, best_boosting(runs), "log_loss")
        for name, (_, runs) in found.items()
    }
    within = sum(gap <= MARGIN for gap in near.values())
    large = [
        difference(runs, f"{DEFAULT} + T", f"{ARTICLE} + T")[0]
        for n_rows, runs in found.values()
        if n_rows > LARGE
    ]
    print("\nDefault + T minus the best boosting, log loss:")
    for name, gap in near.items():
        print(f"  {name}: {gap:+.4f} ({best_boosting(found[name][1])})")
    promises = {
        f"at most {MARGIN} above the best boosting on 6 of 9 tables ({within})": within
        >= 6 * len(found) / 9,
    }
    if large:
        mean = statistics.fmean(large)
        promises[f"better than the article's on tables above {LARGE} rows ({mean:+.4f})"] = mean < 0
    for text, kept in promises.items():
        print(f"{'kept' if kept else 'BROKEN'}: {text}")
    return 0 if all(promises.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
