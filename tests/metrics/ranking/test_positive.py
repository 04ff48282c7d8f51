"""AUROC from rows against scikit-learn, and from the grid within the bound that it states."""

import re
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import roc_auc_score

import calibrant as cal
from calibrant.errors import CalibrantWarning, InputError
from calibrant.metrics.ranking.one_vs_rest import MacroAUROC
from calibrant.metrics.ranking.positive import PositiveAUROC
from calibrant.statistics.bundle import tally_rows

BOUND = re.compile(r"from the grid, at most (\S+) off")


def from_grid(metric, rows):
    tally = tally_rows(rows, [metric.statistic]).parts[metric.statistic]
    return metric.estimate(tally, level=0.95, class_names=rows.class_names)


def drawn(n_classes, n=400, decimals=None):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(n, n_classes, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(logits.softmax(-1), 1, generator=generator).squeeze(-1)
    probs = logits.softmax(-1)
    probs = probs if decimals is None else probs.round(decimals=decimals)
    return probs / probs.sum(-1, keepdim=True), labels


@pytest.mark.parametrize("decimals", [None, 2, 1])  # with ties, too
@pytest.mark.parametrize("weighted", [False, True])
def test_positive_agrees_with_scikit_learn(decimals, weighted):
    probs, labels = drawn(2, decimals=decimals)
    weights = torch.arange(len(labels)).double() % 5 + 0.5 if weighted else None
    expected = roc_auc_score(labels, probs[:, 1], sample_weight=weights)
    for rows in (
        cal.predictions(probs=probs[:, 1], labels=labels, weights=weights),
        cal.events(probs=probs[:, 1], outcomes=labels, weights=weights),
    ):
        assert PositiveAUROC()(rows).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_macro_agrees_with_scikit_learn(weighted):
    probs, labels = drawn(4, decimals=2)
    weights = torch.arange(len(labels)).double() % 5 + 0.5 if weighted else None
    expected = roc_auc_score(
        labels, probs, multi_class="ovr", average="macro", sample_weight=weights
    )
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    assert MacroAUROC()(rows).value == pytest.approx(expected, abs=1e-12)


def test_log_odds_rank_rows_whose_probabilities_round_to_one():
    logits = torch.tensor([50.0, 60.0, 70.0, 80.0], dtype=torch.float32)
    labels = torch.tensor([0, 1, 0, 1])
    assert torch.sigmoid(logits).unique().numel() == 1
    for given_logits in (logits, torch.stack((torch.zeros(4), logits), -1)):
        assert PositiveAUROC()(cal.predictions(logits=given_logits, labels=labels)).value == 0.75


scores = arrays.arrays(np.float64, st.integers(4, 40), elements=st.floats(0, 1))


@settings(max_examples=30, deadline=None)
@given(scores, st.integers(0, 2**32))
def test_grid_is_off_by_no_more_than_it_states(probs, seed):
    labels = np.random.default_rng(seed).integers(2, size=len(probs))
    labels[:2] = [0, 1]
    rows = cal.predictions(probs=probs, labels=labels)
    exact = PositiveAUROC()(rows).value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrantWarning)
        estimate = from_grid(PositiveAUROC(), rows)
    bound = BOUND.search(estimate.note)
    assert bound is not None
    assert abs(estimate.value - exact) <= float(bound[1]) + 1e-12


def test_grid_tells_scores_apart_down_to_a_billionth():
    probs = np.concatenate((np.logspace(-11, -5, 40), 1 - np.logspace(-11, -5, 40)))
    rows = cal.predictions(probs=probs, labels=np.arange(80) % 2)
    exact, estimate = PositiveAUROC()(rows), from_grid(PositiveAUROC(), rows)
    assert estimate.value == pytest.approx(exact.value, abs=1e-3)
    assert (estimate.low, estimate.high) == pytest.approx((exact.low, exact.high), abs=1e-3)


def test_macro_from_the_grid_states_its_bound_and_why_it_has_no_interval():
    probs, labels = drawn(4)
    rows = cal.predictions(probs=probs, labels=labels)
    estimate = from_grid(MacroAUROC(), rows)
    bound = float(BOUND.search(estimate.note)[1])
    assert abs(estimate.value - MacroAUROC()(rows).value) <= bound < 0.01
    assert estimate.low is None
    assert "rows in memory" in estimate.method


