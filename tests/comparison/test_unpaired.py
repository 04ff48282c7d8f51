"""A difference from two intervals: worked values, another's, and how often it holds."""

import math

import numpy as np
import pytest

import calibrant as cal
from calibrant.comparison.unpaired import unpaired_difference
from calibrant.metrics.estimate import Estimate


def share(right, n, level=0.95):
    """Accuracy of `right` out of `n` rows; Wilson's interval."""
    rows = cal.decisions(predicted=[1] * n, labels=[1] * right + [0] * (n - right))
    return cal.evaluate(rows, ["accuracy"], level=level)["accuracy"]


def test_of_two_independent_shares_it_is_newcombes_interval():
    # Newcombe 1998, table II, method 10, example (a): 56/70 against 48/80.
    found = unpaired_difference(share(56, 70), share(48, 80), independent=True)
    assert found.value == pytest.approx(0.2, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert (found.level, found.p_value, found.n) == (0.95, None, 150)


def test_without_independence_the_ends_are_the_farthest_and_the_level_says_so():
    a = Estimate(0.5, 0.4, 0.7, 0.95, 10, "Wilson")
    b = Estimate(0.3, 0.1, 0.35, 0.98, 20, "Wilson")
    found = unpaired_difference(a, b)  # .4 - .35, .7 - .1; .05 + .02 may fail
    assert (found.low, found.high, found.level) == pytest.approx((0.05, 0.6, 0.93))
    assert "whatever rows" in found.method


def test_a_value_outside_its_interval_takes_the_ends_and_intervals_of_two_levels_do_too():
    outside = Estimate(0.02, 0.0, 0.01, 0.95, 10, "test inversion")
    b = Estimate(0.3, 0.1, 0.35, 0.95, 20, "Wilson")
    found = unpaired_difference(outside, b, independent=True)
    assert (found.low, found.high, found.level) == pytest.approx((-0.35, -0.09, 0.9))
    other = Estimate(0.02, 0.0, 0.1, 0.9, 10, "Wilson")
    assert unpaired_difference(other, b, independent=True).level == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (Estimate(math.nan, None, None, None, 9, "not available: no rows"), "undefined"),
        (Estimate(math.inf, None, None, None, 9, "not available: infinite"), "is infinite"),
        (Estimate(0.1, None, None, None, 9, "not available: needs rows"), "needs rows"),
        (Estimate(0.1, 0.0, math.inf, 0.95, 9, "inverted"), "no finite end"),
        (Estimate(0.1, 0.0, 0.2, 0.05, 9, "Wilson"), "promise nothing"),
    ],
)
def test_what_allows_no_interval_says_why(first, why):
    found = unpaired_difference(first, Estimate(0.3, 0.1, 0.35, 0.95, 20, "Wilson"))
    assert found.low is None
    assert found.high is None
    assert why in found.method


@pytest.mark.parametrize("shared", [False, True], ids=["other rows", "opposite on the same rows"])
def test_the_interval_holds_as_often_as_its_level_says(shared):
    """Two models of accuracy .8 and .7; on shared rows the one errs where the other is right."""
    rng, n, held, runs = np.random.default_rng(5), 200, 0, 400
    for _ in range(runs):
        u = rng.random(n)
        v = 1 - u if shared else rng.random(n)
        a, b = share(int((u < 0.8).sum()), n), share(int((v < 0.7).sum()), n)
        found = unpaired_difference(a, b, independent=not shared)
        held += found.low <= 0.1 <= found.high
    level = 0.9 if shared else 0.95
    assert held / runs >= level - 2.3 * math.sqrt(level * (1 - level) / runs)
