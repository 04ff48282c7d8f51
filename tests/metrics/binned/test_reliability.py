"""The reliability table: bins, their rows, and what was stated beside what came out."""

import math

import jaxtyping
import numpy as np
import pytest
from scipy.stats import binomtest, norm, t

import calibrant as cal
from calibrant.errors import InputError
from calibrant.prediction.arrays import Layout
from calibrant.prediction.codes import encode
from calibrant.statistics.blocks import block_of


def drawn(n=500):
    rng = np.random.default_rng(0)
    probs = rng.uniform(size=n)
    return probs, rng.binomial(1, probs)


def test_bins_hold_means_of_what_was_stated_and_came_out():
    probs, labels = drawn()
    table = cal.reliability_table(
        cal.predictions(probs=probs, labels=labels), view="positive", n_bins=10
    )
    bins = np.ceil(probs * 10).astype(int) - 1
    for k in range(10):
        held = bins == k
        assert table.n[k] == table.weight[k] == held.sum()
        assert table.stated[k] == pytest.approx(probs[held].mean(), abs=1e-12)
        assert table.observed[k] == pytest.approx(labels[held].mean(), abs=1e-12)
        interval = binomtest(int(labels[held].sum()), int(held.sum())).proportion_ci(
            method="wilson"
        )
        assert (table.low[k], table.high[k]) == pytest.approx(tuple(interval), abs=1e-12)
    assert (table.lower, table.upper) == (
        tuple(k / 10 for k in range(10)),
        tuple(k / 10 for k in range(1, 11)),
    )


@pytest.mark.parametrize("n_bins", [10, 15, 7])
def test_calibration_errors_follow_from_the_table(n_bins):
    probs, labels = drawn()
    weights = np.arange(500) % 4
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    table = cal.reliability_table(rows, n_bins=n_bins)
    gaps = np.abs(np.subtract(table.stated, table.observed))
    evaluation = cal.evaluate(rows, [f"ece_{n_bins}", f"mce_{n_bins}"])
    ece = np.nansum(gaps * table.weight) / np.sum(table.weight)
    assert evaluation[f"ece_{n_bins}"].value == pytest.approx(ece, abs=1e-12)
    assert evaluation[f"mce_{n_bins}"].value == pytest.approx(np.nanmax(gaps), abs=1e-12)


def test_empty_bins_have_no_numbers():
    table = cal.reliability_table(cal.events(probs=[0.25], outcomes=[1]), n_bins=2)
    assert table.n == (1, 0)
    for column in (table.stated, table.observed, table.low, table.high):
        assert math.isnan(column[1])
        assert not math.isnan(column[0])


def test_tallies_give_the_table_of_their_rows():
    probs, labels = drawn()
    whole = cal.reliability_table(cal.predictions(probs=probs, labels=labels))
    halves = [cal.predictions(probs=probs[k::2], labels=labels[k::2]) for k in range(2)]
    merged = cal.reliability_table(cal.tally(halves[0]) + cal.tally(halves[1]))
    assert merged.n == whole.n
    assert merged.stated == pytest.approx(whole.stated, abs=1e-12, nan_ok=True)


def test_level_widens_the_intervals():
    rows = cal.predictions(probs=[0.25] * 10, labels=[0, 1] * 5)
    wide, narrow = (cal.reliability_table(rows, n_bins=1, level=level) for level in (0.99, 0.5))
    assert wide.low[0] < narrow.low[0] < 0.5 < narrow.high[0] < wide.high[0]
    assert wide.level == 0.99


def test_tallies_without_the_grid_are_refused_with_a_remedy():
    tallies = cal.tally(cal.predictions(probs=[0.5], labels=[1]), ["accuracy"])
    with pytest.raises(
        InputError, match=r"hold ScoreGrid.*Tally them with metrics=\['top_label_ece_15'\]"
    ):
        cal.reliability_table(tallies)


def test_refuses_no_bins():
    with pytest.raises(InputError, match="n_bins must be a whole number, at least 1; got 0"):
        cal.reliability_table(cal.predictions(probs=[0.5], labels=[1]), n_bins=0)


