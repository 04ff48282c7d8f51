"""Isotonic calibration: oracles, worked values, edges."""

import numpy as np
import pytest
import torch
from scipy.optimize import isotonic_regression
from sklearn.isotonic import IsotonicRegression

import calibrant as cal
from calibrant.calibrators.curves import groups as rows_by_score
from calibrant.calibrators.curves.isotonic import Isotonic, IsotonicCalibration
from calibrant.calibrators.curves.packing import packed, unpacked
from calibrant.errors import InputError

PLAIN = IsotonicCalibration(smoothing=False)


def binary(n=2000, digits=3, seed=0):
    generator = np.random.default_rng(seed)
    probs = generator.random(n).round(digits)
    return probs, (generator.random(n) < probs**2).astype(int), generator.integers(0, 3, n)


@pytest.mark.parametrize("form", ["probs", "logits"])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_that_of_scikit_learn_on_other_rows_too(form, weighted):
    probs, labels, weights = binary()
    probs = probs.clip(1e-3, 1 - 1e-3)
    given = probs if form == "probs" else np.log(probs / (1 - probs))
    weights = weights if weighted else None
    fitted = PLAIN.fit(cal.predictions(**{form: given}, labels=labels, weights=weights))
    oracle = IsotonicRegression(out_of_bounds="clip").fit(probs, labels, sample_weight=weights)
    new = np.random.default_rng(1).random(500)
    stated = new if form == "probs" else np.log(new / (1 - new))
    after = fitted.transform(cal.predictions(**{form: stated})).full_probs[:, 1]
    np.testing.assert_allclose(after, oracle.predict(new), atol=1e-12)


def test_many_classes_are_fitted_one_by_one_and_divided_by_their_sum():
    generator = np.random.default_rng(0)
    probs = generator.dirichlet([1, 1, 1, 1], 400)
    labels = np.array([generator.choice(4, p=row) for row in probs])
    after = PLAIN.fit(cal.predictions(probs=probs, labels=labels)).transform(
        cal.predictions(probs=probs)
    )
    apart = np.stack(
        [IsotonicRegression().fit_transform(probs[:, k], labels == k) for k in range(4)], axis=-1
    )
    np.testing.assert_allclose(after.probs, apart / apart.sum(-1, keepdims=True), atol=1e-12)


