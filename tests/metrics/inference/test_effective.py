"""Rows behind a weighted share: Kish's number, the design's variance, few rows of a side."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.inference.effective import row_weight, rows_behind
from calibrant.metrics.intervals import wilson


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.98, 1.0])
def test_weights_that_have_nothing_to_do_with_what_came_have_kishs_number(share):
    weights = np.repeat([1.0, 3.0], 50)
    twice = float((weights**2).sum())
    kish = weights.sum() ** 2 / twice
    found = rows_behind(share, share * twice, (1 - share) * twice, weights.sum())
    assert found == pytest.approx(kish, rel=1e-12)


@pytest.mark.parametrize("weights", [(1.0, 10.0), (10.0, 1.0)], ids=["came heavy", "came light"])
def test_number_is_that_of_the_variance(weights):
    """The variance of a weighted share, of many sets of rows."""
    rng = np.random.default_rng(0)
    came = rng.random((2000, 2000)) < 0.2
    w = np.where(came, weights[1], weights[0])
    share = (w * came).sum(axis=1) / w.sum(axis=1)
    numbers = [
        rows_behind(p, float((v**2)[c].sum()), float((v**2)[~c].sum()), float(v.sum()))
        for p, v, c in zip(share[:100], w, came, strict=False)
    ]
    mean = share.mean()
    assert mean * (1 - mean) / share.var() == pytest.approx(np.median(numbers), rel=0.08)
    kish = (w.sum(axis=1) ** 2 / (w**2).sum(axis=1)).mean()
    assert abs(np.log(kish / np.median(numbers))) > 0.15  # which is what Kish's number misses


def test_one_light_row_of_a_side_does_not_tell_what_the_next_would_weigh():
    others = 100  # of weight 1, all right; the wrong one weighs a thousandth
    whole = others + 1e-3
    assert rows_behind(others / whole, float(others), 1e-6, whole) < 2.1 * others
    assert rows_behind(0.5, 1.0, 1.0, 2.0) == pytest.approx(2)


def test_weight_of_a_row_is_its_own_where_there_are_many():
    w, ww = np.array([3000.0, 3.0, 0.0, 4.0]), np.array([9000.0, 9.0, 0.0, 16.0])
    found = row_weight(w, ww, np.array([1.0, 1.0, 5.0, 4.0]))
    assert found[0] == pytest.approx(3, rel=1e-2)
    assert found[1:].tolist() == [2.0, 5.0, 4.0]  # one of 3 and one of 1, none, all alike


def rows(n, seed=0, *, heavy=10.0):
    rng = np.random.default_rng([n, seed])
    labels = (rng.random(n) < 0.2).astype(int)
    probs = np.clip(rng.normal(0.3 + 0.2 * labels, 0.15), 0.01, 0.99)
    return cal.predictions(probs=probs, labels=labels, weights=np.where(labels, heavy, 1.0))


@pytest.mark.parametrize("metric", ["accuracy", "f1_positive", "precision_positive", "f1_micro"])
def test_intervals_of_shares_hold_as_wide_as_the_estimates_scatter(metric):
    names = [metric]
    found = [cal.evaluate(rows(2000, seed), names)[metric] for seed in range(200)]
    width = np.mean([each.high - each.low for each in found])
    assert width == pytest.approx(2 * 1.96 * np.std([each.value for each in found]), rel=0.15)


@pytest.mark.parametrize("metric", ["error_rate", "recall_positive"])
def test_equal_weights_of_an_outcome_leave_intervals_alone(metric):
    """Recall is a share of one class, which weighs the same; so do all rows of weight 3."""
    alike = cal.predictions(probs=[0.2, 0.7, 0.9, 0.4], labels=[0, 1, 1, 1], weights=[3.0] * 4)
    plain = cal.predictions(probs=[0.2, 0.7, 0.9, 0.4], labels=[0, 1, 1, 1])
    first, second = (cal.evaluate(each, [metric])[metric] for each in (alike, plain))
    assert (first.low, first.high) == pytest.approx((second.low, second.high), rel=1e-12)
    heavy, light = (
        cal.evaluate(rows(500, heavy=each), ["recall_positive"])["recall_positive"]
        for each in (10.0, 1.0)
    )
    assert (heavy.low, heavy.high) == pytest.approx((light.low, light.high), rel=1e-9)


def test_soft_labels_keep_kishs_number():
    soft = np.array([[0.2, 0.8], [0.6, 0.4], [0.9, 0.1]])
    weights = np.array([1.0, 5.0, 2.0])
    stated = np.array([[0.1, 0.9], [0.6, 0.4], [0.7, 0.3]])
    soft_rows = cal.predictions(probs=stated, labels=soft, weights=weights)
    found = cal.evaluate(soft_rows, ["accuracy"])["accuracy"]
    kish = weights.sum() ** 2 / (weights**2).sum()
    assert found.low == pytest.approx(wilson(found.value, kish, 0.95).low, rel=1e-9)


def test_uncertainty_of_weighted_rows_is_that_of_the_base_rate():
    found = cal.evaluate(rows(3000, heavy=3.0), ["brier_uncertainty"])["brier_uncertainty"]
    values = [
        cal.evaluate(rows(3000, seed, heavy=3.0), ["brier_uncertainty"])["brier_uncertainty"].value
        for seed in range(200)
    ]
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.std(values), rel=0.2)


def test_bins_bands_and_certificates_of_weighted_rows_rest_on_the_same_number():
    """All rows in one bin, which is also the tail of the certificate."""
    given = rows(1000)
    p = np.array([0.95, 0.05])
    one = cal.predictions(
        probs=np.tile(p, (1000, 1)), labels=given.hard.numpy(), weights=given.weights
    )
    w, came = given.weights.numpy(), given.hard.numpy() == 1
    share = float(w[~came].sum() / w.sum())
    number = rows_behind(share, float((w**2)[~came].sum()), float((w**2)[came].sum()), w.sum())
    kish = float(w.sum() ** 2 / (w**2).sum())
    assert abs(number / kish - 1) > 0.1
    expected = wilson(share, number, 0.95)
    table = cal.reliability_table(one, n_bins=5)
    assert (table.low[-1], table.high[-1]) == pytest.approx((expected.low, expected.high))
    band = cal.reliability_curve(one, n_bins=5, band="confidence")
    assert (band.low[-1], band.high[-1]) == pytest.approx((expected.low, expected.high))
    for source in (one, cal.tally(one, metrics=["top_label_ece"])):
        claim = cal.certificate(source, levels=[0.9]).claims[0]
        assert claim.n_effective == pytest.approx(number)