@pytest.mark.parametrize("n_bins", [4, 10])
def test_bins_of_equal_mass_hold_nearly_as_many_rows_and_split_no_tie(n_bins: int):
    probs, labels = drawn(400)
    probs[:100] = 0.25  # a tie wider than a bin
    rows = cal.predictions(probs=probs, labels=labels)
    table = cal.reliability_table(rows, view="positive", n_bins=n_bins, bins="mass")
    assert sum(table.n) == 400
    tied = [b for b in range(n_bins) if table.n[b] and table.lower[b] < 0.25 <= table.upper[b]]
    assert len(tied) == 1
    previous = 0.0
    for b in range(n_bins):
        if not table.n[b]:
            assert math.isnan(table.lower[b])
            continue
        held = (probs > table.lower[b]) & (probs <= table.upper[b])
        assert held.sum() == table.n[b]
        assert table.stated[b] == pytest.approx(probs[held].mean(), abs=1e-12)
        assert table.observed[b] == pytest.approx(labels[held].mean(), abs=1e-12)
        assert table.lower[b] >= previous
        previous = table.upper[b]
    assert previous >= probs.max()


def test_bins_of_equal_mass_are_equal_where_nothing_ties():
    probs, labels = drawn(400)
    rows = cal.predictions(probs=probs, labels=labels)
    table = cal.reliability_table(rows, view="positive", n_bins=10, bins="mass")
    assert np.ptp(table.n) <= 2  # rows of one cell stay together
    assert table.observed[3] == pytest.approx(labels[np.argsort(probs)[120:160]].mean(), abs=0.03)


def test_calibration_error_of_equal_mass_follows_from_its_table():
    probs, labels = drawn()
    weights = np.arange(500) % 4
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    table = cal.reliability_table(rows, view="positive", bins="mass")
    gaps = np.abs(np.subtract(table.stated, table.observed)) * table.weight
    ece = np.nansum(gaps) / np.sum(table.weight)
    found = cal.evaluate(rows, ["positive_ece_equal_mass"])["positive_ece_equal_mass"]
    assert found.value == pytest.approx(ece, abs=1e-12)


def test_bins_of_equal_mass_tell_probabilities_next_to_0_and_1_apart():
    probs = np.array([1e-9, 1e-7, 1e-5, 1 - 1e-5, 1 - 1e-7, 1 - 1e-9])
    rows = cal.events(probs=probs, outcomes=[0, 0, 0, 1, 1, 1])
    table = cal.reliability_table(rows, n_bins=6, bins="mass")
    assert table.n == (1,) * 6
    for p, lower, upper in zip(probs, table.lower, table.upper, strict=True):
        assert lower < p <= upper


def test_unknown_binning_is_refused(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    rows = cal.events(probs=[0.25], outcomes=[1])
    with pytest.raises(InputError, match="bins must be a known choice; got 'size'"):
        cal.reliability_table(rows, bins="size")
    with pytest.raises(InputError, match="Tally them with"):
        cal.reliability_table(cal.tally(rows, ["accuracy"]), bins="mass")


@pytest.mark.parametrize("bins", ["width", "mass"])
def test_table_of_a_class_is_that_of_its_events(bins):
    rng = np.random.default_rng(1)
    probs = rng.dirichlet((0.5, 1, 2), size=600)
    labels = rng.integers(0, 3, 600)
    weights = rng.integers(1, 4, 600)
    rows = cal.predictions(
        probs=probs, labels=labels, weights=weights, class_names=("cat", "dog", "owl")
    )
    tallies = cal.tally(rows, ["classwise_ece"])
    for k, name in enumerate(rows.class_names):
        found = cal.reliability_table(rows, class_name=name, bins=bins)
        assert str(found) == str(cal.reliability_table(tallies, class_name=k, bins=bins))
        assert found.view == "class"
        if bins == "width":
            events = cal.events(probs=probs[:, k], outcomes=labels == k, weights=weights)
            own = cal.reliability_table(events)
            assert (found.n, found.weight) == (own.n, own.weight)
            for column in ("stated", "observed", "low", "high"):
                same = pytest.approx(getattr(own, column), abs=1e-12, nan_ok=True)
                assert getattr(found, column) == same
    with pytest.raises(InputError, match="class_name must be a class of the rows; got 'cow'"):
        cal.reliability_table(rows, class_name="cow")
    with pytest.raises(InputError, match="classwise_ece_15"):
        cal.reliability_table(cal.tally(rows, ["ece"]), class_name="cat")


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
