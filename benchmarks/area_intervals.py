"""How often intervals of areas under the ROC curve hold the true one, with few rows of a side.

Scores are drawn from laws whose area is known: normal ones a distance apart, of equal or unequal
spread, and positives of which some cannot be told from negatives. Beside the interval of
``auroc`` stands DeLong's on the scale of log-odds, from the same variance. Of every size: share of
sets whose interval holds the true area, and mean width; log-odds have none of a perfect ranking.
``docs/adr/0025-intervals-of-areas-under-the-roc-curve.md`` tells what it decided.

Run it as ``python benchmarks/area_intervals.py [SETS]`` (default: 500, about two minutes).
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import ndtr
from torch import Tensor

import calibrant as cal
from calibrant.metrics.intervals import Interval, logit_interval
from calibrant.metrics.ranking.rank_area import rank_area, rank_area_variance
from calibrant.metrics.ranking.steps import ranked

LEVEL = 0.95
SIZES = (
    *((m, 1000 - m) for m in (3, 5, 10, 20, 50)),
    *((1000 - n, n) for n in (3, 10, 50)),
    *((10, 10), (40, 60), (150, 150)),
)
UNEQUAL = ((5, 995), (20, 980), (990, 10), (40, 60))
MIXED = ((5, 300), (10, 990), (20, 980), (50, 4950), (150, 150))
HEADS = ("law", "area", "positives, negatives", "inverted", "width", "log-odds", "width")


@dataclass(frozen=True, slots=True)
class Law:
    """Positives at a distance from standard normal negatives; a share of them lies at none."""

    name: str
    gap: float
    spread: float = 1.0
    lost: float = 0.0

    @property
    def area(self) -> float:
        """Chance that a positive outranks a negative."""
        told = float(ndtr(self.gap / np.hypot(1, self.spread)))
        return (1 - self.lost) * told + self.lost / 2

    def drawn(
        self, rng: np.random.Generator, n_positive: int, n_negative: int
    ) -> tuple[Tensor, Tensor]:
        """Scores and labels of a set of rows."""
        told = rng.random(n_positive) >= self.lost
        up = self.spread * rng.normal(size=n_positive) + self.gap * told
        labels = np.arange(n_positive + n_negative) < n_positive
        scores = np.concatenate((up, rng.normal(size=n_negative)))
        return torch.from_numpy(scores), torch.from_numpy(labels)


def both_intervals(scores: Tensor, labels: Tensor) -> tuple[Interval, Interval]:
    """That of ``auroc``, and DeLong's on log-odds."""
    rows = cal.predictions(logits=scores, labels=labels)
    found = cal.metrics.PositiveAUROC()(rows, level=LEVEL)
    assert isinstance(found.low, float)
    assert isinstance(found.high, float)
    steps = ranked(scores, labels, torch.ones_like(scores)).steps
    area, variance = float(rank_area(steps)), float(rank_area_variance(steps))
    return Interval(found.low, found.high, ""), logit_interval(area, variance, LEVEL, "")


LAWS = (
    *((Law("normal", gap), SIZES) for gap in (1.0, 2.0, 3.0)),
    *((Law(f"positives spread {s:g}", 2.0, s), UNEQUAL) for s in (0.5, 2.0)),
    *((Law(f"{lost:.0%} lost", 6.0, lost=lost), MIXED) for lost in (0.05, 0.2, 0.5)),
)


def row_of(law: Law, n_positive: int, n_negative: int, n_sets: int) -> Iterator[str]:
    """Cells of a law and a size."""
    rng = np.random.default_rng(n_positive)
    held, widths = np.zeros((2, n_sets)), np.full((2, n_sets), np.nan)
    for k in range(n_sets):
        for i, end in enumerate(both_intervals(*law.drawn(rng, n_positive, n_negative))):
            if end.low is not None and end.high is not None:
                held[i, k] = end.low <= law.area <= end.high
                widths[i, k] = end.high - end.low
    yield from (law.name, f"{law.area:.3f}", f"{n_positive}, {n_negative}")
    for holds, width in zip(held, widths, strict=True):
        given = ~np.isnan(width)
        refused = "" if given.all() else f" ({1 - given.mean():.1%} refused)"
        yield f"{holds[given].mean():.3f}{refused}"
        yield f"{width[given].mean():.3f}"


def main() -> int:
    """Print a row for every law and size."""
    n_sets = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    print(f"| {' | '.join(HEADS)} |")
    print("|" + " --- |" * len(HEADS))
    for law, sizes in LAWS:
        for n_positive, n_negative in sizes:
            print(f"| {' | '.join(row_of(law, n_positive, n_negative, n_sets))} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
