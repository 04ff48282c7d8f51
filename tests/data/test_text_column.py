"""Spellings of one level are one, and what they were is counted."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrant.data.folding import folded, tidied
from calibrant.data.text_column import BLANKS, MISSING, Spellings
from calibrant.errors import InputError


def column(*texts, kind=None):
    return pa.chunked_array([pa.array(texts, kind)])


def learned(*texts, aliases=None, keep_case=False, missing=MISSING, kind=None):
    values = column(*texts, kind=kind)
    return Spellings.learn("c", values, aliases=aliases or {}, keep_case=keep_case, missing=missing)


def read(spellings, *texts):
    found = spellings.read(column(*texts, kind=pa.string()))
    return found.texts.to_pylist(), dict(found.mended)


@given(st.text())
def test_the_key_of_a_key_is_the_key(text):
    assert folded(folded(text)) == folded(text)
    assert tidied(tidied(text)) == tidied(text)
    assert folded(f"\u00a0{text}\ufeff ") == folded(text)


@given(st.lists(st.text(max_size=4), max_size=12), st.randoms(use_true_random=False))
def test_order_of_rows_has_no_say(texts, random):
    shuffled = random.sample(texts, len(texts))
    assert learned(*texts, kind=pa.string()) == learned(*shuffled, kind=pa.string())


@given(st.lists(st.text(max_size=3), min_size=1, max_size=8))
def test_what_is_read_reads_as_itself(texts):
    spellings = learned(*texts, kind=pa.string())
    once, _ = read(spellings, *texts)
    again, mended = read(spellings, *once)
    assert (again, mended) == (once, {})


def test_the_most_frequent_spelling_is_shown():
    texts = ["low fat"] * 2 + ["Low Fat"] * 3 + ["LOW FAT"] + ["b", "B"]
    levels, mended = read(learned(*texts), *texts)
    assert levels == ["Low Fat"] * 6 + ["B"] * 2  # of equally frequent ones the first, sorted
    assert mended == {"case": 4}


def test_new_spellings_of_known_levels_are_those_levels():
    spellings = learned("Low Fat", "Regular")
    levels, mended = read(spellings, " low  fat", "REGULAR", "New One", "?")
    assert levels == ["Low Fat", "Regular", "new one", None]
    assert mended == {"padding": 1, "case": 2, "spelled missing": 1}


@pytest.mark.parametrize("text", ["?", " - ", "--", "NA", "n/a", "NaN", "NULL", "none", "Unknown"])
def test_usual_spellings_of_missing_are_missing(text):
    assert read(learned("a"), text, "a") == ([None, "a"], {"spelled missing": 1})


def test_a_class_may_be_called_none():
    levels, _ = read(learned("None", "Unknown", "NA", missing=BLANKS), "None", "unknown", "na", "")
    assert levels == ["None", "Unknown", None, None]


def test_aliases_come_before_spellings_of_missing():
    spellings = learned("LF", "low fat", aliases={"lf": "Low Fat", "Unknown": "Unknown"})
    levels, mended = read(spellings, "LF", " lf", "low fat", "unknown", "missing")
    assert levels == ["Low Fat", "Low Fat", "Low Fat", "Unknown", None]
    assert mended == {"alias": 2, "case": 2, "spelled missing": 1}


def test_levels_that_differ_by_case_on_purpose_are_kept():
    spellings = learned("a", "A", " a", keep_case=True, aliases={"x": "A"})
    assert read(spellings, "a", "A", " a", "x", "X") == (["a", "A", " a", "A", "X"], {"alias": 1})


@pytest.mark.parametrize(
    "aliases",
    [
        {"LF": "Low Fat", "lf ": "Light"},
        {"LF": "Low Fat", "Low Fat": "Light"},
        {"LF": " "},
    ],
)
def test_aliases_that_disagree_are_refused(aliases):
    with pytest.raises(InputError, match="aliases must send each spelling to one level"):
        learned("LF", aliases=aliases)


def test_numbers_used_as_names_are_one_in_any_spelling():
    spellings = learned(1.0, 2.5, None)
    typed = spellings.read(column(1.0, 2.5, 1e20)).texts
    texts = spellings.read(column(" 1,00", "2,5", "1e20"), decimal=",").texts
    assert typed.to_pylist()[:2] == ["1", "2.5"]
    assert texts.equals(typed)
    assert spellings.read(column(7)).texts.to_pylist() == ["7"]
    assert read(spellings, "1.00", "07", "1,5", "x")[0] == ["1", "7", "1,5", "x"]


def test_truth_values_read_as_their_words():
    truth = pa.chunked_array([pa.array([True, None, False])])
    spellings = Spellings.learn("c", truth, aliases={}, keep_case=False, missing=MISSING)
    assert spellings.read(truth).texts.to_pylist() == ["True", None, "False"]
    assert read(spellings, "true", "FALSE")[0] == ["True", "False"]


def test_rare_of_many_levels_are_shown_by_their_key():
    texts = [f"Rare {k}" for k in range(60)] + ["Often"] * 10
    levels, mended = read(learned(*texts), "Rare 7", "OFTEN")
    assert levels == ["rare 7", "Often"]
    assert mended == {"case": 1}
