"""A dirty table reads as its clean twin, row by row, and every repair is counted."""

import decimal
import json
import string

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrant.data.encode import Encoder
from calibrant.data.plan import Cleaning, Plan
from calibrant.data.read import read_table
from calibrant.errors import InputError

N = 120
GENERATOR = np.random.default_rng(3)
CLEAN = {
    "price": GENERATOR.normal(50, 10, N).round(2).tolist(),
    "shown": [round(x, 4) if k % 7 else None for k, x in enumerate(GENERATOR.gamma(4, 2, N))],
    "fat": [["Low Fat", "Regular", None][k] for k in GENERATOR.choice(3, N, p=[0.5, 0.3, 0.2])],
    "town": [["Köln", "Bonn", "Ahrweiler"][k] for k in GENERATOR.integers(0, 3, N)],
    "sold": [f"2024-{1 + k % 12:02}-{1 + k % 28:02}" for k in range(N)],
    "y": [["yes", "no"][k] for k in GENERATOR.integers(0, 2, N)],
}
ALIASES = {"fat": {"LF": "Low Fat", "reg": "Regular"}}
TRAIN = np.arange(0, N, 2)


def planned(columns, **cleaning):
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    return Plan.make(table, target="y", cleaning=Cleaning(**cleaning), reserved={}), table


def encoded(columns, **cleaning):
    """Feature names, features and what was mended."""
    plan, table = planned(columns, **cleaning)
    cleaned = plan.apply(table)
    encoder = Encoder.fit(cleaned.table, plan.roles, TRAIN)
    return encoder.feature_names, encoder.transform(cleaned.table), cleaned


def as_text(columns, decimal="."):
    """Columns as a text file holds them."""
    texts = {
        name: [None if value is None else str(value) for value in values]
        for name, values in columns.items()
    }
    for name in ("price", "shown"):
        texts[name] = [text and text.replace(".", decimal) for text in texts[name]]
    return texts


def respelled(name, spellings, every=3):
    return {
        name: [
            spellings.get(value, value) if k % every == 0 else value
            for k, value in enumerate(CLEAN[name])
        ]
    }


DIRTS = {
    "padding": (respelled("fat", {"Low Fat": " Low  Fat", "Regular": "Regular\u00a0"}), {}),
    "case": (respelled("town", {"Köln": "KÖLN", "Bonn": "bonn"}), {}),
    "form": (respelled("town", {"Köln": "Ko\u0308ln", "Bonn": "\uff22onn"}), {}),
    "target": (respelled("y", {"yes": "YES ", "no": "No"}), {}),
    "alias": (respelled("fat", {"Low Fat": "lf", "Regular": " reg"}), {"aliases": ALIASES}),
    "spelled missing": (respelled("fat", {None: " ? "}, every=2), {}),
    "words of its own": (respelled("fat", {None: "n. b."}), {"missing": {"fat": ("N. B.",)}}),
    "zeros": ({"shown": [x or 0 for x in CLEAN["shown"]]}, {"zero_is_missing": ("shown",)}),
    "codes": (
        {"shown": [-999.0 if x is None else x for x in CLEAN["shown"]]},
        {"missing": {"shown": ("-999",)}},
    ),
    "numbers among words": ({"shown": [str(x or "Unknown") for x in CLEAN["shown"]]}, {}),
    "dates": ({"sold": [f"{d[8:]}.{d[5:7]}.{d[:4]}" for d in CLEAN["sold"]]}, {}),
    "useless": (
        {
            "always": ["x"] * N,
            "empty": pa.nulls(N),
            "blank": [" "] * N,
            "id": [f"K{k}" for k in range(N)],
        },
        {},
    ),
}
MENDED = {
    "padding": {"padding": {"fat": sum(x is not None for x in CLEAN["fat"][::3])}},
    "case": {"case": {"town": sum(x in {"Köln", "Bonn"} for x in CLEAN["town"][::3])}},
    "form": {"case": {"town": sum(x in {"Köln", "Bonn"} for x in CLEAN["town"][::3])}},
    "target": {
        "padding": {"y": CLEAN["y"][::3].count("yes")},
        "case": {"y": len(CLEAN["y"][::3])},
    },
    "alias": {"alias": {"fat": sum(x is not None for x in CLEAN["fat"][::3])}},
    "spelled missing": {"spelled missing": {"fat": CLEAN["fat"][::2].count(None)}},
    "words of its own": {"spelled missing": {"fat": CLEAN["fat"][::3].count(None)}},
    "zeros": {"zero read as missing": {"shown": CLEAN["shown"].count(None)}},
    "codes": {"spelled missing": {"shown": CLEAN["shown"].count(None)}},
    "numbers among words": {"spelled missing": {"shown": CLEAN["shown"].count(None)}},
    "dates": {},
    "useless": {},
}


