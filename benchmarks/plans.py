"""How wide intervals of fresh clusters are beside plans, and how often planned rows show.

Widths: of pilots of 60 or 200 clusters with 10 rows each, the interval is planned 2.5 times as
narrow, and that of fresh clusters of the planned number divided by it. Clusters have an offset of
their own; the model states log-odds as they are, or twice too large. Power: of pilots of 2,000 rows
that two models score, rows are planned that show their true difference at 80 %. One model follows
a clearer signal; or both state log-odds too large, 3 and 4 times, or 1.5 and 2.5 times.
``docs/adr/0044-plans-of-clusters-and-of-differences.md`` tells what they decided.

Run it as ``python benchmarks/plans.py [PILOTS] [SETS]`` (default: 8 and 80, some six minutes).
"""

import sys

import numpy as np
from scipy.special import expit

import calibrant as cal
from calibrant.prediction.base import Predictions

SIZE = 10  # rows of a cluster
SMOOTH = ("accuracy", "log_loss", "brier_binary", "f1", "mcc")
ERRORS = ("positive_ece", "ece_l2", "classwise_ece", "smooth_ece")
Models = tuple[float, tuple[float, float]]  # edge of the second; what log-odds are multiplied by


def clustered(n_clusters: int, seed: int, too_large: float) -> Predictions:
    """Rows whose cluster moves their log-odds."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(n_clusters), SIZE)
    logits = 1.5 * rng.normal(size=len(unit))
    chance = expit(logits / too_large + rng.normal(size=n_clusters)[unit])
    names = [f"{seed} {k}" for k in unit]
    return cal.predictions(probs=expit(logits), labels=rng.binomial(1, chance), clusters=names)


def widths(metric: str, n_clusters: int, too_large: float, pilots: int) -> list[float]:
    """Width of fresh clusters over that planned, a pilot each."""
    found: list[float] = []
    for seed in range(pilots):
        pilot = clustered(n_clusters, seed, too_large)
        own = cal.evaluate(pilot, [metric])[metric]
        width = (own.high - own.low) / 2.5
        try:
            told = cal.plan(pilot, metric, width=width)
        except cal.InputError:  # smooth ECE may be chance in this pilot
            continue
        fresh = cal.evaluate(clustered(told.n_clusters, 1000 + seed, too_large), [metric])[metric]
        found.append((fresh.high - fresh.low) / width)
    return found


def two(n: int, seed: int, models: Models, *, together: bool) -> list[Predictions]:
    """Two models of the same rows, each row by itself or in clusters."""
    edge, large = models
    rng = np.random.default_rng(seed)
    labels, unit = rng.integers(2, size=n), np.arange(n) // SIZE
    noise = rng.normal(size=(2, n))
    if together:
        noise = (noise + rng.normal(size=(2, n // SIZE + 1))[:, unit]) / np.sqrt(2)
    clusters = [f"{seed} {k}" for k in unit] if together else None
    sign = 2 * labels - 1
    return [
        cal.predictions(logits=k * (gain * sign + e), labels=labels, clusters=clusters)
        for gain, e, k in zip((1, 1 + edge), noise, large, strict=True)
    ]


def power(metric: str, models: Models, sets: int, *, together: bool) -> tuple[int, float] | None:
    """Rows planned, in the middle of five pilots, and how often they show the difference."""
    a, b = (
        cal.evaluate(rows, [metric])[metric].value
        for rows in two(200_000, 99, models, together=False)
    )
    planned: list[int] = []
    for seed in range(5):
        pair = two(2000, seed, models, together=together)
        try:
            planned.append(cal.plan_difference(*pair, metric, difference=abs(a - b)).n)
        except cal.InputError:  # an error of calibration may be chance in this pilot
            continue
    if not planned:
        return None
    n = int(np.median(planned))
    shown = [
        cal.compare(*two(n, 100 + k, models, together=together), metrics=[metric])[metric].differs
        for k in range(sets)
    ]
    return n, float(np.mean(shown))


def main(pilots: int, sets: int) -> None:
    """Print both."""
    for metric in SMOOTH + ERRORS:
        for n_clusters in (60, 200):
            for too_large in (1.0, 2.0):
                many = min(pilots, 3) if metric == "smooth_ece" else pilots  # which is slow
                found = widths(metric, n_clusters, too_large, many)
                told = f"{np.mean(found):.2f} ({np.std(found):.2f})" if found else "refused"
                print(f"{metric:14} {n_clusters:4} clusters x{too_large:g}: {told}", flush=True)
    clear: Models = (0.3, (1, 1))
    cases = [(m, clear, together) for m in (*SMOOTH, "auroc") for together in (False, True)]
    sure: tuple[Models, ...] = ((0, (3, 4)), (0, (1.5, 2.5)))
    cases += [(metric, models, False) for metric in ERRORS for models in sure]
    for metric, models, together in cases:
        told = power(metric, models, sets, together=together)
        what = f"{metric:14} {models} {'clusters' if together else 'rows'}"
        print(what, "refused" if told is None else f"{told[0]} rows: {told[1]:.2f}", flush=True)


if __name__ == "__main__":
    asked = [int(each) for each in sys.argv[1:3]]
    main(*(asked + [8, 80][len(asked) :]))
