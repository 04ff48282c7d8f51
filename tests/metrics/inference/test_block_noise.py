"""Intervals of root mean squares from draws of noise."""

import math

import numpy as np
import pytest

from calibrant.metrics.inference.block_noise import SquareNoise, drawn_root_interval
from calibrant.metrics.inference.quadratic import root_mean_square_interval


def gaps(n_draws):
    rng = np.random.default_rng(0)
    share = rng.dirichlet([2] * 12)
    gap, variance = 0.2 * rng.normal(size=12), 0.001 + 0.002 * rng.random(12)
    draws = share[:, None] * np.sqrt(variance)[:, None] * rng.normal(size=(12, n_draws))
    return gap, share, variance, draws


@pytest.mark.parametrize("n_effective", [200.0, 1e12])
def test_independent_draws_give_what_the_quadratic_form_gives(n_effective):
    gap, share, variance, draws = gaps(40_000)
    parts = share * gap**2 / (share @ gap**2)
    shares = math.sqrt(((parts**2 / share).sum() - 1) / n_effective)
    found = drawn_root_interval(share * gap, share, SquareNoise(draws, shares), 0.95)
    expected = root_mean_square_interval(gap, variance, share, n_effective, 0.95)
    assert found == pytest.approx(expected, rel=0.02)


def test_noise_that_is_said_too_large_binds_the_lower_end_alone():
    gap, share, _, draws = gaps(2048)
    added = float((draws**2).mean(axis=1) @ (1 / share))
    plain = drawn_root_interval(share * gap, share, SquareNoise(draws), 0.95)
    same = drawn_root_interval(share * gap, share, SquareNoise(draws, taken=added), 0.95)
    half = drawn_root_interval(share * gap, share, SquareNoise(draws, taken=added / 2), 0.95)
    assert same == pytest.approx(plain, rel=1e-12)
    assert half[0] == plain[0]
    assert added / 2 < half[1] ** 2 - plain[1] ** 2 < added  # what is linear in the root grows too


def test_doubt_widens_both_ends_where_it_is_beyond_the_noise():
    gap, share, _, draws = gaps(2048)
    spread = float(((1 / share) @ draws**2).std())
    ends = [
        drawn_root_interval(share * gap, share, SquareNoise(draws, doubt=doubt), 0.95)
        for doubt in (0.0, 0.9 * spread, 20 * spread)
    ]
    assert ends[0] == ends[1]
    assert ends[2][0] < ends[0][0] < ends[0][1] < ends[2][1]


def test_shares_of_which_nothing_is_known_bound_nothing():
    gap, share, _, draws = gaps(16)
    found = drawn_root_interval(share * gap, share, SquareNoise(draws, math.inf), 0.95)
    assert found == (0.0, math.inf)
