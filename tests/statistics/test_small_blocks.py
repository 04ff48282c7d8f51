"""Sums by block: all small blocks at once hold what rows of each, added by themselves, do."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.metrics.decided.accuracy import Hit
from calibrant.metrics.proper.scores import NegativeLogLikelihood, SquaredError
from calibrant.statistics import spans
from calibrant.statistics.blocks import Blocked, Size, block_of
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.moments import Moments
from calibrant.statistics.score_grid import ScoreGrid

N = 300


def rows_of(kind):
    rng = np.random.default_rng(5)
    n_classes = 2 if kind.startswith("two") else 4
    probs = rng.dirichlet(np.full(n_classes, 0.7), N)
    probs[:20, 0] = 0  # rows of this class are infinitely wrong
    probs /= probs.sum(axis=1, keepdims=True)
    labels = rng.integers(n_classes, size=N)
    clusters = rng.integers(60, size=N)
    weights = rng.integers(3, size=N).astype(float) if "weighted" in kind else None
    if "soft" in kind:
        labels = rng.dirichlet(np.ones(n_classes), N)
    stated = probs[:, 1] if "one column" in kind else probs
    return cal.predictions(probs=stated, labels=labels, weights=weights, clusters=clusters)


KINDS = [
    "two, one column",
    "two, one column, weighted",
    "two",
    "four",
    "four, weighted",
    "four, soft",
]
STATISTICS = [
    Size(),
    Confusion(),
    ClassGrids(),
    ClassGrids(15),
    ScoreGrid("top_label"),
    ScoreGrid("top_label", 15),
    ScoreGrid("positive"),
    ScoreGrid("positive", 10, "left"),
    Moments(Hit()),
    Moments(NegativeLogLikelihood()),
    Moments(SquaredError()),
]


@pytest.mark.parametrize("statistic", STATISTICS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_blocks_at_once_are_the_rows_of_each(kind, statistic):
    rows = rows_of(kind)
    if rows.n_classes > 2 and "positive" in str(statistic):
        pytest.skip("there is no positive class")
    held = Blocked(statistic)
    table = spans.sum_spans(rows, [held])[held]
    block = block_of(rows.clusters, held.n_blocks(rows.n_classes))
    for number in block.unique().tolist():
        alone = statistic.zero(rows.n_classes).table
        part = rows.take(block == number).present()
        if len(part):
            statistic.add(part, alone)
        torch.testing.assert_close(table[:, number], alone, rtol=1e-12, atol=1e-12)
    others = torch.ones(table.shape[1], dtype=torch.bool)
    others[block.unique()] = False
    assert not table[:, others].any()


@pytest.mark.parametrize("kind", KINDS)
def test_large_blocks_are_added_one_by_one_and_the_same(kind, monkeypatch):
    rows, held = rows_of(kind), [Blocked(s) for s in STATISTICS if "positive" not in str(s)]
    small = spans.sum_spans(rows, held)
    monkeypatch.setattr(spans, "SMALL", 0)
    large = spans.sum_spans(rows, held)
    for statistic, table in small.items():
        torch.testing.assert_close(table, large[statistic], rtol=1e-12, atol=1e-12)
