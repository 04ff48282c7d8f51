"""Roles follow from the cleaned values, or from what is asked; what cannot be is refused."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from calibrant.data.plan import Cleaning, Plan
from calibrant.errors import InputError

RNG = np.random.default_rng(0)
N = 400


def plan_of(values, reserved=None, **cleaning):
    table = pa.table(
        {"y": np.arange(len(values)) % 2, "x": values, "z": np.arange(len(values)) % 7}
    )
    return Plan.make(table, target="y", cleaning=Cleaning(**cleaning), reserved=reserved or {})


def role_of(values, **options):
    return plan_of(values, **options).roles.describe()[1][1:]


def days(n, start=dt.date(2024, 1, 1)):
    return [start + dt.timedelta(days=k) for k in range(n)]


@pytest.mark.parametrize(
    ("values", "role"),
    [
        (pa.array(RNG.normal(size=N)), "number"),
        (pa.array(np.arange(N)), "identifier"),
        (pa.array(RNG.integers(2**62, 2**63, N)), "identifier"),
        (pa.array([f"row {k}" for k in range(N)]), "identifier"),
        (pa.array([f"shop {k % 51}" for k in range(N)]), "identifier"),  # 8 rows each
        (pa.array([f"shop {k % 50}" for k in range(N)]), "category"),
        (pa.array([f"shop {k % 51 if k % 2 else 0}" for k in range(N)]), "category"),  # grouped
        (pa.array([f"{'SHOP' if k % 3 else 'shop'} {k % 40}" for k in range(N)]), "category"),
        (pa.array(["x", "X ", " x"] * 10), "dropped"),  # constant once it is cleaned
        (pa.array(["?", None, "-", "NA"] * 10), "dropped"),
        (pa.array(["7", "8.5", "unknown"] * 10), "number"),
        (pa.array(days(N)), "date"),  # rises from row to row, and is a date all the same
        (pa.array([str(day) for day in days(N)]), "date"),
        (pa.array(["2024-05-01"] * N), "dropped"),
        (pa.array([20240101 + k % 28 for k in range(N)]), "number"),
        (pa.array([f"{1 + k % 3}/{1 + k % 5}/2024" for k in range(90)]), "category"),
        (pa.array([dt.time(k % 24) for k in range(N)]), "category"),
        (pa.array([True, False] * 10), "category"),
        (pa.array([[1, 2]] * 20), "dropped"),
        (pa.nulls(20), "dropped"),
    ],
)
def test_role_follows_from_the_cleaned_values(values, role):
    assert role_of(values)[0] == role


def test_an_order_that_nothing_tells_is_noted():
    texts = [f"{1 + k % 3}/{1 + k % 5}/2024" for k in range(90)]
    assert "--date-format" in role_of(pa.array(texts))[1]
    plan = plan_of(pa.array(texts), date_formats={"x": "%m/%d/%Y"})
    assert plan.roles.dates == ("x",)


@pytest.mark.parametrize(
    ("values", "role", "told"),
    [
        (pa.array(np.arange(N)), "number", "number"),
        (pa.array(np.arange(N) % 9), "category", "category"),
        (pa.array([f"row {k}" for k in range(N)]), "category", "category"),
        (pa.array([f"row {k}" for k in range(N)]), "hashed", "hashed"),
        (pa.array(["7", "8"] * 10), "category", "category"),
        (pa.array([20240101 + k % 28 for k in range(N)]), "date", "date"),
        (pa.array([20240101.0, 20240229.0, None] * 9), "date", "date"),
        (pa.array(days(20)), "category", "category"),
        (pa.array(["a", "b"] * 10), "identifier", "identifier"),
        (pa.array(["a", "b"] * 10), "drop", "dropped"),
        (pa.array([7] * 10), "number", "dropped"),  # constant, whatever is asked
    ],
)
def test_roles_that_are_asked_for_are_given(values, role, told):
    assert role_of(values, roles={"x": role})[0] == told


def test_parts_of_a_date_are_fed_and_flagged_once():
    plan = plan_of(pa.array([*days(N - 1), None]))
    parts = [f"x: {part}" for part in ("year", "month", "day", "weekday", "days")]
    assert plan.roles.numbers == (*parts, "z")
    assert plan.roles.flagged == ("x: days", "z")
    hours = [f"2024-01-01 {k % 24}:00" for k in range(N)]
    assert "x: hour" in plan_of(pa.array(hours)).roles.numbers


def test_group_and_time_are_fed_only_if_asked():
    shops = pa.array([f"shop {k % 5}" for k in range(N)])
    plan = plan_of(shops, reserved={"x": "group"})
    assert (plan.roles.group, plan.roles.categories) == ("x", ())
    plan = plan_of(shops, reserved={"x": "group"}, roles={"x": "category"})
    assert plan.roles.categories == ("x",)
    assert plan.reserved == {"x": "group"}
    plan = plan_of(pa.array(days(N)), reserved={"x": "time"}, roles={"x": "date"})
    assert "x: month" in plan.roles.numbers
    assert plan_of(pa.array(days(N)), reserved={"x": "time"}).roles.time == "x"


def test_a_group_has_one_name_and_a_time_is_a_time():
    groups = ["A1", "a1 ", "B2", None] * 5
    table = pa.table(
        {"g": groups, "t": ["31.12.2023", "1.1.2024"] * 10, "y": [0, 1] * 10, "z": [1.5, 2] * 10}
    )
    plan = Plan.make(table, target="y", cleaning=Cleaning(), reserved={"g": "group", "t": "time"})
    cleaned = plan.apply(table).table
    assert cleaned.column("g").to_pylist() == ["A1", "A1", "B2", None] * 5
    moments = np.array(["2023-12-31", "2024-01-01"] * 10, "datetime64[us]")
    np.testing.assert_array_equal(cleaned.column("t").to_numpy(), moments)


def test_values_of_the_target_have_no_say():
    table = pa.table({"y": np.arange(40) % 2, "x": RNG.normal(size=40)})
    other = table.set_column(0, "y", pa.array(np.arange(40)))
    one, two = (
        Plan.make(each, target="y", cleaning=Cleaning(), reserved={}) for each in (table, other)
    )
    assert one == two


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "why"}, r"target must name a column of the table; got 'why'"),
        ({"reserved": {"nope": "group"}}, r"group must name a column of the table; got 'nope'"),
        ({"reserved": {"y": "split"}}, r"split_column must differ from the target; got 'y'"),
        (
            {"roles": {"prize": "number"}, "aliases": {"wrod": {"a": "b"}}},
            r"got 'prize' in roles, 'wrod' in aliases\. Did you mean 'price', 'word'\?",
        ),
        ({"roles": {"y": "drop"}}, r"roles must name features; got 'y'"),
        ({"keep_identifiers": ("y",)}, r"keep_identifiers must name features; got 'y'"),
        (
            {"zero_is_missing": ("word",)},
            r"zero_is_missing must name columns of numbers; got 'word', which is a category",
        ),
        (
            {"aliases": {"price": {"a": "b"}}, "roles": {"price": "number"}},
            r"aliases must name columns of categories; got 'price', which is a number",
        ),
        (
            {"roles": {"word": "number", "when": "date", "list": "category"}},
            r"columns must be what they are used as; got 3 in 'word' are no numbers "
            r"\('a' in row 0, 'b' in row 1, 'a' in row 3\); 1 in 'when' are no dates .*"
            r"\('soon' in row 2\); 'list' as 'category': it holds list.*, counted from 0\.",
        ),
        ({"roles": {"odd": "date"}}, r"'odd' as 'date': perhaps dates, .*--date-format does"),
        (
            {"roles": {"price": "drop", "far": "number"}},
            r"1 in 'far' are no finite numbers \(inf in row 1\)",
        ),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    table = pa.table(
        {
            "price": [1.5, 2.5, 4.0, 1.0],
            "word": ["a", "b", "7", "a"],
            "when": ["2024-01-31", "2024-02-01", "soon", None],
            "odd": ["1/2/2024", "2/2/2024", "3/1/2024", "4/5/2024"],
            "far": [1.0, np.inf, 2.0, 3.0],
            "list": [[1], [2], [3], [4]],
            "y": [0, 1, 0, 1],
        }
    )
    table = table if "far" in str(options) else table.drop_columns(["far"])
    given = {"target": options.pop("target", "y"), "reserved": options.pop("reserved", {})}
    with pytest.raises(InputError, match=message):
        Plan.make(table, cleaning=Cleaning(**options), **given)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"roles": {"x": "colour"}}, r"roles must be known; got 'colour' for 'x'"),
        (
            {"roles": {"x": "number"}, "date_formats": {"x": "%Y"}},
            r"roles must be 'date' where a date format is given; got 'number' for 'x'",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        Cleaning(**options)


def test_new_rows_that_hold_something_else_are_refused_with_their_numbers():
    table = pa.table({"n": [1.5, 2.0, 3.5], "d": days(3), "y": [0, 1, 0]})
    plan = Plan.make(table, target="y", cleaning=Cleaning(), reserved={})
    new = pa.table({"n": ["7", "many"], "d": ["2024-01-01", "1 May"]})
    message = r"1 in 'n' are no numbers \('many' in row 101\); 1 in 'd' .*'1 May' in row 101"
    with pytest.raises(InputError, match=message):
        plan.apply(new, first_row=100)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, r"plan must be a plan of schema 1; got schema None"),
        ({"schema": 1}, r"plan must be one that was saved; got target: Field required"),
        ({"schema": 1, "target": "y", "reserved": {}, "columns": [7]}, r"got columns\.0: "),
    ],
)
def test_what_is_no_plan_is_refused(content, message):
    with pytest.raises(InputError, match=message):
        Plan.from_dict(content)


def test_a_part_of_a_date_needs_a_free_name():
    table = pa.table({"d": days(20), "d: year": range(20), "y": [0, 1] * 10})
    with pytest.raises(InputError, match=r"columns must have different names; got parts of .*'d'"):
        Plan.make(table, target="y", cleaning=Cleaning(), reserved={})


def test_a_table_without_features_is_refused():
    table = pa.table({"y": [0, 1] * 10, "id": range(20)})
    with pytest.raises(InputError, match=r"hold a column to learn from besides the target"):
        Plan.make(table, target="y", cleaning=Cleaning(), reserved={})
