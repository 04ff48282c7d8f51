"""Quantiles of errors lie between ranks that cover them as often as is said."""

import numpy as np
import pytest
from scipy.stats import binom

from calibrant.pipeline.residuals import quantiles_of


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("n", [100, 1001])
def test_interval_covers_at_least_its_level_and_none_narrower_does(share: float, n: int):
    found = quantiles_of(np.arange(1.0, n + 1), (share,), level=0.9)[share]
    low, high = int(found.low), int(found.high)  # the ranks themselves
    tails = binom.cdf(low - 1, n, share), binom.sf(high - 1, n, share)
    assert max(tails) <= 0.05
    assert binom.cdf(low, n, share) > 0.05
    assert binom.sf(high - 2, n, share) > 0.05


def test_quantile_of_a_known_distribution_is_in_its_interval_as_often_as_is_said():
    generator = np.random.default_rng(0)
    drawn = generator.normal(size=(400, 200))
    found = [quantiles_of(rows, (0.25,), level=0.95)[0.25] for rows in drawn]
    inside = sum(one.low <= -0.6744898 <= one.high for one in found)  # SciPy: norm.ppf(0.25)
    assert 0.93 <= inside / 400 <= 0.995


def test_values_are_those_of_numpy_whatever_the_order():
    values = np.random.default_rng(1).normal(size=321)
    found = quantiles_of(values, (0.1, 0.5), level=0.95)
    assert [one.value for one in found.values()] == np.quantile(values, (0.1, 0.5)).tolist()


def test_share_too_far_out_for_the_rows_has_no_interval_and_says_why():
    found = quantiles_of(np.arange(20.0), (0.01,), level=0.95)[0.01]
    assert (found.low, found.high, found.level) == (None, None, None)
    assert found.method == "not available: too few rows this far out"
