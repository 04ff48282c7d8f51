"""Evaluations as JSON: what is written comes back to the last bit, and nothing else does."""

import json
import math
from dataclasses import asdict

import jaxtyping
import pytest
from hypothesis import given
from hypothesis import strategies as st

import calibrant as cal
from calibrant.errors import InputError, OutputError
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation

NAMES = ["accuracy", "log_loss", "ece_10", "f1_per_class", "confusion_matrix", "auroc"]
numbers = st.floats() | st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324])
vectors = st.lists(numbers, min_size=1, max_size=4).map(tuple)
matrices = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3).map(tuple)


def ends(value):
    """Ends of an interval, of the shape of the value, or none."""
    match value:
        case (float(), *_):
            return st.none() | st.tuples(*[numbers] * len(value))
        case tuple():
            return st.none()
        case _:
            return st.none() | numbers


fields = st.fixed_dictionaries(
    {
        "level": st.none() | st.just(0.95),
        "n": st.integers(0, 2**53),
        "method": st.text(),
        "noise_floor": st.none() | numbers,
        "names": st.lists(st.text(), max_size=3).map(tuple),
        "support": vectors | st.just(()),
        "note": st.text(),
        "bound": st.none() | numbers,
        "details": st.dictionaries(st.text(), numbers, max_size=2),
    }
)


@pytest.fixture(scope="module")
def evaluation():
    rows = cal.predictions(
        probs=[0.0, 0.75, 0.25, 1.0],
        labels=[1, 1, 0, 1],
        class_names=["né", 'the "other"'],
        groups=["a", "b", "a", "b"],
    )
    return cal.evaluate(rows, NAMES)


def plain(evaluation):
    """All that an evaluation holds, as text that tells nan, infinities and signs of 0 apart."""
    return repr(
        (
            {name: asdict(estimate) for name, estimate in evaluation.items()},
            *(evaluation.metrics, evaluation.class_names, evaluation.n, evaluation.notes),
            {name: plain(one) for name, one in evaluation.groups.items()},
        )
    )


@given(
    fields,
    (numbers | vectors | matrices).flatmap(
        lambda value: st.fixed_dictionaries(
            {"value": st.just(value), "low": ends(value), "high": ends(value)}
        )
    ),
)
def test_every_estimate_comes_back(fields, values):
    held = Evaluation({"mine": Estimate(**fields, **values)}, {}, ("a",), 7, ("a note",))
    found = Evaluation.from_json(held.to_json())
    assert plain(found) == plain(held)


def test_evaluation_comes_back_from_its_file_and_from_its_text(tmp_path, evaluation):
    path = tmp_path / "evaluation.json"
    text = evaluation.to_json(path)
    assert path.read_text(encoding="utf-8") == text
    for found in map(Evaluation.from_json, (text, path, str(path))):
        assert plain(found) == plain(evaluation)
        assert found.to_json() == text
        assert str(found) == str(evaluation)


def test_names_and_aliases_still_find_estimates(evaluation):
    found = Evaluation.from_json(evaluation.to_json())
    assert found["top_label_ece_10"] is found["ece_10"]
    assert found["auroc_positive"] is found["auroc"]
    assert found[evaluation.metrics["ece_10"]] is found["ece_10"]
    assert "mce" not in found
    assert found.worst_group("accuracy") == evaluation.worst_group("accuracy")


def test_metric_that_no_name_knows_is_found_by_what_it_was_called():
    rows = cal.predictions(probs=[0.5, 0.25], labels=[1, 0])
    metric = cal.metrics.ExpectedCalibrationError(view="positive", n_bins=7)
    found = Evaluation.from_json(cal.evaluate(rows, [metric]).to_json())
    assert list(found) == [repr(metric)]
    assert found[metric] is found[repr(metric)]
    assert found.metrics == {}


