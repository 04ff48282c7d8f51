"""Rows in clusters: intervals that hold where rows depend on each other, from sums that merge."""

import numpy as np
import pytest
from scipy.special import expit, ndtr, stdtrit

import calibrant as cal
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS
from calibrant.prediction.arrays import Layout
from calibrant.prediction.codes import encode
from calibrant.statistics.blocks import block_of

NAMES = ["accuracy", "brier_binary", "auroc", "positive_ece", "positive_ece_l2", "classwise_ece"]


def drawn(seed, n_clusters=60, size=20, rho=0.4):
    """Calibrated rows: within a cluster outcomes depend on each other, and so do scores."""
    r = np.random.default_rng(seed)
    unit = np.repeat(np.arange(n_clusters), size)
    rows = len(unit)
    score = 1.5 * (
        np.sqrt(0.3) * r.normal(size=n_clusters)[unit] + np.sqrt(0.7) * r.normal(size=rows)
    )
    chance = ndtr(
        np.sqrt(rho) * r.normal(size=n_clusters)[unit] + np.sqrt(1 - rho) * r.normal(size=rows)
    )
    probs = expit(score)
    return {"probs": probs, "labels": (chance < probs).astype(int), "clusters": unit}


def ends(evaluation):
    return {
        name: (e.low, e.high, e.noise_floor, e.details.get("p_value"))
        for name, e in evaluation.items()
    }


def same(one, other):
    assert one.keys() == other.keys()
    for name, numbers in one.items():
        for a, b in zip(numbers, other[name], strict=True):
            assert (a is None) == (b is None), name
            assert a is None or a == pytest.approx(b, rel=1e-9, abs=1e-12), name


def test_the_interval_of_a_mean_is_that_of_the_means_of_blocks():
    told = drawn(0)
    found = cal.evaluate(cal.predictions(**told), ["brier_binary"])["brier_binary"]
    codes = encode(
        "clusters", told["clusters"], Layout(None, told["probs"].shape, has_classes=False)
    )
    block = np.unique(block_of(codes, 200).numpy(), return_inverse=True)[1]
    score = (told["probs"] - told["labels"]) ** 2
    total, many = np.bincount(block, weights=score), np.bincount(block)
    rest = (total.sum() - total) / (many.sum() - many)
    m = len(many)
    error = np.sqrt((m - 1) / m * ((rest - score.mean()) ** 2).sum())
    effective = many.sum() ** 2 / (many**2).sum()
    half = stdtrit(effective - 1, 0.975) * error
    assert found.low == pytest.approx(score.mean() - half, abs=1e-12)
    assert found.high == pytest.approx(score.mean() + half, abs=1e-12)
    assert found.details["n_clusters"] == pytest.approx(effective)
    assert found.n == len(score)
    assert found.method.startswith("clusters: ")


def test_neither_order_nor_shards_nor_a_file_change_the_interval(tmp_path):
    told = drawn(1)
    whole = ends(cal.evaluate(cal.tally(cal.predictions(**told), NAMES), NAMES))
    order = np.random.default_rng(2).permutation(len(told["probs"]))
    shuffled = {name: column[order] for name, column in told.items()}
    shards = [
        cal.tally(cal.predictions(**{n: c[k::3] for n, c in shuffled.items()}), NAMES)
        for k in range(3)
    ]
    shards[0].save(tmp_path / "first.tallies")
    merged = shards[2] + cal.load_tallies(tmp_path / "first.tallies") + shards[1]
    same(whole, ends(cal.evaluate(merged, NAMES)))
    of_rows = ends(cal.evaluate(cal.predictions(**told), NAMES))
    del of_rows["auroc"], whole["auroc"]  # of rows it is exact
    same(whole, of_rows)


def test_rows_that_come_twice_in_their_cluster_tell_no_more():
    told = drawn(3)
    twice = {name: np.repeat(column, 2) for name, column in told.items()}
    names = ["accuracy", "brier_binary", "auroc", "f1"]
    same(
        ends(cal.evaluate(cal.predictions(**told), names)),
        ends(cal.evaluate(cal.predictions(**twice), names)),
    )
    alone, doubled = (
        cal.evaluate(cal.predictions(probs=x["probs"], labels=x["labels"]), ["accuracy"])[
            "accuracy"
        ]
        for x in (told, twice)
    )
    assert doubled.high - doubled.low < 0.75 * (alone.high - alone.low)


