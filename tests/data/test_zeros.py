"""Zeros that stand apart from all other numbers are pointed out; counts and amounts are not."""

import numpy as np
import pyarrow as pa
import pytest

from calibrant.data.plan import Cleaning, Plan
from calibrant.data.read import read_table
from calibrant.data.zeros import suggest_zeros

GENERATOR = np.random.default_rng(2)


def suggested(values, **cleaning):
    table = pa.table({"x": values, "z": GENERATOR.normal(size=len(values))})
    table = table.append_column("y", pa.array(np.arange(len(values)) % 2))
    plan = Plan.make(table, target="y", cleaning=Cleaning(**cleaning), reserved={})
    return suggest_zeros(table, plan)


def with_zeros(values, share):
    return np.where(GENERATOR.random(len(values)) < share, 0, values)


AGES = GENERATOR.integers(18, 80, 500)
PRESSURES = GENERATOR.normal(70, 10, 500).round()


@pytest.mark.parametrize(
    ("values", "apart"),
    [
        (with_zeros(AGES, 0.05), True),
        (with_zeros(PRESSURES, 0.05), True),
        (with_zeros(GENERATOR.gamma(9, 2, 500), 0.2), True),
        (with_zeros(AGES, 0.7), False),  # most are 0: it is what the column is about
        (with_zeros(AGES[:10], 0.5), False),  # too few rows
        (with_zeros(-AGES, 0.05), False),
        (AGES, False),
        (GENERATOR.poisson(3, 500), False),  # counts
        (GENERATOR.integers(0, 24, 500), False),  # hours
        (with_zeros(GENERATOR.exponential(5, 500), 0.2), False),  # amounts down to 0
        (GENERATOR.integers(0, 9, 500) * 10, False),  # steps of 10
        (GENERATOR.integers(0, 2, 500) * 77, False),  # a flag
        (np.hypot(*GENERATOR.integers(0, 9, (2, 500))), False),  # distances on a grid
    ],
)
def test_zeros_are_pointed_out_where_they_stand_apart(values, apart):
    found = suggested(values)
    assert [each.column for each in found] == (["x"] if apart else [])
    for each in found:
        assert each.zeros == (values == 0).sum()
        assert each.smallest == values[values > 0].min()


def test_zeros_already_read_as_missing_are_not_pointed_out():
    assert suggested(with_zeros(AGES, 0.05), zero_is_missing=("x",)) == ()


@pytest.mark.parametrize(
    ("name", "target", "columns"),
    [
        ("bigmart_train", "OutletSales", ["ProductVisibility"]),
        ("landslide_wv", "class", []),
        ("mammography", "class", []),
        ("winequality_red", "quality", []),
        ("urban_land_cover_train", "class", []),
        ("hpc_cv", "obs", []),
    ],
)
def test_of_real_tables_bigmart_has_such_zeros(shared_data, name, target, columns):
    table = read_table(shared_data / f"{name}.csv")
    plan = Plan.make(table, target=target, cleaning=Cleaning(), reserved={})
    assert [each.column for each in suggest_zeros(table, plan)] == columns
