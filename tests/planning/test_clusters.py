"""Plans from pilots whose rows come in clusters, and from those whose classes share rows."""

import numpy as np
import pytest
from scipy.special import expit

import calibrant as cal
from calibrant.metrics.base import blocks_of
from calibrant.metrics.inference.blocks import Blocks
from calibrant.metrics.proper.scores import BrierBinary
from calibrant.planning.clustered import scaled_blocks
from calibrant.statistics.bundle import tally_rows


def clustered(n_clusters, seed=0, size=10):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(n_clusters), size)
    logits = 1.5 * rng.normal(size=len(unit))
    labels = rng.binomial(1, expit(logits / 2 + rng.normal(size=n_clusters)[unit]))
    names = [f"{seed} {k}" for k in unit]
    return cal.predictions(probs=expit(logits), labels=labels, clusters=names)


def blocks(rows):
    metric = BrierBinary()
    tallies = tally_rows(rows, [metric.statistic, *blocks_of([metric], rows.n_classes)])
    return Blocks.of(tallies, metric.statistic)


@pytest.mark.parametrize("factor", [1.0, 1.7, 3.0, 40.5])
def test_scaled_blocks_have_the_sums_and_the_covariance_of_so_many_clusters(factor):
    own = blocks(clustered(50))
    many = scaled_blocks(own, factor, 200)
    assert len(many.tallies) <= 200
    assert many.total.table.numpy() == pytest.approx(factor * own.total.table.numpy())

    def scatter(held):
        tables = np.stack([part.table.numpy().ravel() for part in held.tallies])
        off = tables - tables.mean(axis=0)
        return off.T @ off

    assert scatter(many) == pytest.approx(factor * scatter(own))
    assert many.weight.sum() == pytest.approx(factor * own.weight.sum())


@pytest.mark.parametrize(
    ("metric", "width"),
    [("accuracy", 0.05), ("log_loss", 0.05), ("auroc", 0.05), ("f1", 0.06), ("positive_ece", 0.05)],
)
def test_fresh_clusters_have_the_width_that_was_planned(metric, width):
    found = cal.plan(clustered(120), metric, width=width)
    assert found.n == pytest.approx(10 * found.n_clusters, abs=10)
    assert found.n_pilot_clusters == 120
    widths = []
    for seed in range(1, 5):
        fresh = cal.evaluate(clustered(found.n_clusters, seed), [metric])[metric]
        widths.append(fresh.high - fresh.low)
    assert np.mean(widths) == pytest.approx(width, rel=0.15)


def test_clusters_of_like_rows_need_as_many_as_rows_would_be():
    rng = np.random.default_rng(1)
    probs = rng.uniform(size=800)
    told = {"probs": probs, "labels": rng.binomial(1, probs)}
    repeated = {name: column.repeat(5) for name, column in told.items()}
    rows, many = (
        cal.predictions(**told),
        cal.predictions(**repeated, clusters=np.arange(800).repeat(5)),
    )
    alone, together = (cal.plan(each, "brier", width=0.02) for each in (rows, many))
    assert together.n_clusters == pytest.approx(alone.n, rel=0.15)
    assert together.n == pytest.approx(5 * together.n_clusters, abs=5)


def test_tallies_of_clustered_rows_plan_as_their_rows_do():
    rows = clustered(60)
    own, summed = (
        cal.plan(each, "accuracy", width=0.03) for each in (rows, cal.tally(rows, ["accuracy"]))
    )
    assert (own.n, own.reached) == (summed.n, summed.reached)
    assert (own.n_pilot_clusters, summed.n_pilot_clusters) == (60, None)


def test_words_name_the_clusters():
    found = cal.plan(clustered(60), "accuracy", width=0.04)
    assert f"{found.n:,} rows in {found.n_clusters:,} clusters give accuracy" in found.words
    assert "The pilot of 600 rows in 60 clusters has one" in found.words
    assert "Clusters to come are taken to be as large" in found.words


def test_fewer_clusters_than_those_of_the_pilot_are_not_planned():
    assert cal.plan(clustered(60), "accuracy", width=0.5).n == 600


def test_what_clusters_cannot_tell_is_refused_by_name():
    with pytest.raises(cal.InputError, match="pilot must come in 10 effective clusters; got"):
        cal.plan(clustered(8), "brier", width=0.1)
    probs = np.random.default_rng(0).uniform(size=400)
    true = cal.predictions(
        probs=probs,
        labels=np.random.default_rng(1).binomial(1, probs),
        clusters=np.arange(400) // 10,
    )
    with pytest.raises(cal.InputError, match="pilot must show smooth_ece beyond chance"):
        cal.plan(true, "smooth_ece", width=0.02)
    with pytest.raises(cal.InputError, match="metric must have an interval of rows in clusters"):
        cal.plan(clustered(60), "mce", width=0.1)


def classes(n, seed=0):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, 4))
    truth = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (truth.cumsum(axis=1) > rng.uniform(size=(n, 1))).argmax(axis=1)
    return cal.predictions(logits=2 * logits, labels=labels)  # twice too sure


@pytest.mark.parametrize("metric", ["classwise_ece", "classwise_ece_l2"])
def test_class_wise_errors_are_planned_from_the_rows_of_the_pilot(metric):
    pilot = classes(1000)
    own = cal.evaluate(pilot, [metric])[metric]
    found = cal.plan(pilot, metric, width=(own.high - own.low) / 2)
    assert found.pilot_width == pytest.approx(own.high - own.low)
    widths = []
    for seed in range(1, 5):
        fresh = cal.evaluate(classes(found.n, seed), [metric])[metric]
        widths.append(fresh.high - fresh.low)
    assert np.mean(widths) == pytest.approx(found.width, rel=0.15)


def test_class_wise_errors_are_not_planned_from_tallies():
    tallies = cal.tally(classes(300), ["classwise_ece"])
    with pytest.raises(cal.InputError, match="classes share their rows"):
        cal.plan(tallies, "classwise_ece", width=0.1)
    with pytest.raises(cal.InputError, match="pilot must hold 20 effective rows"):
        cal.plan(classes(10), "classwise_ece", width=0.1)
