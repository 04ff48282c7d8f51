"""Intervals of root mean squares and of largest gaps."""

import itertools

import numpy as np
import pytest
from scipy.stats import binomtest

from calibrant.metrics.inference.largest import largest_gap_interval
from calibrant.metrics.inference.quadratic import root_mean_square_interval

SHARE = np.full(15, 1 / 15)
MANY = 1e12  # rows


def test_a_higher_level_is_wider_in_any_order():
    rng = np.random.default_rng(0)
    gap, variance, share = (
        rng.normal(size=15) * 0.05,
        rng.random(15) * 0.002,
        rng.dirichlet([1] * 15),
    )
    ends = [root_mean_square_interval(gap, variance, share, 1e4, a) for a in (0.5, 0.8, 0.95, 0.99)]
    for (low, high), (lower, higher) in itertools.pairwise(ends):
        assert 0 <= lower <= low <= high <= higher <= 1
    order = rng.permutation(15)
    other = root_mean_square_interval(gap[order], variance[order], share[order], 1e4, 0.95)
    assert other == pytest.approx(ends[2], rel=1e-9)


def test_many_bins_tell_what_few_do():
    rng = np.random.default_rng(0)
    gap, variance, share = np.full(300, 0.1), rng.random(300) * 0.01, np.full(300, 1 / 300)
    low, high = root_mean_square_interval(
        gap + 0.07 * rng.normal(size=300), variance, share, MANY, 0.95
    )
    assert 0.08 < low < 0.1 < high < 0.12


@pytest.mark.parametrize(
    "true",
    [
        np.zeros(15),
        np.where(np.arange(15) < 3, 0.2, 0.0),
        np.full(15, 0.04),
        np.linspace(-0.2, 0.2, 15),
    ],
    ids=["nil", "a few", "all faintly", "clear"],
)
def test_covers_the_true_root_mean_square(true):
    variance, rng = np.linspace(0.0004, 0.003, 15), np.random.default_rng(1)
    held = 0
    for _ in range(150):
        gap = true + np.sqrt(variance) * rng.normal(size=15)
        low, high = root_mean_square_interval(gap, variance, SHARE, MANY, 0.95)
        held += low <= np.sqrt(SHARE @ true**2) <= high
    assert held >= 135, held  # of 150 at 95 %, fewer once in a hundred


def test_one_bin_has_the_gap_that_clopper_and_pearson_allow():
    stated, observed, n = np.full(1, 0.7), np.full(1, 0.3), np.full(1, 40.0)
    low, high = largest_gap_interval(stated, observed, n, 0.9)
    exact = binomtest(12, 40).proportion_ci(0.9)  # SciPy
    # of one bin the share has 95 % for the lower end: half of 5 % beyond either side
    wider = binomtest(12, 40).proportion_ci(0.95)
    assert high == pytest.approx(0.7 - exact.low)
    assert low == pytest.approx(0.7 - wider.high)


def test_a_bin_of_one_row_allows_nearly_all():
    n = np.array([1000.0, 1.0])
    low, high = largest_gap_interval(np.array([0.5, 0.9]), np.array([0.5, 1.0]), n, 0.95)
    assert low == 0
    assert high == pytest.approx(0.9 - 0.025)  # Clopper and Pearson: one of one, .025 to 1


def test_covers_the_largest_gap():
    rng, stated = np.random.default_rng(2), np.linspace(0.05, 0.95, 10)
    for true in (np.zeros(10), np.where(np.arange(10) == 4, 0.15, 0.0), np.full(10, 0.04)):
        held = 0
        for _ in range(300):
            came = rng.binomial(100, stated - true) / 100
            low, high = largest_gap_interval(stated, came, np.full(10, 100.0), 0.95)
            held += low <= true.max() <= high
        assert held >= 275, held  # of 300 at 95 %, fewer once in a hundred


def test_where_every_root_up_to_1_is_accepted_the_upper_end_is_1():
    """Shares of so few rows that no root shows too much: the nearer end of the range was 0."""
    gap, share = np.array([0.9, 0.0]), np.array([0.1, 0.9])
    low, high = root_mean_square_interval(gap, np.full(2, 1e-3), share, 2.0, 0.95)
    assert high == 1.0
    assert low < 0.9 * 0.1**0.5
