"""Roles follow from types and levels, and what tells rows apart is not fed."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from calibrant.data.embedded import load_embedded
from calibrant.data.read import read_table
from calibrant.data.retail import TARGET, retail_table
from calibrant.data.schema import infer_roles
from calibrant.errors import InputError

RNG = np.random.default_rng(0)
N = 400


def role_of(values, **options):
    table = pa.table({"y": pa.array(["a", "b"]).take(pa.array(np.arange(len(values)) % 2))})
    table = table.append_column("x", values).append_column(
        "z", pa.array(np.arange(len(values)) % 7)
    )
    return infer_roles(table, target="y", **options).describe()[1][1]


def test_order_of_columns_changes_the_order_alone():
    table = retail_table(1000).table
    roles = infer_roles(table, target=TARGET)
    turned = infer_roles(table.select(table.column_names[::-1]), target=TARGET)
    assert turned.describe() == roles.describe()[::-1]


def test_values_of_the_target_have_no_say():
    table = retail_table(1000).table
    roles = infer_roles(table, target=TARGET)
    others = table.drop_columns([TARGET]).append_column(TARGET, pa.array(np.arange(1000)))
    assert infer_roles(others, target=TARGET) == roles


def test_roles_of_bigmart(shared_data):
    roles = infer_roles(read_table(shared_data / "bigmart_train.csv"), target="OutletSales")
    assert roles.target == "OutletSales"
    assert roles.numbers == ("Weight", "ProductVisibility", "MRP", "EstablishmentYear")
    assert roles.categories == (
        *("FatContent", "ProductType", "OutletID", "OutletSize", "LocationType", "OutletType"),
    )
    assert roles.identifiers == ("ProductID",)
    assert roles.dropped == ()
    described = {name: (role, why) for name, role, why in roles.describe()}
    assert described["ProductID"] == ("identifier", "text with 1,559 levels in 8,523 rows")
    assert described["Weight"] == ("number", "4.555 to 21.35, 1,463 missing")
    assert described["OutletSize"] == ("category", "3 levels, 2,410 missing")


@pytest.mark.parametrize(
    ("name", "target", "n_numbers"),
    [
        ("mammography", "class", 6),
        ("winequality_red", "quality", 11),
        ("landslide_wv", "class", 43),
        ("urban_land_cover_train", "class", 147),
    ],
)
def test_measured_numbers_are_never_identifiers(shared_data, name, target, n_numbers):
    roles = infer_roles(read_table(shared_data / f"{name}.csv"), target=target)
    assert (len(roles.numbers), roles.categories, roles.identifiers) == (n_numbers, (), ())


def test_the_index_that_pandas_writes_is_an_identifier(shared_data):
    table = read_table(shared_data / "standin_multiclass.csv")
    assert infer_roles(table, target="reference").identifiers == ("",)


def test_constant_pixels_are_dropped():
    table, target = load_embedded("digits")
    roles = infer_roles(table, target=target)
    assert roles.dropped == tuple(
        (f"pixel_{row}_{column}", "constant: always 0.0")
        for row, column in [(0, 0), (4, 0), (4, 7)]
    )


@pytest.mark.parametrize(
    ("values", "role"),
    [
        (pa.array(RNG.normal(size=N)), "number"),  # all different
        (pa.array(np.sort(RNG.normal(size=N))), "number"),
        (pa.array(RNG.normal(size=N) * 1e30), "number"),  # whole, as all so large are
        (pa.array(RNG.integers(0, 10_000_000, N)), "number"),  # all different by chance
        (pa.array(RNG.integers(0, 2, N)), "number"),
        (pa.array(RNG.integers(1900, 2000, N)), "number"),
        (pa.array(np.arange(N)), "identifier"),
        (pa.array(1000.0 + np.arange(N)), "identifier"),  # integers that a gap made floats
        (pa.array(-np.cumsum(RNG.integers(1, 99999, N))), "identifier"),
        (pa.array(RNG.permutation(N * 3)[:N]), "identifier"),  # numbered, then shuffled, then cut
        (pa.array(np.append(RNG.permutation(N - 1), 5)), "identifier"),  # one is there twice
        (pa.array(RNG.integers(2**62, 2**63, N)), "identifier"),  # hashes
        (pa.array([f"row {k}" for k in range(N)]), "identifier"),
        (pa.array([f"shop {k % 51}" for k in range(N)]), "identifier"),
        (pa.array([f"shop {k % 50}" for k in range(N)]), "category"),
        (pa.array([f"name {k}" for k in range(12)]), "identifier"),
        (pa.array([f"name {k}" for k in range(9)]), "category"),
        (pa.array(np.arange(12)), "number"),  # too few to tell
        (pa.array(np.arange(N) % 3 == 0), "category"),
        (pa.array([dt.date(2020, 1, 1 + k % 5) for k in range(N)]), "category"),
        (pa.array(["x", None] * 10), "category"),  # there or not: it says something
        (pa.array([7, None] * 10), "number"),
        (pa.array(["x"] * 20), "dropped"),
        (pa.array([7.5] * 20), "dropped"),
        (pa.nulls(20), "dropped"),
        (pa.array([None] * 20, pa.float64()), "dropped"),
        (pa.array([""] * 20), "dropped"),
        (pa.array([[1, 2]] * 20), "dropped"),
    ],
)
def test_role_follows_from_type_and_levels(values, role):
    assert role_of(values) == role


def test_identifiers_that_are_asked_for_are_fed():
    names = pa.array([f"row {k}" for k in range(N)])
    assert role_of(names, keep_identifiers=["x"]) == "category"
    assert role_of(pa.array(np.arange(N)), keep_identifiers=["x"]) == "number"
    assert role_of(pa.array(RNG.normal(size=N)), keep_identifiers=["x"]) == "number"


def test_split_column_is_not_fed():
    table = retail_table(100).table.append_column("part", pa.array(["train", "test"] * 50))
    roles = infer_roles(table, target=TARGET, split_column="part")
    assert roles.split_column == "part"
    assert infer_roles(table, target=TARGET).split_column is None
    assert "part" not in roles.categories


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "nope"}, r"target must name a column of the table; got 'nope'\."),
        ({"target": "y", "split_column": "nope"}, r"split_column must name a column"),
        (
            {"target": "y", "split_column": "y"},
            r"split_column must differ from the target; got 'y'",
        ),
        ({"target": "y", "keep_identifiers": ["nope"]}, r"keep_identifiers must name a column"),
        ({"target": "y", "keep_identifiers": ["y"]}, r"keep_identifiers must name features"),
        (
            {"target": "y"},
            r"numbers must be finite; got infinite ones: 2 in 'x' \(rows 1, 3, count",
        ),
        ({"target": "x"}, r"table must hold a column to learn from .* got 'y', 'x', none of them"),
    ],
)
def test_bad_tables_and_names_are_refused(options, message):
    table = pa.table({"y": ["a", "a", "a", "a"], "x": [1.0, np.inf, 2.0, -np.inf]})
    with pytest.raises(InputError, match=message):
        infer_roles(table, **options)
