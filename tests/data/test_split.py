"""Every row has one part, every part its share of every stratum, and a seed says which."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrant.data.read import read_table
from calibrant.data.split import SIZES, Split, check_classes, split_from_column, stratified_split
from calibrant.data.target import strata_of
from calibrant.errors import InputError

UNHURRIED = settings(deadline=None)
SEEDS = st.integers(0, 2**32)
COUNTS = st.lists(st.integers(7, 60), min_size=1, max_size=12)
SHARES = st.sampled_from([SIZES, (0.5, 0.25, 0.25), (0.6, 0.2, 0.2), (0.8, 0.1, 0.1)])


def shuffled(counts, seed=0):
    strata = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(seed).permutation(strata)


@UNHURRIED
@given(counts=st.lists(st.integers(3, 40), min_size=1, max_size=12), seed=SEEDS, sizes=SHARES)
def test_every_row_is_in_one_part_and_every_stratum_in_every_part(counts, seed, sizes):
    strata = shuffled(counts)
    parts = list(stratified_split(strata, seed=seed, sizes=sizes).parts().values())
    assert sorted(np.concatenate(parts)) == list(range(len(strata)))
    assert all((np.diff(rows) > 0).all() for rows in parts)
    assert all(set(strata[rows]) == set(strata) for rows in parts)


@UNHURRIED
@given(counts=COUNTS, seed=SEEDS)
def test_parts_have_the_nearest_whole_numbers_of_rows(counts, seed):
    n_rows = sum(counts)
    exact = [n_rows * share for share in (Fraction(64, 100), Fraction(16, 100), Fraction(20, 100))]
    expected = [int(share) for share in exact]
    by_remainder = sorted(range(3), key=lambda k: expected[k] - exact[k])
    for k in by_remainder[: n_rows - sum(expected)]:
        expected[k] += 1
    split = stratified_split(shuffled(counts), seed=seed)
    assert [len(rows) for rows in split.parts().values()] == expected


@UNHURRIED
@given(counts=COUNTS, seed=SEEDS)
def test_shares_of_a_stratum_are_off_by_less_than_two_rows(counts, seed):
    strata = shuffled(counts)
    for share, rows in zip(
        SIZES, stratified_split(strata, seed=seed).parts().values(), strict=True
    ):
        found = np.bincount(strata[rows], minlength=len(counts))
        assert (np.abs(found - share * np.array(counts)) < 2).all()


@UNHURRIED
@given(counts=COUNTS, seed=SEEDS)
def test_the_same_seed_gives_the_same_rows_whatever_strata_are_called(counts, seed):
    strata = shuffled(counts)
    first, again = (stratified_split(s, seed=seed) for s in (strata, 7 * strata - 3))
    for rows, same in zip(first.parts().values(), again.parts().values(), strict=True):
        np.testing.assert_array_equal(rows, same)


def test_another_seed_gives_other_rows():
    strata = shuffled([500, 500])
    tests = [set(stratified_split(strata, seed=seed).test) for seed in range(20)]
    shared = [len(a & b) / 200 for a in tests for b in tests if a is not b]
    assert abs(np.mean(shared) - 0.2) < 0.02  # as by chance


def test_every_row_is_equally_likely_to_be_tested():
    strata = shuffled([30, 60])
    times = sum(np.isin(np.arange(90), stratified_split(strata, seed=s).test) for s in range(2000))
    # 18 of 90: 400 times of 2000, with standard deviation 18; the largest of 90 is below 5 of them
    assert np.abs(times - 400).max() < 90


def test_numbers_are_spread_over_the_parts_by_deciles(shared_data):
    table = read_table(shared_data / "bigmart_train.csv")
    strata = strata_of(table, "OutletSales", positive_above="median")
    sales = table.column("OutletSales").to_numpy()
    split = stratified_split(strata, seed=0)
    assert [len(rows) for rows in split.parts().values()] == [5455, 1364, 1704]
    edges = np.quantile(sales, np.arange(11) / 10)
    for rows in split.parts().values():
        shares = np.histogram(sales[rows], edges)[0] / len(rows)
        np.testing.assert_allclose(shares, 0.1, atol=5 / len(rows))


def test_ten_rows_of_each_class_split_by_hand():
    # 10 rows: 6.4, 1.6, 2.0 are 6, 2, 2. Then .4, -.4, 0 are owed: 6.8, 1.2, 2.0 are 7, 1, 2.
    split = stratified_split(np.repeat([0, 1], 10), seed=0)
    found = [np.bincount(np.repeat([0, 1], 10)[rows]).tolist() for rows in split.parts().values()]
    assert found == [[6, 7], [2, 1], [2, 2]]
    assert split.how == "At random (seed 0) in 2 strata: 64 / 16 / 20 % train, validation, test."


def test_three_rows_of_a_class_give_one_to_each_part():
    strata = np.repeat([0, 1], [3, 97])
    for rows in stratified_split(strata, seed=1).parts().values():
        assert (strata[rows] == 0).sum() == 1


@pytest.mark.parametrize(
    ("n_rows", "options", "message"),
    [
        (2, {}, r"strata must hold at least three rows; got 2 rows\."),
        (9, {"seed": -1}, r"seed must be a whole number of at least 0; got -1\."),
        (9, {"sizes": (0.8, 0.2, 0.0)}, r"sizes must be three positive shares with sum 1; got"),
        (9, {"sizes": (0.8, 0.2, 0.2)}, r"sizes must be three positive shares with sum 1; got"),
    ],
)
def test_impossible_splits_are_refused(n_rows, options, message):
    with pytest.raises(InputError, match=message):
        stratified_split(np.zeros(n_rows, dtype=np.int64), **({"seed": 0} | options))


@pytest.mark.parametrize("validation", ["validation", "valid", "val", "dev", " Validation", "VAL"])
def test_a_column_names_the_parts_in_any_case(validation):
    table = pa.table({"part": ["Test", "train", validation, "TRAIN ", "test"]})
    split = split_from_column(table, "part")
    found = {name: rows.tolist() for name, rows in split.parts().items()}
    assert found == {"train": [1, 3], "validation": [2], "test": [0, 4]}
    assert split.how == "As the column 'part' says."


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["train", "val", "test", "holdout", None], r"got '\(missing\)', 'holdout' in 'part'\."),
        (["train", "val"], r"name rows of every part; got no row for 'test' in 'part'\."),
        ([0, 1, 2], r"say train, validation or test in every row; got '0', '1', '2' in 'part'"),
    ],
)
def test_a_column_with_other_or_absent_parts_is_refused(values, message):
    with pytest.raises(InputError, match=message):
        split_from_column(pa.table({"part": values}), "part")


def test_a_part_without_a_class_is_refused():
    split = Split(np.array([0, 1]), np.array([2, 3]), np.array([4, 5]), "by hand")
    check_classes(split, np.array([0, 1, 0, 1, 1, 0]), ("no", "yes"))
    message = r"split must have every class in every part; got none of 'yes' among the 2 test rows"
    with pytest.raises(InputError, match=message):
        check_classes(split, np.array([0, 1, 0, 1, 0, 0]), ("no", "yes"))
