"""How class-wise intervals of some laws of `benchmarks.coverage` cover, and how wide they are.

`python -m benchmarks.coverage.many_classes`, some minutes on one core. For laws and numbers of
rows: percent of sets in which the interval holds the truth, in which it lies above and below it,
and in brackets its mean width in ranges that hold the middle 95 % of the values of these sets.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import torch
from benchmarks.coverage.generators import LAWS
from benchmarks.coverage.sets import rng_of

import calibrant as cal

NAMES = ("classwise_ece", "classwise_ece_l2", "classwise_ece_l2_squared_debiased")
MANY = 300_000_000  # probabilities of all sets, beyond which there are fewer sets
TRUTHS = Path(__file__).with_name("truths.json")


def truths_of(name: str) -> list[float]:
    """True sum, root mean square and mean square."""
    told = json.loads(TRUTHS.read_text())["truths"][name]
    first, second = (float(told[each][0]) for each in NAMES[:2])
    return [first, second, second**2]


def line_of(name: str, n: int, sets: int) -> str:
    """What was found of some sets of `n` rows of a law."""
    found = np.full((sets, len(NAMES), 3), np.nan)
    for number in range(sets):
        estimates = cal.evaluate(LAWS[name].draw(rng_of(name, n, number), n), NAMES)
        for k, each in enumerate(estimates[name] for name in NAMES):
            ends = (np.nan, np.nan) if each.low is None else (each.low, each.high)
            found[number, k] = (float(each), *ends)
    cells = []
    for k, true in enumerate(truths_of(name)):
        value, low, high = found[:, k].T
        spread = np.subtract(*np.quantile(value, (0.975, 0.025)))
        parts = [
            100 * np.mean(x) for x in ((low <= true) & (true <= high), low > true, high < true)
        ]
        held, above, below = (f"{part:.0f}" for part in parts)
        cells.append(f"{held}, {above}, {below} ({np.nanmean(high - low) / spread:.2f})")
    return f"| {name} | {n} | {sets} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    laws = [name for name, law in LAWS.items() if law.n_classes > 2]
    parser.add_argument("--laws", nargs="+", default=laws)
    parser.add_argument("--rows", nargs="+", type=int, default=[300, 1000, 5000, 50_000])
    parser.add_argument("--sets", type=int, default=100)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    print("| law | n | sets | L1 | L2 | squared |")
    print("| " + "--- | " * 6)
    for name in chosen.laws:
        for n in chosen.rows:
            sets = max(10, min(chosen.sets, MANY // (n * LAWS[name].n_classes)))
            print(line_of(name, n, sets), flush=True)


if __name__ == "__main__":
    main()