def test_a_row_of_which_all_curves_state_0_keeps_its_probabilities():
    probs = np.array([[0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [0.3, 0.3, 0.4], [0.34, 0.33, 0.33]])
    fitted = PLAIN.fit(cal.predictions(probs=probs, labels=[0, 1, 2, 0]))
    new = np.array([[0.3, 0.3, 0.4], [0.32, 0.36, 0.32]])
    assert fitted.transform(cal.predictions(probs=new[:1])).probs[0].tolist() == [0, 0, 1]
    low = np.array([[0.3, 0.3, 0.3]]) / 0.9  # between .3 and .34 of class 0
    curves = fitted.transform(cal.predictions(probs=low)).probs
    assert np.isfinite(curves).all()
    none = Isotonic(
        n_classes=3,
        n=4,
        start=torch.tensor([0, 1, 2, 3]),
        score=torch.tensor([0.5, 0.5, 0.5], dtype=torch.float64),
        prob=torch.zeros(3, dtype=torch.float64),
        scale="prob",
    )
    np.testing.assert_array_equal(none.transform(cal.predictions(probs=new)).probs, new)


def test_a_second_fit_finds_nothing():
    probs, labels, weights = binary()
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    for settings in (PLAIN, IsotonicCalibration()):
        once = settings.fit(rows).transform(rows)
        twice = settings.fit(once).transform(once)
        np.testing.assert_allclose(twice.probs, once.probs, atol=1e-12)


def test_equal_numbers_stay_equal_wherever_they_stand():
    logits = np.full(1003, 0.7)  # vectors and what is left over round some functions apart
    fitted = IsotonicCalibration().fit(cal.predictions(logits=logits, labels=[0, 1, 0] * 334 + [1]))
    assert len(fitted.score) == 1
    assert len(np.unique(fitted.transform(cal.predictions(logits=logits)).probs)) == 1


def test_smoothing_is_the_regression_of_smoothed_targets():
    probs, labels, _ = binary()
    yes = labels.sum()
    high, low = (yes + 1) / (yes + 2), 1 / (len(labels) - yes + 2)
    expected = IsotonicRegression().fit_transform(probs, np.where(labels == 1, high, low))
    rows = cal.predictions(probs=probs, labels=labels)
    np.testing.assert_allclose(IsotonicCalibration().fit(rows).transform(rows).probs, expected)


def test_log_odds_beyond_what_probabilities_tell_apart_are_told_apart():
    odds = [-60.0, -50.0, -45.0, 45.0, 50.0, 60.0]  # of the last three 1 in float64
    fitted = PLAIN.fit(cal.predictions(logits=odds, labels=[0, 1, 0, 1, 0, 1]))
    after = fitted.transform(cal.predictions(logits=np.array([-60.0, 50.0, 52.0, 60.0]))).probs
    np.testing.assert_allclose(after[[0, 1, 3]], [0, 0.5, 1])
    assert 0.9 < after[2] < 1  # straight in probability: 1 - e**-2 of half the way


def test_a_fit_on_logits_serves_probabilities_and_the_other_way_round():
    probs, labels, _ = binary()
    probs = probs.clip(1e-3, 1 - 1e-3)
    odds = np.log(probs / (1 - probs))
    one = IsotonicCalibration().fit(cal.predictions(probs=probs, labels=labels))
    other = IsotonicCalibration().fit(cal.predictions(logits=odds, labels=labels))
    new = np.random.default_rng(1).random(300)
    a, b = (fitted.transform(cal.predictions(probs=new)).probs for fitted in (one, other))
    np.testing.assert_allclose(a, b, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_packed_scores_sort_as_scores_do(dtype):
    generator = np.random.default_rng(0)
    score = (generator.standard_normal(1000) * 10.0 ** generator.integers(-30, 30, 1000)).astype(
        dtype
    )
    hit = generator.random(1000) < 0.5
    keys = np.sort(packed(score, hit))
    np.testing.assert_array_equal(unpacked(keys >> 1), np.sort(score).astype(np.float64))
    assert packed(np.array([np.inf]), np.array([True])) is None
    assert packed(np.array([1e300]), np.array([True])) is None
    assert packed(np.array([1e-300]), np.array([True])) is None


@pytest.mark.parametrize("extra", [[], [-np.inf], [1e-300, 1e300]])
def test_counted_rows_are_summed_rows(extra):
    generator = np.random.default_rng(0)
    score = np.concatenate((generator.integers(-5, 5, 50) / 4, extra))
    hit = generator.random(len(score)) < 0.5
    one = rows_by_score.grouped(score, hit, None, "log-odds")
    other = rows_by_score.grouped(score, hit.astype(float), np.ones(len(score)), "log-odds")
    np.testing.assert_array_equal(one.scores(), other.scores())
    np.testing.assert_array_equal(one.w, other.w)
    np.testing.assert_array_equal(one.wy, other.wy)


def test_rows_beyond_memory_are_fitted_from_a_grid(monkeypatch):
    probs, labels, _ = binary(20_000, digits=9)
    rows = cal.predictions(probs=probs, labels=labels)
    exact = IsotonicCalibration().fit(rows)
    monkeypatch.setattr(rows_by_score, "MOST", 10_000)
    coarse = IsotonicCalibration().fit(rows)
    parts = IsotonicCalibration().fit_shards([rows.take(slice(0, 7)), rows.take(slice(7, None))])
    new = cal.predictions(probs=np.random.default_rng(1).random(1000))
    near = np.abs(exact.transform(new).probs - coarse.transform(new).probs)
    assert near.mean() < 2e-3
    np.testing.assert_allclose(parts.transform(new).probs, coarse.transform(new).probs, atol=1e-12)


def test_a_grid_serves_many_classes(monkeypatch):
    generator = np.random.default_rng(0)
    probs = generator.dirichlet([1, 1, 1], 3000)
    labels = (probs.cumsum(-1) < generator.random((3000, 1))).sum(-1)
    rows = cal.predictions(probs=probs, labels=labels)
    exact = IsotonicCalibration().fit(rows).transform(rows).probs
    monkeypatch.setattr(rows_by_score, "MOST", 10)
    coarse = IsotonicCalibration().fit(rows).transform(rows).probs
    assert np.abs(exact - coarse).mean() < 0.01


def test_shards_of_two_forms_are_refused():
    shards = [
        cal.predictions(probs=[0.2, 0.4], labels=[0, 1]),
        cal.predictions(logits=[0.2, 0.4], labels=[0, 1]),
    ]
    with pytest.raises(InputError, match="of one form"):
        IsotonicCalibration().fit_shards(shards)


def test_steps_are_those_of_scipy():
    probs, labels, _ = binary(500, digits=9)
    order = probs.argsort()
    expected = isotonic_regression(labels[order]).x
    rows = cal.predictions(probs=probs, labels=labels)
    np.testing.assert_allclose(PLAIN.fit(rows).transform(rows).probs[order], expected, atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"prob": [0.5, 0.2]}, "rise"),
        ({"score": [0.5, 0.5]}, "rise"),
        ({"prob": [0.5, 1.2]}, "probabilities"),
        ({"start": [0, 1]}, "knots or bins"),
    ],
)
def test_what_no_fit_finds_is_refused(changes, rule):
    fields = {"start": [0, 2], "score": [0.1, 0.2], "prob": [0.2, 0.4], **changes}
    tensors = {
        name: torch.tensor(value, dtype=torch.int64 if name == "start" else torch.float64)
        for name, value in fields.items()
    }
    with pytest.raises(InputError, match=rule):
        Isotonic(n_classes=2, n=3, scale="prob", **tensors)