@pytest.mark.parametrize("name", ["auroc_positive", "auroc_macro"])
@pytest.mark.parametrize(("spread", "off"), [(1e-9, r"0\.5"), (1e-3, r"0\.(0\d+|5)")])
def test_warns_where_scores_crowd_in_few_cells(name, spread, off):
    rng = np.random.default_rng(0)
    probs = 0.5001 + spread * rng.uniform(size=300)  # in one cell, or in a few
    labels = (rng.uniform(size=300) < 0.5).astype(int)
    tallies = cal.tally(cal.predictions(probs=probs, labels=labels), [name])
    with pytest.warns(CalibrantWarning, match=f"from the grid may be {off} off: .* in memory"):
        cal.evaluate(tallies, [name])


def test_is_silent_where_scores_are_spread():
    probs, labels = drawn(2, n=5000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        from_grid(PositiveAUROC(), cal.predictions(probs=probs, labels=labels))


@pytest.mark.parametrize(("n", "gap"), [(80, 1.5), (300, 0.5)])
def test_interval_of_the_positive_class_covers_as_often_as_it_says(n, gap):
    rng = np.random.default_rng(n)
    true = float(torch.special.ndtr(torch.tensor(gap / 2**0.5, dtype=torch.float64)))
    covered = 0
    for _ in range(500):
        labels = rng.permutation(n) < 0.4 * n
        scores = torch.from_numpy(rng.normal(size=n) + gap * labels)
        rows = cal.predictions(logits=scores, labels=labels)
        estimate = PositiveAUROC()(rows)
        covered += estimate.low <= true <= estimate.high
    assert 0.92 <= covered / 500 <= 0.98  # .95, and three standard errors


def test_interval_of_the_macro_average_is_that_of_resampled_rows():
    probs, labels = drawn(3, n=500)
    estimate = MacroAUROC()(cal.predictions(probs=probs, labels=labels))
    rng = np.random.default_rng(0)
    resampled = []
    for _ in range(200):
        index = torch.from_numpy(rng.integers(500, size=500))
        resampled.append(
            MacroAUROC()(cal.predictions(probs=probs[index], labels=labels[index])).value
        )
    width = np.quantile(resampled, 0.975) - np.quantile(resampled, 0.025)
    assert estimate.high - estimate.low == pytest.approx(width, rel=0.2)
    assert estimate.method == "DeLong, on the scale of log-odds"


def test_soft_labels_are_pairs_of_shares():
    rows = cal.predictions(probs=[0.25, 0.75], labels=[0.25, 0.5])
    # positive mass .25 and .5, negative .75 and .5: (.25*.75/2 + .5*.75 + .5*.5/2) / (.75*1.25)
    assert PositiveAUROC()(rows).value == pytest.approx(0.59375 / 0.9375)
    assert PositiveAUROC()(rows).method == "not available: the variance needs hard labels"


def test_absent_classes_are_left_out_of_the_mean_and_counted():
    probs, labels = drawn(4)
    rows = cal.predictions(probs=probs, labels=labels % 3)
    estimate = MacroAUROC()(rows)
    of_three = [
        PositiveAUROC()(cal.events(probs=probs[:, k], outcomes=labels % 3 == k)).value
        for k in range(3)
    ]
    assert estimate.value == pytest.approx(np.mean(of_three), abs=1e-12)
    assert estimate.note == "1 of 4 classes never came out or always did: left out"
    assert from_grid(MacroAUROC(), rows).note.startswith(estimate.note)


@pytest.mark.parametrize("metric", [PositiveAUROC(), MacroAUROC()])
@pytest.mark.parametrize("label", [0, 1])
def test_one_sided_labels_are_undefined_from_rows_and_from_the_grid(metric, label):
    rows = cal.predictions(probs=[0.25, 0.75], labels=[label, label])
    for estimate in (metric(rows), from_grid(metric, rows)):
        assert np.isnan(estimate.value)
        assert estimate.note == "undefined: it takes positive and negative rows"
        assert estimate.to_dict()["value"] is None
        assert estimate.to_dict()["reason"] == estimate.note


def test_class_of_one_row_tells_nothing_of_the_spread():
    probs, labels = drawn(2, n=30)
    lonely = torch.zeros(30, dtype=torch.long)
    lonely[7] = 1
    estimate = MacroAUROC()(cal.predictions(probs=probs, labels=lonely))
    assert estimate.low is None
    assert estimate.method == "not available: a class of one row tells nothing of the spread"
    estimate = PositiveAUROC()(cal.predictions(probs=probs, labels=lonely))
    assert "one positive or negative row tells nothing" in estimate.method
    assert MacroAUROC()(cal.predictions(probs=probs, labels=labels)).low is not None


def test_mean_of_two_classes_has_the_interval_of_the_positive_one():
    probs, labels = drawn(2)
    for logits in (probs.log(), probs[:, 1].logit()):
        rows = cal.predictions(logits=logits, labels=labels)
        mean, positive = MacroAUROC()(rows), PositiveAUROC()(rows)
        assert mean.value == pytest.approx(positive.value, abs=1e-12)
        assert (mean.low, mean.high) == pytest.approx((positive.low, positive.high), rel=1e-6)
        assert mean.method == positive.method
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CalibrantWarning)
            read, of_one = from_grid(MacroAUROC(), rows), from_grid(PositiveAUROC(), rows)
        assert (read.low, read.high) == pytest.approx((of_one.low, of_one.high), abs=1e-3)


