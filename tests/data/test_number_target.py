"""A number is predicted as it stands; text, gaps and infinities are refused with their rows."""

import numpy as np
import pyarrow as pa
import pytest

from calibrant.data.number_target import number_strata
from calibrant.data.read import read_table
from calibrant.data.target import NumberTarget, number_target, strata_of
from calibrant.errors import InputError


def test_values_are_those_of_the_column(shared_data):
    table = read_table(shared_data / "bigmart_train.csv")
    target = number_target(table, "OutletSales")
    np.testing.assert_array_equal(target.values(table), table.column("OutletSales").to_numpy())
    assert target.how == "'OutletSales' is predicted as a number, from 33.29 to 13087."


def test_strata_are_the_deciles_that_a_cut_number_has():
    table = pa.table({"y": np.random.default_rng(0).exponential(size=500)})
    strata = number_strata(table, "y")
    np.testing.assert_array_equal(strata, strata_of(table, "y", positive_above="median"))
    assert np.bincount(strata).tolist() == [50] * 10


def test_few_different_numbers_are_said():
    table = pa.table({"stars": [1, 2, 3, 4, 5] * 20})
    how = "'stars' is predicted as a number, from 1 to 5; it has only 5 different values."
    assert number_target(table, "stars") == NumberTarget("stars", how)


def test_new_rows_may_lack_the_number():
    target = number_target(pa.table({"y": [1.0, 2.0]}), "y")
    np.testing.assert_array_equal(target.values(pa.table({"y": [3, None]})), [3.0, np.nan])
    np.testing.assert_array_equal(target.values(pa.table({"y": pa.nulls(1)})), [np.nan])
    with pytest.raises(InputError, match=r"finite in every row; got inf in row 1, counted from 0"):
        target.values(pa.table({"y": [3, np.inf]}))
    with pytest.raises(InputError, match=r"y must hold numbers; got 'high'"):
        target.values(pa.table({"y": ["3", "high"]}))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", "2"], r"hold numbers for a regression; got 'y', which holds string\. Name a column"),
        ([True, False], r"hold numbers for a regression; got 'y', which holds bool"),
        ([[1.0], [2.0]], r"hold numbers for a regression; got 'y', which holds list"),
        ([1.0, None, 2.0], r"target must be finite in every row; got nan in row 1"),
        ([1.0, np.inf, -np.inf], r"target must be finite in every row; got inf in rows 1, 2"),
        ([4.0, 4.0], r"target must vary from row to row; got 4 in all 2 rows of 'y'"),
        (
            [0.0, 1e200],
            r"small enough for squared errors; got 0 to 1e\+200 in 'y'\. Change its unit",
        ),
    ],
)
def test_columns_that_are_no_number_to_predict_are_refused(values, message):
    table = pa.table({"y": values})
    with pytest.raises(InputError, match=message):
        number_target(table, "y")


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(InputError, match=r"target must name a column of the table; got 'z'"):
        number_target(pa.table({"y": [1.0, 2.0]}), "z")