@pytest.fixture(scope="module")
def twin():
    return encoded(CLEAN)


@pytest.mark.parametrize("name", DIRTS)
def test_each_dirt_alone_gives_the_features_of_the_clean_twin(name, twin):
    dirt, cleaning = DIRTS[name]
    names, features, cleaned = encoded({**CLEAN, **dirt}, **cleaning)
    assert (names, features.tobytes()) == (twin[0], twin[1].tobytes())
    assert cleaned.table.column("y").equals(twin[2].table.column("y"))
    assert cleaned.mended == MENDED[name]


def test_all_dirt_at_once_gives_the_features_of_the_clean_twin(twin):
    one = respelled("fat", {"Low Fat": " LOW fat", "Regular": "reg", None: "unknown"})
    columns = {
        **DIRTS["useless"][0],
        **as_text({**CLEAN, **one, **DIRTS["case"][0], **DIRTS["zeros"][0], **DIRTS["dates"][0]}),
        **DIRTS["target"][0],
    }
    turned = pa.table(columns).select(list(columns)[::-1])
    names, features, _ = encoded(turned, aliases=ALIASES, zero_is_missing=("shown",))
    assert set(names) == set(twin[0])
    order = [names.index(name) for name in twin[0]]
    assert features[:, order].tobytes() == twin[1].tobytes()


def test_text_of_a_file_reads_as_its_typed_table():
    plan, table = planned(CLEAN)
    cleaned = plan.apply(table)
    texts = pa.table(as_text(CLEAN, decimal=","))
    assert plan.apply(texts, decimal=",").table.equals(cleaned.table)


def test_any_batches_read_as_the_whole():
    plan, table = planned({**CLEAN, **DIRTS["case"][0], **DIRTS["spelled missing"][0]})
    whole = plan.apply(table)
    parts = [plan.apply(table.slice(start, 17)) for start in range(0, N, 17)]
    assert pa.concat_tables([part.table for part in parts]).equals(whole.table)
    for how, columns in whole.mended.items():
        for name, count in columns.items():
            assert sum(part.mended.get(how, {}).get(name, 0) for part in parts) == count


def test_other_columns_and_their_order_have_no_say():
    plan, table = planned(CLEAN)
    cleaned = plan.apply(table).table
    more = table.append_column("new", pa.nulls(N)).select(["new", *table.column_names[::-1]])
    assert plan.apply(more).table.equals(cleaned)
    without = plan.apply(table.drop_columns(["y"])).table
    assert without.equals(cleaned.drop_columns(["y"]))


def test_cleaning_what_is_clean_changes_nothing():
    plan, table = planned({**CLEAN, **DIRTS["case"][0]})
    cleaned = plan.apply(table).table
    again = plan.apply(cleaned)
    assert again.table.equals(cleaned)
    assert again.mended == {}


def test_a_plan_reads_back_from_json():
    cleaning = {"aliases": ALIASES, "zero_is_missing": ("shown",), "keep_case": ("town",)}
    plan, table = planned(CLEAN, **cleaning)
    text = json.dumps(plan.to_dict())
    loaded = Plan.from_dict(json.loads(text))
    assert loaded == plan
    assert json.dumps(loaded.to_dict()) == text
    assert loaded.apply(table).table.equals(plan.apply(table).table)


LETTERS = st.text(alphabet=string.ascii_letters + " Äßé\uff21-?", max_size=4)


