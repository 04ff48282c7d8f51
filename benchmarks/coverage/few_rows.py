"""How class-wise intervals cover where there are few rows a class.

`python -m benchmarks.coverage.few_rows`, about ten minutes on one core. For numbers of classes,
rows a class and temperatures: percent of sets in which L1 and L2 cover the true value, of those
that have an interval, with mean width over mean value; percent of sets that have one; and percent
of sets in which the test at 5 % rejects.
"""

import argparse
import warnings

import numpy as np
import torch
from benchmarks.coverage.generators import ClassLaw

import calibrant as cal

NAMES = ("classwise_ece", "classwise_ece_l2")
BINS = 15
MANY = 100_000  # probabilities of a set, beyond which there are fewer sets


def truth_of(law: ClassLaw) -> tuple[float, float]:
    """L1 and L2 of a law all of whose classes are alike, from stated and true probabilities."""
    gap, share = np.zeros(BINS), np.zeros(BINS)
    size = max(2000, 2_000_000 // law.n_classes // 20)
    for stated, true, _ in law.batches(20 * size, size):
        place = np.clip(np.ceil(BINS * stated).astype(int) - 1, 0, BINS - 1).ravel()
        gap += np.bincount(place, (stated - true).ravel(), BINS) / (20 * stated.size)
        share += np.bincount(place, minlength=BINS) / (20 * stated.size)
    held = share > 0
    return float(np.abs(gap).sum()), float(np.sqrt((gap[held] ** 2 / share[held]).sum()))


def line_of(law: ClassLaw, n: int, sets: int) -> str:
    """What was found of some sets of `n` rows."""
    truths = truth_of(law)
    held, inside, small, width, value = np.zeros((5, 2))
    for number in range(sets):
        rng = np.random.default_rng([law.n_classes, n, round(100 * law.heat), number])
        found = cal.evaluate(law.draw(rng, n), NAMES)
        for k, (name, true) in enumerate(zip(NAMES, truths, strict=True)):
            estimate = found[name]
            small[k] += estimate.details["p_value"] < 0.05
            if estimate.low is None or estimate.high is None:
                continue
            held[k] += 1
            inside[k] += estimate.low <= true <= estimate.high
            width[k] += estimate.high - estimate.low
            value[k] += float(estimate)
    cells = [
        f"{100 * inside[k] / held[k]:.0f} ({width[k] / value[k]:.2f})" if held[k] else "-"
        for k in range(2)
    ]
    rest = [f"{100 * held[k] / sets:.0f}" for k in range(2)]
    rejected = [f"{100 * small[k] / sets:.0f}" for k in range(2)]
    columns = [law.n_classes, f"{n / law.n_classes:g}", law.heat, sets, *cells, *rest, *rejected]
    return "| " + " | ".join(map(str, columns)) + " |"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", nargs="+", type=int, default=[3, 10, 30, 100])
    parser.add_argument("--rows", nargs="+", type=int, default=[3, 10, 30], help="a class")
    parser.add_argument("--heats", nargs="+", type=float, default=[0.7, 1.0, 1.5, 3.0])
    parser.add_argument("--sets", type=int, default=100)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    print("| classes | rows a class | heat | sets | L1 | L2 | have L1 | L2 | reject L1 | L2 |")
    print("| " + "--- | " * 10)
    for n_classes in chosen.classes:
        for rows in chosen.rows:
            n = max(20, n_classes * rows)
            sets = max(10, min(chosen.sets, chosen.sets * MANY // (n * n_classes)))
            for heat in chosen.heats:
                law = ClassLaw("", "", n_classes, heat)
                print(line_of(law, n, sets), flush=True)


if __name__ == "__main__":
    main()
