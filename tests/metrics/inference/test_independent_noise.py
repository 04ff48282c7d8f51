"""Noise of gaps over the weight of all rows: its covariance is that of the rows."""

import numpy as np
import pytest

from calibrant.metrics.inference.independent_noise import (
    IndependentNoise,
    drawn_gaps,
    shared_direction,
    total_error,
)
from calibrant.metrics.inference.noise import normals, quantile

N_BINS = 8


def sums_of(seed, *, weights, n=400, n_bins=N_BINS):
    """Gaps, deviations about 0, leans and effective rows, and what every row adds to the noise."""
    rng = np.random.default_rng(seed)
    at, w = rng.integers(0, n_bins, n), weights(rng, n)
    off = (rng.random(n) - 0.3) * (1 + (w > np.median(w)))  # heavy rows are off by more
    total = w.sum()

    def summed(each):
        return np.bincount(at, each, n_bins)

    gap = summed(w * off) / total
    added = np.zeros((n, n_bins))
    added[np.arange(n), at] = w * off
    rows = (added - np.outer(w, gap)) / total
    deviation = np.sqrt(summed((w * off) ** 2)) / total
    return gap, deviation, summed(w * w * off) / total**2, total**2 / (w @ w), rows


WEIGHTS = {
    "alike": lambda _, n: np.ones(n),
    "unlike": lambda rng, n: rng.exponential(size=n) + 0.1,
    "of classes": lambda rng, n: np.where(rng.random(n) < 0.1, 10.0, 1.0),
}


@pytest.mark.parametrize("law", WEIGHTS)
@pytest.mark.parametrize("seed", range(3))
def test_covariance_is_that_of_what_rows_add(law, seed):
    gap, deviation, lean, n_effective, rows = sums_of(seed, weights=WEIGHTS[law])
    expected = rows.T @ rows
    direction = shared_direction(gap, deviation, lean, n_effective)
    found = np.diag(deviation) - np.outer(gap, direction)
    np.testing.assert_allclose(found @ found.T, expected, atol=1e-12)
    error = total_error(gap, deviation, lean, n_effective)
    assert error == pytest.approx(np.sqrt(expected.sum()), rel=1e-9)
    drawn = drawn_gaps(gap, deviation, lean, n_effective, normals(N_BINS))
    scale = np.sqrt(np.outer(expected.diagonal(), expected.diagonal()))
    np.testing.assert_allclose(np.cov(drawn) / scale, expected / scale, atol=0.03)


def test_one_bin_has_the_variance_about_its_mean():
    gap, square = np.array([0.6]), 0.6 * 0.4 / 228 + 0.6**2 / 228
    direction = shared_direction(gap, np.sqrt([square]), gap / 228, 228.0)
    left = np.sqrt(square) - gap[0] * direction[0]
    assert left == pytest.approx(np.sqrt(0.6 * 0.4 / 228), rel=1e-12)


def test_weights_that_tell_nothing_lean_as_the_gaps_do():
    gap, deviation, lean, n_effective, _ = sums_of(0, weights=WEIGHTS["alike"])
    np.testing.assert_allclose(lean, gap / n_effective, rtol=1e-12)
    noise = [IndependentNoise(gap, deviation, n_effective, x) for x in (None, lean)]
    true, sign = np.abs(gap), np.where(gap < 0, -1.0, 1.0)
    first, second = (each.sums(true, sign) for each in noise)
    np.testing.assert_allclose(first, second, rtol=1e-9)
    assert noise[0].error(sign) == pytest.approx(noise[1].error(sign), rel=1e-12)


@pytest.mark.parametrize("law", WEIGHTS)
def test_many_gaps_have_sums_as_draws_of_the_rows_have(law):
    """Of 200 gaps 64 are drawn one by one, and the others as one normal number."""
    gap, deviation, lean, n_effective, rows = sums_of(3, weights=WEIGHTS[law], n=4000, n_bins=200)
    sign, true = np.where(gap < 0, -1.0, 1.0), np.abs(gap)
    noise = IndependentNoise(gap, deviation, n_effective, lean)
    normal = np.random.default_rng(0).standard_normal((4000, len(rows)))
    by_hand = np.abs(normal @ rows + gap).sum(axis=1)
    found = noise.sums(true, sign)
    assert found.mean() == pytest.approx(by_hand.mean(), rel=0.01)
    assert found.std() == pytest.approx(by_hand.std(), rel=0.1)
    for share in (0.025, 0.975):
        expected = quantile(by_hand, share)
        assert quantile(found, share) == pytest.approx(expected, rel=0.02)
