"""Every kind of array that people hold goes in, and the same kind comes out."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

import calibrant as cal

POSITIVE = [0.25, 0.75, 0.5]  # every floating-point type holds them exactly
MATRIX = [[0.75, 0.25], [0.25, 0.75], [0.5, 0.5]]
LABELS = [0, 1, 0]
INDEX = ["x", "y", "z"]

VECTORS = {
    "list": list,
    "tuple": tuple,
    "numpy": np.array,
    "torch": torch.tensor,
    "pandas": lambda values: pd.Series(values, index=INDEX),
    "arrow": pa.array,
    "arrow chunks": lambda values: pa.chunked_array([values[:1], values[1:]]),
}
TABLES = {
    "list": list,
    "numpy": np.array,
    "torch": torch.tensor,
    "pandas": lambda rows: pd.DataFrame(rows, columns=["cat", "dog"], index=INDEX),
    "arrow": lambda rows: pa.table(dict(zip(("cat", "dog"), zip(*rows, strict=True), strict=True))),
}
FLOATS = ["<f2", "<f4", "<f8", ">f4", ">f8", "longdouble"]
LABEL_TYPES = ["bool", "i1", "u1", "<i2", ">i2", "<i4", "<i8", ">i8", "<u2", "<u4", "<u8"]


NAMES = ["ece", "log_loss", "accuracy"]


def ece(**columns):
    return cal.evaluate(cal.predictions(**columns), NAMES)


def assert_as_expected(evaluation):
    expected = {
        "ece": (0.25 + 0.25 + 0.5)
        / 3,  # .75, .75 and .5 in bins of their own; the last, chosen at a tie, is wrong
        "log_loss": -np.log(0.75 * 0.75 * 0.5) / 3,
        "accuracy": 2 / 3,
    }
    for name, value in expected.items():
        assert evaluation[name].value == pytest.approx(value, abs=1e-15), name


def plain(values):
    """Numbers of any kind of array as nested lists."""
    if isinstance(values, pa.Table):
        return [list(row) for row in zip(*values.to_pydict().values(), strict=True)]
    if isinstance(values, (pd.Series, pd.DataFrame)):
        return values.to_numpy().tolist()
    return [
        list(row) if isinstance(row, tuple) else row
        for row in getattr(values, "tolist", lambda: list(values))()
    ]


@pytest.mark.parametrize("kind", VECTORS)
def test_vector_comes_back_in_its_kind(kind):
    rows = cal.predictions(probs=VECTORS[kind](POSITIVE), labels=VECTORS[kind](LABELS))
    assert plain(rows.probs) == POSITIVE
    assert plain(rows.labels) == LABELS
    assert_as_expected(cal.evaluate(rows, NAMES))
    if kind in ("numpy", "torch", "pandas"):
        assert type(rows.probs) is type(VECTORS[kind](POSITIVE))
    if kind.startswith("arrow"):
        assert isinstance(rows.probs, pa.Array)
    if kind in ("list", "tuple"):
        assert isinstance(rows.probs, list)


@pytest.mark.parametrize("kind", TABLES)
def test_table_comes_back_in_its_kind(kind):
    rows = cal.predictions(probs=TABLES[kind](MATRIX), labels=LABELS)
    assert plain(rows.probs) == MATRIX
    assert type(rows.probs) is type(TABLES[kind](MATRIX))
    assert rows.class_names == (("cat", "dog") if kind in ("pandas", "arrow") else ("0", "1"))
    if kind == "arrow":
        assert rows.probs.column_names == ["cat", "dog"]


@pytest.mark.parametrize("kind", TABLES)
def test_what_is_derived_comes_back_in_the_kind_of_what_was_declared(kind):
    logits = TABLES[kind]([[0.0, 0.0], [1000.0, 0.0], [0.0, 1000.0]])
    after = cal.predictions(logits=logits, labels=LABELS)
    assert plain(after.probs) == [[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]]
    assert type(after.probs) is type(logits)


def test_pandas_keeps_index_and_columns():
    rows = cal.predictions(probs=TABLES["pandas"](MATRIX), labels=pd.Series(LABELS, index=INDEX))
    assert rows.probs.equals(TABLES["pandas"](MATRIX))
    assert list(rows.labels.index) == INDEX


def test_images_keep_the_place_of_their_axes():
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(2, 3, 4, 5, generator=generator).softmax(1)
    truth = torch.randint(3, (2, 4, 5), generator=generator)
    rows = cal.predictions(probs=images, labels=truth)
    assert len(rows) == 40
    assert torch.equal(rows.probs, images)
    assert torch.equal(rows.labels, truth)
    assert torch.equal(rows.full_probs[rows.layout.row_shape[2] + 1], images[0, :, 1, 1])
    soft = cal.predictions(probs=images, labels=images)
    assert torch.equal(soft.labels, images)


@pytest.mark.parametrize("dtype", FLOATS)
def test_every_floating_point_type_of_numpy_goes_in(dtype):
    assert_as_expected(ece(probs=np.array(POSITIVE).astype(dtype), labels=LABELS))
    assert_as_expected(ece(probs=np.array(MATRIX).astype(dtype), labels=LABELS))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_every_floating_point_type_of_torch_goes_in(dtype):
    probs = torch.tensor(POSITIVE, dtype=dtype)
    assert_as_expected(ece(probs=probs, labels=torch.tensor(LABELS)))
    assert cal.predictions(probs=probs).probs.dtype == dtype
    logits = torch.tensor(POSITIVE, dtype=dtype)
    assert cal.predictions(logits=logits).probs.dtype == torch.promote_types(dtype, torch.float32)


@pytest.mark.parametrize("dtype", LABEL_TYPES)
def test_every_type_of_whole_number_is_a_label(dtype):
    assert_as_expected(ece(probs=POSITIVE, labels=np.array(LABELS).astype(dtype)))
    chosen = np.array(LABELS).astype(dtype)
    rows = cal.decisions(predicted=chosen, labels=chosen)
    assert cal.evaluate(rows, ["accuracy"])["accuracy"].value == 1


@pytest.mark.parametrize("dtype", ["<f2", ">f4", "<i4", "u1", "bool"])
def test_every_type_of_number_is_a_weight(dtype):
    weights = np.array([1, 1, 0]).astype(dtype)
    rows = cal.predictions(probs=POSITIVE, labels=LABELS, weights=weights)
    assert cal.evaluate(rows, ["brier_binary"])["brier_binary"].value == 0.0625  # .25 squared


def test_memory_in_any_order_goes_in():
    wide = np.array(POSITIVE).repeat(2)
    read_only = np.array(POSITIVE)
    read_only.flags.writeable = False
    packed = np.zeros(3, dtype=[("label", "u1"), ("prob", "f8")])  # 9 bytes a row
    packed["prob"] = POSITIVE
    backward = np.array(POSITIVE[::-1])[::-1]
    for probs in (wide[::2], read_only, packed["prob"], backward):
        assert_as_expected(ece(probs=probs, labels=LABELS))
    for probs in (
        np.asfortranarray(MATRIX),
        np.array(MATRIX)[::-1][::-1],
        np.array(MATRIX).T.copy().T,
    ):
        assert_as_expected(ece(probs=probs, labels=LABELS))
    constant = np.broadcast_to(np.array([0.5, 0.5]), (3, 2))
    assert ece(probs=constant, labels=LABELS)["log_loss"].value == pytest.approx(np.log(2))


def test_tensors_that_require_gradients_go_in_and_stay_as_they_are():
    logits = torch.tensor(MATRIX, requires_grad=True)
    rows = cal.predictions(logits=logits, labels=LABELS)
    assert not rows.probs.requires_grad
    assert logits.requires_grad


def test_nothing_writes_to_what_came_in():
    probs, labels, weights = np.array(MATRIX), np.array(LABELS), np.array([1.0, 2.0, 0.0])
    before = [array.copy() for array in (probs, labels, weights)]
    rows = cal.predictions(probs=probs, labels=labels, weights=weights, ignore_index=0)
    cal.evaluate(rows, ["ece", "accuracy"])
    assert all(map(np.array_equal, (probs, labels, weights), before))


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series(["cat", "dog", "cat"], dtype="category"),
        pd.Series(["cat", "dog", "cat"]),
        pa.array(["cat", "dog", "cat"]),
        pa.array(["cat", "dog", "cat"]).dictionary_encode(),
        pd.Series([0, 1, 0], dtype="Int64"),
        pd.Series([False, True, False], dtype="boolean"),
        pa.array([False, True, False]),
    ],
    ids=["category", "text", "arrow text", "dictionary", "Int64", "boolean", "arrow boolean"],
)
def test_labels_of_tables_go_in(labels):
    rows = cal.predictions(probs=POSITIVE, labels=labels, class_names=["cat", "dog"])
    assert rows.hard.tolist() == LABELS
