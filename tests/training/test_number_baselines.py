"""Baselines for numbers are fitted to their optimum and stopped by validation rows."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from calibrant.errors import InputError
from calibrant.training.number_baselines import PENALTIES, fit_number_baselines

SLOPES = np.array([3.0, -1.0, 0.0, 0.5])


def drawn(n=300, seed=0, unit=1.0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 4)).astype(np.float32)
    bent = features @ SLOPES + 2 * np.abs(features[:, 1]) + rng.normal(size=n)
    return features, unit * (10 + bent), None


def fitted(*, train=None, validation=None, **options):
    train = drawn() if train is None else train
    validation = drawn(seed=1) if validation is None else validation
    return fit_number_baselines(train, validation, seed=0, **options)


def squared_error(baseline, features, numbers, _=None):
    return np.square(baseline.values(features) - numbers).mean()


def test_both_do_better_than_the_mean():
    features, numbers, _ = drawn(seed=2)
    assert [b.name for b in fitted()] == ["ridge regression", "gradient boosting"]
    assert all(squared_error(b, features, numbers) < 0.5 * numbers.var() for b in fitted())


@pytest.mark.parametrize("n_threads", [1, 2])
def test_same_rows_and_seed_give_the_same_bits(n_threads):
    features = drawn(seed=2)[0]
    first, second = (fitted(n_threads=n_threads) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.values(features), other.values(features))


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_unit_of_the_target_does_not_matter(unit):
    features = drawn(seed=2)[0]
    scaled = fitted(train=drawn(unit=unit), validation=drawn(seed=1, unit=unit))
    for one, other in zip(scaled, fitted(), strict=True):
        assert one.how == other.how
        np.testing.assert_allclose(one.values(features), unit * other.values(features), rtol=1e-6)


def test_rows_of_weight_zero_have_no_effect_whatever_they_hold():
    features, numbers, _ = drawn()
    kept = np.arange(300) % 3 > 0
    spoilt, odd = features.copy(), numbers.copy()
    spoilt[~kept], odd[~kept] = np.inf, np.nan
    with_holes = fitted(train=(spoilt, odd, kept.astype(float)))
    without = fitted(train=(features[kept], numbers[kept], np.ones(200)))
    for one, other in zip(with_holes, without, strict=True):
        assert np.array_equal(one.values(features), other.values(features))


def test_weights_equal_repetition_for_ridge_regression():
    features, numbers, _ = drawn()
    times = np.arange(300) % 3
    weighted = fitted(train=(features, numbers, times.astype(float)))[0]
    many = (np.repeat(features, times, axis=0), np.repeat(numbers, times), None)
    np.testing.assert_allclose(
        weighted.values(features), fitted(train=many)[0].values(features), rtol=1e-9
    )


def test_ridge_regression_is_the_closed_form_of_the_penalty_with_the_least_validation_error():
    (features, numbers, _), validation = drawn(40), drawn(40, seed=1)
    wide = features.astype(float)
    centred, middle = wide - wide.mean(0), numbers.mean()
    errors, slopes = {}, {}
    for penalty in PENALTIES:
        gram = centred.T @ centred + penalty * np.eye(4)
        slopes[penalty] = np.linalg.solve(gram, centred.T @ (numbers - middle))
        stated = middle + (validation[0] - wide.mean(0)) @ slopes[penalty]
        errors[penalty] = np.square(stated - validation[1]).mean()
    best = min(errors, key=errors.__getitem__)
    ridge = fitted(train=(features, numbers, None), validation=validation)[0]
    assert ridge.how == f"Ridge regression, alpha = {best:g} by validation squared error."
    steps = ridge.values(np.eye(4)) - ridge.values(np.zeros((1, 4)))
    np.testing.assert_allclose(steps, slopes[best], rtol=1e-9)
    assert squared_error(ridge, *validation) == pytest.approx(errors[best], rel=1e-9)


def test_boosting_is_read_at_the_round_of_the_least_validation_error():
    train, validation = drawn(), drawn(seed=1)
    free = HistGradientBoostingRegressor(
        learning_rate=0.05, max_leaf_nodes=16, max_iter=300, early_stopping=False
    ).fit(train[0].astype(float), train[1])
    errors = [
        np.square(stated - validation[1]).mean()
        for stated in free.staged_predict(validation[0].astype(float))
    ]
    boosting = fitted()[1]
    best = next(k for k in range(300) if errors[k] < min(errors[k + 1 : k + 16]))
    assert f"stopped after {1 + best} rounds by" in boosting.how
    assert squared_error(boosting, *validation) == pytest.approx(errors[best], rel=1e-9)


def test_target_without_spread_is_predicted_as_it_is():
    features = drawn()[0]
    flat = (features, np.full(300, 7.0), None)
    for baseline in fitted(train=flat, validation=flat):
        np.testing.assert_allclose(baseline.values(features), 7.0, rtol=1e-12)


def test_bad_input_is_refused():
    features, numbers, _ = drawn()
    with pytest.raises(InputError, match="truth of train must be finite; got another value at row"):
        fitted(train=(features, numbers * np.inf, None))
    with pytest.raises(InputError, match="features of validation must be 4 wide"):
        fitted(validation=(features[:, :3], numbers, None))
