"""An interval of a difference ends where two values of the metric can be apart at most."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.comparison.metric_range import range_of, within_range
from calibrant.comparison.paired import paired_difference_of
from calibrant.metrics.proper.scores import Brier
from calibrant.metrics.registry import METRICS
from calibrant.metrics.resolving import resolve

RNG = np.random.default_rng(0)
N = 40
LABELS = RNG.integers(0, 2, N)
FIRST, SECOND = RNG.uniform(size=(2, N))


def pair(n=N, **given):
    return [cal.predictions(probs=p[:n], labels=LABELS[:n], **given) for p in (FIRST, SECOND)]


def test_the_range_of_a_metric_holds_that_of_its_entry():
    for name, entry in METRICS.items():
        low, high = range_of(resolve(name, 2))
        assert low <= entry.range[0] <= entry.range[1] <= high, name


def test_a_metric_of_ones_own_has_no_known_range():
    class Own(Brier):
        """Not of the catalogue, whatever it inherits."""

    assert range_of(Own()) == (-np.inf, np.inf)


def test_ends_beyond_the_range_are_cut_and_others_are_as_they_were():
    wide = paired_difference_of([0.0, 2.0], [0.0, 0.1])
    assert wide.low < -2 < 2 < wide.high
    cut = within_range(wide, resolve("brier", 2))
    assert (cut.low, cut.high) == (-2.0, 2.0)
    assert (cut.value, cut.p_value, cut.method) == (wide.value, wide.p_value, wide.method)
    assert within_range(wide, resolve("log_loss", 2)) == wide


@pytest.mark.parametrize("n", [2, 3, 5, 9, N])
def test_no_interval_of_a_comparison_leaves_the_range(n):
    names = ["accuracy", "f1", "mcc", "auroc", "brier", "brier_binary", "ece", "gini", "aurc"]
    for one in cal.compare(*pair(n), metrics=names):
        low, high = range_of(resolve(one.metric, 2))
        if one.difference.low is not None:
            assert low - high <= one.difference.low <= one.difference.high <= high - low, one.metric


@pytest.mark.parametrize("heavy", [1e3, 1e6])
def test_one_row_of_much_weight_leaves_no_interval_but_the_reason(heavy):
    weights = np.ones(N)
    weights[3] = heavy
    for one in cal.compare(*pair(weights=weights), metrics=["accuracy", "log_loss", "brier"]):
        assert one.difference.low is None, one.metric
        assert one.difference.p_value is None
        assert "the weights leave fewer than two effective rows" in one.difference.method
