"""How often equal L1 calibration errors of two models are called different, at 5 %.

The log-odds are a sum of two normal signals. Two models state them too sure and not sure enough by
the same error; both too sure, each on a signal of its own; one off faintly in every bin and one by
.09 in a fifth of the range; or both calibrated, one sharper. The last pair differs, which is power.
``docs/adr/0032-differences-whichever-bins-err.md`` and ``0040-models-with-the-same-gaps.md`` tell
what they decided: "curve" is the test at gaps that follow a curve, "whichever" the one that asks
other proportions too, "as it is" the one that does so where the gaps of both models are told apart.

Run it as ``python benchmarks/error_comparisons.py [SETS]`` (default: 200, some five minutes).
"""

import sys
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

import calibrant as cal
from calibrant.comparison.gap_test import GapTest

Floats = Any  # a float64 array
METRIC = "positive_ece"
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
LOGITS = 1.2 * np.random.default_rng(0).normal(size=(2, 400_000)).sum(0)


def true_error(stated: Floats) -> float:
    """Error of what is stated of `LOGITS`, by 15 bins."""
    bins = np.ceil(15 * stated).astype(int)
    off = np.bincount(bins, expit(LOGITS) - stated, minlength=17)
    return float(np.abs(off).sum() / len(stated))


def faint(chance: Floats, much: float) -> Floats:
    """Off by as much in every bin, up and down in turn."""
    return np.clip(chance + much * (np.ceil(15 * chance) % 2 * 2 - 1), 1e-6, 1 - 1e-6)


def part(chance: Floats) -> Floats:
    """Off by .09 in a fifth of the range."""
    return chance + 0.09 * ((chance > 0.4) & (chance < 0.6))


def of_one(signal: Floats) -> Floats:
    """Chance, given one of the signals."""
    return expit(signal[:, None] + NODES) @ (WEIGHTS / WEIGHTS.sum())


def equal(function: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Argument whose error is wanted."""
    return float(brentq(lambda x: function(x) - wanted, low, high))


COOL = equal(lambda x: true_error(expit(x * LOGITS)), true_error(expit(1.5 * LOGITS)), 0.3, 0.95)
FAINT = equal(
    lambda x: true_error(faint(expit(LOGITS), x)), true_error(part(expit(LOGITS))), 1e-4, 0.06
)


def drawn(kind: str, rng: np.random.Generator, n: int) -> list[Any]:
    """Predictions of both models."""
    one, two = rng.normal(size=(2, n))
    apart = kind in {"calibrated, one sharper", "alike, on different signals"}
    score = (one + two) * (1 if apart else 1.2)
    labels = (rng.random(n) < expit(score)).astype(int)
    stated = {
        "calibrated, one sharper": lambda: (expit(score), of_one(one)),
        "alike, on different signals": lambda: [
            expit(1.8 * logit(of_one(each))) for each in (one, two)
        ],
        "over- and under-confident": lambda: (expit(1.5 * score), expit(COOL * score)),
        "faint in all, much in few": lambda: (faint(expit(score), FAINT), part(expit(score))),
        "power: calibrated, too sure": lambda: (expit(score), expit(1.5 * score)),
    }[kind]()
    return [cal.predictions(probs=each, labels=labels) for each in stated]


def _chance(models: list[Any]) -> float:
    return float(cal.compare(*models, metrics=[METRIC])[METRIC].difference.p_value)


def main() -> int:
    """Print a row for every pair of models and size."""
    n_sets = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("| models | rows | curve | whichever | as it is |\n| " + "--- | " * 5)
    for kind in (
        *("faint in all, much in few", "over- and under-confident"),
        *("alike, on different signals", "calibrated, one sharper", "power: calibrated, too sure"),
    ):
        for n in (1000, 5000):
            rejected = np.zeros(3)
            for k in range(n_sets):
                models = drawn(kind, np.random.default_rng([k, n]), n)
                found = [_chance(models)]
                with patch.object(GapTest, "_alike", new=False):
                    found.append(_chance(models))
                    with patch.object(GapTest, "_doubtful", return_value=[]):
                        found.append(_chance(models))
                rejected += [p < 0.05 for p in reversed(found)]
            shares = " | ".join(f"{100 * each / n_sets:.1f}" for each in rejected)
            print(f"| {kind} | {n} | {shares} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
