"""Values without one block: from what is taken off the sums, as from the other rows anew."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.metrics.decided.ratios import F1Score
from calibrant.metrics.inference import blocks as module
from calibrant.metrics.inference.blocks import Blocks, left_out
from calibrant.metrics.resolving import resolve
from calibrant.statistics.blocks import Blocked, block_of, blocked
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.tally import Tally

NAMES = [
    *("accuracy", "log_loss", "brier", "f1_positive", "f1_macro", "f1_weighted", "f1_micro"),
    *("precision_macro", "recall_per_class", "mcc", "kappa"),
    *("auroc_positive", "average_precision_positive", "brier_uncertainty_15"),
]


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(3)
    cluster = rng.integers(40, size=400)
    probs = 1 / (1 + np.exp(-rng.normal(0, 1.5, 400) - rng.normal(size=40)[cluster]))
    labels = (rng.random(400) < probs).astype(int)
    weights = rng.integers(3, size=400).astype(float)
    return cal.predictions(probs=probs, labels=labels, weights=weights, clusters=cluster)


def blocks_of(rows, metric):
    statistic = metric.block_statistic
    held = Blocked(next(leaf for leaf in statistic.leaves() if not leaf.whole))
    number = block_of(rows.clusters, held.n_blocks(2))
    present = number[rows.weight() > 0].unique().tolist()
    found = Blocks.of(tally_rows(rows, blocked([statistic], 2)), statistic)
    assert len(found.tallies) == len(present)
    return found, [rows.take(number != each).present() for each in present]


@pytest.mark.parametrize("name", NAMES)
def test_values_without_a_block_are_those_of_the_other_rows(name, rows):
    metric = resolve(name, 2)
    blocks, others = blocks_of(rows, metric)
    whole, rest = left_out(blocks, metric.read)
    tallies = [tally_rows(other, [metric.statistic]).tally_of(metric.statistic) for other in others]
    anew = torch.stack([metric.read(tally) for tally in tallies])
    np.testing.assert_allclose(rest, anew.numpy(), rtol=1e-10)
    at_once = left_out(blocks, metric.read, side_by_side=metric.side_by_side)
    np.testing.assert_allclose(at_once[1], rest, rtol=1e-12)
    assert at_once[0] == pytest.approx(whole, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_one_table_in_turn_gives_what_tables_of_their_own_give(name, rows, monkeypatch):
    metric = resolve(name, 2)
    blocks, _ = blocks_of(rows, metric)
    kept = left_out(blocks, metric.read)
    monkeypatch.setattr(module, "SMALL", 0)
    in_turn = left_out(blocks, metric.read, side_by_side=metric.side_by_side)
    np.testing.assert_array_equal(in_turn[1], kept[1])


@pytest.mark.parametrize("absent", ["zero", "skip", "undefined"])
@pytest.mark.parametrize("average", ["micro", "macro", "weighted", "per_class", "positive"])
def test_matrices_side_by_side_are_read_as_each_by_itself(average, absent):
    rng = np.random.default_rng(6)
    n_classes = 2 if average == "positive" else 4
    tables = torch.tensor(rng.integers(4, size=(3, 30, n_classes, n_classes)).astype(float))
    tables[:, :5] = 0  # no rows
    tables[:, 5:10, 1] = 0  # a class that never came out
    tables[:, 5:8, :, 1] = 0  # nor was chosen
    metric = F1Score(average, absent)
    each = [metric.read(Tally(Confusion(), tables[:, k])) for k in range(30)]
    together = metric.read(Tally(Confusion(), tables))
    torch.testing.assert_close(together, torch.stack(each), equal_nan=True, rtol=1e-14, atol=0)
