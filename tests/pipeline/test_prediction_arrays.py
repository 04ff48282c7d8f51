"""Arrays of NPZ files: what their shape, names and form say, and files that are none."""

from contextlib import suppress

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.pipeline.evaluate_file import evaluate_file
from calibrant.pipeline.prediction_source import Question

PROBS = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.2, 0.2, 0.6], [0.5, 0.4, 0.1]])
LABELS = np.array([0, 1, 2, 1])
NAMES = np.array(["cat", "dog", "owl"])


@pytest.fixture
def ask(tmp_path):
    """Evaluation of arrays, written as an NPZ file."""

    def evaluation(arrays, **settings):
        path = tmp_path / "preds.npz"
        np.savez(path, **arrays)
        return evaluate_file(Question(path=path, **settings))

    return evaluation


def values(evaluation):
    return {name: estimate.value for name, estimate in evaluation.items()}


def expected(**columns):
    return values(cal.evaluate(cal.predictions(**columns)))


def test_probabilities_and_labels_need_no_option(ask):
    found = ask({"probs": PROBS, "labels": LABELS})
    assert values(found.first) == expected(probs=PROBS, labels=LABELS)
    assert found.first.class_names == ("0", "1", "2")


def test_logits_are_declared_and_never_guessed(ask):
    arrays = {"logits": np.log(PROBS), "labels": LABELS.astype(np.int8)}
    with pytest.raises(InputError, match="hold probs, or declared logits; got undeclared logits"):
        ask(arrays)
    found = ask(arrays, form="logits")
    assert values(found.first) == expected(logits=np.log(PROBS), labels=LABELS)


def test_two_forms_at_once_take_a_declaration(ask):
    arrays = {"probs": PROBS, "logits": np.log(PROBS), "labels": LABELS}
    with pytest.raises(InputError, match="got both"):
        ask(arrays)
    assert ask(arrays, array="probs").unused == ("logits",)


def test_arrays_may_bear_other_names(ask):
    found = ask({"p": PROBS, "y": LABELS, "w": np.arange(4)}, array="p", label="y", weights="w")
    assert values(found.first) == expected(probs=PROBS, labels=LABELS, weights=np.arange(4))


def test_weights_and_class_names_are_found(ask):
    arrays = {
        "probs": PROBS,
        "labels": NAMES[LABELS],
        "class_names": NAMES,
        "weights": np.arange(4),
    }
    found = ask(arrays)
    assert found.first.class_names == ("cat", "dog", "owl")
    assert values(found.first) == expected(probs=PROBS, labels=LABELS, weights=np.arange(4))
    assert found.unused == ()


def test_precision_of_the_file_is_kept(ask):
    probs = np.array([0.1, 0.2, 0.3], dtype=np.float32)  # edges of 10 bins in float32
    found = ask({"probs": probs, "labels": np.array([0, 1, 1])}, metrics=("positive_ece_10",))
    rows = cal.predictions(probs=probs, labels=[0, 1, 1])
    assert values(found.first) == values(cal.evaluate(rows, ["positive_ece_10"]))


@pytest.mark.parametrize("two_axes", [False, True])
def test_positive_class_of_two_may_be_the_first(two_axes, ask):
    positive, labels = np.array([0.9, 0.2, 0.6]), np.array([1, 0, 0])
    both = np.column_stack([1 - positive, positive])
    arrays = {"probs": both if two_axes else positive, "labels": labels, "class_names": ["n", "y"]}
    assert ask(arrays, positive="y").first.class_names == ("n", "y")
    found = ask(arrays, positive="n").first
    assert found.class_names == ("y", "n")
    turned = both[:, ::-1] if two_axes else positive
    assert values(found) == pytest.approx(expected(probs=turned, labels=1 - labels), abs=1e-15)


def test_numbers_are_arrays_too(ask):
    arrays = {"truth": np.array([1.0, 2.0]), "m1": np.array([1.0, 3.0])}
    found = ask(arrays, label="truth", task="regression", predictors=("m1",))
    assert found.first["mse"].value == 0.5


def test_decisions_stand_alone(ask):
    arrays = {"true": np.array([0, 1, 1]), "pred": np.array([0, 1, 0])}
    assert ask(arrays, label="true", decided="pred").first["accuracy"].value == 2 / 3


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        ({"labels": np.array([0, 1, 2, 3])}, {}, r"labels must lie in \[0, 3\).*got 3 at row 3"),
        ({"labels": np.array([0, 1, 2, 0.5])}, {}, "be whole; got 0.5 at row 3"),
        ({"labels": np.array([0, 1, 2])}, {}, "labels must have"),
        ({"labels": np.array([0, 1, 2, np.nan])}, {}, "labels must hold a label in every row"),
        (
            {"labels": np.array([b"a", b"b", b"c", b"d"])},
            {},
            "labels must hold class indices or names",
        ),
        ({"labels": PROBS}, {}, "labels must have one axis"),
        ({"labels": np.array(["x", "y", "z", "x"])}, {}, "labels must hold classes that are known"),
        ({"class_names": np.array(["a", "b"])}, {}, "class_names must be 3 different names"),
        ({"probs": PROBS + 1}, {}, r"probs must lie in \[0, 1\]"),
        ({"probs": PROBS * 0.5}, {}, "probs must sum to 1 in every row"),
        ({"probs": PROBS[..., None]}, {}, "probs must hold numbers by row, or by row and class"),
        ({"probs": PROBS.astype(str)}, {}, "probs must hold numbers by row"),
        ({}, {"array": "p"}, "probs must name an array of the file; got 'p'. It has 'probs'"),
        ({}, {"label": "y"}, "label must name an array of the file; got 'y'"),
        ({}, {"positive": "0"}, "positive must name a class of two"),
    ],
)
def test_arrays_that_do_not_go_together_are_refused(change, settings, message, ask):
    with pytest.raises(InputError, match=message):
        ask({"probs": PROBS, "labels": LABELS, **change}, **settings)


def test_labels_that_are_missing_may_be_left_out(ask):
    labels = np.array([0, 1, 2, np.nan])
    found = ask({"probs": PROBS, "labels": labels}, skip_unlabelled=True)
    assert found.first.n == 3
    assert found.first["accuracy"].value == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"probs", b"\x93NUMPY\x01\x00v\x00{}"])
def test_a_file_that_is_none_is_told(content, tmp_path):
    path = tmp_path / "preds.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="path must name an NPZ file of plain arrays; got"):
        evaluate_file(Question(path=path))


def test_an_absent_file_is_told(tmp_path):
    with pytest.raises(InputError, match=r"gone.npz: No such file or directory. Write it"):
        evaluate_file(Question(path=tmp_path / "gone.npz"))


def test_objects_are_not_run(tmp_path):
    np.savez(tmp_path / "preds.npz", probs=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match="Object arrays cannot be loaded"):
        evaluate_file(Question(path=tmp_path / "preds.npz"))


def test_bytes_that_are_flipped_or_cut_off_give_numbers_or_a_message(tmp_path):
    path = tmp_path / "preds.npz"
    np.savez_compressed(path, probs=PROBS, labels=LABELS)
    whole = path.read_bytes()
    generator = np.random.default_rng(0)
    for _ in range(300):
        content = bytearray(whole)
        for place in generator.integers(len(whole), size=3):
            content[place] = generator.integers(256)
        path.write_bytes(content[: generator.integers(1, len(whole) + 1)])
        with suppress(InputError):  # nothing else
            found = evaluate_file(Question(path=path, metrics=("accuracy",)))
            assert 0 <= found.first["accuracy"].value <= 1
