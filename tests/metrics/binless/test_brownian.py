"""Chances of Brownian paths against series that converge elsewhere, MAPIE, and simulation."""

import numpy as np
import pytest

from calibrant.metrics.binless.brownian import (
    MEAN_RANGE,
    MEAN_REACH,
    range_beyond,
    reach_beyond,
)


@pytest.mark.parametrize("x", [0.3, 0.5, 1.0, 2.0, 3.0])
def test_reach_equals_the_series_of_the_heat_equation(x):
    odd = 2 * np.arange(50) + 1
    terms = (-1.0) ** np.arange(50) / odd * np.exp(-((odd * np.pi) ** 2) / (8 * x * x))
    assert reach_beyond(x) == pytest.approx(1 - 4 / np.pi * terms.sum(), abs=1e-12)


@pytest.mark.parametrize(
    ("x", "kuiper", "kolmogorov"),
    [  # mapie 1.6.0: 1 - kuiper_cdf(x), 1 - kolmogorov_smirnov_cdf(x)
        (0.5, 0.9999999122222775, 0.9908430097102392),
        (1.0, 0.9366354120795494, 0.6292225702004761),
        (1.5, 0.5129407542302482, 0.26721521438306095),
        (2.0, 0.18149433939418735, 0.09100052384636614),
        (3.0, 0.010799168467638398, 0.005399592126516972),
    ],
)
def test_both_agree_with_mapie(x, kuiper, kolmogorov):
    assert range_beyond(x) == pytest.approx(kuiper, abs=1e-10)
    assert reach_beyond(x) == pytest.approx(kolmogorov, abs=1e-10)


@pytest.mark.parametrize(
    ("beyond", "mean"), [(range_beyond, MEAN_RANGE), (reach_beyond, MEAN_REACH)]
)
def test_mean_is_the_integral_of_the_tail(beyond, mean):
    grid = np.linspace(0, 10, 4001)
    tail = np.array([beyond(x) for x in grid])
    assert np.trapezoid(tail, grid) == pytest.approx(mean, abs=1e-5)
    assert (np.diff(tail) <= 1e-12).all()
    assert beyond(0.0) == 1
