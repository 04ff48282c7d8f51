"""Average precision against scikit-learn and fractions, and its interval against simulation."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import label_binarize

import calibrant as cal
from calibrant.metrics.intervals import wilson
from calibrant.metrics.ranking.average_precision import (
    OneVsRestAveragePrecision,
    PositiveAveragePrecision,
)
from calibrant.metrics.ranking.precision_area import (
    mean_precision,
    own_part,
    precision_influences,
)
from calibrant.metrics.ranking.steps import ranked
from calibrant.metrics.selective.areas import AURC

AVERAGES = ("macro", "weighted", "micro", "per_class")


def drawn(n_classes, n=500, decimals=None):
    rng = np.random.default_rng(n_classes)
    odds = np.exp(1.5 * rng.normal(size=(n, n_classes)))
    probs = odds / odds.sum(1, keepdims=True)
    labels = np.array([rng.choice(n_classes, p=row) for row in probs])
    if decimals is not None:
        probs = probs.round(decimals)
        probs /= probs.sum(1, keepdims=True)
    return probs, labels, rng.integers(1, 5, n) / 2


@pytest.mark.parametrize("decimals", [None, 2, 1])
@pytest.mark.parametrize("weighted", [False, True])
def test_positive_agrees_with_scikit_learn(decimals, weighted):
    probs, labels, weights = drawn(2, decimals=decimals)
    weights = weights if weighted else None
    expected = average_precision_score(labels, probs[:, 1], sample_weight=weights)
    for rows in (
        cal.predictions(probs=probs[:, 1], labels=labels, weights=weights),
        cal.events(probs=probs[:, 1], outcomes=labels, weights=weights),
    ):
        assert PositiveAveragePrecision()(rows).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("weighted", [False, True])
def test_averages_over_classes_agree_with_scikit_learn(average, weighted):
    probs, labels, weights = drawn(4, decimals=2)
    weights = weights if weighted else None
    expected = average_precision_score(
        label_binarize(labels, classes=range(4)),
        probs,
        average=None if average == "per_class" else average,
        sample_weight=weights,
    )
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    value = OneVsRestAveragePrecision(average)(rows).value
    np.testing.assert_allclose(value, expected, atol=1e-12)


def by_hand(probs, labels):
    """The step-wise sum over distinct scores, in fractions."""
    area, total = Fraction(0), sum(labels)
    for score in sorted(set(probs), reverse=True):
        chosen = [y for p, y in zip(probs, labels, strict=True) if p >= score]
        here = sum((y for p, y in zip(probs, labels, strict=True) if p == score), Fraction(0))
        area += here / total * sum(chosen) / len(chosen)
    return float(area)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=12))
def test_ties_and_soft_labels_follow_the_definition(rows):
    probs, labels = [Fraction(p, 6) for p, _ in rows], [Fraction(y, 4) for _, y in rows]
    stated = cal.events(probs=[float(p) for p in probs], outcomes=[0.0] * len(rows))
    stated = type(stated)(stated.prob, torch.tensor([float(y) for y in labels]).double())
    value = PositiveAveragePrecision()(stated).value
    if not sum(labels):
        assert math.isnan(value)
    else:
        assert value == pytest.approx(by_hand(probs, labels), abs=1e-12)


def test_grid_is_off_by_no_more_than_it_states(hard_rows, from_grid):
    metric = PositiveAveragePrecision()
    exact, estimate = metric(hard_rows), from_grid(metric, hard_rows)
    assert abs(estimate.value - exact.value) <= estimate.bound + 1e-12


@pytest.mark.parametrize("average", AVERAGES)
def test_grids_of_classes_are_off_by_no_more_than_they_state(average, from_grid):
    probs, labels, weights = drawn(4)
    crowded = 0.25 + 1e-3 * (probs - probs.mean(1, keepdims=True))
    metric = OneVsRestAveragePrecision(average)
    for stated in (probs, crowded):
        rows = cal.predictions(probs=stated, labels=labels, weights=weights)
        exact, estimate = metric(rows), from_grid(metric, rows)
        assert np.abs(np.subtract(estimate.value, exact.value)).max() <= estimate.bound + 1e-12


def test_bound_is_reached_by_an_order_inside_the_cell(from_grid):
    metric, labels = PositiveAveragePrecision(), [1, 1, 0, 0]
    cell = 0.50001 + 1e-6 * np.arange(4)  # one cell, all that is known: two of four
    best = metric(cal.predictions(probs=cell[::-1].copy(), labels=labels))
    worst = metric(cal.predictions(probs=cell, labels=labels))
    estimate = from_grid(metric, cal.predictions(probs=cell, labels=labels))
    assert best.value == 1
    assert worst.value == pytest.approx((1 / 3 + 2 / 4) / 2)
    assert estimate.value == 0.5  # all four tied
    assert estimate.bound == pytest.approx(best.value - estimate.value)


def test_calibrated_and_rare_rows_are_read_to_three_digits(from_grid):
    rng = np.random.default_rng(3)
    probs = 1 / (1 + np.exp(11 - 1.5 * rng.normal(size=300_000)))
    rows = cal.predictions(probs=probs, labels=(rng.uniform(size=len(probs)) < probs).astype(int))
    assert rows.truth.sum() < 60  # some .01 %
    assert from_grid(PositiveAveragePrecision(), rows).bound < 1e-3


@pytest.mark.parametrize(
    ("n", "share", "gap"), [(100, 0.5, 1.0), (1000, 0.1, 1.0), (1000, 0.01, 1.5)]
)
def test_interval_covers_about_as_often_as_it_says(n, share, gap):
    rng = np.random.default_rng(n)
    many = rng.uniform(size=1_000_000) < share
    true = average_precision_score(many, rng.normal(size=len(many)) + gap * many)
    covered = 0
    for _ in range(400):
        labels = rng.uniform(size=n) < share
        labels[rng.integers(n, size=2)] |= labels.sum() < 2  # one tells no spread
        scores = rng.normal(size=n) + gap * labels
        estimate = PositiveAveragePrecision()(cal.predictions(logits=scores, labels=labels))
        covered += estimate.low <= true <= estimate.high
    assert covered / 400 > 0.9  # .93 to .95 in long runs, less two standard errors


@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
def test_interval_of_an_average_is_that_of_resampled_rows(average):
    probs, labels, _ = drawn(3)
    metric = OneVsRestAveragePrecision(average)
    estimate = metric(cal.predictions(probs=probs, labels=labels))
    rng = np.random.default_rng(0)
    resampled = [
        metric(cal.predictions(probs=probs[index], labels=labels[index])).value
        for index in (rng.integers(500, size=500) for _ in range(150))
    ]
    width = 2 * 1.96 * np.std(resampled)
    assert estimate.high - estimate.low == pytest.approx(width, rel=0.25)


@pytest.mark.parametrize("ties", [False, True])
def test_own_part_is_what_rows_without_themselves_are_less_precise(ties):
    """By brute force: every positive row is taken out, and the others made heavier."""
    rng = np.random.default_rng(8)
    scores, hit = rng.random(40), rng.random(40) < 0.3
    scores = scores.round(1) if ties else scores
    weight = np.full(40, 2.0) if ties else rng.integers(1, 4, 40) / 2
    total, without = weight[hit].sum(), 0.0
    for k in np.flatnonzero(hit):
        others = np.flatnonzero((scores >= scores[k]) & (np.arange(40) != k))
        hits = weight[others[hit[others]]].sum() * total / (total - weight[k])
        alarms = weight[others[~hit[others]]].sum()
        without += weight[k] * (hits / (hits + alarms) if hits + alarms else 1.0)
    rows = ranked(*map(torch.from_numpy, (scores, hit, weight)))
    expected = float(mean_precision(rows.steps)) - without / total
    assert float(own_part(rows.steps)) == pytest.approx(expected, abs=1e-12)


def test_low_end_alone_knows_of_the_excess():
    """The same positives with ten times the rows of each kind: half as wide, the excess a tenth."""
    rng = np.random.default_rng(2)
    labels = np.arange(300) < 8
    scores = rng.normal(size=300) + labels
    one, ten = (
        PositiveAveragePrecision()(
            cal.predictions(logits=np.tile(scores, k), labels=np.tile(labels, k))
        )
        for k in (1, 10)
    )

    def odds(p):
        return math.log(p / (1 - p))

    up, down = odds(one.high) - odds(one.value), odds(one.value) - odds(one.low)
    assert down > 1.1 * up
    assert odds(ten.value) - odds(ten.low) < 1.1 * (odds(ten.high) - odds(ten.value))


def test_ranking_without_an_error_has_the_interval_of_its_positives(from_grid):
    rows = cal.predictions(probs=[0.9, 0.8, 0.7, 0.3, 0.2], labels=[1, 1, 1, 0, 0])
    ends = wilson(1.0, 3.0, 0.95)
    for found in (PositiveAveragePrecision()(rows), from_grid(PositiveAveragePrecision(), rows)):
        assert (found.value, found.low, found.high) == (1.0, ends.low, 1.0)
    lighter = cal.predictions(probs=[0.9, 0.8, 0.3], labels=[1, 1, 0], weights=[1e-6, 1.0, 1.0])
    assert PositiveAveragePrecision()(lighter).low is None  # one effective positive


def test_influences_are_derivatives_by_the_weight_of_a_row():
    scores = torch.tensor([0.9, 0.7, 0.7, 0.4, 0.3, 0.1])
    hit = torch.tensor([True, False, True, True, False, True])
    weight = torch.tensor([1.0, 2.0, 0.5, 1.5, 1.0, 3.0], dtype=torch.float64)
    rows = ranked(scores, hit, weight)
    ups, downs = precision_influences(rows.steps, mean_precision(rows.steps))
    for k in range(6):
        change = torch.zeros(6).double().scatter(0, torch.tensor([k]), 1e-6)
        plus, minus = (
            float(mean_precision(ranked(scores, hit, weight + sign * change).steps))
            for sign in (1, -1)
        )
        influence = (ups if hit[k] else downs)[rows.step[k]]
        assert float(influence) == pytest.approx((plus - minus) / 2e-6, abs=1e-8)


def test_log_odds_rank_rows_whose_probabilities_round_to_one():
    logits = torch.tensor([50.0, 60.0, 70.0, 80.0])
    rows = cal.predictions(logits=logits, labels=[0, 1, 0, 1])
    assert PositiveAveragePrecision()(rows).value == pytest.approx((1 + 2 / 3) / 2)


def test_without_positives_it_is_undefined_and_without_negatives_one(from_grid):
    metric = PositiveAveragePrecision()
    none, all_ = (cal.predictions(probs=[0.25, 0.75], labels=[k, k]) for k in (0, 1))
    for read in (lambda m, rows: m(rows), from_grid):
        assert read(metric, none).note == "undefined: it takes positive rows"
        assert math.isnan(read(metric, none).value)
        assert read(metric, all_).value == 1


def test_classes_that_never_come_out_are_left_out_and_counted(from_grid):
    probs, labels, _ = drawn(4)
    rows = cal.predictions(probs=probs, labels=labels % 3)
    each = OneVsRestAveragePrecision("per_class")(rows)
    assert math.isnan(each.value[3])
    assert each.support[3] == 0
    for average in ("macro", "weighted"):
        metric = OneVsRestAveragePrecision(average)
        weights = None if average == "macro" else each.support[:3]
        expected = np.average(each.value[:3], weights=weights)
        assert metric(rows).value == pytest.approx(expected)
        assert metric(rows).note == "1 of 4 classes never came out: left out"
        assert from_grid(metric, rows).note.startswith(metric(rows).note)


def test_soft_labels_and_single_positives_have_no_interval():
    soft = PositiveAveragePrecision()(cal.predictions(probs=[0.25, 0.75], labels=[0.25, 0.5]))
    # steps: .5 of 1, then .25 of 1: (.5 * .5/1 + .25 * .75/2) / .75
    assert soft.value == pytest.approx((0.25 + 0.09375) / 0.75)
    assert soft.method == "not available: the variance needs hard labels"
    one = PositiveAveragePrecision()(cal.predictions(probs=[0.2, 0.3, 0.9], labels=[0, 1, 0]))
    assert one.method == "not available: one row of a side tells nothing of the spread"


def test_all_positive_rows_have_a_precision_of_one_and_no_more():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        columns = {"probs": rng.uniform(0.1, 0.9, 5000), "weights": rng.uniform(0.1, 3, 5000)}
        rows = cal.predictions(labels=np.ones(5000, dtype=int), **columns)
        assert PositiveAveragePrecision()(rows).value <= 1
        assert AURC()(cal.predictions(labels=np.zeros(5000, dtype=int), **columns)).value <= 1


def test_is_silent_where_scores_are_spread():
    probs, labels, _ = drawn(2, n=5000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tally = cal.tally(cal.predictions(probs=probs, labels=labels), [PositiveAveragePrecision()])
        cal.evaluate(tally, [PositiveAveragePrecision()])
