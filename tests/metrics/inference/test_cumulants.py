"""Numbers known by three cumulants."""

import numpy as np
import pytest
from scipy.stats import chi2, pearson3

from calibrant.metrics.inference.cumulants import pearson_chance, pearson_point


@pytest.mark.parametrize("skewness", [0.01, 0.4, 3.0])
def test_they_are_those_of_pearsons_third_type(skewness: float) -> None:
    law = pearson3(skewness, loc=2.0, scale=0.5)
    told = 2.0, 0.25, skewness * 0.125
    for share in (0.02, 0.5, 0.95, 0.999):
        at = float(law.ppf(share))
        assert pearson_point(*told, share) == pytest.approx(at, rel=1e-9)
        assert pearson_chance(*told, at) == pytest.approx(1 - share, rel=1e-6)


def test_a_sum_of_squares_of_unlike_weights_is_near() -> None:
    weights = np.array([3.0, 1.0, 1.0, 0.5])
    drawn = weights @ chi2(1).rvs((4, 200_000), random_state=0)
    told = tuple(float((k * weights**p).sum()) for p, k in ((1, 1.0), (2, 2.0), (3, 8.0)))
    at = pearson_point(*told, 0.95)
    assert (drawn > at).mean() == pytest.approx(0.05, abs=0.003)


def test_what_does_not_vary_is_passed_or_not() -> None:
    assert [pearson_chance(1.0, 0.0, 0.0, seen) for seen in (0.9, 1.0, 1.1)] == [1.0, 0.5, 0.0]
    assert pearson_point(1.0, 0.0, 0.0, 0.95) == 1.0
    assert pearson_chance(1.0, 2.0, 8.0, -1.0) == 1.0  # below the least value
