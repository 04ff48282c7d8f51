"""Joint noise of gaps: what drawing rows or clusters anew would show, also of weighted ones."""

import numpy as np
import pytest
from scipy.special import expit

import calibrant as cal
from calibrant.comparison.gap_noise import joint_noise
from calibrant.comparison.gap_rows import row_gaps
from calibrant.comparison.pair import pair_of

N_BINS = 3


def models(n, *, times=10.0, clusters=None, weights=None, seed=0):
    """One model that fits rows whose positives weigh more by a factor, and one that does not.

    Rows of a cluster have an effect in common.
    """
    rng = np.random.default_rng(seed)
    shared = 0 if clusters is None else rng.normal(size=clusters.max() + 1)[clusters]
    score = rng.normal(size=n) - 1.5
    labels = rng.binomial(1, expit(score + shared))
    weights = np.where(labels == 1, times, 1.0) if weights is None else weights
    more = np.log(max(times, 1))
    return [
        cal.predictions(
            probs=expit(factor * score + shift), labels=labels, weights=weights, clusters=clusters
        )
        for factor, shift in ((1.0, more), (1.5, 0.5 + more / 2))
    ]


def noise_of(pair, *, of_squares=False):
    sides = [row_gaps([rows.positive()], N_BINS) for rows in (pair.a, pair.b)]
    return joint_noise(*sides, pair, of_squares=of_squares)


def redrawn(pair, n_draws=3000):
    """Gaps of both models, and shares of their bins, of rows or clusters drawn with replacement."""
    rng = np.random.default_rng(1)
    units = np.arange(pair.n) if pair.units is None else pair.units
    n_units, columns = units.max() + 1, []
    for rows in (pair.a, pair.b):
        side = row_gaps([rows.positive()], N_BINS)
        for column in (side.added[0], side.mass):
            by_unit = np.zeros((n_units, N_BINS))
            np.add.at(by_unit, (units, side.bins[0]), column)
            columns.append(by_unit)
    table = np.hstack(columns)
    times = rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=n_draws)
    drawn = times @ table
    drawn /= drawn[:, N_BINS : 2 * N_BINS].sum(axis=1, keepdims=True)
    gaps, shares = np.split(drawn.reshape(n_draws, 2, 2, N_BINS), 2, axis=2)
    return gaps.reshape(n_draws, -1), shares.reshape(n_draws, -1)


@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize("times", [1.0, 10.0, 0.1])
def test_covariance_is_that_of_rows_or_clusters_drawn_anew(times, size):
    n = 2000
    clusters = None if size == 1 else np.arange(n) // size
    pair = pair_of(*models(n, times=times, clusters=clusters))
    seen, told = np.cov(redrawn(pair)[0].T), noise_of(pair).seen
    scale = np.sqrt(np.outer(seen.diagonal(), seen.diagonal()))
    np.testing.assert_allclose(told / scale, seen / scale, atol=0.1)


@pytest.mark.parametrize("times", [1.0, 10.0])
def test_noise_of_squares_is_that_of_their_sum_over_shares(times):
    pair = pair_of(*models(4000, times=times))
    gaps, shares = redrawn(pair)
    sides = [row_gaps([rows.positive()], N_BINS) for rows in (pair.a, pair.b)]
    sign = np.repeat([1, -1], N_BINS)
    spread = (gaps**2 / shares @ sign).std()
    slope = 2 * sign * np.concatenate([side.gap / side.share for side in sides])
    told = np.sqrt(slope @ noise_of(pair, of_squares=True).seen @ slope)
    assert told == pytest.approx(spread, rel=0.08)


def test_one_bin_has_the_variance_of_a_weighted_mean():
    rng = np.random.default_rng(2)
    labels, weights = rng.binomial(1, 0.5, 50), rng.exponential(size=50)
    pair = pair_of(
        *(cal.predictions(probs=np.full(50, p), labels=labels, weights=weights) for p in (0.7, 0.8))
    )
    share, off = weights / weights.sum(), 0.7 - labels
    n = 1 / np.square(share).sum()
    square = np.square(share * (off - share @ off)).sum() * n / (n - 1)
    assert noise_of(pair).seen[0, 0] == pytest.approx(square)