def test_text_has_a_version_and_null_with_a_state(evaluation):
    document = json.loads(evaluation.to_json())
    assert document["schema_version"] == 2
    assert list(document) == ["schema_version", "class_names", "n", "notes", *NAMES, "groups"]
    infinite = document["log_loss"]
    assert infinite["value"] is None
    assert infinite["states"] == {"value": "inf"}
    assert infinite["reason"].startswith("infinite: 1 of 4 rows")
    assert list(document["groups"]) == ["a", "b"]


def test_file_that_cannot_be_written_leaves_nothing(tmp_path, evaluation):
    with pytest.raises(OutputError):
        evaluation.to_json(tmp_path / "no such folder" / "evaluation.json")
    assert list(tmp_path.iterdir()) == []


def without(text, *path):
    document = json.loads(text)
    at = document
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("{", "Invalid JSON"),
        ("{}", "schema_version: Field required"),
        ('{"schema_version": 3, "new": {}}', "schema version 3; this version reads 2. Update"),
        ('{"schema_version": 1, "old": {}}', "schema version 1; this version reads 2. Evaluate"),
        ('{"schema_version": 2}', "class_names: Field required"),
        ('{"schema_version": "1"}', "schema_version: Input should be a valid integer"),
    ],
)
def test_other_text_is_refused(text, got):
    with pytest.raises(InputError) as caught:
        Evaluation.from_json(text)
    assert "text must hold an evaluation in JSON; got " in str(caught.value)
    assert got in str(caught.value)


@pytest.mark.parametrize(
    ("path", "got"),
    [
        (("accuracy", "n"), "accuracy.n: Field required"),
        (("log_loss", "states"), "null for value without its state"),
        (("groups", "a", "notes"), "groups.a.notes: Field required"),
    ],
)
def test_text_with_a_hole_is_refused(path, got, evaluation):
    with pytest.raises(InputError, match=got):
        Evaluation.from_json(without(evaluation.to_json(), *path))


@pytest.mark.parametrize(
    ("change", "got"),
    [
        ({"value": []}, "a value without entries, or with ends of another shape"),
        ({"value": [[]]}, "a value without entries"),
        ({"value": [[1.0], [1.0, 2.0]]}, "a value without entries, or"),
        ({"low": [0.1, 0.2]}, "with ends of another shape"),
        ({"value": [0.5, 0.5], "low": 0.25}, "with ends of another shape"),
        ({"n": -3}, "accuracy.n: Input should be greater than or equal to 0"),
    ],
)
def test_estimates_that_cannot_be_are_refused(change, got, evaluation):
    document = json.loads(evaluation.to_json())
    document["accuracy"].update(change)
    with pytest.raises(InputError, match=got):
        Evaluation.from_json(json.dumps(document))


@pytest.mark.parametrize("other", [3, None, b"{}"])
def test_only_paths_and_text_are_read(other, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(InputError, match="path_or_text must be a path or text; got"):
        Evaluation.from_json(other)


@pytest.mark.parametrize("text", ["", " \n"])
def test_empty_text_is_refused_as_text(text):
    with pytest.raises(InputError, match="text must hold an evaluation in JSON; got Invalid JSON"):
        Evaluation.from_json(text)


def test_names_that_no_file_can_hold_are_refused(tmp_path):
    rows = cal.predictions(probs=[0.25], labels=[0], class_names=["a\ud800", "b"])
    for path in (None, tmp_path / "evaluation.json"):
        with pytest.raises(
            InputError, match=r"evaluation must hold text that UTF-8 can .*a\\ud800"
        ):
            cal.evaluate(rows, ["f1_per_class"]).to_json(path)
    with pytest.raises(InputError, match="tallies must hold text that UTF-8 can write"):
        cal.tally(rows, ["f1_per_class"]).save(tmp_path / "tallies")
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.json must hold .* got No such file"):
        Evaluation.from_json(tmp_path / "nothing.json")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="got a file that is no text"):
        Evaluation.from_json(str(tmp_path / "binary"))
