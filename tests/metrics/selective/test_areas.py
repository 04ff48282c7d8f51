"""Areas under risk-coverage curves against plain loops, identities, resampling and bounds."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

import calibrant as cal
from calibrant.errors import CalibrantWarning
from calibrant.metrics.ranking.steps import ranked
from calibrant.metrics.selective.areas import AUGRC, AURC, ExcessAURC
from calibrant.metrics.selective.points import AccuracyAtCoverage, CoverageAtAccuracy
from calibrant.metrics.selective.risk_area import (
    joint_risk,
    joint_risk_influences,
    mean_risk,
    mean_risk_influences,
)

METRICS = (
    *(AURC(), ExcessAURC(), AUGRC()),
    *(AccuracyAtCoverage(0.8), AccuracyAtCoverage(0.1), AccuracyAtCoverage(1.0)),
    *(CoverageAtAccuracy(0.95), CoverageAtAccuracy(0.6)),
)


def drawn(kind, n=400):
    rng = np.random.default_rng(1)
    probs = {
        "calibrated": rng.beta(4, 1, size=n),
        "sure": 1 - 10 ** rng.uniform(-9, -0.5, size=n),
        "crowded": 0.5 + 1e-4 * rng.uniform(size=n),
        "tied": rng.integers(1, 30, size=n) / 30,
        "at the ends": np.where(rng.uniform(size=n) < 0.5, 1.0, 1 - 1e-8 * rng.uniform(size=n)),
    }[kind]
    right = (rng.uniform(size=n) < np.where(probs > 0.999, 0.9, probs)).astype(int)
    return probs, right, rng.integers(1, 5, n) / 2


def test_without_ties_aurc_is_the_mean_of_the_selective_risks():
    probs, right, _ = drawn("calibrated")
    wrong = 1 - right[np.argsort(-probs)]
    risks = wrong.cumsum() / np.arange(1, len(wrong) + 1)
    assert AURC()(cal.events(probs=probs, outcomes=right)).value == pytest.approx(risks.mean())


def test_augrc_is_the_identity_of_traub_et_al_with_ties_and_weights():
    probs, right, weights = drawn("tied")
    accuracy = np.average(right, weights=weights)
    area = roc_auc_score(right, probs, sample_weight=weights)
    expected = accuracy * (1 - accuracy) * (1 - area) + (1 - accuracy) ** 2 / 2
    rows = cal.events(probs=probs, outcomes=right, weights=weights)
    assert AUGRC()(rows).value == pytest.approx(expected, abs=1e-12)


def test_excess_is_what_lies_above_the_best_order_of_many_rows():
    n, wrong = 100_000, 0.2
    scores, right = np.arange(n) / n, np.arange(n) >= wrong * n
    best = cal.events(probs=scores, outcomes=right.astype(int))
    assert ExcessAURC()(best).value == pytest.approx(0, abs=1e-5)
    # the right rows first: the integral of (c - .8) / c from .8 to 1
    assert AURC()(best).value == pytest.approx(wrong + (1 - wrong) * math.log(1 - wrong), abs=1e-5)


def loops(rows):
    """AURC and AUGRC by the definition, in fractions, and the accuracy of half the rows."""
    total = sum(w for _, _, w in rows)
    mean, joint = Fraction(0), Fraction(0)
    for score, _, weight in rows:
        above = [(y, w) for s, y, w in rows if s >= score]
        wrong = sum((w * (1 - y) for y, w in above), Fraction(0))
        tied = sum((w * (1 - y) for s, y, w in rows if s == score), Fraction(0))
        mean += weight * wrong / sum(w for _, w in above)
        joint += weight * (wrong - tied / 2)
    return float(mean / total), float(joint / total**2)


rows_of = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=10
)


@settings(max_examples=40, deadline=None)
@given(rows_of)
def test_ties_weights_and_soft_labels_follow_the_definition(rows):
    exact = [(Fraction(s, 5), Fraction(y, 4), Fraction(w, 2)) for s, y, w in rows]
    probs, right, weights = (
        torch.tensor([float(e) for e in side]).double() for side in zip(*exact, strict=True)
    )
    events = cal.events(probs=probs, outcomes=torch.zeros(len(rows)), weights=weights)
    events = type(events)(events.prob, right, events.weights)
    expected = loops(exact)
    for metric, value in zip((AURC(), AUGRC()), expected, strict=True):
        assert metric(events).value == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("kind", ["calibrated", "sure", "crowded", "tied", "at the ends"])
@pytest.mark.parametrize("form", ["alike", "weighted", "soft"])
@pytest.mark.filterwarnings("ignore::calibrant.errors.CalibrantWarning")
def test_grid_is_off_by_no_more_than_it_states(kind, form):
    probs, right, weights = drawn(kind)
    rows = cal.events(probs=probs, outcomes=right, weights=weights if form == "weighted" else None)
    if form == "soft":
        rows = type(rows)(rows.prob, 0.9 * rows.outcome.double() + 0.05)
    exact = cal.evaluate(rows, METRICS)
    for name, estimate in cal.evaluate(cal.tally(rows, METRICS), METRICS).items():
        assert abs(estimate.value - exact[name].value) <= estimate.bound + 1e-12, name


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=9))
def test_any_order_inside_few_cells_is_within_the_bound(rows):
    spread = np.random.default_rng(0).permutation(len(rows)) * 1e-7
    probs = (np.array([cell for cell, _ in rows]) + 0.5) / 14_400 * 3 + spread
    events = cal.events(probs=probs, outcomes=[int(hit) for _, hit in rows])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrantWarning)
        read = cal.evaluate(cal.tally(events, METRICS), METRICS)
    for name, exact in cal.evaluate(events, METRICS).items():
        assert abs(read[name].value - exact.value) <= read[name].bound + 1e-12, name


def test_calibrated_rows_are_read_to_three_digits():
    probs, right, _ = drawn("calibrated", n=20_000)
    rows = cal.events(probs=probs, outcomes=right)
    for estimate in cal.evaluate(cal.tally(rows, METRICS), METRICS).estimates.values():
        assert estimate.bound < 5e-4


@pytest.mark.parametrize(
    ("area", "influences"),
    [(mean_risk, mean_risk_influences), (joint_risk, joint_risk_influences)],
)
def test_influences_are_derivatives_by_the_weight_of_a_row(area, influences):
    scores = torch.tensor([0.9, 0.7, 0.7, 0.4, 0.3, 0.1])
    right = torch.tensor([True, False, True, True, False, True])
    weight = torch.tensor([1.0, 2.0, 0.5, 1.5, 1.0, 3.0], dtype=torch.float64)
    rows = ranked(scores, right, weight)
    sides = influences(rows.steps, area(rows.steps))
    for k in range(6):
        change = torch.zeros(6).double().scatter(0, torch.tensor([k]), 1e-6)
        plus, minus = (
            float(area(ranked(scores, right, weight + sign * change).steps)) for sign in (1, -1)
        )
        influence = sides[0 if right[k] else 1][rows.step[k]]
        assert float(influence) == pytest.approx((plus - minus) / 2e-6, abs=1e-8)


@pytest.mark.parametrize("metric", [AURC(), ExcessAURC(), AUGRC()], ids=str)
def test_interval_is_that_of_resampled_rows(metric):
    probs, right, _ = drawn("calibrated")
    rng = np.random.default_rng(0)
    estimate = metric(cal.events(probs=probs, outcomes=right))
    values = [
        metric(cal.events(probs=probs[index], outcomes=right[index])).value
        for index in (rng.integers(400, size=400) for _ in range(150))
    ]
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 * np.std(values), rel=0.25)


def test_log_odds_rank_rows_whose_confidence_rounds_to_one():
    logits = torch.tensor([[0.0, 50.0, 0.0], [0.0, 60.0, 0.0], [70.0, 0.0, 0.0], [0.0, 0.0, 80.0]])
    assert logits.softmax(-1).max(-1).values.unique().numel() == 1
    rows = cal.predictions(logits=logits, labels=[0, 1, 0, 2])
    assert AURC()(rows).value == pytest.approx(1 / 16)  # wrong only at the last: (0+0+0+1/4) / 4
    odds = cal.predictions(logits=[50.0, 60.0, -70.0, 80.0], labels=[0, 1, 0, 1])
    assert AURC()(odds).value == pytest.approx(1 / 16)


def test_all_right_costs_nothing_and_all_wrong_everything():
    for outcome, aurc, augrc in ((1, 0.0, 0.0), (0, 1.0, 0.5)):
        rows = cal.events(probs=[0.3, 0.6, 0.9], outcomes=[outcome] * 3)
        assert AURC()(rows).value == aurc
        assert AUGRC()(rows).value == pytest.approx(augrc)
        assert ExcessAURC()(rows).value == 0


def test_interval_of_augrc_stays_within_its_range():
    rows = cal.events(probs=[0.9, 0.8, 0.7, 0.6, 0.5, 0.4], outcomes=[0, 0, 0, 0, 0, 1])
    found = AUGRC()(rows)
    assert found.value == pytest.approx(sum((0.5, 1.5, 2.5, 3.5, 4.5, 5)) / 36)
    assert 0 < found.low < found.value < found.high < 0.5


def test_coverage_shares_out_ties_and_tells_the_threshold():
    # half of the rows: .9, .8 (wrong), and one of the two at .7, half right
    rows = cal.events(probs=[0.9, 0.8, 0.7, 0.7, 0.6, 0.5], outcomes=[1, 0, 1, 0, 1, 1])
    assert AccuracyAtCoverage(0.5)(rows).value == pytest.approx(1.5 / 3)
    best = CoverageAtAccuracy(0.6)(rows)  # all: 4 of 6; of the first five 3
    assert (best.value, best.details["threshold"]) == (1.0, 0.5)
    none = CoverageAtAccuracy(0.9)(cal.events(probs=[0.9, 0.5], outcomes=[0, 1]))
    assert none.value == 0
    assert none.note.endswith("0 where no threshold is as asked")
