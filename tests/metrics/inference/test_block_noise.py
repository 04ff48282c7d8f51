"""Intervals of root mean squares from draws of noise."""

import numpy as np
import pytest

from calibrant.metrics.inference.block_noise import drawn_root_interval
from calibrant.metrics.inference.quadratic import root_mean_square_interval


@pytest.mark.parametrize("n_effective", [200.0, 1e12])
def test_independent_draws_give_what_the_quadratic_form_gives(n_effective):
    rng = np.random.default_rng(0)
    share = rng.dirichlet([2] * 12)
    gap, variance = 0.2 * rng.normal(size=12), 0.001 + 0.002 * rng.random(12)
    draws = share[:, None] * np.sqrt(variance)[:, None] * rng.normal(size=(12, 40_000))
    found = drawn_root_interval(share * gap, share, draws, 0.95, n_effective)
    expected = root_mean_square_interval(gap, variance, share, n_effective, 0.95)
    assert found == pytest.approx(expected, rel=0.02)
