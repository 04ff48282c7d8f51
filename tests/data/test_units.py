"""Equal rows are one unit, by value and whatever is missing, and chains of links join units."""

import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrant.data.read import read_table
from calibrant.data.units import Units, equal_rows, group_units
from calibrant.errors import InputError

VALUES = st.sampled_from([None, 0.0, -0.0, 1.0, 2.5, float("nan")])
WORDS = st.sampled_from([None, "", "a", "b", "a "])
ROWS = st.lists(st.tuples(VALUES, WORDS, st.booleans()), min_size=1, max_size=30)


def same(a, b):
    missing = [x is None or x == "" or (isinstance(x, float) and np.isnan(x)) for x in (a, b)]
    return all(missing) or (not any(missing) and a == b)


def table_of(rows):
    types = {"x": pa.float64(), "w": pa.string(), "b": pa.bool_()}
    columns = zip(types, zip(*rows, strict=True), strict=True)
    return pa.table({name: pa.array(values, types[name]) for name, values in columns})


@given(rows=ROWS)
def test_two_rows_share_a_unit_exactly_where_they_are_equal_in_all_columns(rows):
    unit = equal_rows(table_of(rows), ("x", "w", "b")).unit
    for (i, one), (j, other) in itertools.combinations(enumerate(rows), 2):
        assert (unit[i] == unit[j]) == all(map(same, one, other))


@given(rows=ROWS)
def test_units_count_from_0_in_order_of_first_appearance(rows):
    units = equal_rows(table_of(rows), ("x", "w", "b"))
    seen = list(dict.fromkeys(units.unit.tolist()))
    assert seen == list(range(units.n_units))
    assert units.n_repeats == len(rows) - units.n_units


@given(rows=ROWS, links=st.lists(st.integers(0, 9), min_size=30, max_size=30))
def test_joined_units_are_the_connected_parts_of_both_rules(rows, links):
    equal = equal_rows(table_of(rows), ("x", "w"))
    other = np.asarray(links[: len(rows)])
    joined = equal.joined(other)
    linked = (equal.unit[:, None] == equal.unit) | (other[:, None] == other)
    for _ in rows:  # the closure of a relation, by squaring
        linked = linked @ linked
    np.testing.assert_array_equal(joined.unit[:, None] == joined.unit, linked)
    assert list(dict.fromkeys(joined.unit.tolist())) == list(range(joined.n_units))


@pytest.mark.parametrize(
    ("file", "target", "found"),
    [
        ("winequality_red.csv", "quality", (240, 240, 4)),
        # one row of class 1 equals 3,328 of class 0 in all features
        ("mammography.csv", "class", (3334, 3335, 3329)),
        ("landslide_wv.csv", "class", (0, 0, 1)),
        ("urban_land_cover_train.csv", "class", (0, 0, 1)),
    ],
)
def test_rows_that_repeat_an_earlier_one_in_real_tables(shared_data, file, target, found):
    table = read_table(shared_data / file)
    features = [name for name in table.column_names if name != target]
    units = equal_rows(table, features)
    in_all, in_features, largest = found
    assert equal_rows(table, table.column_names).n_repeats == in_all
    assert (units.n_repeats, np.bincount(units.unit).max()) == (in_features, largest)
    frame = pd.read_csv(shared_data / file)
    assert frame.duplicated().sum() == in_all
    np.testing.assert_array_equal(
        units.unit, frame.groupby(features, sort=False, dropna=False).ngroup()
    )


@pytest.mark.parametrize(
    "values",
    [
        pa.array([2**53, 2**53 + 1, 2**53]),  # float64 cannot tell the first two apart
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.array([1, None, 1], pa.int8()),
        pa.array([0.1, 0.2, 0.1], pa.float32()),
        pa.array([True, None, True]),
        pa.array([1, 2, 1], pa.date32()),
        pa.chunked_array([["a", "b"], ["a"]]),
        pa.chunked_array(
            [pa.array(["a", "b"]).dictionary_encode(), pa.array(["a"]).dictionary_encode()]
        ),
    ],
)
def test_values_of_any_type_are_compared_exactly(values):
    assert equal_rows(pa.table({"v": values}), ("v",)).unit.tolist() == [0, 1, 0]


def test_a_column_without_any_value_tells_no_rows_apart():
    table = pa.table({"v": pa.nulls(3), "x": [1, 2, 1]})
    assert equal_rows(table, ("v", "x")).unit.tolist() == [0, 1, 0]


def test_groups_are_the_values_of_a_column():
    table = pa.table({"shop": ["b", "a", "b", "c"]})
    assert group_units(table, "shop").tolist() == [0, 1, 0, 2]


def test_what_is_kept_together_is_said_in_words():
    equal = equal_rows(pa.table({"x": [1, 2, 1, 1, 4]}), ("x",))
    assert equal.describe() == "2 rows that repeat another kept beside it"
    joined = equal.joined(np.array([0, 1, 2, 0, 2]), column="shop")
    assert joined.describe() == "3 groups of 'shop' kept whole, " + equal.describe()
    assert joined.unit.tolist() == [0, 1, 0, 0, 0]  # 0 = 2 = 3 by value, 2 and 4 by shop
    assert Units(np.arange(3), 3, 0).describe() == ""


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            ["a", None, "b", None, "c"],
            r"group must name the group of every row; got 2 missing in 'g' \(rows 1, 3,",
        ),
        (
            ["a", "b", "a", "b", "a"],
            r"group must hold at least three groups; got 2 in 'g': 'a', 'b'\. Name",
        ),
        ([[1], [2], [3], [4], [5]], r"g must hold numbers or text; got values of type list"),
    ],
)
def test_columns_that_name_no_groups_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        group_units(pa.table({"g": values}), "g")


def test_units_of_nothing_or_of_other_rows_are_refused():
    table = pa.table({"x": [1, 2]})
    with pytest.raises(InputError, match=r"columns must name at least one column to compare"):
        equal_rows(table, ())
    with pytest.raises(InputError, match=r"column must name a column of the table; got 'y'"):
        equal_rows(table, ("y",))
    with pytest.raises(InputError, match=r"group must name a column of the table; got 'y'"):
        group_units(table, "y")
    with pytest.raises(InputError, match=r"other must hold a unit for every row; got 3 for 2 rows"):
        equal_rows(table, ("x",)).joined(np.array([0, 1, 2]))
