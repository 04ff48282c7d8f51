"""Parts of proper scores of rows in clusters."""

import math

import numpy as np
import pytest
from scipy.special import expit, logit, ndtr
from scipy.stats import binom, t

import calibrant as cal
from calibrant.metrics.proper.cluster_noise import ClusterNoise, error_of_mean, inflation
from calibrant.metrics.proper.losses_of_events import LOSSES
from calibrant.metrics.proper.merging import Merged
from calibrant.prediction.arrays import Layout
from calibrant.prediction.codes import encode
from calibrant.statistics.blocks import block_of

PARTS = (
    "positive_brier_reliability_15",
    "positive_brier_resolution_15",
    "positive_brier_uncertainty_15",
    "positive_brier_miscalibration",
    "positive_brier_discrimination",
    "positive_log_loss_miscalibration",
    "positive_log_loss_discrimination",
    "positive_log_loss_uncertainty",
    "positive_ece_equal_mass",
    "positive_ece_l2_equal_mass",
)


def drawn(seed, n_clusters=100, size=10, rho=0.4, heat=1.0):
    """Rows whose outcomes, given what is stated, hang together within clusters."""
    r = np.random.default_rng(seed)
    unit, n = np.repeat(np.arange(n_clusters), size), n_clusters * size
    score = 1.5 * (np.sqrt(0.3) * r.normal(size=n_clusters)[unit] + np.sqrt(0.7) * r.normal(size=n))
    chance = ndtr(
        np.sqrt(rho) * r.normal(size=n_clusters)[unit] + np.sqrt(1 - rho) * r.normal(size=n)
    )
    hit = chance < expit(score)
    return {"probs": expit(heat * score), "labels": hit.astype(int), "clusters": unit}


def found(told, names=PARTS, **settings):
    return cal.evaluate(cal.predictions(**told), names, **settings)


@pytest.mark.parametrize("heat", [1.0, 1.7])
def test_a_cluster_for_each_row_is_as_wide_as_rows_that_are_independent(heat):
    told = drawn(1, n_clusters=4000, size=1, heat=heat)
    clustered = found(told)
    del told["clusters"]
    plain = found(told)
    for name in PARTS:
        one, other = clustered[name], plain[name]
        assert one.method.startswith("clusters: "), name
        assert one.value == other.value
        assert one.details["n_clusters"] > 50
        width = one.high - one.low
        if heat > 1 or "uncertainty" in name or "discrimination" in name or "resolution" in name:
            # 71 blocks tell a deviation to within 9 % of itself
            assert width == pytest.approx(other.high - other.low, rel=0.3), name
        if heat == 1 and other.noise_floor is not None:
            assert one.noise_floor == pytest.approx(other.noise_floor, rel=0.15), name


@pytest.mark.parametrize("times", [2, 5])
def test_rows_that_come_again_in_their_cluster_tell_no_more(times):
    told = drawn(2, n_clusters=2000, size=1, heat=1.7)
    again = {name: np.repeat(column, times) for name, column in told.items()}
    once, more = found(told), found(again)
    del again["clusters"]
    naive = found(again)
    for name in PARTS:
        one, other = once[name], more[name]
        assert other.value == pytest.approx(one.value, rel=1e-9), name
        width = one.high - one.low
        assert other.high - other.low == pytest.approx(width, rel=0.12), name
        assert other.low == pytest.approx(one.low, abs=0.12 * width), name
        assert naive[name].high - naive[name].low < 0.8 * width, name


def test_weights_may_be_scaled_and_levels_nest():
    told = drawn(3, heat=1.5)
    weights = np.random.default_rng(4).uniform(0.5, 2, len(told["probs"]))
    one, other = (found(told | {"weights": times * weights}) for times in (1, 7))
    wider = found(told | {"weights": weights}, level=0.99)
    for name in PARTS:
        assert one[name].low == pytest.approx(other[name].low, rel=1e-6, abs=1e-12), name
        assert one[name].high == pytest.approx(other[name].high, rel=1e-6), name
        assert wider[name].low <= one[name].low <= one[name].high <= wider[name].high, name


def test_neither_order_nor_shards_matter(tmp_path):
    told = drawn(5)
    order = np.random.default_rng(6).permutation(len(told["probs"]))
    mixed = {name: column[order] for name, column in told.items()}
    shards = [
        cal.tally(cal.predictions(**{name: column[k::3] for name, column in mixed.items()}), PARTS)
        for k in range(3)
    ]
    shards[1].save(tmp_path / "one.tallies")
    merged = shards[2] + cal.load_tallies(tmp_path / "one.tallies") + shards[0]
    whole = cal.evaluate(cal.tally(cal.predictions(**told), PARTS), PARTS)
    for name, one in cal.evaluate(merged, PARTS).items():
        assert one.low == pytest.approx(whole[name].low, rel=1e-9, abs=1e-12), name
        assert one.high == pytest.approx(whole[name].high, rel=1e-9), name


