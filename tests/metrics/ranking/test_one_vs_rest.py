"""AUROC of each class against the rest: averages, pooled and single, against scikit-learn."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

import calibrant as cal
from calibrant.metrics.ranking.one_vs_rest import MacroAUROC, OneVsRestAUROC

AVERAGES = ("macro", "weighted", "micro", "per_class")


def drawn(n=400, decimals=2):
    rng = np.random.default_rng(n)
    odds = np.exp(1.5 * rng.normal(size=(n, 4))) * [4, 2, 1, 1]
    probs = odds / odds.sum(1, keepdims=True)
    labels = np.array([rng.choice(4, p=row) for row in probs])
    probs = probs.round(decimals)
    return probs / probs.sum(1, keepdims=True), labels, rng.integers(1, 5, n) / 2


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("weighted", [False, True])
def test_averages_agree_with_scikit_learn(average, weighted):
    probs, labels, weights = drawn()
    weights = weights if weighted else None
    expected = roc_auc_score(
        labels,
        probs,
        multi_class="ovr",
        average=None if average == "per_class" else average,
        sample_weight=weights,
    )
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    np.testing.assert_allclose(OneVsRestAUROC(average)(rows).value, expected, atol=1e-12)


@pytest.mark.parametrize("average", AVERAGES)
def test_grids_are_off_by_no_more_than_they_state(average, from_grid):
    probs, labels, weights = drawn(decimals=6)
    crowded = 0.25 + 1e-3 * (probs - 0.25)
    metric = OneVsRestAUROC(average)
    for stated in (probs, crowded):
        rows = cal.predictions(probs=stated, labels=labels, weights=weights)
        exact, read = metric(rows), from_grid(metric, rows)
        assert np.abs(np.subtract(read.value, exact.value)).max() <= read.bound + 1e-12


def test_single_classes_have_delongs_interval_from_rows_and_from_tallies(from_grid):
    probs, labels, weights = drawn(decimals=6)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    each, read = OneVsRestAUROC("per_class")(rows), from_grid(OneVsRestAUROC("per_class"), rows)
    for k in range(4):
        alone = cal.events(probs=probs[:, k], outcomes=labels == k, weights=weights)
        expected = cal.metrics.PositiveAUROC()(alone)
        assert (each.low[k], each.high[k]) == pytest.approx((expected.low, expected.high))
        assert (read.low[k], read.high[k]) == pytest.approx((each.low[k], each.high[k]), abs=5e-3)


@pytest.mark.parametrize("average", ["weighted", "micro"])
def test_interval_of_an_average_is_that_of_resampled_rows(average):
    probs, labels, _ = drawn()
    metric, rng = OneVsRestAUROC(average), np.random.default_rng(0)
    estimate = metric(cal.predictions(probs=probs, labels=labels))
    values = [
        metric(cal.predictions(probs=probs[index], labels=labels[index])).value
        for index in (rng.integers(400, size=400) for _ in range(80))
    ]
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 * np.std(values), rel=0.35)


def test_classes_with_equal_logits_stay_tied():
    logits = torch.tensor([[3.0, 3.0, 1.0], [2.0, 2.0, 0.0], [1.0, 1.0, 5.0]]).double()
    rows = cal.predictions(logits=logits, labels=[0, 1, 2])
    # positives 3, 2, 5 (in odds), each tied with its own rival: pooled 1/2 of each such pair
    pooled = OneVsRestAUROC("micro")(rows).value
    shifted = cal.predictions(logits=logits + 1000, labels=[0, 1, 2])
    assert OneVsRestAUROC("micro")(shifted).value == pooled


def test_macro_is_the_plain_mean_of_the_classes():
    probs, labels, weights = drawn()
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    each = OneVsRestAUROC("per_class")(rows)
    assert MacroAUROC()(rows).value == pytest.approx(np.mean(each.value))
    weighted = OneVsRestAUROC("weighted")(rows).value
    assert weighted == pytest.approx(np.average(each.value, weights=each.support))
    assert each.names == ("0", "1", "2", "3")


def test_classes_side_by_side_give_the_bits_of_one_after_the_other():
    generator = torch.Generator().manual_seed(0)
    probs = torch.rand(1 << 16, 3, generator=generator).softmax(-1)
    labels = torch.randint(3, (1 << 16,), generator=generator)
    rows, n_threads = cal.predictions(probs=probs, labels=labels), torch.get_num_threads()
    found = {}
    try:
        for n in (1, 3):
            torch.set_num_threads(n)
            found[n] = OneVsRestAUROC()(rows)
            assert torch.get_num_threads() == n
    finally:
        torch.set_num_threads(n_threads)
    assert found[1] == found[3]
