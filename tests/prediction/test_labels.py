"""Labels of every type: what is ignored, what is missing, and what comes back."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError

ROWS = np.full((3, 3), 1 / 3)
NAMES = ["a", "b", "c"]


@pytest.mark.parametrize(
    "dtype", [torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64, torch.float16]
)
@pytest.mark.parametrize("ignore_index", [-100, 255, 256, 70_000, 2**62])
def test_ignore_index_is_compared_as_the_number_it_is(dtype, ignore_index):
    held = torch.tensor([0, 2, 1], dtype=dtype)
    assert cal.predictions(probs=ROWS, labels=held, ignore_index=ignore_index).weights is None


def test_int8_minus_one_is_not_255():
    labels = torch.tensor([0, -1, 1], dtype=torch.int8)
    with pytest.raises(InputError, match=r"labels must lie in \[0, 3\); got -1 at row 1"):
        cal.predictions(probs=ROWS, labels=labels, ignore_index=255)


@pytest.mark.parametrize("given", [1.5, "1", [1], True, 2**70])
@pytest.mark.usefixtures("no_type_checker")
def test_ignore_index_must_be_a_whole_number(given):
    with pytest.raises(InputError, match="ignore_index must be a whole number of 64 bits; got"):
        cal.predictions(probs=ROWS, labels=[0, 1, 2], ignore_index=given)


@pytest.mark.usefixtures("no_type_checker")
def test_ignore_index_may_be_a_number_of_numpy():
    rows = cal.predictions(probs=ROWS, labels=[0, 1, 2], ignore_index=np.int8(1))
    assert rows.weights.tolist() == [1, 0, 1]


@pytest.mark.parametrize("dtype", [torch.uint16, torch.uint32, torch.uint64])
def test_wide_unsigned_tensors_are_labels(dtype):
    labels = torch.tensor([0, 1, 2]).to(dtype)
    rows = cal.predictions(probs=ROWS, labels=labels, ignore_index=2)
    assert rows.hard.tolist() == [0, 1, 0]
    assert cal.evaluate(rows, ["accuracy"])["accuracy"].n == 2


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series([0, 1, -100], dtype=object),
        pd.Series([0, 1, -100], dtype="Int64"),
        np.array([0, 1.0, -100], dtype=object),
        np.array([0.0, 1.0, -100.0]),
    ],
    ids=["objects", "Int64", "mixed objects", "floats"],
)
def test_whole_numbers_of_any_kind_are_class_indices(labels):
    rows = cal.predictions(probs=ROWS, labels=labels, ignore_index=-100)
    assert rows.hard.tolist() == [0, 1, 0]
    assert rows.weights.tolist() == [1, 1, 0]


@pytest.mark.parametrize("dtype", [object, "boolean"])
def test_booleans_of_any_kind_are_labels(dtype):
    rows = cal.predictions(probs=[0.5, 0.5], labels=pd.Series([True, False], dtype=dtype))
    assert rows.hard.tolist() == [1, 0]


MISSING = {
    "classes": (ROWS, pd.Series([1, pd.NA, 0], dtype="Int64")),
    "floats": (ROWS, [1.0, np.nan, 0.0]),
    "objects": (ROWS, pd.Series([1, None, 0], dtype=object)),
    "positive class": ([0.5, 0.5, 0.5], pd.Series([1, pd.NA, 0], dtype="Int64")),
    "names": (ROWS, pd.Series(["a", pd.NA, "b"], dtype="string")),
}


@pytest.mark.parametrize("case", MISSING)
def test_missing_labels_are_refused_by_row_unless_they_weigh_nothing(case):
    probs, labels = MISSING[case]
    names = NAMES if case == "names" else None
    with pytest.raises(InputError, match=r"at row 1\. Drop or fill rows without a label, or mark"):
        cal.predictions(probs=probs, labels=labels, class_names=names)
    rows = cal.predictions(probs=probs, labels=labels, class_names=names, weights=[1, 0, 1])
    assert rows.present().hard.tolist() == ([0, 1] if case == "names" else [1, 0])


@pytest.mark.parametrize(
    "labels",
    [["b", "a", "c"], np.array(["b", "a", "c"]), pd.Series(["b", "a", "c"])],
    ids=["list", "numpy", "pandas"],
)
def test_names_come_back_as_names(labels):
    rows = cal.predictions(probs=ROWS, labels=labels, class_names=NAMES)
    assert type(rows.labels) is type(labels)
    assert list(rows.labels) == ["b", "a", "c"]
    assert rows.hard.tolist() == [1, 0, 2]
    assert rows.take(slice(0, 2)).labels.tolist() == [1, 0]
    assert cal.predictions(
        probs=ROWS, labels=pa.array(["b", "a", "c"]), class_names=NAMES
    ).labels == pa.array(["b", "a", "c"])


def test_names_that_read_as_the_ignored_index_are_ignored():
    rows = cal.predictions(probs=ROWS, labels=["0", "1", "-1"], ignore_index=-1)
    assert rows.weights.tolist() == [1, 1, 0]
    assert rows.hard.tolist() == [0, 1, 0]


def test_names_beside_numbers_are_refused():
    with pytest.raises(InputError, match="labels must be class names; got 1 at row 1"):
        cal.predictions(probs=ROWS, labels=["a", 1, "b"], class_names=NAMES)


def test_soft_labels_are_numbers():
    with pytest.raises(InputError, match="labels must hold numbers in soft labels; got names"):
        cal.predictions(probs=ROWS, labels=[NAMES] * 3, class_names=NAMES)


@pytest.mark.usefixtures("no_type_checker")
def test_events_need_outcomes():
    with pytest.raises(InputError, match=r"outcomes must be given; got None\. Pass 1 where it"):
        cal.events(probs=[0.5], outcomes=None)
