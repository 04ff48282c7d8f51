"""Folds test every row once, and train each time without the rows that belong to it."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calibrant.data.folds import check_fold_classes, fold_splits
from calibrant.data.read import read_table
from calibrant.data.split import check_classes
from calibrant.data.units import Units, equal_rows
from calibrant.errors import InputError

SEEDS = st.integers(0, 2**32)


@given(
    unit=st.lists(st.integers(0, 40), min_size=30, max_size=120),
    n_folds=st.integers(2, 6),
    seed=SEEDS,
)
def test_every_row_is_tested_once_and_no_unit_is_on_two_sides(unit, n_folds, seed):
    unit = np.asarray(unit)
    assume(len(np.unique(unit)) >= 8)
    units = Units(unit, len(np.unique(unit)), 1)
    strata = np.random.default_rng(seed).integers(0, 3, len(unit))
    splits = fold_splits(strata, n_folds=n_folds, seed=seed, units=units)
    assert sorted(np.concatenate([split.test for split in splits])) == list(range(len(unit)))
    for split in splits:
        parts = list(split.parts().values())
        assert sorted(np.concatenate(parts)) == list(range(len(unit)))
        assert min(map(len, parts)) > 0
        for first, second in ((0, 1), (0, 2), (1, 2)):
            assert not np.isin(unit[parts[first]], unit[parts[second]]).any()


@given(
    counts=st.lists(st.integers(16, 60), min_size=1, max_size=5),
    n_folds=st.integers(2, 6),
    seed=SEEDS,
)
def test_folds_have_their_share_of_every_stratum(counts, n_folds, seed):
    strata = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    for split in fold_splits(strata, n_folds=n_folds, seed=seed):
        assert abs(len(split.test) - len(strata) / n_folds) < 1
        rest = len(strata) - len(split.test)
        assert abs(len(split.train) - 0.8 * rest) < 1  # 64 to 16
        found = np.bincount(strata[split.test], minlength=len(counts))
        assert (np.abs(found - np.array(counts) / n_folds) < 2).all()
        check_classes(split, strata, tuple(map(str, range(len(counts)))))


@given(seed=SEEDS)
def test_the_same_seed_gives_the_same_folds_and_another_gives_others(seed):
    strata = np.repeat([0, 1], [60, 40])
    first, again = (fold_splits(strata, n_folds=5, seed=seed) for _ in range(2))
    for split, same in zip(first, again, strict=True):
        assert split.how == same.how
        for rows, same_rows in zip(split.parts().values(), same.parts().values(), strict=True):
            np.testing.assert_array_equal(rows, same_rows)
    other = fold_splits(strata, n_folds=5, seed=seed + 1)
    assert any(set(a.test) != set(b.test) for a, b in zip(first, other, strict=True))


def test_ten_rows_in_five_folds_by_hand():
    splits = fold_splits(np.repeat([0, 1], 5), n_folds=5, seed=2)
    for split in splits:
        assert sorted(split.test // 5) == [0, 1]  # one row of each class
        assert [len(rows) for rows in split.parts().values()] == [6, 2, 2]
    words = "64 / 16 / 20 % train, validation, test"
    assert splits[1].how == f"Fold 2 of 5, at random (seed 2) in 2 strata: {words}."


def test_red_wine_is_tested_once_with_equal_rows_together(shared_data):
    table = read_table(shared_data / "winequality_red.csv")
    units = equal_rows(table, [name for name in table.column_names if name != "quality"])
    quality = table.column("quality").to_numpy()
    splits = fold_splits(quality, n_folds=5, seed=0, units=units)
    assert sorted(np.concatenate([split.test for split in splits])) == list(range(1599))
    for split in splits:
        assert [len(rows) for rows in split.parts().values()] in (
            [1023, 256, 320],
            [1024, 256, 319],
        )
        assert not np.isin(units.unit[split.test], units.unit[split.train]).any()
        check_classes(split, quality - 3, tuple("345678"))


@pytest.mark.parametrize(
    ("counts", "n_folds", "message"),
    [
        (
            [50, 4],
            5,
            r"at least 5 rows of each; got fewer of 'b' \('b' has 4 of 4\)\. Choose fewer",
        ),
        (
            [50, 3],
            2,
            r"n_folds must leave every class .* at least 4 rows of each; got fewer of 'b'",
        ),
        ([50, 2], 3, r"at least 3 rows of each; got fewer of 'b' \('b' has 2 of 2\)"),
    ],
)
def test_classes_with_fewer_rows_than_folds_are_refused(counts, n_folds, message):
    with pytest.raises(InputError, match=message):
        check_fold_classes(np.repeat([0, 1], counts), ("a", "b"), n_folds=n_folds)


@given(n_folds=st.integers(2, 8), more=st.integers(0, 3), seed=SEEDS)
def test_classes_with_as_many_rows_as_asked_are_in_every_part(n_folds, more, seed):
    fewest = max(n_folds, 4 if n_folds == 2 else 3)
    labels = np.repeat([0, 1], [50, fewest + more])
    check_fold_classes(labels, ("a", "b"), n_folds=n_folds)
    for split in fold_splits(labels, n_folds=n_folds, seed=seed):
        check_classes(split, labels, ("a", "b"))


def test_equal_rows_count_once_for_the_folds():
    labels = np.repeat([0, 1], [50, 10])
    units = Units(np.minimum(np.arange(60), 52), 53, 7)  # class 1 is 3 units
    message = (
        r"5 rows of each that are not equal or of one group; got fewer of 'b' \('b' has 3 of 10"
    )
    with pytest.raises(InputError, match=message):
        check_fold_classes(labels, ("a", "b"), n_folds=5, units=units)


@pytest.mark.parametrize(
    ("n_rows", "options", "message"),
    [
        (9, {"n_folds": 1}, r"n_folds must be a whole number of at least 2; got 1\."),
        (4, {"n_folds": 5}, r"hold at least 5 units of rows .*; got 4 in 4 rows\."),
        (2, {"n_folds": 2}, r"hold at least 2 units of rows .*; got 1 in 1 rows\."),
        (9, {"n_folds": 3, "seed": -1}, r"seed must be a whole number of at least 0"),
        (9, {"n_folds": 3, "sizes": (1.0, 0.0, 0.0)}, r"sizes must be three positive shares"),
    ],
)
def test_impossible_folds_are_refused(n_rows, options, message):
    with pytest.raises(InputError, match=message):
        fold_splits(np.zeros(n_rows, int), **({"seed": 0} | options))
