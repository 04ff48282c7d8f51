"""What cuts that the rows chose add to the noise of gaps: how far sums over samples scatter."""

import numpy as np
import pytest
from scipy.special import expit, ndtri

import calibrant as cal
from calibrant.errors import CalibrantWarning
from calibrant.metrics.binned.block_bins import BlockBins
from calibrant.metrics.binned.equal_mass import equal_mass_of_rows
from calibrant.metrics.binned.equal_mass_cuts import (
    blocks_in_pairs,
    in_pairs,
    noise_of_cuts,
    noise_of_cuts_in_blocks,
)
from calibrant.metrics.binned.equal_mass_errors import EqualMassCalibrationError
from calibrant.metrics.binned.evidence import error_interval

N_BINS = 5
TURN = 0.4


def sure(rng, n):
    """Stated expit(18 s), within .001 and .999, and true expit(6 s)."""
    score = rng.normal(0, 1.5, n)
    labels = (rng.uniform(size=n) < expit(6 * score)).astype(int)
    return cal.predictions(probs=np.clip(expit(18 * score), 0.001, 0.999), labels=labels)


def turning(rng, n):
    """Rows whose gap rises by .4 from score 0 to 1, of soft outcomes: only scores are chance."""
    stated = rng.uniform(size=n)
    return cal.events(probs=stated, outcomes=stated - TURN * (stated - 0.5))


def test_noise_within_bins_and_of_cuts_is_how_sums_scatter_from_sample_to_sample():
    rng, n = np.random.default_rng(0), 2000
    found = []
    for _ in range(1500):
        bins = equal_mass_of_rows(turning(rng, n), "positive", N_BINS)
        found.append(bins.gap.numpy())
    half = equal_mass_of_rows(turning(rng, 200_000), "positive", 2 * N_BINS)
    turn, share = TURN / N_BINS, 1 / N_BINS
    middle = (np.arange(N_BINS) + 0.5) / N_BINS
    of_cuts = turn**2 * (middle * (1 - middle) - share / 4) / n
    within = share * turn**2 / 12 / n
    assert np.var(found, axis=0) == pytest.approx(of_cuts + within, rel=0.12)  # 1,500 sets: 4 %
    assert 100 * noise_of_cuts(half, hard=False) == pytest.approx(of_cuts, rel=0.03)


def test_intervals_of_very_sure_models_are_not_above_the_truth():
    score = 1.5 * ndtri((np.arange(3_000_000) + 0.5) / 3_000_000)
    stated = np.clip(expit(18 * score), 0.001, 0.999)
    share = (np.arange(score.size) + 0.5) / score.size
    tied = (stated <= 0.001) | (stated >= 0.999)
    place = np.where(tied, np.where(stated < 0.5, share[stated <= 0.001].mean(), 1), share)
    gap = np.bincount((15 * place - 1e-9).astype(int), stated - expit(6 * score), 16)
    truth = np.abs(gap).sum() / score.size
    above = 0
    for seed in range(60):
        rows = sure(np.random.default_rng([7, seed]), 5000)
        found = cal.evaluate(rows, ["positive_ece_equal_mass"])["positive_ece_equal_mass"]
        assert found.high > truth
        above += found.low > truth
    assert above <= 3  # cuts taken as given: 7 of 60


def test_a_calibrated_model_has_next_to_no_noise_of_cuts():
    rng = np.random.default_rng(1)
    found = []
    for _ in range(60):
        stated = rng.uniform(size=5000)
        rows = cal.predictions(probs=stated, labels=rng.binomial(1, stated))
        half = equal_mass_of_rows(rows, "positive", 30)
        found.append(noise_of_cuts(half, hard=True).sum() / in_pairs(half).stated_noise.sum())
    assert np.mean(found) < 0.05


def test_blocks_of_one_row_have_the_noise_of_rows():
    n = 2000
    stated = (np.arange(n) + 0.5) / n
    outcomes, bucket = stated - TURN * (stated - 0.5), np.arange(n) * 2 * N_BINS // n
    rows = cal.events(probs=stated, outcomes=outcomes)
    weight = (bucket[:, None] == np.arange(2 * N_BINS)).astype(float)
    whole = equal_mass_of_rows(rows, "positive", 2 * N_BINS)
    half = BlockBins(whole, weight, weight * (stated - outcomes)[:, None])
    added = noise_of_cuts_in_blocks(half)
    assert added.sum(axis=0) == pytest.approx(np.zeros(N_BINS), abs=1e-9)
    middle, share = (np.arange(N_BINS) + 0.5) / N_BINS, 1 / N_BINS
    expected = (TURN / N_BINS) ** 2 * (middle * (1 - middle) - share / 4) / n
    assert np.square(added / n).sum(axis=0) == pytest.approx(expected, rel=0.1)
    whole = blocks_in_pairs(half)
    assert whole.excess.sum(axis=0) == pytest.approx(n * whole.whole.gap.numpy(), abs=1e-9)


def test_pairs_of_bins_are_the_bins():
    rows = sure(np.random.default_rng(3), 700)
    pairs = in_pairs(equal_mass_of_rows(rows, "positive", 30))
    whole = equal_mass_of_rows(rows, "positive", 15)
    for column in ("count", "w", "wp", "wy", "wwpy"):
        assert pairs[column].numpy() == pytest.approx(whole[column].numpy(), abs=1e-9)


def test_rows_in_clusters_and_tallies_have_it_too():
    metric = EqualMassCalibrationError("positive")
    score = np.random.default_rng(8).normal(0, 1.5, 3000)
    labels = (np.random.default_rng(9).uniform(size=3000) < expit(6 * score)).astype(int)
    probs = np.clip(expit(18 * score), 0.001, 0.999)
    alone = cal.predictions(probs=probs, labels=labels)
    apart = cal.predictions(probs=probs, labels=labels, clusters=np.arange(3000))
    row, clustered = metric(alone), metric(apart)
    with pytest.warns(CalibrantWarning, match="scores crowd"):
        tallied = cal.evaluate(cal.tally(alone, [metric]), [metric])[repr(metric)]
    given = error_interval(equal_mass_of_rows(alone, "positive", 15), "l1", hard=True, level=0.95)
    width = row.high - row.low
    assert width > 1.3 * (given.high - given.low)
    assert tallied.high - tallied.low == pytest.approx(width, rel=0.02)
    assert clustered.high - clustered.low == pytest.approx(width, rel=0.15)
