"""How often intervals of log loss and Brier score hold the true mean, where a class is rare.

One normal score, whose true and stated probabilities are known; means by quadrature. Beside the
interval of ``log_loss`` and ``brier_binary`` stands Student's, of the same rows. Of every size: how
many positives are expected, share of sets whose interval holds the true mean, and mean width.
``docs/adr/0034-intervals-of-scores-of-rare-classes.md`` tells what it decided.

Run it as ``python benchmarks/score_intervals.py [SETS]`` (default: 1000, about a minute).
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, log_expit, ndtri, stdtrit

import calibrant as cal

LEVEL, SPREAD = 0.95, 1.5
HEADS = ("law", "metric", "rows", "positives", "new", "width", "Student's", "width")
Floats = Any  # a float64 array


@dataclass(frozen=True, slots=True)
class Law:
    """Normal log-odds, stated by another factor and shift; true ones times a share."""

    name: str
    mean: float
    heat: float = 1.0
    shift: float = 0.0
    share: float = 1.0

    def of(self, score: Floats) -> tuple[Floats, Floats]:
        """True chance and stated log-odds."""
        return self.share * expit(score), self.heat * score + self.shift


LAWS = (
    (Law("1 % positive, calibrated", -5.6565), (300, 1000, 5000)),
    (Law("1 % positive, stated twice too high", -4.905, share=0.5), (300, 1000)),
    (Law("2 % positive, stated half as high", -4.905, shift=-0.693), (300, 1000)),
    (Law("10 % positive, log-odds times 1.5", -3.0, heat=1.5), (300,)),
    (Law("half positive, calibrated", 0.0), (50, 300)),
    (Law("half positive, log-odds times .4", 0.0, heat=0.4), (50, 300, 1000)),
    (Law("half positive, log-odds times 3", 0.0, heat=3.0), (50, 300)),
)


def scores_of(metric: str, odds: Floats) -> tuple[Floats, Floats]:
    """Score of a positive and of a negative row."""
    if metric == "log_loss":
        return -log_expit(odds), -log_expit(-odds)
    return expit(-odds) ** 2, expit(odds) ** 2


def row_of(law: Law, metric: str, n: int, n_sets: int) -> Iterator[str]:
    """Cells of a law, a metric and a size."""
    rng = np.random.default_rng(n)
    chance, odds = law.of(law.mean + SPREAD * ndtri((np.arange(400_000) + 0.5) / 400_000))
    positive, negative = scores_of(metric, odds)
    true = float((chance * positive + (1 - chance) * negative).mean())
    held, widths = np.zeros((2, n_sets)), np.zeros((2, n_sets))
    for k in range(n_sets):
        chances, odds = law.of(rng.normal(law.mean, SPREAD, n))
        labels = rng.random(n) < chances
        rows = cal.predictions(logits=odds, labels=labels.astype(int))
        found = cal.evaluate(rows, [metric], level=LEVEL)[metric]
        single = np.where(labels, *scores_of(metric, odds))
        half = stdtrit(n - 1, 0.5 + LEVEL / 2) * single.std(ddof=1) / np.sqrt(n)
        students = max(0.0, single.mean() - half), single.mean() + half
        for i, (low, high) in enumerate(((found.low, found.high), students)):
            held[i, k], widths[i, k] = low <= true <= high, high - low
    yield from (law.name, f"`{metric}`", f"{n}", f"{n * chance.mean():.0f}")
    for holds, width in zip(held, widths, strict=True):
        yield f"{holds.mean():.3f}"
        yield f"{width.mean():.4f}"


def main() -> int:
    """Print a row for every law, metric and size."""
    n_sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"| {' | '.join(HEADS)} |")
    print("|" + " --- |" * len(HEADS))
    for law, sizes in LAWS:
        for metric in ("log_loss", "brier_binary"):
            for n in sizes:
                print(f"| {' | '.join(row_of(law, metric, n, n_sets))} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
