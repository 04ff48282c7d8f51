"""What one column tells alone is measured out of fold, and agrees with scikit-learn and SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from calibrant.data.alone import (
    accuracy_by_level,
    accuracy_by_neighbour,
    auroc_alone,
    folds_of,
    r_squared_by_level,
    r_squared_by_line,
    rank_correlation,
)

SEEDS = st.integers(0, 2**32)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@given(group=st.lists(st.integers(0, 50), min_size=1, max_size=200))
def test_rows_of_one_group_are_in_one_fold(group):
    group = np.asarray(group)
    fold = folds_of(group)
    assert ((fold >= 0) & (fold < 5)).all()
    assert all(len(set(fold[group == one])) == 1 for one in group)
    np.testing.assert_array_equal(fold, folds_of(group))


@given(seed=SEEDS, n_different=st.integers(2, 30))
def test_area_and_rank_correlation_are_those_of_other_libraries(seed, n_different):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, n_different, 80).astype(float)
    targets = values + rng.normal(size=80)
    positive = np.arange(80) < 30
    expected = roc_auc_score(positive, values)
    assert auroc_alone(values, positive) == pytest.approx(expected, abs=1e-12)
    if np.ptp(values):
        expected = spearmanr(values, targets).statistic
        assert rank_correlation(values, targets) == pytest.approx(expected, abs=1e-12)


def test_accuracy_and_variance_of_levels_are_those_of_full_trees(rng):
    levels = rng.integers(0, 7, 1000)  # a full tree has a leaf for each
    labels = np.where(rng.random(1000) < 0.7, levels % 3, rng.integers(0, 3, 1000))
    targets = levels**2 + rng.normal(size=1000)
    fold = folds_of(np.arange(1000))
    options = {"X": levels[:, None], "cv": PredefinedSplit(fold)}
    told = cross_val_predict(DecisionTreeClassifier(), y=labels, **options)
    assert accuracy_by_level(levels, labels, fold) == accuracy_score(labels, told)
    stated = cross_val_predict(DecisionTreeRegressor(), y=targets, **options)
    expected = r2_score(targets, stated)
    assert r_squared_by_level(levels, targets, fold) == pytest.approx(expected, abs=1e-12)


def test_accuracy_of_neighbours_is_that_of_one_nearest_neighbour(rng):
    numbers, labels = rng.normal(size=500), rng.integers(0, 3, 500)
    labels[numbers > 0.5] = 1
    fold = folds_of(np.arange(500))
    told = cross_val_predict(
        KNeighborsClassifier(1), numbers[:, None], labels, cv=PredefinedSplit(fold)
    )
    assert accuracy_by_neighbour(numbers, labels, fold) == accuracy_score(labels, told)


def test_noise_tells_nothing(rng):
    fold = folds_of(np.arange(5000))
    numbers, labels = rng.normal(size=5000), rng.integers(0, 2, 5000)
    codes = rng.permutation(5000)  # each row its own level
    # a share of one half has standard deviation .007
    assert accuracy_by_neighbour(numbers, labels, fold) == pytest.approx(0.5, abs=0.035)
    assert accuracy_by_level(codes, labels, fold) == pytest.approx(0.5, abs=0.035)
    assert r_squared_by_line(numbers, rng.normal(size=5000), fold) < 0
    assert r_squared_by_level(codes, rng.normal(size=5000), fold) == pytest.approx(0, abs=0.01)


def test_a_curve_explains_what_a_rank_correlation_does_not(rng):
    numbers = rng.uniform(-1, 1, 2000)
    fold = folds_of(np.arange(2000))
    assert abs(rank_correlation(numbers, numbers**2)) < 0.1
    assert r_squared_by_line(numbers, numbers**2, fold) > 0.9999


def test_huge_numbers_do_not_overflow():
    numbers = 1.7e308 * np.linspace(-1, 1, 100)
    fold = folds_of(np.arange(100))
    assert accuracy_by_neighbour(numbers, (numbers > 0).astype(int), fold) >= 0.98
    assert r_squared_by_line(numbers, np.linspace(-1e150, 1e150, 100), fold) > 0.99


def test_levels_by_hand():
    # Level 0 is class 0, 0, 1 and level 1 class 1, 1; each row has a fold of its own.
    levels, labels = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    # Without row 0, level 0 holds one of each class: the lower is stated, rightly. So for row 1.
    # Without row 2 it says 0, wrongly. Level 1 says 1, rightly, twice.
    assert accuracy_by_level(levels, labels, np.arange(5)) == 0.8
