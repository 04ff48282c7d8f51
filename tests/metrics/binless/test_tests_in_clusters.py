"""Tests of calibration of rows in clusters: laws, Student by hand, level, and refusals."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.binless.hosmer_lemeshow import HosmerLemeshow, HosmerLemeshowP
from calibrant.metrics.binless.multi_scale import CalibrationTestP
from calibrant.metrics.binless.spiegelhalter import SpiegelhalterP, SpiegelhalterZ
from calibrant.statistics.blocks import Blocked, block_of

TESTS = (SpiegelhalterP(), HosmerLemeshowP(), CalibrationTestP())


def apart(n):
    """Names of clusters that fall into blocks of their own, so that a block is a cluster."""
    names = np.array([f"patient {number}" for number in range(500)])
    clusters = cal.events(probs=[0.5] * 500, outcomes=[0] * 500, clusters=names).clusters
    for statistic in (SpiegelhalterZ().statistic, HosmerLemeshow().statistic):
        block = block_of(clusters, Blocked(statistic).n_blocks(2)).numpy()
        first = np.sort(np.unique(block, return_index=True)[1])
        names, clusters = names[first], clusters[torch.from_numpy(first)]
    return names[:n]


APART = apart(40)


@pytest.fixture
def drawn(clustered):
    """Rows of clusters of ten, each in a block of its own."""

    def named(seed, n_clusters, times=1.0):
        columns = clustered(seed, n_clusters, size=10, times=times)
        return columns | {"clusters": APART[columns["clusters"]]}

    return named


def test_spiegelhalters_is_students_test_of_the_sums_of_clusters(drawn):
    columns = drawn(0, 25, times=1.6)
    tilt = (columns["labels"] - columns["probs"]) * (1 - 2 * columns["probs"])
    expected = stats.ttest_1samp(tilt.reshape(25, 10).sum(axis=1), 0)
    rows = cal.predictions(**columns)
    found = SpiegelhalterP()(rows)
    assert found.value == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.details["t"] == pytest.approx(expected.statistic, rel=1e-9)
    assert found.details["df"] == pytest.approx(24)
    z = SpiegelhalterZ()(rows)
    assert z.details["p_value"] == found.value
    alone = {name: columns[name] for name in ("probs", "labels")}
    assert z.value == SpiegelhalterZ()(cal.predictions(**alone)).value


@pytest.mark.parametrize("metric", TESTS, ids=str)
def test_rows_said_again_within_their_cluster_tell_nothing_new(drawn, metric):
    columns = drawn(1, 30, times=1.5)
    thrice = {name: np.repeat(each, 3) for name, each in columns.items()}
    once, again = (metric(cal.predictions(**each)).value for each in (columns, thrice))
    assert again == pytest.approx(once, abs=0.03)  # of finest bins some are then large enough
    alone = {name: thrice[name] for name in ("probs", "labels")}
    assert metric(cal.predictions(**alone)).value < once / 3


@pytest.mark.parametrize("metric", TESTS, ids=str)
def test_p_values_of_true_models_keep_their_level(drawn, metric):
    values = [metric(cal.predictions(**drawn(seed, 40))).value for seed in range(250)]
    assert 0.02 < np.mean(np.array(values) < 0.05) < 0.1  # .05 and two Monte Carlo errors of .07
    assert 0.4 < np.mean(np.array(values) < 0.5) < 0.6
    alone = [{name: drawn(seed, 40)[name] for name in ("probs", "labels")} for seed in range(250)]
    wrong = [metric(cal.predictions(**each)).value for each in alone]
    assert np.mean(np.array(wrong) < 0.05) > np.mean(np.array(values) < 0.05) + 0.03


@pytest.mark.parametrize("metric", TESTS, ids=str)
def test_order_of_rows_and_of_shards_does_not_matter(drawn, metric):
    columns = drawn(2, 30, times=1.3)
    whole = metric(cal.predictions(**columns)).value
    order = np.random.default_rng(0).permutation(300)
    mixed = cal.predictions(**{name: each[order] for name, each in columns.items()})
    assert metric(mixed).value == pytest.approx(whole, rel=1e-9)
    name = {
        SpiegelhalterP: "positive_spiegelhalter_p",
        HosmerLemeshowP: "positive_hosmer_lemeshow_p",
        CalibrationTestP: "positive_calibration_test_p",
    }[type(metric)]
    shards = [
        cal.tally(cal.predictions(**{k: each[part] for k, each in columns.items()}), [name])
        for part in np.array_split(order, 3)
    ]
    merged = cal.evaluate(shards[0] + shards[1] + shards[2], [name])[name]
    assert merged.value == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize("metric", TESTS, ids=str)
def test_too_few_clusters_leave_no_p_value(drawn, metric):
    found = metric(cal.predictions(**drawn(3, 9)))
    assert math.isnan(found.value)
    assert found.note == (
        "undefined: no p value of too few clusters, 9.0 of equal weight: fewer than 10"
    )
    for statistic in (SpiegelhalterZ(), HosmerLemeshow()):
        plain = statistic(cal.predictions(**drawn(3, 9)))
        assert math.isfinite(plain.value)
        assert "p_value" not in plain.details
        assert plain.note.startswith("no p value of too few clusters")


def test_a_group_stated_0_that_came_out_is_no_chance_in_clusters_either(drawn):
    columns = drawn(4, 20)
    columns["probs"][columns["probs"] < 0.3] = 0.0
    found = HosmerLemeshow()(cal.predictions(**columns))
    assert math.isinf(found.value)
    assert found.details["p_value"] == 0


def test_clusters_of_the_fit_have_no_p_value(drawn):
    found = HosmerLemeshowP(fitted=True)(cal.predictions(**drawn(5, 20)))
    assert math.isnan(found.value)
    assert "fitted" in found.note


def test_clusters_that_do_not_differ_leave_nothing_to_chance():
    columns = {
        "probs": np.tile([0.2, 0.9], 12),
        "labels": np.tile([0, 1], 12),
        "clusters": np.repeat(APART[:12], 2),
    }
    found = SpiegelhalterP()(cal.predictions(**columns))
    assert math.isnan(found.value)
    assert found.note.startswith("undefined: no p value: clusters do not differ")


def test_clusters_of_another_length_are_refused():
    with pytest.raises(InputError, match="clusters must"):
        cal.predictions(probs=[0.2, 0.7], labels=[0, 1], clusters=["a"])
