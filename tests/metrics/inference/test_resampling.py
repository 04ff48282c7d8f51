"""Replicates of cells against gamma sums of rows drawn one by one."""

import numpy as np
import pytest
from scipy.stats import beta, kstest

from calibrant.metrics.inference.resampling import percentile_interval, replicated


def test_a_cell_has_the_distribution_of_the_sum_of_its_rows():
    rng = np.random.default_rng(0)
    weights = rng.uniform(0.5, 1.5, 12)
    alike = np.full(12, 1.25)
    for rows in (weights, alike):
        cell = replicated(np.array([rows.sum()]), np.array([(rows**2).sum()]), 20_000)[:, 0]
        by_row = (rng.exponential(size=(20_000, 12)) * rows).sum(axis=1)
        assert cell.mean() == pytest.approx(rows.sum(), rel=0.02)
        assert cell.var() == pytest.approx((rows**2).sum(), rel=0.05)
        assert np.quantile(cell, [0.025, 0.975]) == pytest.approx(
            np.quantile(by_row, [0.025, 0.975]), rel=0.04
        )


def test_share_of_hits_is_drawn_from_rubins_posterior():
    drawn = replicated(np.array([7.0, 13.0]), np.array([7.0, 13.0]), 4000)
    share = drawn[:, 0] / drawn.sum(axis=1)
    assert kstest(share, beta(7, 13).cdf).pvalue > 0.01


def test_scale_of_weights_cancels_and_empty_cells_stay_empty():
    weight, square = np.array([3.0, 0.0, 8.0]), np.array([3.5, 0.0, 9.0])
    one, other = replicated(weight, square, 50), replicated(5 * weight, 25 * square, 50)
    np.testing.assert_allclose(other, 5 * one, rtol=1e-13)
    assert (one[:, 1] == 0).all()


def test_same_cells_draw_the_same_replicates():
    cells = np.array([2.0, 4.0]), np.array([2.0, 4.0])
    np.testing.assert_array_equal(replicated(*cells, 9), replicated(*cells, 9))


def test_percentiles_are_those_of_numpy_and_one_value_is_no_interval():
    draws = np.random.default_rng(1).normal(size=1000)
    found = percentile_interval(draws, 0.9)
    assert [found.low, found.high] == pytest.approx(np.quantile(draws, [0.05, 0.95]))
    assert percentile_interval(np.ones(9), 0.9).method.startswith("not available: all replicates")
