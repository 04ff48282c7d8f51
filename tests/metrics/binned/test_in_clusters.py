"""Sizes of gaps from draws of their noise, whatever told the draws."""

import numpy as np
import pytest

from calibrant.metrics.binned.in_clusters import error_from_draws
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.noise import DrawnNoise

PLAIN = Estimate(0.0, None, None, None, 10, "")


@pytest.mark.parametrize("n_draws", [64, 2000])
def test_chances_of_signs_are_ranks_however_few_the_draws(n_draws):
    """Draws of the floor are noise about 0, and those of the test go with what is there."""
    rng = np.random.default_rng(0)
    gap, share = np.array([0.2, 0.1]), np.array([0.5, 0.5])
    noise = 0.01 * rng.normal(size=(2, n_draws))
    tested = np.where(np.arange(n_draws) < n_draws // 4, 0.3, 0.05) * np.ones((2, 1))
    found = error_from_draws(
        *(PLAIN, gap, share, "l1", 0.95),
        noise=DrawnNoise(noise),
        calibrated=noise,
        tested=tested,
    )
    assert found.details["p_value"] == pytest.approx((n_draws // 4 + 0.5) / (n_draws + 1))
    alone = error_from_draws(
        *(PLAIN, gap, share, "l1", 0.95), noise=DrawnNoise(noise), calibrated=noise
    )
    assert alone.details["p_value"] < 1e-3
