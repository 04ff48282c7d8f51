"""Intervals of points of curves against a bootstrap of rows, and known truth."""

import numpy as np
import pytest
import torch
from scipy.special import expit

import calibrant as cal
from calibrant.metrics.ranking import thinned as thinned_module
from calibrant.metrics.ranking.best_f1 import BestF1
from calibrant.metrics.ranking.gains import Captured, Lift
from calibrant.metrics.ranking.points import (
    PrecisionAtRecall,
    RecallAtFalseAlarms,
    RecallAtPrecision,
    SpecificityAtRecall,
)
from calibrant.metrics.ranking.roc_points import EqualErrorRate, YoudenMax
from calibrant.metrics.ranking.steps import ranked
from calibrant.metrics.ranking.thinned import FINEST, narrowed, replicated_steps, thinned
from calibrant.metrics.selective.points import AccuracyAtCoverage, CoverageAtAccuracy

POINTS = [
    *(PrecisionAtRecall(0.8), RecallAtPrecision(0.7), RecallAtFalseAlarms(0.1)),
    *(SpecificityAtRecall(0.8), EqualErrorRate(), Captured(0.2), Lift(0.1)),
    *(AccuracyAtCoverage(0.5), CoverageAtAccuracy(0.8)),
]
BESTS = [BestF1(), YoudenMax()]


def drawn(n, seed=0):
    rng = np.random.default_rng([n, seed])
    logits = rng.normal(0, 1.5, n)
    return expit(logits), (rng.random(n) < expit(logits)).astype(int)


def ends(estimate):
    assert estimate.low is not None, estimate.method
    return np.array([estimate.low, estimate.high])


@pytest.mark.parametrize("metric", [*POINTS, *BESTS], ids=str)
def test_interval_agrees_with_a_bootstrap_of_the_rows(metric):
    probs, labels = drawn(600)
    rng = np.random.default_rng(2)
    scores = torch.from_numpy(np.maximum(probs, 1 - probs) if metric.view == "top_label" else probs)
    hit = torch.from_numpy((labels == (probs > 0.5)) if metric.view == "top_label" else labels == 1)
    values = []
    for _ in range(400):
        at = torch.from_numpy(rng.integers(0, 600, 600))
        values.append(
            float(metric.value_of(ranked(scores[at], hit[at], torch.ones(600).double()).steps))
        )
    width = np.diff(ends(metric(cal.predictions(probs=probs, labels=labels))))[0]
    assert width == pytest.approx(np.ptp(np.quantile(values, [0.025, 0.975])), rel=0.25)


@pytest.mark.parametrize("metric", [*POINTS, *BESTS], ids=str)
def test_order_of_rows_and_scale_of_weights_do_not_matter(metric):
    probs, labels = drawn(900)
    weights = np.random.default_rng(1).uniform(0.5, 2, 900)
    mixed = np.random.default_rng(3).permutation(900)
    one = metric(cal.predictions(probs=probs, labels=labels, weights=weights))
    other = metric(
        cal.predictions(probs=probs[mixed], labels=labels[mixed], weights=7 * weights[mixed])
    )
    np.testing.assert_allclose(ends(one), ends(other), rtol=1e-9)


@pytest.mark.parametrize("metric", POINTS, ids=str)
def test_steps_put_together_tell_what_all_steps_tell(metric, monkeypatch):
    probs, labels = drawn(3000)
    rows = cal.predictions(probs=probs, labels=labels)
    few = ends(metric(rows))
    monkeypatch.setattr(thinned_module, "FINEST", 10_000)
    every = ends(metric(rows))
    assert few == pytest.approx(every, abs=0.15 * np.ptp(every))


@pytest.mark.parametrize("metric", [*POINTS, *BESTS], ids=str)
def test_tally_tells_nearly_the_interval_of_the_rows(metric):
    probs, labels = drawn(3000)
    rows = cal.predictions(probs=probs, labels=labels)
    exact = ends(metric(rows))
    tally = cal.tally(rows, [metric])
    found = metric.estimate(tally.tally_of(metric.statistic), level=0.95, class_names=("0", "1"))
    assert ends(found) == pytest.approx(exact, abs=0.2 * np.ptp(exact))


def test_higher_level_is_wider():
    rows = cal.predictions(probs=drawn(500)[0], labels=drawn(500)[1])
    for metric in (*POINTS, *BESTS):
        inner, outer = (ends(metric(rows, level=level)) for level in (0.8, 0.99))
        assert outer[0] < inner[0] < inner[1] < outer[1], metric