def test_macro_ranks_logits_whose_probabilities_round_to_one():
    logits = torch.zeros(4, 3)
    logits[:, 1] = torch.tensor([50.0, 60.0, 70.0, 80.0])
    rows = cal.predictions(logits=logits, labels=[0, 1, 0, 1])
    assert logits.softmax(-1)[:, 1].unique().numel() == 1
    # class 1: 3 of 4 pairs; class 0: the same pairs the other way round; class 2 never comes out
    assert MacroAUROC()(rows).value == 0.75


def test_perfect_ranking_reaches_1_from_rows_and_from_the_grid():
    rows = cal.predictions(probs=[0.1, 0.2, 0.8, 0.9], labels=[0, 0, 1, 1])
    for estimate in (PositiveAUROC()(rows), from_grid(PositiveAUROC(), rows)):
        assert estimate.value == 1
        assert 0.3 < estimate.low < 0.5
        assert estimate.high == 1
        assert estimate.method == "DeLong with Hanley and McNeil, inverted"
    of_three = MacroAUROC()(
        cal.predictions(logits=torch.eye(3).repeat(4, 1), labels=list(range(3)) * 4)
    )
    assert of_three.value == 1
    assert of_three.method == "not available: at 0 or 1 the estimated variance is 0"


def test_scaled_weights_change_nothing_and_repeated_rows_narrow():
    probs, labels = drawn(2, n=60, decimals=2)
    weights = torch.arange(60).double() % 3 + 1
    once, scaled, repeated = (
        PositiveAUROC()(cal.predictions(probs=p[:, 1], labels=y, weights=w))
        for p, y, w in (
            (probs, labels, weights),
            (probs, labels, 1e6 * weights),
            (probs.repeat(10, 1), labels.repeat(10), weights.repeat(10)),
        )
    )
    assert (scaled.value, scaled.low, scaled.high) == pytest.approx(
        (once.value, once.low, once.high), rel=1e-9
    )
    assert repeated.value == pytest.approx(once.value)
    assert repeated.high - repeated.low < 0.4 * (once.high - once.low)  # 1 / sqrt(10) = .32


def test_other_class_by_its_own_probability_has_the_same_interval():
    probs, labels = drawn(2, n=60)
    first, second = (
        PositiveAUROC()(cal.events(probs=probs[:, k], outcomes=labels == k)) for k in (0, 1)
    )
    each = cal.metrics.OneVsRestAUROC("per_class")(cal.predictions(probs=probs, labels=labels))
    for other in ((first.low, first.high), (each.low[0], each.high[0])):
        assert other == pytest.approx((second.low, second.high), rel=1e-9)


def test_weights_that_leave_one_effective_row_of_a_side_leave_no_interval():
    probs = [0.1, 0.3, 0.4, 0.2, 0.8, 0.9]
    rows = cal.predictions(probs=probs, labels=[0, 0, 0, 1, 1, 1], weights=[1, 1, 1, 9, 1, 1])
    why = "not available: the weights leave fewer than two effective rows of a side"
    for estimate in (PositiveAUROC()(rows), cal.metrics.Gini()(rows), MacroAUROC()(rows)):
        assert (estimate.low, estimate.method) == (None, why)


def test_positive_class_needs_two_classes_from_rows_too():
    probs, labels = drawn(3)
    with pytest.raises(
        InputError, match=r"must have two classes for the positive-class view; got 3"
    ):
        cal.evaluate(cal.predictions(probs=probs, labels=labels), ["auroc_positive"])
