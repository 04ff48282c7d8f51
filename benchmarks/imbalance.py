"""Rare classes and unequal costs: losses that state the cost beside a threshold that does.

Every loss trains the default network on the same rows: five splits, drawn by the seeds 10 to 14,
64 % training, 16 % validation (early stopping by the trained loss, and temperature), 20 % test. A
miss costs ``cost`` false alarms. Losses that know the cost decide at one half, as they are meant
to; the others by the threshold that the cost asks for, 1 / (1 + cost), on probabilities as they are
and after calibration. Differences are paired by split, against cross entropy with that threshold
after calibration; their intervals are Student's over the splits (test sets overlap: somewhat too
short).

Run it as ``python benchmarks/imbalance.py [FOLDER] [--seeds N] [--only NAME ...]``; the folder
holds the tables (default: ``../shared/data``).
"""

import argparse
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.special import stdtrit

import calibrant as cal
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.run import find
from calibrant.pipeline.settings import Settings
from calibrant.pipeline.trial import Trial
from calibrant.prediction.base import Predictions

SEEDS = range(10, 15)
COSTS = (5, 20)
COLUMNS = ("cost", "log loss", "ECE", "recall", "precision", "F1", "accuracy")
REFERENCE = "ce, calibrated, cost threshold"

TABLES: Mapping[str, Settings] = {
    "mammography": {"path": "mammography.csv", "target": "class", "positive": "1"},
    "red wine >= 7": {"path": "winequality_red.csv", "target": "quality", "positive_above": 6},
}

Scores = dict[str, float]


@dataclass(frozen=True)
class Candidate:
    """A loss; whether it states the cost; whether its probabilities are for equal classes."""

    name: str
    spec: str
    states_cost: bool = False
    is_adjusted: bool = False


CANDIDATES = (
    Candidate("ce", "ce"),
    Candidate("focal", "focal(gamma=2)"),
    Candidate("ce(balanced)", "ce(balanced)"),
    Candidate("ce(effective)", "ce(class_weight=effective(0.999))"),
    Candidate("logit_adjusted, prior put back", "logit_adjusted", is_adjusted=True),
    Candidate("bce, a miss costs more", "bce(fn_weight={cost})", states_cost=True),
    Candidate(
        "expected_cost", "expected_cost(cost_matrix=[[0, 1], [{cost}, 0]])", states_cost=True
    ),
    Candidate(
        "ce + expected_cost",
        "ce + expected_cost(cost_matrix=[[0, 1], [{cost}, 0]])",
        states_cost=True,
    ),
)


def scores_of(rows: Predictions, threshold: float, cost: float) -> Scores:
    """What the test rows cost at a threshold, and how good their probabilities are."""
    prob, label = rows.declared.positive.numpy(), rows.hard.numpy()
    stated = prob >= threshold
    hits, alarms = int((stated & (label == 1)).sum()), int((stated & (label == 0)).sum())
    misses = int((~stated & (label == 1)).sum())
    evaluation = cal.evaluate(rows, ["log_loss", "ece"])
    return {
        "cost": (cost * misses + alarms) / len(label),
        "log loss": float(evaluation["log_loss"]),
        "ECE": float(evaluation["ece"]),
        "recall": hits / (hits + misses),
        "precision": hits / max(hits + alarms, 1),
        "F1": 2 * hits / max(2 * hits + alarms + misses, 1),
        "accuracy": float((stated == (label == 1)).mean()),
    }


def with_prior(rows: Predictions, train: np.ndarray) -> Predictions:
    """Predictions for equal classes, brought to the shares of the training rows."""
    share = torch.tensor([np.mean(train == 0), np.mean(train == 1)], dtype=torch.float64)
    return cal.predictions(logits=rows.declared.log_probs + share.log(), labels=rows.hard)


def trained(data: Settings, seed: int, spec: str) -> Trial:
    """Network trained with a loss on one split, and its test predictions."""
    settings: Settings = {
        "data": data,
        "loss": spec,
        "seed": seed,
        "baselines": False,
        "training": {"stop_by": "loss"},  # what is trained: a shifted loss has another best epoch
    }
    (trial,) = find(build_recipe(settings)).trials
    return trial


def judged(candidate: Candidate, trial: Trial, cost: float) -> dict[str, Scores]:
    """Scores by what is done with the probabilities."""
    before, after, name, threshold = trial.before, trial.after, candidate.name, 1 / (1 + cost)
    if candidate.is_adjusted:
        rows = with_prior(before, trial.fold.labels[trial.fold.split.train])
        return {f"{name}, cost threshold": scores_of(rows, threshold, cost)}
    raw = 0.5 if candidate.states_cost else threshold
    scores = {f"{name}, at one half": scores_of(before, 0.5, cost)}
    if raw != 0.5:
        scores[f"{name}, cost threshold"] = scores_of(before, raw, cost)
    scores[f"{name}, calibrated, cost threshold"] = scores_of(after, threshold, cost)
    return scores


def judged_for_all(
    data: Settings, seed: int, candidate: Candidate
) -> Mapping[float, dict[str, Scores]]:
    """Scores of one loss on one split, by cost; trained anew for every cost that it states."""
    if candidate.states_cost:
        specs = {cost: candidate.spec.format(cost=cost) for cost in COSTS}
        trials = {cost: trained(data, seed, spec) for cost, spec in specs.items()}
    else:
        trials = dict.fromkeys(COSTS, trained(data, seed, candidate.spec))
    return {cost: judged(candidate, trial, cost) for cost, trial in trials.items()}


def interval(values: list[float], sign: str = "") -> str:
    """Mean, and half the width of Student's 95 % interval."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return f"{mean:{sign}.4f}"
    half = stdtrit(len(values) - 1, 0.975) * statistics.stdev(values) / len(values) ** 0.5
    return f"{mean:{sign}.4f} ± {half:.4f}"


def show(name: str, cost: float, runs: Sequence[Mapping[str, Scores]]) -> None:
    """Print the table of one data set and one cost."""
    print(f"\n### {name}: a miss costs {cost} false alarms ({len(runs)} splits)\n")
    print("| loss, decision | " + " | ".join(COLUMNS) + " | cost less that of the reference |")
    print("|" + " --- |" * (len(COLUMNS) + 2))
    for model in runs[0]:
        values = [interval([run[model][c] for run in runs]) for c in COLUMNS]
        apart = [run[model]["cost"] - run[REFERENCE]["cost"] for run in runs]
        values.append("reference" if model == REFERENCE else interval(apart, "+"))
        print(f"| {model} | " + " | ".join(values) + " |")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    parser.add_argument("--only", nargs="*", default=list(TABLES), choices=list(TABLES))
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        print(f"There is no folder {asked.folder}. Name the folder that holds the tables.")
        return 2
    print(f"threads: {torch.get_num_threads()}; splits: {asked.seeds}")
    for name in asked.only:
        data = {**TABLES[name], "path": str(asked.folder / str(TABLES[name]["path"]))}
        runs: dict[float, list[dict[str, Scores]]] = {
            cost: [{} for _ in range(asked.seeds)] for cost in COSTS
        }
        for at, seed in enumerate(SEEDS[: asked.seeds]):
            for candidate in CANDIDATES:
                start = time.perf_counter()
                for cost, scores in judged_for_all(data, seed, candidate).items():
                    runs[cost][at] |= scores
                took = time.perf_counter() - start
                print(f"{name}, seed {seed}, {candidate.name}: {took:.0f} s", file=sys.stderr)
        for cost in COSTS:
            show(name, cost, runs[cost])
    return 0


if __name__ == "__main__":
    sys.exit(main())