def test_weights_may_be_scaled():
    told = drawn(4)
    weights = np.random.default_rng(5).uniform(0.5, 2, len(told["probs"]))
    one, other = (
        ends(cal.evaluate(cal.predictions(**told, weights=scale * weights), NAMES))
        for scale in (1, 7)
    )
    same(one, other)


def test_a_cluster_for_each_row_is_as_wide_as_rows_that_are_independent():
    told = drawn(6, n_clusters=3000, size=1, rho=0.0)
    names = ["accuracy", "brier_binary", "auroc", "log_loss", "positive_ece_debiased"]
    clustered = cal.evaluate(cal.predictions(**told), names)
    del told["clusters"]
    plain = cal.evaluate(cal.predictions(**told), names)
    for name in names[:-1]:
        width = clustered[name].high - clustered[name].low
        assert width == pytest.approx(plain[name].high - plain[name].low, rel=0.2), name


def test_intervals_cover_where_those_of_rows_do_not():
    truth = cal.evaluate(cal.predictions(**drawn(7, n_clusters=20_000)), ["brier_binary"])
    true = truth["brier_binary"].value
    covered = {"clusters": 0, "rows": 0, "calibrated": 0}
    n_runs = 60
    for seed in range(100, 100 + n_runs):
        told = drawn(seed)
        both = cal.evaluate(cal.predictions(**told), ["brier_binary", "positive_ece"])
        covered["clusters"] += both["brier_binary"].low <= true <= both["brier_binary"].high
        covered["calibrated"] += both["positive_ece"].low == 0
        del told["clusters"]
        plain = cal.evaluate(cal.predictions(**told), ["brier_binary"])["brier_binary"]
        covered["rows"] += plain.low <= true <= plain.high
    assert covered["clusters"] >= 0.88 * n_runs  # 95 % less 2.5 Monte Carlo errors
    assert covered["calibrated"] >= 0.88 * n_runs
    assert covered["rows"] < 0.85 * n_runs


def test_few_clusters_and_metrics_that_blocks_do_not_tell_say_so():
    told = drawn(8, n_clusters=FEWEST_CLUSTERS - 1)
    few = cal.evaluate(cal.predictions(**told), ["accuracy", "positive_ece"])
    for estimate in few.estimates.values():
        assert estimate.low is None
        assert "too few clusters" in estimate.method
    many = cal.evaluate(cal.predictions(**drawn(8)), ["mce", "spiegelhalter_z", "skce"])
    for estimate in many.estimates.values():
        assert estimate.low is None
        assert estimate.noise_floor is None
        assert estimate.method.startswith("not available: ")


def test_groups_have_the_clusters_of_their_rows():
    told = drawn(9)
    group = np.where(told["clusters"] % 2, "odd", "even")
    both = cal.evaluate(cal.predictions(**told, groups=group), ["accuracy", "positive_ece"])
    for name, inside in both.groups.items():
        kept = {key: column[group == name] for key, column in told.items()}
        alone = cal.evaluate(cal.predictions(**kept), ["accuracy", "positive_ece"])
        same(ends(alone), ends(inside))


def test_the_other_doors_take_clusters():
    r = np.random.default_rng(10)
    unit = np.repeat(np.arange(40), 5)
    target = r.normal(size=200) + r.normal(size=40)[unit]
    one = cal.evaluate(cal.numbers(predicted=np.zeros(200), targets=target, clusters=unit), ["mae"])
    other = cal.evaluate(cal.numbers(predicted=np.zeros(200), targets=target), ["mae"])
    width, plain = (e["mae"].high - e["mae"].low for e in (one, other))
    assert width > 1.2 * plain
    guess = r.integers(0, 2, 200)
    chosen = cal.decisions(predicted=guess, labels=r.integers(0, 2, 200), clusters=unit)
    assert cal.metrics.Accuracy()(chosen).method.startswith("clusters: ")
    happened = cal.events(probs=r.uniform(size=200), outcomes=guess, clusters=unit)
    assert cal.evaluate(happened, ["ece"])["ece"].method.startswith("clusters: ")


def test_tallies_with_and_without_clusters_do_not_add():
    told = drawn(11)
    one = cal.tally(cal.predictions(**told), ["accuracy"])
    del told["clusters"]
    with pytest.raises(cal.errors.InputError, match="same statistics"):
        _ = one + cal.tally(cal.predictions(**told), ["accuracy"])
