"""Weights that hang together with outcomes: what they are, and how outcomes as stated scatter."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.inference.consistency import calibrated_gaps
from calibrant.metrics.inference.tied_weights import TiedWeights

HEAVY = 10.0


def sums(w, y, *more):
    return [np.array([float(x.sum())]) for x in (w, w * w, w * y, w * w * y, *more)]


def of_classes(rng, n, heavy=HEAVY, centre=None):
    """Rows whose positives weigh more, of a model that is true by weight."""
    score = rng.normal(-np.log(heavy) if centre is None else centre, 1.5, n)
    came = rng.random(n) < 1 / (1 + np.exp(-score))
    weights = np.where(came, heavy, 1.0)
    return 1 / (1 + np.exp(-score) / heavy), came.astype(int), weights


def test_rows_that_weigh_the_same_count_as_they_are():
    rng = np.random.default_rng(0)
    p, w = rng.random(50), np.full(50, 3.0)
    y = (rng.random(50) < p).astype(float)
    weights = TiedWeights.of(*sums(w, y))
    assert (weights.came, weights.rest, weights.number) == pytest.approx((3.0, 3.0, 50.0))
    mean, alike = np.array([p.mean()]), np.array([float((w * w * p * (1 - p)).sum())])
    assert weights.variance(mean, alike) == pytest.approx(alike)
    weight, twice, stated, spread = weights.as_counts(mean, alike)
    assert weight == pytest.approx(150.0)
    assert twice == pytest.approx(450.0)
    assert stated == pytest.approx(3 * p.sum())
    assert spread == pytest.approx(alike)


@pytest.mark.parametrize("stated", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("heavy", [0.1, 10.0])
def test_variance_is_that_of_sets_whose_outcomes_come_as_stated(stated, heavy):
    """Rows that weigh by class, of which a share of weight comes: the sum of many sets."""
    rng, n = np.random.default_rng(0), 400
    chance = stated / (stated + heavy * (1 - stated))
    came = rng.random((4000, n)) < chance
    w = np.where(came, heavy, 1.0)
    off = (w * (stated - came)).sum(axis=1)
    assert abs(off.mean()) < 4 * off.std() / 4000**0.5
    found, chances = [], []
    for each, y in zip(w[:400], came, strict=False):
        weights = TiedWeights.of(*sums(each, y.astype(float)))
        alike = np.array([stated * (1 - stated) * float((each**2).sum())])
        found.append(float(weights.variance(np.array([stated]), alike)[0]))
        chances.append(weights.chance(np.array([stated]))[0])
    told = [i for i, x in enumerate(came[:400].sum(axis=1)) if 0 < x < n]  # else nothing tells
    assert len(told) > 300
    assert np.mean(np.array(found)[told]) == pytest.approx(off.var(), rel=0.1)
    assert np.mean(np.array(chances)[told]) == pytest.approx(chance, rel=0.15)


def test_few_rows_of_an_outcome_weigh_as_others_do_in_other_bins():
    """A bin of a hundred rows of which none came: the next would weigh ten times as much."""
    w = np.array([[100.0, 200.0]])
    ww, wy, wwy = (np.array([x]) for x in ([100.0, 1100.0], [0.0, 100.0], [0.0, 1000.0]))
    found = TiedWeights.of(w, ww, wy, wwy)
    assert found.came[0] == pytest.approx([10.0, 10.0])
    assert found.rest[0] == pytest.approx([1.0, 1.0])
    alone = TiedWeights.of(*(x[:, :1] for x in (w, ww, wy, wwy)))
    assert alone.came[0] == pytest.approx([1.0])  # nothing tells that it would


def test_draws_are_those_of_outcomes_whose_weights_come_with_them():
    rng = np.random.default_rng(1)
    n, stated = 60, 0.3
    chance = stated / (stated + HEAVY * (1 - stated))
    came = rng.random((20_000, n)) < chance
    w = np.where(came, HEAVY, 1.0)
    off = (w * (stated - came)).sum(axis=1)
    step = (1 - stated) * HEAVY + stated
    weights = TiedWeights(*(np.array([x]) for x in (HEAVY, 1.0, float(n), 1.0)))
    alike = np.array([stated * (1 - stated)])  # rows state the same
    drawn = calibrated_gaps(*weights.as_counts(np.array([stated]), alike))[0]
    for share in (0.02, 0.3, 0.7, 0.98):
        found, expected = np.quantile(drawn, share), np.quantile(off, share)
        assert abs(found - expected) <= step * 1.001  # of which both are multiples
    assert drawn.mean() == pytest.approx(0, abs=0.05 * step)
    assert drawn.std() == pytest.approx(off.std(), rel=0.03)


@pytest.mark.parametrize("heavy", [0.2, 10.0])
@pytest.mark.parametrize(
    "metric", ["ece", "ece_l2", "mce", "ece_equal_mass", "positive_calibration_test_p"]
)
def test_true_models_of_weighted_classes_are_not_called_off(metric, heavy):
    """By weights that were told apart from outcomes .945 of such tests were below .05."""
    rng, found = np.random.default_rng(2), []
    for _ in range(60):
        p, y, w = of_classes(rng, 600, heavy)
        one = cal.evaluate(cal.events(probs=p, outcomes=y, weights=w), [metric])[metric]
        found.append(one.details.get("p_value", one.value))
    assert np.mean(np.array(found) < 0.05) <= 0.15  # once in a thousand times, of 5 %
    assert np.mean(np.array(found) < 0.5) > 0.2


def test_scale_of_weights_changes_no_test():
    rng = np.random.default_rng(3)
    p, y, w = of_classes(rng, 500)
    metrics = ["ece", "ece_l2", "ece_debiased", "mce", "positive_calibration_test_p"]
    first, second = (
        cal.evaluate(cal.events(probs=p, outcomes=y, weights=w * times), metrics)
        for times in (1.0, 1e-3)
    )
    for name in metrics:
        for detail, value in first[name].details.items():
            assert second[name].details[detail] == pytest.approx(value, rel=1e-6, abs=1e-9)
