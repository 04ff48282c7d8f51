"""Intervals of the reliability table where rows come in clusters."""

import math

import numpy as np
import pytest
from scipy.stats import norm, t

import calibrant as cal
from calibrant.prediction.arrays import Layout
from calibrant.prediction.codes import encode
from calibrant.statistics.blocks import block_of


def clustered(seed=0, n_clusters=30, size=20, **given):
    """All rows of a cluster come out alike."""
    unit = np.repeat(np.arange(n_clusters), size)
    labels = np.random.default_rng(seed).binomial(1, 0.9, size=n_clusters)[unit]
    return cal.events(probs=np.full(len(unit), 0.92), outcomes=labels, clusters=unit, **given)


def test_clusters_whose_rows_are_alike_tell_what_one_row_of_each_tells():
    came = np.random.default_rng(3).binomial(1, 0.9, size=100)
    few, many = (
        cal.reliability_table(
            cal.events(
                probs=[0.92] * size * 100,
                outcomes=came.repeat(size),
                clusters=np.arange(100).repeat(size),
            )
        )
        for size in (7, 70)
    )
    assert (many.low[13], many.high[13]) == pytest.approx((few.low[13], few.high[13]))
    assert many.n_clusters == pytest.approx(few.n_clusters)
    one = cal.reliability_table(cal.events(probs=[0.92] * 100, outcomes=came))
    ratio = (many.high[13] - many.low[13]) / (one.high[13] - one.low[13])
    assert ratio == pytest.approx(1, abs=0.25)  # the variance is estimated, from blocks


def test_interval_of_a_bin_is_wilsons_on_the_rows_that_blocks_leave():
    rng = np.random.default_rng(4)
    unit = np.repeat(np.arange(40), 10)
    stated = rng.uniform(size=400)
    came = rng.binomial(1, np.clip(stated + 0.3 * rng.normal(size=40)[unit], 0, 1))
    rows = cal.events(probs=stated, outcomes=came, clusters=unit)
    table = cal.reliability_table(rows, n_bins=2)
    codes = encode("clusters", unit, Layout(None, (400,), has_classes=False))
    block = block_of(codes, 200).numpy()
    for b in range(2):
        held = np.ceil(2 * stated) - 1 == b
        w = np.bincount(block[held], minlength=200)
        wy = np.bincount(block[held], weights=came[held], minlength=200)
        n, share = w.sum(), wy.sum() / w.sum()
        m = n**2 / (w**2).sum()
        variance = m / (m - 1) * (((wy - share * w) / n) ** 2).sum()
        left = min(n, share * (1 - share) / variance) * (norm.ppf(0.975) / t.ppf(0.975, m - 1)) ** 2
        z = norm.ppf(0.975) ** 2 / left  # of Wilson's quadratic equation
        ends = np.roots([1 + z, -2 * share - z, share**2])
        assert sorted(ends) == pytest.approx([table.low[b], table.high[b]])
        assert table.n_clusters[b] == pytest.approx(m)
    assert table.method.startswith("clusters: Wilson")
    assert table.note.startswith("rows come in clusters")


def test_clustered_intervals_hold_the_truth_where_those_of_rows_miss_it():
    truth, held = 0.75, {"rows": 0, "clusters": 0}
    for seed in range(200):
        rng = np.random.default_rng(seed)
        unit = np.repeat(np.arange(40), 15)
        chance = rng.beta(3, 1, size=40)[unit]  # mean 3/4
        told = {"probs": np.full(600, 0.75), "outcomes": rng.binomial(1, chance)}
        for name, clusters in (("rows", None), ("clusters", unit)):
            table = cal.reliability_table(cal.events(**told, clusters=clusters), n_bins=1)
            held[name] += table.low[0] <= truth <= table.high[0]
    assert held["clusters"] / 200 == pytest.approx(0.95, abs=0.035)
    assert held["rows"] / 200 < 0.8


def test_too_few_clusters_have_no_interval_and_the_note_says_how_many_bins():
    rng = np.random.default_rng(5)
    unit = np.append(np.repeat(np.arange(60), 5), [60, 61])
    probs = np.append(rng.uniform(0.5, 1, size=300), [0.1, 0.2])
    rows = cal.events(probs=probs, outcomes=rng.binomial(1, probs), clusters=unit)
    table = cal.reliability_table(rows, n_bins=2)
    assert math.isnan(table.low[0])
    assert not math.isnan(table.low[1])
    assert "the rows of 1 of 2 bins come in fewer than 10 effective clusters" in table.note


def test_where_all_came_out_each_block_counts_as_one_row():
    rows = cal.events(probs=[0.92] * 600, outcomes=[1] * 600, clusters=np.arange(600) // 20)
    table = cal.reliability_table(rows)
    z = norm.ppf(0.975) ** 2
    assert table.high[13] == 1
    assert table.low[13] == pytest.approx(1 / (1 + z / table.n_clusters[13]))


@pytest.mark.parametrize("bins", ["width", "mass"])
def test_tallies_of_clustered_rows_give_the_intervals_of_their_rows(bins):
    rng = np.random.default_rng(6)
    probs = rng.dirichlet((1, 1, 2), size=600)
    labels = (probs.cumsum(axis=1) > rng.uniform(size=(600, 1))).argmax(axis=1)
    told = {"probs": probs, "labels": labels, "clusters": np.arange(600) // 6}
    rows = cal.predictions(**told)
    halves = [
        cal.predictions(**{name: column[part] for name, column in told.items()})
        for part in (slice(0, 297), slice(297, None))
    ]
    names = ["ece", "classwise_ece"] if bins == "width" else ["top_label_ece_equal_mass"]
    tallies = cal.tally(halves[0], names) + cal.tally(halves[1], names)
    for asked in ({}, {"class_name": 1}) if bins == "width" else ({},):
        whole = cal.reliability_table(rows, bins=bins, **asked)
        merged = cal.reliability_table(tallies, bins=bins, **asked)
        assert merged.n_clusters
        assert merged.low == pytest.approx(whole.low, abs=1e-12, nan_ok=True)
        assert merged.high == pytest.approx(whole.high, abs=1e-12, nan_ok=True)


def test_tallies_that_keep_no_blocks_of_the_bins_have_no_intervals_and_say_why():
    tallies = cal.tally(clustered(), ["top_label_ece"])
    assert not math.isnan(cal.reliability_table(tallies).low[13])
    table = cal.reliability_table(tallies, n_bins=10)
    assert table.n[9] == 600
    assert all(map(math.isnan, table.low))
    assert table.method.startswith("not available: clustered rows")
    assert "not kept by cluster" in table.note


def test_an_evaluation_of_clustered_rows_has_bins_with_their_intervals():
    rows = clustered()
    shown = cal.evaluate(rows, ["ece"]).reliability
    table = cal.reliability_table(rows, n_bins=10)
    assert (shown.low[9], shown.high[9], shown.note) == (table.low[9], table.high[9], table.note)
    assert not math.isnan(shown.low[9])
