"""Text becomes numbers by one rule, and only where it can mean one number alone."""

import re

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrant.data.missing import MISSING_NUMBERS
from calibrant.data.numerals import read_numbers
from calibrant.data.read import Reading, open_source

UNHURRIED = settings(deadline=None, max_examples=300)


@UNHURRIED
@given(
    texts=st.lists(st.text("0123456789.,+-eE xinfa_%", max_size=9), min_size=1),
    decimal=st.sampled_from([None, ".", ","]),
)
def test_each_text_is_a_number_or_missing_or_bad_whatever_stands_beside_it(texts, decimal):
    numbers = read_numbers(pa.array(texts), decimal=decimal)
    for k, text in enumerate(texts):
        alone = read_numbers(pa.array([text]), decimal=decimal)
        for together, single in zip(_lists(numbers), _lists(alone), strict=True):
            assert together[k] == single[0]
        value, missing, bad = (values[k] for values in _lists(numbers))
        assert (value is not None) + missing + bad == 1


@UNHURRIED
@given(text=st.text("0123456789.,+-eE", min_size=1, max_size=9))
def test_a_number_without_groups_is_what_python_reads(text):
    value, missing, _ = (values[0] for values in _lists(read_numbers(pa.array([text]))))
    try:
        assert value == float(text)
    except ValueError:
        assert value is None
        assert missing == (text.lower() in MISSING_NUMBERS)


@pytest.mark.parametrize(("decimal", "mark"), [(".", ","), (",", ".")])
def test_groups_are_those_of_pandas(decimal, mark):
    texts = ["1_234", "12_345d5", "123_456_789d25", "-1_000", "+9_999d0", "7", "0d125"]
    spelled = [text.replace("_", mark).replace("d", decimal) for text in texts]
    with_number = pd.Series(spelled).str.replace(mark, "").str.replace(decimal, ".").astype(float)
    numbers = read_numbers(pa.array(spelled), decimal=decimal)
    assert numbers.values.to_pylist() == with_number.tolist()


@pytest.mark.parametrize(
    ("text", "by_none", "by_point", "by_comma"),
    [
        ("12.5", 12.5, 12.5, None),
        ("12,5", None, None, 12.5),
        ("1,234", None, 1234, 1.234),
        ("1.234", 1.234, 1.234, 1234),
        ("1,234.5", None, 1234.5, None),
        ("1.234,5", None, None, 1234.5),
        ("1,234,567", None, 1234567, None),
        ("12,34,567", None, None, None),
        ("0,123", None, None, 0.123),
        ("1234,567", None, None, 1234.567),
        (" +7 ", 7, 7, 7),
        ("\u00a05", 5, 5, 5),
        ("1e5", 1e5, 1e5, 1e5),
        ("1,5E-1", None, None, 0.15),
        ("-.5", -0.5, -0.5, None),
        ("-Infinity", -float("inf"), -float("inf"), -float("inf")),
        *((text, None, None, None) for text in ("0x10", "1_0", "5%", "$4", "1 2", "1e", "+-1")),
        *((text, None, None, None) for text in ("\u0661", "1,,2", "1.2.3", "(5)", "½", "--1")),
    ],
)
def test_a_text_means_what_its_decimal_mark_makes_of_it(text, by_none, by_point, by_comma):
    for decimal, expected in ((None, by_none), (".", by_point), (",", by_comma)):
        numbers = read_numbers(pa.array([text]), decimal=decimal)
        assert numbers.values.to_pylist() == [expected]
        assert numbers.bad.to_pylist() == [expected is None]


@pytest.mark.parametrize(
    "spelling", [*sorted(MISSING_NUMBERS), "N.A.", "Unknown", " NULL ", "None"]
)
def test_among_numbers_many_spellings_are_missing(tmp_path, spelling):
    path = _written(tmp_path, f"n,k\n1.5,2\n{spelling},{spelling}\n,\n")
    read = open_source(path).read()
    assert read.table.to_pydict() == {"n": [1.5, None, None], "k": [2, None, None]}
    counts = {spelling.strip(): 1} if spelling.strip() else {}
    assert read.missing == ({"n": counts, "k": counts} if counts else {})


def test_text_keeps_what_may_be_a_level_and_counts_what_is_none(tmp_path):
    words = ["x", "?", "None", "Unknown", "-", "NA", "NA", " nan ", "", "na"]
    read = open_source(_written(tmp_path, "w,k\n" + "".join(f"{w},1\n" for w in words))).read()
    kept = ["x", "?", "None", "Unknown", "-", None, None, None, None, "na"]
    assert read.table["w"].to_pylist() == kept
    assert read.missing == {"w": {"NA": 2, "nan": 1}}


def test_a_column_with_one_value_that_is_no_number_stays_text_as_it_stands(tmp_path):
    table = open_source(_written(tmp_path, "a,b\n 1,1\n2kg,2\nNA,3\n")).read().table
    assert table["a"].to_pylist() == [" 1", "2kg", None]


@pytest.mark.parametrize(
    ("rows", "decimal", "values", "how"),
    [
        ("1,5;2 | 2,5;3", ",", [1.5, 2.5], r"decimal commas \(guessed from 'a'\)\.$"),
        ("1.234;2,5 | 2.500;3", ",", [1234, 2500], r"Points in 'a' part thousands \(guessed\)"),
        ("1,234;2.5 | 2,500;3", ".", [1234, 2500], r"^Commas in 'a' part thousands \(guessed"),
        ("1,234;2 | 2,500;3", None, ["1,234", "2,500"], r"^'1,234' in 'a' could be .*--decimal"),
        ("1,5;2.5 | 2,5;3", None, ["1,5", "2,5"], r"commas in 'a' and decimal points in 'b'"),
        ("1.234;2 | 2.500;3", None, [1.234, 2.5], "^$"),
        ("1,234,567;1 | 12;3", ".", [1234567, 12], r"^Commas in 'a' part thousands"),
        ("1.234.567;1 | 12;3", None, ["1.234.567", "12"], "^$"),
        ("1,5;x | 2.5;y", None, ["1,5", "2.5"], "^$"),  # one column with both marks: text
        ("1,5;x | z;y", None, ["1,5", "z"], "^$"),
        ("1;2 | 2;3", None, [1, 2], "^$"),
    ],
)
def test_the_decimal_mark_is_one_that_alone_explains_the_numbers(
    tmp_path, rows, decimal, values, how
):
    path = _written(tmp_path, "a;b\n" + rows.replace(" | ", "\n") + "\n")
    source = open_source(path, Reading(delimiter=";"))
    assert source.decimal == decimal
    assert re.search(how, " ".join(source.how))
    assert source.read().table["a"].to_pylist() == values


def test_a_decimal_mark_that_is_asked_for_settles_what_could_be_either(tmp_path):
    path = _written(tmp_path, 'a,b\n"1,234",x\n"2,500",y\n')
    by_comma = open_source(path, Reading(decimal=",")).read()
    assert by_comma.table["a"].to_pylist() == [1.234, 2.5]
    assert (by_comma.decimal_commas, by_comma.thousands) == ({"a": 2}, {})
    by_point = open_source(path, Reading(decimal=".")).read()
    assert by_point.table["a"].to_pylist() == [1234, 2500]
    assert (by_point.decimal_commas, by_point.thousands) == ({}, {"a": 2})


def _lists(numbers):
    return [column.to_pylist() for column in (numbers.values, numbers.missing, numbers.bad)]


def _written(folder, text):
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path
