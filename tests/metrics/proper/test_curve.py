"""The isotonic curve against scikit-learn, from rows and from tallies."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.proper.corp import Miscalibration
from calibrant.metrics.proper.curve import isotonic_curve


def drawn(n=400, decimals=2):
    generator = np.random.default_rng(0)
    probs = generator.random(n).round(decimals)
    return probs, (generator.random(n) < probs**2).astype(int), generator.random(n) + 0.5


def at(curve, probs):
    """Recalibrated value of every probability that was stated."""
    block = np.searchsorted(np.array(curve.upper) + 1e-12, probs)
    assert (np.array(curve.lower)[block] <= probs + 1e-12).all()
    return np.array(curve.recalibrated)[block]


@pytest.mark.parametrize("weighted", [False, True])
def test_curve_is_the_isotonic_regression_of_scikit_learn(weighted):
    probs, labels, weights = drawn()
    weights = weights if weighted else None
    curve = isotonic_curve(cal.predictions(probs=probs, labels=labels, weights=weights))
    fitted = IsotonicRegression().fit(probs, labels, sample_weight=weights).predict(probs)
    np.testing.assert_allclose(at(curve, probs), fitted, atol=1e-12)
    assert sum(curve.n) == 400
    assert sum(curve.weight) == pytest.approx(400 if weights is None else weights.sum())


def test_tally_of_ties_gives_the_curve_of_rows():
    probs, labels, _ = drawn(decimals=1)
    rows = cal.predictions(probs=probs, labels=labels)
    exact = isotonic_curve(rows)
    summed = isotonic_curve(cal.tally(rows, [Miscalibration()]))
    assert summed.n == exact.n
    assert summed.recalibrated == exact.recalibrated
    assert summed.lower == pytest.approx(exact.lower)
    assert summed.upper == pytest.approx(exact.upper)
    assert summed.stated == pytest.approx(exact.stated)


def test_blocks_rise_and_hold_their_rows():
    probs, labels, _ = drawn(n=5000, decimals=9)
    curve = isotonic_curve(cal.events(probs=probs, outcomes=labels), view="top_label")
    assert list(curve.recalibrated) == sorted(set(curve.recalibrated))
    for low, mean, high in zip(curve.lower, curve.stated, curve.upper, strict=True):
        assert low - 1e-12 <= mean <= high + 1e-12
    assert np.dot(curve.weight, curve.recalibrated) == pytest.approx(labels.sum())


def test_rows_of_weight_zero_are_left_out():
    rows = cal.predictions(probs=[0.1, 0.5, 0.9], labels=[1, 0, 1], weights=[0.0, 1, 1])
    assert isotonic_curve(rows).n == (1, 1)


def test_tallies_of_other_metrics_are_refused_with_the_remedy():
    tallies = cal.tally(cal.predictions(probs=[0.5], labels=[1]), ["log_loss"])
    with pytest.raises(InputError, match="metrics=\\['positive_brier_miscalibration'\\]"):
        isotonic_curve(tallies)
