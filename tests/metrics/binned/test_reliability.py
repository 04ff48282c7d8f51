"""The reliability table: bins, their rows, and what was stated beside what came out."""

import math

import jaxtyping
import numpy as np
import pytest
from scipy.stats import binomtest

import calibrant as cal
from calibrant.errors import InputError


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
