"""Class names: any sequence of names, each once."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.prediction.names import in_order

ROWS = np.full((2, 3), 1 / 3)


@pytest.mark.parametrize(
    "given",
    [[1, 2, 3], (1, 2, 3), np.array([1, 2, 3]), pd.Index(["1", "2", "3"]), pa.array([1, 2, 3])],
    ids=["list", "tuple", "numpy", "pandas", "arrow"],
)
@pytest.mark.usefixtures("no_type_checker")
def test_every_name_is_text(given):
    assert cal.predictions(probs=ROWS, class_names=given).class_names == ("1", "2", "3")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("abc", "be a sequence of names; got 'abc'. Pass a list of one name"),
        (3, "be a sequence of names; got int"),
        ({"a": 0, "b": 1, "c": 2}, "be a sequence of names; got dict"),
        ([["a"], ["b"], ["c"]], r"be a sequence of names; got \['a'\] for class 0"),
        (np.array([["a"], ["b"], ["c"]]), r"be a sequence of names; got \['a'\] for class 0"),
        (["a", None, "c"], "be a sequence of names; got None for class 1"),
        (["a", "b", "a"], r"be 3 different names; got 3 of them, 2 different \('a' comes twice\)"),
        ([1, "1", 2], r"be 3 different names; got 3 of them, 2 different \('1' comes twice\)"),
        (["a"], "be 3 different names; got 1 of them, 1 different"),
    ],
)
@pytest.mark.usefixtures("no_type_checker")
def test_what_is_no_list_of_names_is_refused(given, message):
    with pytest.raises(InputError, match=f"class_names must {message}"):
        cal.predictions(probs=ROWS, class_names=given)
    with pytest.raises(InputError, match="class_names must"):
        cal.confusion(np.eye(3), class_names=given)


@pytest.mark.parametrize("form", ["probs", "logits"])
def test_one_column_is_no_positive_class_of_two(form):
    message = rf"{form} must have a column for every class; got shape \(2, 1\)\. Squeeze to shape"
    with pytest.raises(InputError, match=message):
        cal.predictions(**{form: np.ones((2, 1))}, class_names=["no", "yes"])


def test_one_column_is_one_class_and_a_note_says_so_unless_it_is_named():
    rows = cal.predictions(logits=np.zeros((2, 1)), labels=[0, 0])
    assert rows.probs.tolist() == [[1.0], [1.0]]
    assert rows.notes[0].startswith("one column is one class; for the positive class of two")
    named = cal.predictions(logits=np.zeros((2, 1)), labels=[0, 0], class_names=["only"])
    assert named.class_names == ("only",)
    assert named.notes == ()


def test_whole_numbers_stand_by_value_and_other_names_by_text():
    assert in_order(["10", "9", "2", "9"]) == (("2", "9", "10"), True)
    assert in_order(["no", "yes"]) == (("no", "yes"), True)  # of two, either order serves
    assert in_order(["VF", "F", "M", "L"]) == (("F", "L", "M", "VF"), False)