@pytest.mark.parametrize(
    ("metric", "truth"),
    [(EqualErrorRate(), 0.2660), (Captured(0.3), 0.4965), (BestF1(), 0.7504)],
    ids=str,
)
def test_interval_holds_the_truth_of_four_million_rows(metric, truth):
    held = 0
    for seed in range(100):
        probs, labels = drawn(300, seed)
        low, high = ends(metric(cal.predictions(probs=probs, labels=labels)))
        held += low <= truth <= high
    assert 0.89 <= held / 100 <= 1


def test_best_of_a_curve_is_freed_of_its_optimism():
    middles, values = [], []
    for seed in range(100):
        probs, labels = drawn(300, seed)
        found = YoudenMax()(cal.predictions(probs=probs, labels=labels))
        middles.append(ends(found).mean())
        values.append(found.value)
    assert np.mean(values) - 0.4679 > 0.02  # the truth, of four million rows
    assert abs(np.mean(middles) - 0.4679) < 0.012


def test_too_few_rows_of_a_side_and_soft_labels_have_none():
    probs, labels = drawn(200)
    labels[np.flatnonzero(labels)[9:]] = 0
    rows = cal.predictions(probs=probs, labels=labels)
    for metric in (RecallAtFalseAlarms(), BestF1(), YoudenMax()):
        found = metric(rows)
        assert found.low is None
        assert found.method == (
            "not available: too few positive rows: an interval takes 10 effective ones"
        )
    soft = cal.events(probs=probs, outcomes=np.full(200, 0.5))
    assert Captured()(soft).method == "not available: the variance needs hard labels"


def test_a_perfect_order_shows_no_spread():
    rows = cal.predictions(probs=np.linspace(0, 1, 40), labels=[0] * 20 + [1] * 20)
    assert RecallAtFalseAlarms()(rows).method.startswith("not available: all replicates have")
    low, high = ends(YoudenMax()(rows))
    assert low < 1
    assert high == 1


@pytest.mark.parametrize(
    ("metric", "positives", "negatives", "why"),
    [  # of normal scores 1.5 apart, intervals of fewer held the truth in 80 to 92 of 100 sets
        (RecallAtFalseAlarms(0.05), 10, 30, "too few negative rows: an interval takes 30"),
        (RecallAtFalseAlarms(0.2), 10, 10, "too few negative rows: an interval takes 10"),
        (RecallAtPrecision(0.9), 30, 10, "too few positive rows: an interval takes 30"),
        (RecallAtFalseAlarms(0.0), 300, None, "a single negative row decides"),
        (RecallAtPrecision(1.0), None, 300, "a single positive row decides"),
    ],
    ids=str,
)
def test_steps_that_a_row_or_two_decide_have_no_interval(metric, positives, negatives, why):
    rng = np.random.default_rng(5)

    def of(n_up, n_down):
        labels = np.repeat([1, 0], [n_up, n_down])
        return metric(cal.predictions(probs=expit(rng.normal(1.5 * labels)), labels=labels))

    if positives is None or negatives is None:
        assert of(400, 400).method.startswith(f"not available: {why}")
        return
    assert of(positives, negatives).low is not None
    few = of(positives, negatives - 1) if "negative" in why else of(positives - 1, negatives)
    assert few.method.startswith(f"not available: {why} effective")


def test_thinning_keeps_all_weights_and_shares_them_out():
    rng = np.random.default_rng(0)
    hit = torch.from_numpy(rng.random(5000) < 0.05)
    steps = ranked(torch.from_numpy(rng.random(5000)), hit, torch.ones(5000).double()).steps
    few, start = thinned(steps)
    assert len(few.up) <= FINEST
    assert float(few.up.sum()) == float(hit.sum())
    torch.testing.assert_close(
        few.hits, steps.hits[torch.cat((start[1:], start.new_tensor([5000]))) - 1]
    )
    part, start = thinned(steps, 1000, 1100)
    assert len(part.up) == 102  # one before, one after
    assert start[:2].tolist() == [0, 1000]


def test_narrowing_is_fine_where_replicates_look():
    rng = np.random.default_rng(0)
    hit = torch.from_numpy(rng.random(200_000) < 0.3)
    steps = ranked(torch.from_numpy(rng.random(200_000)), hit, torch.ones(200_000).double()).steps
    metric = RecallAtFalseAlarms(0.01)
    few = narrowed(steps, metric.place_of)
    assert len(few.up) <= FINEST + 2
    at = int(metric.place_of(few))
    assert float(few.up[at] + few.down[at]) < 50  # of 200,000 in 200 steps it would be 1,000
    places = metric.place_of(replicated_steps(few, 500))
    assert int(places.min()) > 0
    assert int(places.max()) < len(few.up) - 1
