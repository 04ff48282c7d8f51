"""How often intervals of average precision hold the true one, with few positives.

Scores are drawn from laws whose average precision is known by quadrature: normal ones a distance
apart, positives of another spread, and positives of which some cannot be told from negatives. The
number of positives is drawn, too. Beside the interval of ``average_precision`` stands the
infinitesimal jackknife's alone, by the normal quantile about the value. Of every size: share of
sets whose interval holds the true value, and mean width; the mean of the value, and of the value
without what its positives owe to themselves.
``docs/adr/0033-intervals-of-average-precision.md`` tells what it decided.

Run it as ``python benchmarks/precision_intervals.py [SETS]`` (default: 500, some three minutes).
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import ndtr

import calibrant as cal
from calibrant.metrics.intervals import logit_interval
from calibrant.metrics.ranking.precision_area import mean_precision, own_part, precision_variance
from calibrant.metrics.ranking.steps import ranked

LEVEL = 0.95
EXPECTED = (4, 10, 20, 50, 150)  # positives
HEADS = ("law", "share", "true", "positives", "mean", "without own", "new", "width", "old", "width")


@dataclass(frozen=True, slots=True)
class Law:
    """Positives at a distance from standard normal negatives; a share of them lies at none."""

    name: str
    share: float
    gap: float
    spread: float = 1.0
    lost: float = 0.0

    @property
    def true(self) -> float:
        """Average precision of infinitely many rows."""
        at = np.linspace(-12, 14, 40_001)
        told = (1 - self.lost) * ndtr((self.gap - at) / self.spread)
        up, down = told + self.lost * ndtr(-at / self.spread), ndtr(-at)
        hits = self.share * up
        precision = hits / np.maximum(hits + (1 - self.share) * down, 1e-300)
        return float((precision[1:] + precision[:-1]) @ -np.diff(up) / 2)

    def drawn(
        self, rng: np.random.Generator, n: int
    ) -> tuple[
        np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.bool]]
    ]:
        """Scores and labels of a set of rows, with two positives at least."""
        labels = np.zeros(n, dtype=bool)
        while labels.sum() < 2:
            labels = rng.random(n) < self.share
        told = self.gap * (rng.random(n) >= self.lost)
        up = self.spread * rng.normal(size=n) + told
        return np.where(labels, up, rng.normal(size=n)), labels


LAWS = (
    *(Law("normal", 0.01, gap) for gap in (0.0, 1.0, 1.5, 2.0, 3.0, 4.0)),
    Law("normal", 0.1, 1.5),
    *(Law("normal", 0.4, gap) for gap in (1.0, 3.0)),
    Law("positives spread 2", 0.02, 2.0, spread=2.0),
    Law("10% lost", 0.01, 4.0, lost=0.1),
)


def row_of(law: Law, expected: int, n_sets: int) -> Iterator[str]:
    """Cells of a law and a number of positives."""
    rng, n, true = np.random.default_rng(expected), round(expected / law.share), law.true
    held, widths, means = np.zeros((2, n_sets)), np.full((2, n_sets), np.nan), np.zeros((2, n_sets))
    for k in range(n_sets):
        scores, labels = map(torch.from_numpy, law.drawn(rng, n))
        found = cal.metrics.PositiveAveragePrecision()(
            cal.predictions(logits=scores, labels=labels), level=LEVEL
        )
        steps = ranked(scores, labels, torch.ones_like(scores)).steps
        value = mean_precision(steps)
        old = logit_interval(float(value), float(precision_variance(steps, value)), LEVEL, "")
        means[:, k] = float(value), float(value - own_part(steps))
        for i, (low, high) in enumerate(((found.low, found.high), (old.low, old.high))):
            if isinstance(low, float) and isinstance(high, float):
                held[i, k], widths[i, k] = low <= true <= high, high - low
    yield from (law.name, f"{law.share:g}", f"{true:.3f}", f"{expected}")
    yield from (f"{mean:.3f}" for mean in means.mean(1))
    for holds, width in zip(held, widths, strict=True):
        given = ~np.isnan(width)
        refused = "" if given.all() else f" ({1 - given.mean():.1%} refused)"
        yield f"{holds[given].mean():.3f}{refused}"
        yield f"{width[given].mean():.3f}"


def main() -> int:
    """Print a row for every law and number of positives."""
    n_sets = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    print(f"| {' | '.join(HEADS)} |")
    print("|" + " --- |" * len(HEADS))
    for law in LAWS:
        for expected in EXPECTED:
            print(f"| {' | '.join(row_of(law, expected, n_sets))} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
