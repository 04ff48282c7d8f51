"""Evaluations as plain data: looked up, printed, written."""

import json
import math

import jaxtyping
import pandas as pd
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError

NAMES = ["accuracy", "log_loss", "ece", "f1_per_class", "confusion_matrix", "auroc"]
NAMED = {"class_names": ["stays", "leaves"]}


@pytest.fixture(scope="module")
def rows():
    return cal.predictions(probs=[0.0, 0.75, 0.25, 1.0], labels=[1, 1, 0, 1], **NAMED)


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
        InputError, match=r"metrics must be known names; got 'eec'\. Did you mean .*ece"
    ):
        evaluation["eec"]


def test_is_a_mapping_in_the_order_asked_for(evaluation):
    assert list(evaluation) == NAMES
    assert len(evaluation) == len(NAMES)
    assert dict(evaluation.items()) == evaluation.estimates
    assert evaluation.n == 4
    assert evaluation.class_names == ("stays", "leaves")


def test_plain_data_has_reasons_for_what_json_cannot_hold(evaluation):
    plain = json.loads(json.dumps(evaluation.to_dict(), allow_nan=False))
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


def test_frame_has_cells_of_matrices_if_asked(evaluation):
    frame = evaluation.to_frame(cells=True)
    assert frame.loc["confusion_matrix[leaves, stays]", "value"] == 1
    assert frame.loc["confusion_matrix[leaves, leaves]", "value"] == 2
    assert len(frame) == len(evaluation.to_frame()) + 4


def test_words_pick_estimates_by_name_alias_pattern_and_family(evaluation):
    def picked(*words):
        return list(evaluation.filter(*words))

    assert picked("ece") == picked("top_label_ece_15") == ["ece"]
    assert picked("auroc_positive", "accuracy") == ["accuracy", "auroc"]  # in their own order
    assert picked("*ece*", "f1*") == ["ece", "f1_per_class"]
    assert picked("top_label*") == ["ece"]
    assert picked("proper scores") == picked("Proper_Scores") == ["log_loss"]
    assert picked("classification") == ["accuracy", "f1_per_class", "confusion_matrix"]
    assert picked("*") == NAMES
    assert evaluation.filter("ece")["ece"] is evaluation["ece"]
    assert evaluation.filter("ece").class_names == ("stays", "leaves")


@pytest.mark.parametrize("word", ["mce", "*nothing*", "regression", ""])
def test_words_that_mean_nothing_are_refused(word, evaluation):
    with pytest.raises(InputError, match="words must mean what was evaluated; got"):
        evaluation.filter("ece", word)


def test_evaluations_of_the_same_rows_stand_side_by_side(rows, evaluation):
    both = evaluation.merge(cal.evaluate(rows, ["mce", "accuracy"]))
    assert list(both) == [*NAMES, "mce"]
    assert both["top_label_mce"] is both["mce"]
    assert both.merge(both.filter()).estimates == both.estimates
    assert both.filter().merge(both).estimates == both.estimates


def test_parts_of_an_evaluation_make_it_whole_whatever_they_count():
    labels = torch.arange(18).reshape(2, 3, 3) % 2
    labels[1, 2, 2] = -100
    masks = cal.predictions(
        logits=torch.linspace(-1, 1, 36).reshape(2, 2, 3, 3), labels=labels, ignore_index=-100
    )
    names = ["dice_per_image", "accuracy"]
    of_rows = cal.evaluate(masks, names)
    for whole in (of_rows, cal.evaluate(cal.tally(masks, names), names)):
        images, pixels = whole.filter("dice*"), whole.filter("accuracy")
        assert (images["dice_per_image"].n, images.n, pixels.n) == (2, 17, 17)
        assert str(images).startswith("17 rows")
        assert str(images.merge(pixels)) == str(whole)
        assert list(of_rows.merge(images)) == names


def test_number_of_rows_does_not_depend_on_what_is_asked():
    rows = cal.predictions(probs=[0.2, 0.7, 0.4], labels=[0, 1, 1], groups=["a", "b", "b"])
    for part in (cal.evaluate(rows, ["brier"]), cal.evaluate(cal.tally(rows, ["brier"])).filter()):
        assert (part.n, [one.n for one in part.groups.values()]) == (3, [1, 2])
        assert cal.Evaluation.from_json(part.to_json()).n == 3


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"probs": [0.5], "labels": [1]}, "be of the same rows, 4; got 1"),
        (
            {"probs": [0.0, 0.75, 0.25, 0.5], "labels": [1, 1, 0, 0]},
            "hold the same value of 'accuracy', 0.75; got 0.5",  # one half is positive
        ),
        ({"class_names": ["a", "b"]}, r"same class_names, \('stays', 'leaves'\); got \('a', 'b'\)"),
    ],
)
def test_evaluations_of_other_rows_are_not_merged(others, message, evaluation):
    given = {"probs": [0.0, 0.75, 0.25, 1.0], "labels": [1, 1, 0, 1]}
    given |= NAMED | others
    with pytest.raises(InputError, match=f"other must .*{message}"):
        evaluation.merge(cal.evaluate(cal.predictions(**given), ["accuracy"]))


def test_two_names_of_a_metric_are_one_estimate_if_merged(rows, evaluation):
    both = evaluation.filter("ece").merge(cal.evaluate(rows, ["top_label_ece"]))
    assert list(both) == ["ece", "top_label_ece"]
    other = cal.evaluate(
        cal.predictions(probs=[0.5, 0.75, 0.25, 1.0], labels=[1, 1, 0, 1], **NAMED),
        ["top_label_ece"],
    )
    rule = "hold the same value of 'top_label_ece' as of 'ece', 0.375; got 0.25"
    with pytest.raises(InputError, match=rule):
        evaluation.merge(other)


def test_what_differs_is_named_to_the_last_digit(rows, evaluation):
    with pytest.raises(InputError, match=r"hold the same low of 'accuracy', 0\.\d+; got 0\.\d+"):
        evaluation.merge(cal.evaluate(rows, ["accuracy"], level=0.9))
    with pytest.raises(InputError, match=r"the same value of 'confusion_matrix', .*; got "):
        evaluation.merge(
            cal.evaluate(cal.predictions(probs=[0.0] * 4, labels=[1, 1, 0, 1], **NAMED), NAMES[4:])
        )


def test_only_evaluations_are_merged(monkeypatch, evaluation):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(InputError, match="other must be an evaluation; got int"):
        evaluation.merge(3)


def test_part_without_estimates_still_knows_its_rows(evaluation):
    empty = evaluation.filter()
    assert (len(empty), empty.n, empty.to_dict()) == (0, 4, {})
    assert empty.to_frame().empty
