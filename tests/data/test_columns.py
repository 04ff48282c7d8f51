"""Columns of every type become numbers or text, and what cannot is refused with its rows."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from calibrant.data.columns import column_of, kind_of, listed, numbers_of, texts_of
from calibrant.errors import InputError

DAY = dt.date(2020, 1, 2)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1, None, 3]), [1, np.nan, 3]),
        (pa.array([1.5, np.nan, 3], pa.float32()), [1.5, np.nan, 3]),
        (pa.array([Decimal("1.25"), None]), [1.25, np.nan]),
        (pa.array([2**63, 1], pa.uint64()), [2.0**63, 1]),
        (pa.array([2**53 + 1]), [2.0**53]),  # rounded: the nearest that float64 holds
        (pa.array([7, 7, None]).dictionary_encode(), [7, 7, np.nan]),
        (pa.array([" 1.5", "", None, "-2"]), [1.5, np.nan, np.nan, -2]),
    ],
)
def test_numbers_of_any_type_are_float64(values, expected):
    np.testing.assert_array_equal(numbers_of(pa.table({"a": values}), "a"), expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array(["x", None, ""]), ["x", "", ""]),
        (pa.array(["x", "y"], pa.large_string()), ["x", "y"]),
        (pa.array(["x", None, "x"]).dictionary_encode(), ["x", "", "x"]),
        (pa.array([True, False, None]), ["True", "False", ""]),
        (pa.array([1, 10, None]), ["1", "10", ""]),
        (pa.array([1.0, 2.5, np.nan]), ["1", "2.5", ""]),
        (pa.array([DAY, None]), ["2020-01-02", ""]),
        (pa.nulls(2), ["", ""]),
    ],
)
def test_text_of_any_type_is_text(values, expected):
    assert texts_of(pa.table({"a": values}), "a").tolist() == expected


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([1]), "number"),
        (pa.array([1.0], pa.float16()), "number"),
        (pa.array([Decimal("1.0")]), "number"),
        (pa.array(["1"]), "text"),
        (pa.array([True]), "text"),
        (pa.array([DAY]), "text"),
        (pa.array([dt.timedelta(1)]), "other"),
        (pa.array([[1, 2]]), "other"),
        (pa.array([b"x"]), "other"),
    ],
)
def test_kind_follows_from_the_type(values, kind):
    assert kind_of(pa.chunked_array([values])) == kind


def test_text_that_is_no_number_is_refused_with_count_and_rows():
    table = pa.table({"Weight": ["1", "heavy", None, "2", "light"]})
    message = r"Weight must hold numbers; got 'heavy' \(2 such: rows 1, 4\)\. Correct"
    with pytest.raises(InputError, match=message):
        numbers_of(table, "Weight")


def test_lists_are_neither_numbers_nor_text():
    table = pa.table({"a": [[1, 2]]})
    with pytest.raises(InputError, match=r"a must hold numbers; got values of type list"):
        numbers_of(table, "a")
    with pytest.raises(InputError, match=r"a must hold text; got values of type list"):
        texts_of(table, "a")


def test_an_unknown_column_is_refused_with_the_nearest_name():
    table = pa.table({"OutletSales": [1], "": [2]})
    message = (
        r"target must name a column of the table; got 'OutletSale'\. Did you mean 'OutletSales'"
    )
    with pytest.raises(InputError, match=message):
        column_of(table, "OutletSale", "target")
    with pytest.raises(InputError, match=r"got 'zzz'\. It has 'OutletSales', ''\.$"):
        column_of(table, "zzz")


def test_long_lists_of_names_are_cut():
    assert listed(["a", "b"]) == "'a', 'b'"
    assert listed(map(str, range(1234)), most=1) == "'0' and 1,233 more"
