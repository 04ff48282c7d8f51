"""Source rows, weighted, look like target rows, as far as a linear classifier sees."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

import calibrant as cal
from calibrant.errors import InputError


def normals(n, mean, seed):
    return np.random.default_rng(seed).normal(loc=mean, size=(n, 2))


def test_weights_are_the_ratio_of_densities():
    source, target = normals(4000, 0.0, 0), normals(3000, 0.5, 1)
    found = cal.importance_weights(source, target)
    true = np.exp(0.5 * source.sum(axis=1) - 0.25)  # of normals of variance 1
    assert np.corrcoef(np.log(true), np.log(found.weights))[0, 1] > 0.99
    assert found.weights.mean() == pytest.approx(1)
    weighted = np.average(source, axis=0, weights=found.weights)
    np.testing.assert_allclose(weighted, target.mean(axis=0), atol=0.06)
    expected = true.sum() ** 2 / np.square(true).sum()
    assert found.n_effective == pytest.approx(expected, rel=0.15)


def test_rows_of_one_kind_have_nearly_equal_weights():
    found = cal.importance_weights(normals(1000, 0.0, 0), normals(1000, 0.0, 1))
    assert found.n_effective > 950
    assert abs(found.auroc - 0.5) < 0.05
    assert found.n_truncated == 0


def held_ratio(source, target):
    """Odds of a logistic regression by SciPy on all rows, held to the limit; how many were."""
    rows, is_target = (
        np.concatenate((source, target)),
        np.repeat([0, 1], [len(source), len(target)]),
    )
    design = np.column_stack(((rows - rows.mean(axis=0)) / rows.std(axis=0), np.ones(len(rows))))

    def loss(weights):
        odds = design @ weights
        slope = design.T @ (expit(odds) - is_target) + weights * [1, 1, 0]
        penalty = weights[:2] @ weights[:2] / 2
        return np.logaddexp(0, odds).sum() - is_target @ odds + penalty, slope

    best = minimize(loss, np.zeros(3), jac=True, tol=1e-12).x
    ratio = np.exp(design[: len(source)] @ best)
    ratio /= ratio.mean()
    limit = np.sqrt(len(source))
    return np.minimum(ratio, limit), int((ratio > limit).sum())


def test_rows_far_apart_are_truncated_and_told():
    source, target = normals(400, 0.0, 0), normals(400, 4.0, 1)
    found = cal.importance_weights(source, target)
    assert found.limit == 20.0
    expected, n_truncated = held_ratio(source, target)
    assert found.n_truncated == n_truncated > 0
    assert found.weights.max() == pytest.approx(20 / expected.mean(), rel=0.05)
    assert (found.weights == found.weights.max()).sum() == n_truncated
    # Fits on four fifths of the rows are drawn more to none: 0 to 11 % more, in 40 simulated draws.
    n_effective = expected.sum() ** 2 / np.square(expected).sum()
    assert 0.99 * n_effective < found.n_effective < 1.12 * n_effective < 50
    assert found.auroc > 0.99
    assert np.isfinite(found.weights).all()
    assert (found.weights > 0).all()


def test_weighted_rows_calibrate_for_the_target():
    rng = np.random.default_rng(0)

    def kind(n, mean):
        x = rng.normal(loc=mean, size=n)
        true = 2 * x
        return x, true * np.where(x > 0, 3.0, 1.0), rng.binomial(1, 1 / (1 + np.exp(-true)))

    x, odds, labels = kind(4000, -0.5)
    new_x, new_odds, new_labels = kind(4000, 0.8)
    weights = cal.importance_weights(x, new_x).weights
    plain = cal.TemperatureScaling().fit(cal.predictions(logits=odds, labels=labels))
    weighted = cal.TemperatureScaling().fit(
        cal.predictions(logits=odds, labels=labels, weights=weights)
    )
    fresh = cal.predictions(logits=new_odds, labels=new_labels)
    losses = [
        cal.evaluate(one.transform(fresh), ["log_loss"])["log_loss"].value
        for one in (weighted, plain)
    ]
    assert losses[0] < losses[1]


def test_features_that_are_none_are_refused():
    with pytest.raises(InputError, match="target_features must have 2 features"):
        cal.importance_weights(np.zeros((9, 2)), np.zeros((9, 3)))
    with pytest.raises(InputError, match="source_features must be finite; got another number at"):
        cal.importance_weights(np.array([1.0, np.nan] * 5), np.zeros(9))
    with pytest.raises(InputError, match="n_folds must be at least 2, and at most the number"):
        cal.importance_weights(np.zeros(3), np.zeros(9))
