"""Baselines are fitted to their optimum on training rows and stopped by validation rows."""

import math
import warnings

import numpy as np
import pytest
import torch
from scipy.special import expit, softmax
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

import calibrant as cal
from calibrant.errors import FitError, InputError
from calibrant.training import baselines
from calibrant.training.baselines import STRENGTHS, fit_baselines
from calibrant.training.boosting import BOOSTING, best_round


def drawn(n=300, n_classes=3, n_features=4, seed=0):
    """Features in float32 and labels that depend on them."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, n_features))
    true = features @ np.random.default_rng(99).normal(size=(n_features, n_classes))
    labels = (true + rng.gumbel(size=true.shape)).argmax(axis=1)
    return features.astype(np.float32), labels, None


def fitted(n_classes=3, *, train=None, validation=None, seed=0, **options):
    train = drawn(n_classes=n_classes) if train is None else train
    validation = drawn(n_classes=n_classes, seed=1) if validation is None else validation
    return fit_baselines(train, validation, n_classes=n_classes, seed=seed, **options)


def mean_loss(baseline, features, labels, _=None):
    return -baseline.log_probs(features)[np.arange(len(labels)), labels].mean()


def affine(baseline, n_features):
    """Intercepts and coefficients of log-odds against class 0, read from log-probabilities."""
    points = np.vstack((np.zeros(n_features), np.eye(n_features)))
    scores = baseline.log_probs(points)
    odds = scores[:, 1:] - scores[:, :1]
    return odds[0], odds[1:] - odds[0]


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_log_probs_are_those_of_a_distribution_and_come_through_the_door(n_classes):
    features, labels, _ = drawn(n_classes=n_classes, seed=2)
    for baseline in fitted(n_classes):
        log_probs = baseline.log_probs(features)
        assert log_probs.shape == (300, n_classes)
        np.testing.assert_allclose(np.exp(log_probs).sum(axis=1), 1, atol=1e-12)
        rows = cal.predictions(logits=log_probs, labels=labels)
        loss = cal.evaluate(rows, ["log_loss"])["log_loss"].value
        assert loss == pytest.approx(mean_loss(baseline, features, labels))
        assert loss < 0.9 * math.log(n_classes)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_same_rows_and_seed_give_the_same_bits(n_threads):
    features = drawn(seed=2)[0]
    first, second = (fitted(n_threads=n_threads) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.how == other.how
        assert np.array_equal(one.log_probs(features), other.log_probs(features))


def test_rows_of_weight_zero_have_no_effect_whatever_they_hold():
    features, labels, _ = drawn()
    kept = np.arange(300) % 3 > 0
    spoilt, odd = features.copy(), labels.copy()
    spoilt[~kept], odd[~kept] = np.nan, 77
    with_holes = fitted(train=(spoilt, odd, kept.astype(float)))
    without = fitted(train=(features[kept], labels[kept], np.ones(200)))
    for one, other in zip(with_holes, without, strict=True):
        assert np.array_equal(one.log_probs(features), other.log_probs(features))


def test_weights_equal_repetition_for_logistic_regression():
    features, labels, _ = drawn()
    times = np.arange(300) % 3
    weighted = fitted(train=(features, labels, times.astype(float)))[0]
    repeated = fitted(train=(np.repeat(features, times, axis=0), np.repeat(labels, times), None))[0]
    assert weighted.how == repeated.how
    np.testing.assert_allclose(
        weighted.log_probs(features), repeated.log_probs(features), atol=2e-3
    )


def test_validation_weights_choose_the_rounds():
    features, labels, _ = drawn(seed=1)
    wrong = (labels + 1) % 3
    both = np.concatenate((features, features)), np.concatenate((labels, wrong))
    right = fitted(validation=(*both, np.repeat([1.0, 0.0], 300)))
    assert [b.how for b in right] == [b.how for b in fitted()]
    misled = fitted(validation=(*both, np.repeat([1.0, 1e3], 300)))
    assert "stopped after 1 round by" in misled[1].how
    assert f"C = {STRENGTHS[0]:g} " in misled[0].how


@pytest.mark.parametrize("n_classes", [2, 3])
def test_logistic_regression_lies_where_its_penalised_slope_is_zero(n_classes):
    features, labels, _ = train = drawn(n_classes=n_classes)
    logistic = fitted(n_classes, train=train)[0]
    strength = next(c for c in STRENGTHS if f"C = {c:g} " in logistic.how)
    residual = np.exp(logistic.log_probs(features)) - np.eye(n_classes)[labels]
    assert np.abs(residual.sum(axis=0)).max() < 0.1  # of 300 rows: the intercept is not penalised
    slopes = features.T @ residual
    _, odds = affine(logistic, 4)
    if n_classes == 2:
        np.testing.assert_allclose(strength * slopes[:, 1], -odds[:, 0], atol=0.1)
    else:  # the coefficients of the classes sum to 0
        centred = np.column_stack((np.zeros(4), odds))
        centred -= centred.mean(axis=1, keepdims=True)
        np.testing.assert_allclose(strength * slopes, -centred, atol=0.1)


def test_logistic_regression_takes_the_penalty_of_the_least_validation_log_loss():
    train, validation = drawn(60), drawn(60, seed=1)
    losses = {}
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=5000).fit(*train[:2])
        losses[strength] = log_loss(validation[1], model.predict_proba(validation[0]))
    best = min(losses, key=losses.__getitem__)
    logistic = fitted(train=train, validation=validation)[0]
    assert f"C = {best:g} by" in logistic.how
    assert mean_loss(logistic, *validation) == pytest.approx(losses[best], rel=1e-5)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_boosting_is_read_at_the_round_of_the_least_validation_log_loss(n_classes):
    train, validation = drawn(n_classes=n_classes), drawn(n_classes=n_classes, seed=1)
    free = HistGradientBoostingClassifier(
        learning_rate=0.05, max_leaf_nodes=16, max_iter=120, early_stopping=False
    ).fit(train[0].astype(float), train[1])
    losses = [
        log_loss(validation[1], probs)
        for probs in free.staged_predict_proba(validation[0].astype(float))
    ]
    boosting = fitted(n_classes, train=train, validation=validation)[1]
    assert f"stopped after {1 + int(np.argmin(losses))} rounds by" in boosting.how
    assert mean_loss(boosting, *validation) == pytest.approx(min(losses), rel=1e-6)


@pytest.mark.parametrize("load", [load_breast_cancer, load_wine])
def test_separable_tables_converge_without_a_warning(load):
    features, labels = load(return_X_y=True)
    features = ((features - features.mean(0)) / features.std(0)).astype(np.float32)
    parts = [(features[k::3], labels[k::3], None) for k in range(3)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = fit_baselines(parts[0], parts[1], n_classes=int(labels.max()) + 1, seed=0)
    assert caught == []
    assert [mean_loss(baseline, *parts[2]) < 0.3 for baseline in found] == [True, True]


def test_sure_rows_keep_finite_log_probabilities():
    features = drawn(n_classes=2)[0]
    far = np.full((1, 4), 1e5)
    logistic = fitted(2)[0]
    assert np.isfinite(logistic.log_probs(far)).all()
    assert logistic.log_probs(far).min() < -1000
    assert expit(np.diff(logistic.log_probs(features))[:, 0]) == pytest.approx(
        softmax(logistic.log_probs(features), axis=1)[:, 1]
    )


def test_class_without_training_rows_is_ruled_out_and_named():
    features, labels, _ = drawn()
    train = (features, np.where(labels == 1, 3, labels), None)  # of 0..4, 1 and 4 are missing
    validation = drawn(seed=1)  # holds class 1, which tells nothing here
    for baseline in fit_baselines(train, validation, n_classes=5, seed=0):
        log_probs = baseline.log_probs(features)
        assert np.isneginf(log_probs[:, [1, 4]]).all()
        assert np.isfinite(log_probs[:, [0, 2, 3]]).all()
        assert "It rules out 2 of 5 classes" in baseline.how
    assert "rules out" not in fitted()[0].how


def test_threads_of_torch_stay_as_they_were():
    before = torch.get_num_threads()
    fitted()[1].log_probs(drawn()[0])
    assert torch.get_num_threads() == before


def test_penalties_that_do_not_converge_are_left_out_and_all_of_them_are_an_error(monkeypatch):
    class Reluctant(LogisticRegression):
        def fit(self, *given):
            if self.C > 0.01:
                warnings.warn("no end", ConvergenceWarning, stacklevel=1)
            return super().fit(*given)

    monkeypatch.setattr(baselines, "LogisticRegression", Reluctant)
    assert "C = 0.01 by" in fitted()[0].how
    monkeypatch.setattr(baselines, "STRENGTHS", (1.0, 10.0))
    with pytest.raises(FitError, match="logistic regression did not converge in 5000 steps"):
        fitted()


def test_no_round_is_never_chosen():
    assert best_round(np.array([0.0, -1.0, -2.0]))[0] == 1
    assert BOOSTING["tol"] == 0


ONE = np.zeros(300, dtype=int)
BAD = {
    "one class": ({"train": (drawn()[0], ONE, None)}, "labels of train must hold two classes"),
    "label": ({"train": (drawn()[0], ONE + 3, None)}, r"labels of train must lie in \[0, 3\); got"),
    "negative": ({"validation": (drawn()[0], ONE - 1, None)}, "labels of validation must lie in"),
    "strangers": (
        {"train": (drawn()[0], drawn()[1] % 2, None), "validation": (drawn()[0], ONE + 2, None)},
        "labels of validation must hold a class that training rows have",
    ),
    "width": ({"validation": drawn(n_features=3)}, "features of validation must be 4 wide"),
    "axes": (
        {"train": (ONE * 1.0, ONE, None)},
        "features of train must have the axes row and feature",
    ),
    "length": ({"train": (drawn()[0], ONE[:9], None)}, r"truth of train must have the shape \(300"),
    "nan": (
        {"train": (drawn()[0] * np.nan, ONE, None)},
        "features of train must be finite; got an",
    ),
    "weight": (
        {"train": (*drawn()[:2], ONE - 1.0)},
        "weights of train must be finite and at least",
    ),
    "no weight": ({"train": (*drawn()[:2], ONE * 0.0)}, "train must hold at least one row that"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_input_is_refused(case):
    parts, message = case
    with pytest.raises(InputError, match=message):
        fitted(**parts)
