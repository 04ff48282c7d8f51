"""Size of smoothed noise in closed form, against noise that is drawn, and by hand."""

import math

import numpy as np
import pytest

from calibrant.metrics.binless.smoothed_draws import SmoothedNoise
from calibrant.metrics.binless.smoothed_size import SmoothedSize

N_DRAWS = 2000


@pytest.mark.parametrize(("n_nodes", "sigma"), [(1200, 0.005), (1200, 0.02), (600, 0.1)])
def test_moments_are_those_of_draws(n_nodes: int, sigma: float) -> None:
    """Noise that differs from place to place, with none in a fifth of [0, 1], up to an end."""
    rng = np.random.default_rng(3)
    variance = rng.random(n_nodes + 1) * np.linspace(0, 1, n_nodes + 1) ** 2
    variance[: n_nodes // 5] = 0
    mean, deviation = SmoothedSize(variance).moments(sigma, sigma)
    drawn = SmoothedNoise(rng.standard_normal((N_DRAWS, n_nodes + 1)) * np.sqrt(variance))
    sizes = drawn.sizes(sigma)
    assert mean == pytest.approx(sizes.mean(), abs=4 * deviation / math.sqrt(N_DRAWS))
    assert deviation == pytest.approx(sizes.std(), rel=4 / math.sqrt(2 * N_DRAWS))


def test_noise_of_one_node_is_one_normal_number() -> None:
    """Its kernel has integral 1: what is left is the size of the number."""
    variance = np.zeros(1201)
    variance[500] = 0.09
    mean, deviation = SmoothedSize(variance).moments(0.02, 0.005)
    assert mean == pytest.approx(0.3 * math.sqrt(2 / math.pi), rel=1e-4)
    assert deviation == pytest.approx(0.3 * math.sqrt(1 - 2 / math.pi), rel=1e-3)


def test_a_finer_rule_finds_the_same() -> None:
    variance = np.linspace(0, 1, 3601)
    size = SmoothedSize(variance)
    found, finer = size.moments(0.004, 0.004), size.moments(0.004, 0.001)
    assert found == pytest.approx(finer, rel=2e-5)


def test_no_noise_has_no_size() -> None:
    size = SmoothedSize(np.zeros(1201))
    assert size.moments(0.01, 0.01) == (0.0, 0.0)
    assert size.chance_beyond(0.0, 0.01) == 1.0