@pytest.mark.parametrize("of_squares", [False, True])
def test_absent_rows_and_the_scale_of_weights_change_nothing(of_squares):
    n, rng = 300, np.random.default_rng(3)
    weights = rng.exponential(size=n)
    weights[:40] = 0
    usual = noise_of(pair_of(*models(n, weights=weights)), of_squares=of_squares)
    scaled = noise_of(pair_of(*models(n, weights=1e3 * weights)), of_squares=of_squares)
    without = [
        cal.predictions(
            probs=rows.positive().prob[40:], labels=rows.hard[40:], weights=weights[40:]
        )
        for rows in models(n, weights=weights)
    ]
    fewer = noise_of(pair_of(*without), of_squares=of_squares)
    for other in (scaled, fewer):
        np.testing.assert_allclose(other.covariance, usual.covariance, rtol=1e-6, atol=1e-12)


def test_a_heavy_row_without_a_gap_leaves_a_covariance():
    """The square of the gap times the share of the heavy row is more than all rows show."""
    labels, weights = np.tile([1, 0], 20), np.ones(40)
    weights[0] = 400.0
    probs = np.where(np.arange(40) == 0, 1.0, [[0.9], [0.7]])
    pair = pair_of(*(cal.predictions(probs=p, labels=labels, weights=weights) for p in probs))
    noise = noise_of(pair)
    for matrix in (noise.seen, noise.covariance):
        values = np.linalg.eigvalsh(matrix)
        assert values[0] >= -1e-12 * values[-1]


def test_one_bin_without_an_outcome_is_as_uncertain_as_stated():
    labels = np.zeros(228, dtype=int)
    pair = pair_of(*(cal.predictions(probs=np.full(228, p), labels=labels) for p in (0.6, 0.1)))
    deviation = [noise_of(pair).deviation(which)[0] for which in (0, 1)]
    stated = [np.sqrt(p * (1 - p) / 228) for p in (0.6, 0.1)]
    np.testing.assert_allclose(deviation, stated, rtol=1e-9)


@pytest.mark.parametrize("stated", [0.02, 0.3, 0.45, 0.6, 0.9])
def test_a_bin_without_an_outcome_among_others_claims_no_more_than_it_may(stated):
    """Whatever share truly comes out, up to that of which none comes in one set of 20."""
    n, share = 1000, 0.2
    inside = np.arange(n) < share * n
    labels = np.where(inside, 0, np.arange(n) % 2)
    probs = [np.where(inside, p, 0.5) for p in (stated, 0.05)]
    pair = pair_of(*(cal.predictions(probs=p, labels=labels) for p in probs))
    sides = [row_gaps([rows.positive()], 100) for rows in (pair.a, pair.b)]
    noise = joint_noise(*sides, pair, of_squares=False)
    at = np.flatnonzero(noise.held[0]) == int(100 * stated - 1e-9)
    told = float(noise.deviation(0)[at][0])
    true = np.linspace(0, min(stated, 3 / (share * n)), 20)
    variance = share * (true * (1 - true) + (stated - true) ** 2 * (1 - share)) / n
    assert (told >= 0.98 * np.sqrt(variance)).all()
    if stated > 0.5:  # the gap that was seen tells it all
        assert told == pytest.approx(np.sqrt(variance[0]), rel=0.01)


def test_models_that_state_too_much_of_heavy_positives_have_an_interval():
    """Their noise had no root when the total weight was held to hang together with nothing."""
    first, second = models(1000)
    high = cal.predictions(
        logits=second.positive().prob.logit() + 3, labels=second.hard, weights=second.weights
    )
    found = cal.compare(first, high, metrics=["positive_ece"])["positive_ece"].difference
    assert found.low <= found.value <= found.high < 0
