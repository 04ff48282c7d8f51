"""Folds spread every class evenly and tear no unit apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrant.errors import InputError
from calibrant.selection.folds import stratified_folds


@settings(max_examples=100, deadline=None)
@given(st.integers(10, 80), st.integers(5, 60), st.integers(2, 10), st.integers(0, 1000))
def test_units_stay_whole_and_every_fold_has_as_many_of_them_up_to_one(n, most, n_folds, seed):
    rng = np.random.default_rng(seed)
    units, strata = rng.integers(0, most, size=n), rng.integers(0, 3, size=n)
    names = np.unique(units)
    n_folds = min(n_folds, len(names))
    fold = stratified_folds(strata, units, n_folds=n_folds, seed=seed)
    assert all(len(np.unique(fold[units == unit])) == 1 for unit in names)
    sizes = [len(np.unique(units[fold == f])) for f in range(n_folds)]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("n_folds", [2, 5, 10])
def test_classes_are_spread_evenly_up_to_one_row(n_folds):
    strata = np.repeat([0, 1, 2], [101, 37, 12])
    fold = stratified_folds(strata, np.arange(150), n_folds=n_folds, seed=0)
    for stratum in range(3):
        counts = np.bincount(fold[strata == stratum], minlength=n_folds)
        assert counts.max() - counts.min() <= 1


def test_same_seed_gives_the_same_folds_and_another_seed_others():
    strata, units = np.arange(60) % 3, np.arange(60)
    first = stratified_folds(strata, units, n_folds=5, seed=0)
    assert np.array_equal(first, stratified_folds(strata, units, n_folds=5, seed=0))
    assert not np.array_equal(first, stratified_folds(strata, units, n_folds=5, seed=1))


def test_neighbours_come_together_by_chance_only():
    fold = stratified_folds(np.zeros(1000, dtype=int), np.arange(1000), n_folds=10, seed=0)
    assert np.mean(fold[1:] == fold[:-1]) == pytest.approx(0.1, abs=0.03)


def test_only_which_rows_share_a_unit_matters_not_how_units_are_numbered():
    strata, units = np.arange(60) % 3, np.repeat(np.arange(20), 3)
    expected = stratified_folds(strata, units, n_folds=5, seed=0)
    assert np.array_equal(expected, stratified_folds(strata, 99 - units, n_folds=5, seed=0))


def test_unit_of_several_classes_counts_for_its_commonest():
    # units 0..3 are of class 1 by two rows to one, 4..7 of class 0: each fold gets two of either
    units = np.concatenate((np.repeat(np.arange(4), 3), np.arange(4, 8)))
    strata = np.array([1, 0, 1] * 4 + [0] * 4)
    fold = stratified_folds(strata, units, n_folds=2, seed=3)
    for members in (range(4), range(4, 8)):
        assert sorted(fold[units == unit][0] for unit in members) == [0, 0, 1, 1]


def test_fewer_units_than_folds_are_refused():
    with pytest.raises(InputError, match="n_folds must be at most 3, the number of units; got 4"):
        stratified_folds(np.zeros(9, dtype=int), np.arange(9) % 3, n_folds=4, seed=0)
    with pytest.raises(InputError, match="n_folds must be at least 2; got 1"):
        stratified_folds(np.zeros(9, dtype=int), np.arange(9), n_folds=1, seed=0)
