"""Whether it helps to stop by log loss after calibration, and to calibrate by evidence.

The default network on ten tables, in five splits each (seeds 10 to 14; 64 % training, 16 %
validation, 20 % test): test log loss stopped by log loss and left raw; the same calibrated by
``auto``; stopped by log loss after calibration; and that calibrated by ``auto``. Each split
appends a line to a file, so that the work can be done in parts and goes on where it ended:

    python benchmarks/refine_then_calibrate.py --only wine --splits 1 --out lines.jsonl
    python benchmarks/refine_then_calibrate.py --out lines.jsonl          # whatever is left
    python benchmarks/refine_then_calibrate.py --out lines.jsonl --table  # the table alone

Printed are means over the splits and, in thousandths of a nat, differences from raw with 95 %
intervals: of a table over its splits (their test rows overlap: somewhat too short), of all
tables over the tables' means.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

import numpy as np
from scipy.stats import t as student
from sklearn.datasets import load_iris
from tabular import SEEDS, TABLES, TableSpec, embedded

from calibrant.metrics.proper.scores import LogLoss
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.run import find

SETS = {**TABLES, "iris": TableSpec(embedded(load_iris), {"target": "class"})}
RAW, AUTO, REFINED, BOTH = "raw", "auto", "refined", "refined, then auto"
ARMS = (RAW, AUTO, REFINED, BOTH)


def split_of(path: Path, name: str, seed: int) -> dict[str, object]:
    """Test log loss of every arm on one split, and what was chosen."""
    losses, told = {}, {}
    for stop_by, arms in (("score", (RAW, AUTO)), ("calibrated", (REFINED, BOTH))):
        outcome = find(
            build_recipe(
                {
                    "data": {**SETS[name].data, "path": str(path)},
                    "seed": seed,
                    "baselines": False,
                    "training": {"stop_by": stop_by},
                    "calibration": {"method": "auto"},
                }
            )
        )
        (trial,) = outcome.trials
        for arm, rows in zip(arms, (trial.before, trial.after), strict=True):
            losses[arm] = LogLoss()(rows).value
        told[stop_by] = trial.calibration.to_dict().get("name", "identity")
    return {"set": name, "seed": seed, "log_loss": losses, "chosen": told}


def lines_of(path: Path) -> list[dict]:
    """Lines that are there already."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def interval(values: list[float]) -> str:
    """Mean and Student's 95 % interval, in thousandths."""
    mean = 1000 * float(np.mean(values))
    if len(values) < 2:
        return f"{mean:+.1f}"
    half = student.ppf(0.975, len(values) - 1) * 1000 * np.std(values, ddof=1) / len(values) ** 0.5
    return f"{mean:+.1f} [{mean - half:+.1f}, {mean + half:+.1f}]"


def show(lines: list[dict]) -> None:
    """Print the table of what there is."""
    print("| table | splits | raw | " + " | ".join(f"{arm} - raw" for arm in ARMS[1:]), end="")
    print(" | refined, then auto - auto |")
    print("|" + " --- |" * 7)
    pairs = [*((arm, RAW) for arm in ARMS[1:]), (BOTH, AUTO)]
    means: list[list[float]] = [[] for _ in pairs]
    for name in SETS:
        runs = [line["log_loss"] for line in lines if line["set"] == name]
        if not runs:
            continue
        cells = []
        for column, (one, other) in zip(means, pairs, strict=True):
            differences = [run[one] - run[other] for run in runs]
            column.append(float(np.mean(differences)))
            cells.append(interval(differences))
        raw = np.mean([run[RAW] for run in runs])
        print(f"| {name} | {len(runs)} | {raw:.4f} | " + " | ".join(cells) + " |")
    if means[0]:
        print("| all | | | " + " | ".join(map(interval, means)) + " |")


def main() -> None:
    """Do the splits that are left, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("CALIBRANT_SHARED", "../shared")) / "data"
    parser.add_argument("--folder", type=Path, default=shared)
    parser.add_argument("--only", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--splits", type=int, default=len(SEEDS))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--table", action="store_true", help="print what there is, and end")
    asked = parser.parse_args()
    done = {(line["set"], line["seed"]) for line in lines_of(asked.out)}
    with tempfile.TemporaryDirectory() as scratch:
        for name in () if asked.table else asked.only:
            path = Path(scratch) / "table.parquet"
            SETS[name].read(asked.folder).to_parquet(path, index=False)
            for seed in range(SEEDS[0], SEEDS[0] + asked.splits):
                if (name, seed) in done:
                    continue
                line = json.dumps(split_of(path, name, seed))
                with asked.out.open("a") as file:
                    file.write(line + "\n")
    show(lines_of(asked.out))


if __name__ == "__main__":
    main()