@settings(max_examples=60)
@given(
    st.lists(LETTERS, min_size=24, max_size=24),
    st.lists(
        st.sampled_from([str.upper, str.lower, str.title, lambda text: f" {text} "]),
        min_size=24,
        max_size=24,
    ),
)
def test_spelling_never_decides_a_feature(texts, ways):
    frame = {"x": texts, "z": list(range(24)), "y": ["a", "b"] * 12}
    roles = {"roles": {"x": "category", "z": "number"}}
    plan, table = planned(frame, **roles)
    other = {**frame, "x": [way(text) for way, text in zip(ways, texts, strict=True)]}
    again, dirty = planned(other, **roles)
    one, two = plan.apply(table).table, again.apply(dirty).table
    rows = np.arange(24)
    here = Encoder.fit(one, plan.roles, rows).transform(one)
    there = Encoder.fit(two, again.roles, rows).transform(two)
    assert here.tobytes() == there.tobytes()


def test_original_bigmart_reads_as_its_mended_twin(shared_data):
    table = read_table(shared_data / "bigmart_train_original.csv")
    fat = "Item_Fat_Content"
    aliases = {fat: {"LF": "Low Fat", "reg": "Regular"}}
    mended = [
        {"LF": "Low Fat", "low fat": "Low Fat", "reg": "Regular"}.get(text, text)
        for text in table.column(fat).to_pylist()
    ]
    zeros = [x or None for x in table.column("Item_Visibility").to_pylist()]
    twin = table.set_column(2, fat, pa.array(mended)).set_column(
        3, "Item_Visibility", pa.array(zeros)
    )
    rows = np.arange(0, 8523, 2)
    results = []
    for each, cleaning in [
        (table, Cleaning(aliases=aliases, zero_is_missing=("Item_Visibility",))),
        (twin, Cleaning()),
    ]:
        plan = Plan.make(each, target="Item_Outlet_Sales", cleaning=cleaning, reserved={})
        cleaned = plan.apply(each)
        encoder = Encoder.fit(cleaned.table, plan.roles, rows)
        results.append((encoder.feature_names, encoder.transform(cleaned.table), cleaned.mended))
    (names, features, counts), (other_names, other_features, none) = results
    assert names == other_names
    assert features.tobytes() == other_features.tobytes()
    assert none == {}
    # 316 LF, 117 reg and 112 low fat of 8,523; 526 visibilities are 0
    assert counts == {
        "alias": {fat: 316 + 117},
        "case": {fat: 112},
        "zero read as missing": {"Item_Visibility": 526},
    }


def test_an_absent_column_is_named():
    plan, table = planned(CLEAN)
    with pytest.raises(InputError, match=r"column of the training; got 'price', 'fat' absent"):
        plan.apply(table.drop_columns(["price", "fat"]))


def test_numbers_with_thousands_parted_read_as_their_twin():
    plan, table = planned({**CLEAN, "price": [1000 * x for x in CLEAN["price"]]})
    texts = as_text(CLEAN, decimal=",")
    texts["price"] = [
        f"{1000 * x:,.4f}".translate(str.maketrans(".,", ",.")) for x in CLEAN["price"]
    ]
    read = plan.apply(pa.table(texts), decimal=",").table
    np.testing.assert_allclose(
        read.column("price").to_numpy(), table.column("price").to_numpy(), rtol=1e-12
    )


def test_decimals_read_as_their_text():
    values = [decimal.Decimal(k) / 100 for k in range(-5000, 5000, 7)]
    table = pa.table({"x": pa.array(values, pa.decimal128(10, 2)), "y": ["a", "b"] * 714 + ["a"]})
    plan, _ = planned(table)
    texts = pa.table({"x": [str(value) for value in values]})
    typed = plan.apply(table).table.column("x")
    assert typed.equals(plan.apply(texts).table.column("x"))
    assert typed.to_pylist() == [float(value) for value in values]


def test_every_kind_of_text_reads_alike():
    plan, table = planned(CLEAN)
    for kind in (pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())):
        column = table.column("fat").cast(kind)
        other = table.set_column(2, "fat", column).append_column("id", column)
        assert plan.apply(other).table.equals(plan.apply(table).table)
        rows = Plan.make(
            other, target="y", cleaning=Cleaning(roles={"id": "identifier"}), reserved={}
        )
        assert rows.apply(other).table.take([0, 1]).column("id").to_pylist() == CLEAN["fat"][:2]


def test_dates_beyond_the_calendar_are_refused_by_number():
    days = pa.array([2_000_000_000, 7, 8], pa.int32()).cast(pa.date32())
    table = pa.table({"d": days, "y": ["a", "b", "a"]})
    with pytest.raises(InputError, match=r"no dates .*\(date32\[day\] 2000000000 in row 0\)"):
        planned(table)
