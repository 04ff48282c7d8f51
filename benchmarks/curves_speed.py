"""Speed of calibrators of one class beside SciPy and scikit-learn: ratios in one run.

Run it as ``python benchmarks/curves_speed.py [ROWS]``. Every line is timed in turn, several times;
medians are compared.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from scipy.optimize import isotonic_regression
from sklearn.calibration import _SigmoidCalibration  # pyright: ignore[reportPrivateUsage]
from sklearn.isotonic import IsotonicRegression

import calibrant as cal
from calibrant.calibrators.curves.isotonic import IsotonicCalibration
from calibrant.calibrators.curves.platt import PlattScaling
from calibrant.calibrators.curves.venn_abers import VennAbersCalibration

TIMES = 5


def medians(lines: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of every line, all of them in turn."""
    taken: dict[str, list[float]] = {name: [] for name in lines}
    for _ in range(TIMES):
        for name, line in lines.items():
            start = time.perf_counter()
            line()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) for name, each in taken.items()}


def show(title: str, lines: dict[str, Callable[[], object]]) -> None:
    """Print seconds, and how many times those of the first line."""
    found = medians(lines)
    first = next(iter(found.values()))
    print(title)
    for name, seconds in found.items():
        print(f"  {name:24} {seconds:8.3f} s  {seconds / first:6.2f}")


def main(n: int = 1_000_000) -> None:
    """Compare fits on `n` rows of two classes."""
    torch.set_num_threads(1)
    generator = np.random.default_rng(0)
    odds = generator.standard_normal(n)
    labels = (generator.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    probs = 1 / (1 + np.exp(-1.5 * odds))
    for dtype in (np.float64, np.float32):
        given = probs.astype(dtype)
        rows = cal.predictions(probs=given, labels=labels)
        show(
            f"isotonic, {n} rows of {dtype.__name__}",
            {
                "calibrant": lambda rows=rows: IsotonicCalibration().fit(rows),
                "SciPy, with its sort": lambda given=given: isotonic_regression(
                    labels[given.argsort()]
                ),
                "scikit-learn": lambda given=given: IsotonicRegression().fit(given, labels),
            },
        )
    rows = cal.predictions(logits=1.5 * odds, labels=labels)
    show(
        f"Platt, {n} rows",
        {
            "calibrant": lambda: PlattScaling().fit(rows),
            "scikit-learn": lambda: _SigmoidCalibration().fit(1.5 * odds, labels),
        },
    )
    some = cal.predictions(logits=1.5 * odds[: n // 10], labels=labels[: n // 10])
    show(f"Venn-Abers, {n // 10} rows", {"calibrant": lambda: VennAbersCalibration().fit(some)})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
