"""Likely spellings are suggested, unlikely ones and what is spelled on purpose are not."""

import pyarrow as pa
import pytest

from calibrant.data.aliases import suggest_aliases
from calibrant.data.plan import Cleaning, Plan
from calibrant.data.read import read_table


def suggested(rows, **cleaning):
    """Suggestions for a column with so many rows of each level, as {spelling: level}."""
    texts = [level for level, n in rows.items() for _ in range(n)]
    table = pa.table({"c": texts, "y": ["a" if k % 2 else "b" for k in range(len(texts))]})
    roles = {"roles": {"c": "category"}, **cleaning}
    plan = Plan.make(table, target="y", cleaning=Cleaning(**roles), reserved={})
    found = suggest_aliases(table, plan)
    assert all(each.rows == rows[each.spelling] and each.column == "c" for each in found)
    return {each.spelling: each.level for each in found}


FAT = {"Low Fat": 500, "Regular": 300}


@pytest.mark.parametrize(
    ("rows", "aliases"),
    [
        ({"LF": 30, "reg": 12}, {"LF": "Low Fat", "reg": "Regular"}),
        ({"Low-Fat": 30, "lowfat": 3}, {"Low-Fat": "Low Fat", "lowfat": "Low Fat"}),
        ({"L.F.": 30, "LF": 40}, {"L.F.": "Low Fat", "LF": "Low Fat"}),
        ({"Reguler": 4, "Regulra": 1}, {"Reguler": "Regular", "Regulra": "Regular"}),
        ({"Reguler": 100}, {}),  # too many for a typing error
        ({"Rgler": 1}, {}),  # two letters
        ({"High": 40, "Light": 20}, {}),
        ({"reg": 10, "Registered": 50}, {}),  # of which of two is it the beginning?
    ],
)
def test_likely_spellings_are_suggested(rows, aliases):
    assert suggested(FAT | rows) == aliases


@pytest.mark.parametrize(
    "rows",
    [
        {"Tier 1": 300, "Tier 2": 20, "Tier 3": 2},
        {"OUT010": 900, "OUT013": 3, "OUT10": 1},
        {"Type A": 300, "Type B": 3},
        {"A": 10, "B": 20, "Absent": 3},  # a grade is no abbreviation
        {"C": 300, "C++": 20, "C#": 3},
        {"Iran": 500, "Iraq": 2, "Oman": 50},
        {"Baking Goods": 100, "Breads": 50, "Breakfast": 30, "Baking": 4},
    ],
)
def test_levels_that_differ_on_purpose_are_left_alone(rows):
    assert suggested(rows) == {}


def test_single_letters_are_beginnings_where_each_stands_for_one():
    rows = {"Male": 300, "Female": 310, "M": 20, "F": 30}
    assert suggested(rows) == {"M": "Male", "F": "Female"}
    assert suggested(rows | {"X": 5}) == {}


def test_suggested_aliases_are_taken_as_they_are():
    rows = {**FAT, "LF": 30, "L F": 2, "reg": 12, "reg.": 3, "Reguler": 4, "low-fat": 9}
    found = suggested(rows)
    assert found["reg."] == found["reg"] == "Regular"
    assert suggested(rows, aliases={"c": found}) == {}


def test_spelling_in_case_or_padding_is_no_alias():
    assert suggested({"Low Fat": 500, "low fat": 30, " LOW FAT": 2, "Regular": 9}) == {}


def test_the_target_is_looked_at_too():
    table = pa.table({"x": [0.5, 1.5, 2.5] * 20, "y": ["slope"] * 39 + ["solpe"] + ["not"] * 20})
    plan = Plan.make(table, target="y", cleaning=Cleaning(), reserved={})
    (found,) = suggest_aliases(table, plan)
    assert (found.column, found.spelling, found.level, found.rows) == ("y", "solpe", "slope", 1)


def test_bigmart_gets_its_two_aliases_and_no_other(shared_data):
    table = read_table(shared_data / "bigmart_train_original.csv")
    plan = Plan.make(table, target="Item_Outlet_Sales", cleaning=Cleaning(), reserved={})
    found = [(each.spelling, each.level, each.rows) for each in suggest_aliases(table, plan)]
    assert found == [("LF", "Low Fat", 316), ("reg", "Regular", 117)]
