"""BigMart, ten seeds: the network against the reference's, and calibration against none.

The splits are the reference's: the first 1,705 rows of a seeded permutation test, the next
1,364 validate, the rest train; the target is cut at the median of the training rows. Printed
are test log losses, seed by seed: the network with cross entropy before and after
temperature scaling, logistic regression on the same training rows, and the network with
half balanced cross entropy, half soft F1, before and after. Below stand the means, beside the
reference's own, and what the project promised.

Run it as ``python benchmarks/bigmart.py [FOLDER]``; the folder holds ``bigmart_train.csv`` and
``reference.json`` (default: ``../shared/data``). It exits with 1 if a promise is broken.
"""

import csv
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

import calibrant as cal
from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.recipe import DataPart, Recipe, SplitPart
from calibrant.pipeline.run import find

SEEDS = range(10)
N_TEST, N_VALIDATION = 1705, 1364
COMBINED = "0.5*ce(balanced) + 0.5*soft_f1"


def with_split(source: Path, target: Path, seed: int) -> None:
    """Write the table with a column that names the reference's split of `seed`."""
    with source.open(newline="") as file:
        header, *rows = list(csv.reader(file))
    part = np.full(len(rows), "train", dtype=object)
    order = np.random.RandomState(seed).permutation(len(rows))
    part[order[:N_TEST]] = "test"
    part[order[N_TEST : N_TEST + N_VALIDATION]] = "validation"
    with target.open("w", newline="") as file:
        csv.writer(file).writerows(
            [[*header, "split"], *([*row, name] for row, name in zip(rows, part, strict=True))]
        )


def outcome_of(table: Path, seed: int, loss: str) -> Outcome:
    """Outcome of the whole pipeline with its defaults but for the loss."""
    data = DataPart(path=str(table), target="OutletSales", positive_above="median")
    recipe = Recipe(
        seed=seed, loss=loss, baselines=False, data=data, split=SplitPart(column="split")
    )
    return find(recipe)


def logistic(outcome: Outcome) -> float:
    """Test log loss of logistic regression on the rows and features that the network had."""
    fold = outcome.trials[0].fold
    split, x, y = fold.split, fold.features.astype(np.float64), fold.labels
    model = LogisticRegression(max_iter=2000).fit(x[split.train], y[split.train])
    probs = model.predict_proba(x[split.test])[:, 1]
    return float(cal.evaluate(cal.predictions(probs=probs, labels=y[split.test]))["log_loss"])


def run(folder: Path) -> list[dict[str, float]]:
    """Test log losses of every seed, printed as they come."""
    names = ("ce", "ce + T", "logistic", "combined", "combined + T")
    print(f"{'seed':<6}" + "".join(f"{name:>14}" for name in names) + f"{'seconds (ce)':>14}")
    lines: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch) / "bigmart.csv"
        for seed in SEEDS:
            with_split(folder / "bigmart_train.csv", table, seed)
            start = time.perf_counter()
            plain = outcome_of(table, seed, "ce")
            took = time.perf_counter() - start
            combined = outcome_of(table, seed, COMBINED)
            values = (
                float(plain.measurement.before["log_loss"]),
                float(plain.measurement.after["log_loss"]),
                logistic(plain),
                float(combined.measurement.before["log_loss"]),
                float(combined.measurement.after["log_loss"]),
            )
            line = dict(zip(names, values, strict=True))
            lines.append(line)
            print(f"{seed:<6}" + "".join(f"{value:>14.5f}" for value in values) + f"{took:>14.1f}")
    return lines


def main() -> int:
    """Print the table and the promises; 1 if one is broken."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    if not (folder / "bigmart_train.csv").is_file():
        print(f"There is no bigmart_train.csv in {folder}. Name the folder that holds it.")
        return 2
    print(f"threads: {torch.get_num_threads()}")
    lines = run(folder)
    mean = {name: statistics.fmean(line[name] for line in lines) for name in lines[0]}
    print(f"{'mean':<6}" + "".join(f"{value:>14.5f}" for value in mean.values()))
    summary = json.loads((folder / "reference.json").read_text())["bigmart_honest"]["summary"]
    reference = {name: summary[name]["nll"]["mean"] for name in ("nn_ce/raw", "logreg")}
    print(f"reference: network {reference['nn_ce/raw']:.5f}, logistic {reference['logreg']:.5f}")
    difference = [line["ce"] - line["logistic"] for line in lines]
    error = statistics.stdev(difference) / len(lines) ** 0.5
    print(
        f"ce - logistic, paired: {statistics.fmean(difference):+.5f} (standard error {error:.5f})"
    )
    better = sum(line["combined + T"] < line["combined"] for line in lines)
    least = min(reference["logreg"], mean["logistic"])
    promises = {
        "network at most .003 above the reference's": mean["ce"] <= reference["nn_ce/raw"] + 0.003,
        "network at least .005 below logistic regression": mean["ce"] <= least - 0.005,
        f"calibration helps the combined loss in 9 of 10 seeds ({better})": better >= 9,
    }
    for text, kept in promises.items():
        print(f"{'kept' if kept else 'BROKEN'}: {text}")
    return 0 if all(promises.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
