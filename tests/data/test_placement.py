"""Units stay whole, parts and strata keep their shares, and no class is left out needlessly."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calibrant.data.read import read_table
from calibrant.data.split import SIZES, check_classes, stratified_split
from calibrant.data.target import strata_of
from calibrant.data.units import Units, equal_rows, group_units
from calibrant.errors import InputError

SEEDS = st.integers(0, 2**32)
SHARES = st.sampled_from([SIZES, (0.5, 0.25, 0.25), (0.6, 0.2, 0.2), (0.8, 0.1, 0.1)])
UNIT_SIZES = st.lists(st.integers(1, 6), min_size=10, max_size=60)


def units_of(sizes, seed=0):
    """Units of these sizes, their rows scattered over the table."""
    unit = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    _, first, unit = np.unique(unit, return_index=True, return_inverse=True)
    unit = first.argsort().argsort()[unit]
    return Units(unit, len(sizes), len(unit) - len(sizes))


def labelled(units, n_classes, seed):
    """Class of every row, one for all rows of a unit."""
    return np.random.default_rng(seed).integers(0, n_classes, units.n_units)[units.unit]


def sides(split, units):
    """Number of parts that each unit is in."""
    return sum(
        np.isin(np.arange(units.n_units), units.unit[rows]) for rows in split.parts().values()
    )


@given(sizes=st.lists(st.integers(1, 9), min_size=3, max_size=40), seed=SEEDS, shares=SHARES)
def test_every_row_is_in_one_part_and_every_unit_on_one_side(sizes, seed, shares):
    assume(sum(sizes) - max(sizes) >= (1 - shares[0]) * sum(sizes) / 2)
    units = units_of(sizes)
    strata = np.random.default_rng(seed).integers(0, 4, len(units.unit))  # units of many strata
    split = stratified_split(strata, seed=seed, sizes=shares, units=units)
    parts = list(split.parts().values())
    assert sorted(np.concatenate(parts)) == list(range(len(strata)))
    assert min(map(len, parts)) > 0
    assert (sides(split, units) == 1).all()


@given(sizes=UNIT_SIZES, seed=SEEDS, shares=SHARES)
def test_parts_are_off_by_less_than_the_largest_unit(sizes, seed, shares):
    units = units_of(sizes)
    split = stratified_split(np.zeros(len(units.unit), int), seed=seed, sizes=shares, units=units)
    for rows, share in zip(split.parts().values(), shares, strict=True):
        assert abs(len(rows) - share * len(units.unit)) < max(*sizes, 1.0001)


@given(sizes=UNIT_SIZES, n_classes=st.integers(1, 5), seed=SEEDS, shares=SHARES)
def test_a_class_of_three_units_is_in_every_part(sizes, n_classes, seed, shares):
    units = units_of(sizes)
    labels = labelled(units, n_classes, seed)
    split = stratified_split(labels, seed=seed, sizes=shares, units=units)
    for k in np.unique(labels):
        if len(np.unique(units.unit[labels == k])) >= 3:
            assert all((labels[rows] == k).any() for rows in split.parts().values())


@given(
    sizes=st.lists(st.integers(1, 4), min_size=40, max_size=120),
    n_classes=st.integers(2, 4),
    seed=SEEDS,
)
def test_shares_of_a_class_are_off_by_less_than_two_of_the_largest_units(sizes, n_classes, seed):
    units = units_of(sizes)
    labels = labelled(units, n_classes, seed)
    assume(min(len(np.unique(units.unit[labels == k])) for k in np.unique(labels)) >= 8)
    counts = np.bincount(labels)
    split = stratified_split(labels, seed=seed, units=units)
    for share, rows in zip(SIZES, split.parts().values(), strict=True):
        found = np.bincount(labels[rows], minlength=len(counts))
        assert (np.abs(found - share * counts) < 2 * max(sizes)).all()


@given(sizes=UNIT_SIZES, seed=SEEDS)
def test_numbers_of_units_and_names_of_strata_change_nothing(sizes, seed):
    units = units_of(sizes)
    labels = labelled(units, 3, seed)
    other = np.random.default_rng(seed).permutation(1000)[units.unit]
    renumbered = Units(other, units.n_units, units.n_repeats)
    first = stratified_split(labels, seed=seed, units=units)
    for again in (
        stratified_split(labels, seed=seed, units=units),
        stratified_split(5 * labels - 7, seed=seed, units=renumbered),
    ):
        for rows, same in zip(first.parts().values(), again.parts().values(), strict=True):
            np.testing.assert_array_equal(rows, same)


@given(counts=st.lists(st.integers(1, 30), min_size=3, max_size=8), seed=SEEDS)
def test_units_of_one_row_split_as_rows_do(counts, seed):
    strata = np.repeat(np.arange(len(counts)), counts)
    units = Units(np.arange(len(strata)), len(strata), 0)
    by_row, by_unit = (
        stratified_split(strata, seed=seed),
        stratified_split(strata, seed=seed, units=units),
    )
    assert by_row.how == by_unit.how
    for rows, same in zip(by_row.parts().values(), by_unit.parts().values(), strict=True):
        np.testing.assert_array_equal(rows, same)


def test_large_and_small_units_are_equally_likely_to_be_tested():
    # 20 units of 2 rows, 40 of 1: 80 rows, of which 16 are tested
    units = units_of([2] * 20 + [1] * 40)
    strata = np.zeros(80, int)
    times = sum(
        np.isin(np.arange(80), stratified_split(strata, seed=s, units=units).test)
        for s in range(2000)
    )
    # 400 times of 2000, with standard deviation 18; the largest of 80 is below 5 of them
    assert np.abs(times - 400).max() < 90


def test_units_of_two_rows_split_by_hand():
    # 50 units of 2 rows are 100 rows: 64, 16 and 20 of them are 32, 8 and 10 units.
    units = units_of([2] * 50)
    split = stratified_split(np.zeros(100, int), seed=3, units=units)
    assert [len(np.unique(units.unit[rows])) for rows in split.parts().values()] == [32, 8, 10]
    assert split.how == (
        "At random (seed 3) in 1 strata, 50 rows that repeat another kept beside it: "
        "64 / 16 / 20 % train, validation, test."
    )


def test_three_groups_give_one_to_each_part():
    units = units_of([10, 10, 10])
    split = stratified_split(np.zeros(30, int), seed=0, units=units)
    assert [len(rows) for rows in split.parts().values()] == [10, 10, 10]
    assert "33.3 / 33.3 / 33.3 % train, validation, test (64 / 16 / 20 % asked for)" in split.how


def test_a_unit_counts_for_its_rarest_class():
    # Class 1 is one row in each of 6 units of 5 rows; 94 other units of 5 rows hold class 0 only.
    units = units_of([5] * 100)
    labels = np.zeros(500, int)
    for k in range(6):
        labels[np.flatnonzero(units.unit == 16 * k)[0]] = 1
    for seed in range(20):
        split = stratified_split(labels, seed=seed, units=units)
        assert [int(labels[rows].sum()) for rows in split.parts().values()] in (
            [4, 1, 1],
            [3, 1, 2],
        )


def test_a_unit_larger_than_the_test_part_trains_and_is_named():
    units = units_of([30] + [1] * 70)
    split = stratified_split(np.zeros(100, int), seed=0, units=units)
    large = np.flatnonzero(np.bincount(units.unit) == 30)[0]
    assert set(np.flatnonzero(units.unit == large)) <= set(split.train)
    assert [len(rows) for rows in split.parts().values()] == [64, 16, 20]
    end = " The largest unit, 30 rows, is all train: none of its rows is tested."
    assert split.how.endswith("% train, validation, test." + end)


@pytest.mark.parametrize(
    ("file", "target", "sizes"),
    [
        ("winequality_red", "quality", [1023, 256, 320]),
        ("mammography", "class", [7157, 1789, 2237]),
    ],
)
def test_real_tables_keep_sizes_and_classes_with_equal_rows_together(
    shared_data, file, target, sizes
):
    table = read_table(shared_data / f"{file}.csv")
    units = equal_rows(table, [name for name in table.column_names if name != target])
    labels = strata_of(table, target)
    for seed in range(3):
        split = stratified_split(labels, seed=seed, units=units)
        assert [len(rows) for rows in split.parts().values()] == sizes
        assert (sides(split, units) == 1).all()
        for share, rows in zip(SIZES, split.parts().values(), strict=True):
            off = np.bincount(labels[rows]) - share * np.bincount(labels)
            assert np.abs(off).max() < 4


def test_no_product_is_on_two_sides(shared_data):
    table = read_table(shared_data / "bigmart_train.csv")
    product = group_units(table, "ProductID")
    units = equal_rows(table, table.column_names).joined(product, column="ProductID")
    strata = strata_of(table, "OutletSales", positive_above="median")
    split = stratified_split(strata, seed=0, units=units)
    assert (sides(split, units) == 1).all()
    assert units.n_units == 1559
    for share, rows in zip(SIZES, split.parts().values(), strict=True):
        assert abs(len(rows) - share * 8523) < 11  # no product is in more than ten outlets
        deciles = np.bincount(strata[rows]) / len(rows)
        np.testing.assert_allclose(deciles, 0.1, atol=0.02)
    assert "10 strata, 1,559 groups of 'ProductID' kept whole: 64 / 16 / 20 %" in split.how


def test_impossible_units_are_refused():
    with pytest.raises(InputError, match=r"rows must hold at least 3 units of .*; got 2 in 9 rows"):
        stratified_split(np.zeros(9, int), seed=0, units=units_of([4, 5]))
    message = r"least half of their share; got 90 of 100 that are kept together \(rows .* 85 more\)"
    with pytest.raises(InputError, match=message):
        stratified_split(np.zeros(100, int), seed=0, units=units_of([90] + [1] * 10))


def test_a_class_that_is_all_one_unit_is_named():
    units = units_of([5] + [1] * 95)
    labels = (units.unit == np.bincount(units.unit).argmax()).astype(int)
    split = stratified_split(labels, seed=0, units=units)
    message = r"none of 'yes' among the .*\('yes' has 5 rows in 1 unit of equal rows or groups\)"
    with pytest.raises(InputError, match=message):
        check_classes(split, labels, ("no", "yes"), units=units)
