"""How often intervals of a difference of two smooth ECEs hold the true one; how often one is told.

A true error is that of 400,000 rows that come out as often as their chance says, at the bandwidth
that equals it. ``docs/adr/0045-differences-of-smooth-errors.md`` tells what this decided.

Run it as ``python -m benchmarks.smooth_comparisons [SETS] [ROWS ...]`` (default: 100 sets of 500,
2,000 and 10,000 rows, ten minutes of two cores).
"""

import sys
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import torch
from benchmarks.coverage.comparisons import TwoModels
from benchmarks.coverage.generators import HEAT, Floats
from benchmarks.error_comparisons import LOGITS
from scipy.optimize import brentq
from scipy.special import expit, logit

import calibrant as cal

METRIC = "positive_smooth_ece"
N_TRUE = 400_000
HOT, SURE = 3.0, 3 / 3.1  # three times too sure, and once temperature is fitted


def heated(chance: Floats, heat: float) -> Floats:
    """Chance with its log-odds multiplied."""
    return expit(heat * logit(chance))


def true_error(stated: Floats, chance: Floats) -> float:
    """Smooth ECE of rows that come out as often as their chance says."""
    return float(cal.evaluate(cal.predictions(probs=stated, labels=chance), [METRIC])[METRIC])


@cache
def cool() -> float:
    """Heat of a model that is not sure enough, with the error of one that is 1.5 times too sure."""
    chance = expit(LOGITS)
    wanted = true_error(heated(chance, 1.5), chance)
    return float(
        brentq(lambda x: true_error(heated(chance, x), chance) - wanted, 0.3, 0.95, xtol=1e-6)
    )


def of_uniform(heats: tuple[float, float]) -> Callable[..., tuple[list[Floats], Floats]]:
    """One signal, of which every chance is as likely."""

    def drawn(rng: np.random.Generator, n: int) -> tuple[list[Floats], Floats]:
        chance = rng.uniform(size=n)
        return [heated(chance, heat) for heat in heats], chance

    return drawn


def over_and_under(rng: np.random.Generator, n: int) -> tuple[list[Floats], Floats]:
    """One signal, too sure and not sure enough."""
    chance = expit(1.2 * rng.normal(size=(2, n)).sum(axis=0))
    return [heated(chance, 1.5), heated(chance, cool())], chance


LAWS: dict[str, Any] = {
    "3 times too sure, and mended": of_uniform((HOT, SURE)),
    "over- and under-confident": over_and_under,
    "twins, calibrated": TwoModels(""),
    "twins, too sure": TwoModels("", heat=(1.8, 1.8)),
    "twins, too sure, clusters of ten": TwoModels("", heat=(1.8, 1.8), size=10),
    "twins, too sure, weighted": TwoModels("", heat=(1.8, 1.8)),
    "B is too sure, clusters of ten": TwoModels("", heat=(1.0, 1.5), size=10),
}


@cache
def truth(name: str) -> float:
    """True difference."""
    law, rng = LAWS[name], np.random.default_rng(0)
    if not isinstance(law, TwoModels):
        if law is over_and_under:
            return 0.0
        stated, chance = law(rng, N_TRUE)
        errors = [true_error(each, chance) for each in stated]
    else:
        errors = []
        for noise, heat in zip(law.noise, law.heat, strict=True):
            seen = HEAT * rng.normal(size=N_TRUE) + noise * rng.normal(size=N_TRUE)
            chance = law.chance(seen, noise)
            errors.append(true_error(heated(chance, heat), chance))
        if law.twins:
            return 0.0
    return errors[0] - errors[1]


def models_of(name: str, rng: np.random.Generator, n: int) -> list[Any]:
    """Predictions of both models."""
    law = LAWS[name]
    if not isinstance(law, TwoModels):
        stated, chance = law(rng, n)
        labels = (rng.random(n) < chance).astype(int)
        return [cal.predictions(probs=each, labels=labels) for each in stated]
    models = list(law.draw(rng, n).values())
    if not name.endswith("weighted"):
        return models
    weights = rng.gamma(1.0, size=n)
    return [
        cal.predictions(probs=each.positive().prob, labels=each.hard, weights=weights)
        for each in models
    ]


def line_of(name: str, n: int, n_sets: int) -> list[str]:
    """Shares of sets, and the width of the interval beside that of the seen differences."""
    true, told, values, width = truth(name), np.zeros(5), [], []
    for k in range(n_sets):
        rng = np.random.default_rng([zlib.crc32(name.encode()), n, k])
        found = cal.compare(*models_of(name, rng, n), metrics=[METRIC])[METRIC].difference
        low, high = found.low, found.high
        told += (
            low <= true <= high,
            true < low,
            true > high,
            found.p_value < 0.05,
            low <= found.value <= high,
        )
        values.append(found.value)
        width.append(high - low)
    shares = [f"{100 * share / n_sets:.1f}" for share in told]
    beside = np.median(width) / np.subtract(*np.quantile(values, (0.975, 0.025)))
    return [
        name,
        f"{n:,}",
        f"{true:.3f}",
        *shares[:4],
        f"{100 * told[4] / n_sets:.0f}",
        f"{beside:.1f}",
    ]


def main() -> int:
    """Print a row for every law and size."""
    torch.set_num_threads(1)
    given = [int(each) for each in sys.argv[1:]]
    n_sets, sizes = (given or [100])[0], given[1:] or [500, 2000, 10_000]
    heads = (
        "models",
        "rows",
        "true",
        "held",
        "below",
        "above",
        "rejected",
        "value inside",
        "width",
    )
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    for name in LAWS:
        for n in sizes:
            print(f"| {' | '.join(line_of(name, n, n_sets))} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
