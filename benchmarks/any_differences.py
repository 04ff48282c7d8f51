"""Level and coverage of differences that blocks of rows tell, of metrics of many kinds.

Twins see the same signal through noise of one size, so that no metric differs; of the other pairs
one model sees better, and the true difference is that of 400,000 rows. Models of classes are those
of `benchmarks.coverage.comparisons`. `python -m benchmarks.any_differences SETS ROWS [PAIR ...]`.
"""

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from benchmarks.coverage.comparisons import PAIRS

import calibrant as cal

SMOOTH = ("brier_skill", "positive_brier_discrimination", "aurc")
JUMPING = ("best_f1",)
GAPS = ("positive_ece_equal_mass",)
NUMBERS = ("rmse", "r2", "median_absolute_error")
MANY = 400_000

Draw = Callable[[np.random.Generator, int], dict[str, Any]]


def numbers(noise: tuple[float, float]) -> Draw:
    """Models of a number with errors of Student's t, partly of both."""

    def draw(rng: np.random.Generator, n: int) -> dict[str, Any]:
        known, shared = rng.normal(size=(2, n))
        targets = known + shared + rng.standard_t(5, size=n)
        seen = zip("AB", noise, rng.normal(size=(2, n)), strict=True)
        return {
            name: cal.numbers(predicted=known + size * own, targets=targets)
            for name, size, own in seen
        }

    return draw


def pairs() -> dict[str, tuple[Draw, tuple[str, ...]]]:
    """What is drawn, and compared."""
    found: dict[str, tuple[Draw, tuple[str, ...]]] = {
        "numbers, twins": (numbers((0.5, 0.5)), NUMBERS),
        "numbers, A sees better": (numbers((0.5, 0.8)), NUMBERS),
    }
    names = ("twins, calibrated", "A sees better", "twins, clusters of ten")
    return found | {name: (PAIRS[name].draw, SMOOTH + JUMPING + GAPS) for name in names}


def true_differences(draw: Draw, metrics: tuple[str, ...]) -> dict[str, float]:
    """Of very many rows."""
    drawn = draw(np.random.default_rng(1), MANY).values()
    first, second = (cal.evaluate(rows, metrics) for rows in drawn)
    return {name: float(first[name]) - float(second[name]) for name in metrics}


def main(n_sets: int, n_rows: int, chosen: list[str]) -> None:
    """Print share rejected and covered, for every pair and metric."""
    for name, (draw, metrics) in pairs().items():
        if chosen and name not in chosen:
            continue
        twins = "twins" in name
        true = dict.fromkeys(metrics, 0.0) if twins else true_differences(draw, metrics)
        ends: dict[str, list[tuple[float, float, float]]] = {metric: [] for metric in metrics}
        for number in range(n_sets):
            drawn = draw(np.random.default_rng([number, n_rows]), n_rows)
            for one in cal.compare(drawn, metrics=metrics):
                low, high, p = one.difference.low, one.difference.high, one.difference.p_value
                if low is not None and high is not None and p is not None:
                    ends[one.metric].append((low, high, p))
        for metric, found in ends.items():
            low, high, p = np.array(found).reshape(-1, 3).T
            covered = ((low <= true[metric]) & (true[metric] <= high)).mean()
            print(
                f"{name:24s} {n_rows:6,d} {metric:32s} told {len(p):4d} "
                f"rejected {100 * (p <= 0.05).mean():5.1f} covered {100 * covered:5.1f} "
                f"width {np.median(high - low):.4f}",
                flush=True,
            )


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    sets, rows, *named = sys.argv[1:] or ("200", "1000")
    main(int(sets), int(rows), named)