def test_uncertainty_is_that_of_the_log_odds_of_the_base_rate():
    told = drawn(7, n_clusters=150, size=7, rho=0.6)
    told["labels"] = (told["labels"] == 1) & (np.arange(len(told["labels"])) % 3 == 0)
    told["labels"] = told["labels"].astype(int)
    both = found(told, ["positive_log_loss_uncertainty", "positive_brier_uncertainty_15"])
    layout = Layout(None, told["probs"].shape, has_classes=False)
    block = block_of(encode("clusters", told["clusters"], layout), 200).numpy()
    block = np.unique(block, return_inverse=True)[1]
    came, many = np.bincount(block, told["labels"]), np.bincount(block)
    rate = came.sum() / many.sum()
    off = (came - rate * many) / many.sum()
    share = many / many.sum()
    error = math.sqrt((off**2).sum() / (1 - (share**2).sum())) / (rate * (1 - rate))
    half = t.ppf(0.975, 1 / (share**2).sum() - 1) * error
    low, high = expit(logit(rate) - half), expit(logit(rate) + half)
    assert high < 0.5
    entropy = [-q * math.log(q) - (1 - q) * math.log(1 - q) for q in (low, high)]
    one, other = both.estimates.values()
    assert (one.low, one.high) == pytest.approx(entropy, rel=1e-9)
    assert (other.low, other.high) == pytest.approx([low * (1 - low), high * (1 - high)], rel=1e-9)


def test_a_standard_error_of_blocks_is_that_of_their_means():
    r = np.random.default_rng(8)
    means = r.normal(size=40)
    expected = means.std(ddof=1) / math.sqrt(40)
    assert error_of_mean(3 * means, np.full(40, 3.0)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("against_base", [False, True])
def test_noise_of_whole_clusters_inflates_the_gain_by_their_size(against_base):
    """Clusters of k equal rows: every sum of squares is k times that of single rows."""
    r = np.random.default_rng(9)
    n_clusters, size = 4000, 6
    of_cluster = r.integers(0, 50, n_clusters)  # group
    hit = r.random(n_clusters) < of_cluster / 60 + 0.05
    block = np.arange(n_clusters) % 80
    table = np.zeros((2, 80, 50))
    np.add.at(table[0], (block, of_cluster), size)
    np.add.at(table[1], (block, of_cluster), size * hit)
    w, wy = table.sum(axis=1)
    cells = Merged(w, w * 0.5, wy, w, wy, np.arange(50))
    noise = ClusterNoise(table[0], table[1], table[0].sum(axis=1), 80.0)
    more = inflation(noise, cells, LOSSES["brier"], against_base=against_base)
    assert more.mean == pytest.approx(size, rel=0.2)
    mean, deviation = more.of(1.0, 0.5)
    assert mean == more.mean
    assert deviation >= 0.5 * more.mean
    assert 0 < more.doubt < 0.2


def test_parts_cover_where_those_of_independent_rows_do_not():
    names = ["positive_brier_discrimination", "positive_log_loss_discrimination"]
    names += ["positive_brier_miscalibration", "positive_brier_resolution_15"]
    whole = drawn(10, n_clusters=60_000, size=20, rho=0.6, heat=1.5)
    del whole["clusters"]
    true = {name: float(found(whole, [name])[name]) for name in names}
    runs, held, alone = 60, dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for seed in range(200, 200 + runs):
        told = drawn(seed, n_clusters=60, size=20, rho=0.6, heat=1.5)
        one = found(told, names)
        del told["clusters"]
        other = found(told, names)
        for name in names:
            held[name] += one[name].low <= true[name] <= one[name].high
            alone[name] += other[name].low <= true[name] <= other[name].high
    least = binom.ppf(1e-4, runs, 0.95)
    for name in names:
        assert held[name] >= least, (name, held[name])
    assert min(alone[name] for name in names[:2]) < least


def test_calibrated_clusters_are_not_called_miscalibrated():
    names = ["positive_brier_miscalibration", "positive_ece_equal_mass"]
    small = dict.fromkeys(names, 0)
    runs = 80
    for seed in range(300, 300 + runs):
        one = found(drawn(seed, rho=0.7), names)
        for name in names:
            small[name] += one[name].details["p_value"] < 0.05
            assert one[name].noise_floor < one[name].details["noise_floor_95"]
    assert max(small.values()) <= binom.ppf(1 - 1e-4, runs, 0.07)


def test_what_blocks_do_not_tell_says_so():
    told = drawn(11)
    names = ["positive_brier_reliability", "positive_brier_resolution"]
    for estimate in found(told, names).estimates.values():
        assert estimate.low is None
        assert "n_bins" in estimate.method or "same" in estimate.method
        assert estimate.noise_floor is None
    told["labels"] = 0.1 + 0.8 * told["labels"]
    for name, estimate in found(told).items():
        assert (estimate.low is None) == ("ece" not in name and "reliability" not in name), name
        assert estimate.noise_floor is None
    told["labels"] = np.zeros(len(told["probs"]), dtype=int)
    name = "positive_log_loss_uncertainty"
    assert "came out alike" in found(told, [name])[name].method
    few = drawn(12, n_clusters=9, size=100)
    for estimate in found(few).estimates.values():
        assert "too few clusters" in estimate.method
