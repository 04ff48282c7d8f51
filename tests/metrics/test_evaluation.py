"""Evaluations as plain data: looked up, printed, written."""

import json
import math

import pandas as pd
import pytest

import calibrant as cal
from calibrant.errors import InputError, OutputError

NAMES = ["accuracy", "log_loss", "ece", "f1_per_class", "confusion_matrix", "auroc"]


@pytest.fixture(scope="module")
def rows():
    return cal.predictions(
        probs=[0.0, 0.75, 0.25, 1.0], labels=[1, 1, 0, 1], class_names=["stays", "leaves"]
    )


@pytest.fixture(scope="module")
def evaluation(rows):
    return cal.evaluate(rows, NAMES)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("top_label_ece", "ece"),
        ("ece_15", "ece"),
        ("top_label_ece_15", "ece"),
        ("auroc_positive", "auroc"),
    ],
)
def test_every_name_of_a_metric_finds_it(alias, name, evaluation):
    assert evaluation[alias] is evaluation[name]
    assert alias in evaluation
    assert evaluation[evaluation.metrics[name]] is evaluation[name]


def test_aliases_found_by_the_number_of_classes():
    three = cal.evaluate(cal.predictions(probs=[[0.5, 0.25, 0.25]], labels=[0]), ["f1", "auroc"])
    assert three["f1_macro"] is three["f1"]
    assert three["auroc_macro"] is three["auroc"]
    assert "f1_positive" not in three


def test_what_was_not_evaluated_is_not_there(evaluation):
    assert "mce" not in evaluation
    assert "no such name" not in evaluation
    assert 3 not in evaluation
    with pytest.raises(InputError, match=r"name must be one of accuracy, .*; got 'mce'\. Evaluate"):
        evaluation["mce"]
    with pytest.raises(
        InputError, match=r"metrics must be known names; got 'eec'\. Did you mean ece"
    ):
        evaluation["eec"]


def test_is_a_mapping_in_the_order_asked_for(evaluation):
    assert list(evaluation) == NAMES
    assert len(evaluation) == len(NAMES)
    assert dict(evaluation.items()) == evaluation.estimates
    assert evaluation.n == 4
    assert evaluation.class_names == ("stays", "leaves")


def test_json_comes_back_with_reasons_for_what_json_cannot_hold(tmp_path, evaluation):
    path = tmp_path / "metrics.json"
    text = evaluation.to_json(path)
    assert path.read_text(encoding="utf-8") == text
    plain = json.loads(text)
    assert plain == evaluation.to_dict()
    assert list(plain) == NAMES
    assert plain["log_loss"]["value"] is None
    assert plain["log_loss"]["reason"].startswith("infinite: 1 of 4 rows give probability 0")
    assert plain["ece"]["noise_floor"] == evaluation["ece"].noise_floor
    assert plain["f1_per_class"]["names"] == ["stays", "leaves"]
    assert plain["confusion_matrix"]["value"] == [[1, 0], [1, 2]]
    assert plain["accuracy"] == {
        "value": 0.75,
        "low": evaluation["accuracy"].low,
        "high": evaluation["accuracy"].high,
        "level": 0.95,
        "n": 4,
        "method": "Wilson",
    }


def test_json_that_cannot_be_written_leaves_nothing(tmp_path, evaluation):
    with pytest.raises(OutputError):
        evaluation.to_json(tmp_path / "no such folder" / "metrics.json")
    assert list(tmp_path.iterdir()) == []


def test_frame_has_a_row_for_every_single_number(evaluation):
    frame = evaluation.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.index) == [
        *("accuracy", "log_loss", "ece", "f1_per_class[stays]", "f1_per_class[leaves]", "auroc"),
    ]
    assert frame.loc["accuracy", "value"] == 0.75
    assert frame.loc["log_loss", "value"] == math.inf
    assert math.isnan(frame.loc["ece", "low"])
    assert frame.loc["f1_per_class[leaves]", "value"] == pytest.approx(0.8)  # 4 / (4 + 0 + 1)
    assert frame.loc["f1_per_class[leaves]", "low"] == evaluation["f1_per_class"].low[1]
    assert frame.loc["ece", "noise_floor"] == evaluation["ece"].noise_floor


def test_prints_as_a_table(evaluation):
    lines = str(evaluation).splitlines()
    assert lines[0] == "4 rows, 2 classes"
    assert lines[1].split() == ["metric", "value", "interval", "noise", "floor", "how"]
    assert lines[2].split()[:4] == ["accuracy", "0.7500", "0.3006", "to"]
    assert lines[2].endswith("95 %, Wilson")
    assert lines[3].split()[:2] == ["log_loss", "inf"]
    assert "1 of 4 rows give probability 0 to what came out" in lines[3]
    floors = [line[lines[1].index("noise floor") :][:11].strip() for line in lines[2:]]
    assert floors[2] == f"{evaluation['ece'].noise_floor:.4f}"
    assert floors[0] == ""
    assert not any(line.startswith("confusion_matrix") for line in lines)


def test_prints_what_was_done_to_the_values():
    rows = cal.predictions(probs=[[1.0, 1.0]], labels=[0], normalize=True)
    assert str(cal.evaluate(rows, ["accuracy"])).endswith(f"note: {rows.notes[0]}")


def test_no_metrics_make_an_empty_evaluation(rows):
    empty = cal.evaluate(rows, [])
    assert (len(empty), empty.n, empty.to_dict()) == (0, 0, {})
    assert empty.to_frame().empty
