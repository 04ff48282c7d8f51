"""A thousand million rows, streamed as one shard again and again, keep nine digits."""

import numpy as np
import pytest
import torch

import calibrant as cal

pytestmark = pytest.mark.filterwarnings("ignore:auroc from the grid:calibrant.CalibrantWarning")

TIMES = 1000


@pytest.fixture(scope="module")
def shard():
    rng = np.random.default_rng(0)
    probs = rng.beta(0.4, 3.0, size=1_000_000)
    return cal.tally(cal.predictions(probs=probs, labels=rng.binomial(1, probs**1.2)))


@pytest.fixture(scope="module")
def stream(shard):
    return sum(shard for _ in range(TIMES))


def test_values_over_a_thousand_million_rows_are_those_of_the_shard(shard, stream):
    once, often = cal.evaluate(shard), cal.evaluate(stream)
    assert often.n == 1_000_000_000
    for name in ("accuracy", "f1", "auroc", "log_loss", "brier", "brier_binary", "ece", "mce"):
        assert often[name].value == pytest.approx(once[name].value, rel=1e-9), name
    assert often["classwise_ece"].value == pytest.approx(once["classwise_ece"].value, rel=1e-9)


def test_counts_over_a_thousand_million_rows_are_exact(shard, stream):
    for statistic, tally in stream.parts.items():
        if "count" in statistic.columns:
            assert torch.equal(tally["count"], TIMES * shard.parts[statistic]["count"])


def test_intervals_shrink_with_the_root_of_the_rows(shard, stream):
    once, often = cal.evaluate(shard), cal.evaluate(stream)
    for name in ("accuracy", "log_loss", "brier_binary"):
        wide, narrow = (e[name].high - e[name].low for e in (once, often))
        assert wide / narrow == pytest.approx(TIMES**0.5, rel=1e-3), name
