"""Groups of an evaluation: the worst of them, the gap between them, all side by side."""

import json
import math

import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.evaluation_groups import GroupGap

NAMES = ["accuracy", "brier_binary", "f1_per_class", "confusion_matrix"]


@pytest.fixture(scope="module")
def evaluation():
    rows = cal.predictions(
        probs=[0.0, 0.75, 0.25, 1.0, 0.75],
        labels=[1, 1, 0, 1, 1],
        groups=["west", "west", "east", "east", "east"],
    )
    return cal.evaluate(rows, NAMES)


def with_values(values, **others):
    """Evaluation with a number for every group, under a name of its own."""
    groups = {
        name: Evaluation({"mine": Estimate(value, None, None, None, 5, "m")}, {}, (), 5, **others)
        for name, value in values.items()
    }
    return Evaluation({"mine": Estimate(0.0, None, None, None, 9, "m")}, {}, (), 9, groups=groups)


def test_worst_group_is_that_of_the_least_where_high_is_good(evaluation):
    name, estimate = evaluation.worst_group("accuracy")
    assert (name, estimate.value, estimate.n) == ("west", 0.5, 2)
    assert estimate is evaluation.groups["west"]["accuracy"]


def test_worst_group_is_that_of_the_greatest_where_low_is_good(evaluation):
    name, estimate = evaluation.worst_group("brier_binary")
    assert (name, estimate.value) == ("west", (1 + 0.25**2) / 2)


def test_gap_names_both_groups_and_their_rows(evaluation):
    assert evaluation.group_gap("accuracy") == GroupGap(
        metric="accuracy",
        value=0.5,
        largest="east",
        largest_value=1.0,
        n_largest=3,
        smallest="west",
        smallest_value=0.5,
        n_smallest=2,
    )
    assert json.loads(json.dumps(evaluation.group_gap("accuracy").to_dict()))["value"] == 0.5


def test_aliases_find_groups_too():
    rows = cal.predictions(probs=[0.2, 0.9], labels=[0, 1], groups=["a", "b"])
    found = cal.evaluate(rows, ["ece"])
    assert found.group_gap("top_label_ece") == found.group_gap("ece")
    assert found.worst_group("ece_15")[0] == "a"  # gaps of .2 and .1


def test_frame_has_a_row_a_group(evaluation):
    frame = evaluation.by_group("accuracy")
    assert list(frame.index) == ["east", "west"]
    assert list(frame["value"]) == [1.0, 0.5]
    assert list(frame["n"]) == [3, 2]
    assert frame.loc["west", "low"] == evaluation.groups["west"]["accuracy"].low


def test_frame_has_every_entry_of_a_vector(evaluation):
    frame = evaluation.by_group("f1_per_class")
    assert list(frame.loc["west", "metric"]) == ["f1_per_class[0]", "f1_per_class[1]"]
    assert list(frame.loc["west", "value"]) == [0.0, pytest.approx(2 / 3)]  # 2 / (2 + 0 + 1)


def test_plain_data_holds_the_groups(evaluation):
    plain = evaluation.to_dict()
    assert list(plain) == [*NAMES, "groups"]
    assert plain["groups"]["west"] == evaluation.groups["west"].to_dict()


def test_filter_and_merge_reach_the_groups(evaluation):
    part = evaluation.filter("accuracy")
    assert list(part.groups["west"]) == ["accuracy"]
    whole = part.merge(evaluation.filter("brier_binary"))
    assert list(whole.groups["west"]) == ["accuracy", "brier_binary"]
    with pytest.raises(InputError, match=r"be of the same groups, a, c; got b, c\."):
        with_values({"c": 1.0, "a": 1.0}).merge(with_values({"c": 1.0, "b": 1.0}))


def test_metric_of_no_group_says_so(evaluation):
    rows = cal.predictions(probs=[0.0, 0.75, 0.25, 1.0, 0.75], labels=[1, 1, 0, 1, 1])
    both = evaluation.merge(cal.evaluate(rows, ["log_loss"]))
    assert both.group_gap("accuracy") == evaluation.group_gap("accuracy")
    for ask in (both.worst_group, both.group_gap, both.by_group):
        with pytest.raises(InputError, match="name must be evaluated by group; got 'log_loss'"):
            ask("log_loss")


def test_groups_are_found_by_the_other_name_of_a_metric():
    given = {"probs": [0.2, 0.9], "labels": [0, 1]}
    by_group = cal.evaluate(cal.predictions(**given, groups=["a", "b"]), ["top_label_ece"])
    both = cal.evaluate(cal.predictions(**given), ["ece"]).merge(by_group)
    assert list(both.by_group("ece")["value"]) == list(both.by_group("top_label_ece")["value"])


def test_frame_has_every_cell_of_a_matrix(evaluation):
    frame = evaluation.by_group("confusion_matrix")
    assert list(frame.loc["west", "metric"]) == [
        f"confusion_matrix[{true}, {chosen}]" for true in "01" for chosen in "01"
    ]
    assert list(frame.loc["west", "value"]) == [0, 0, 1, 1]


def test_groups_where_it_is_undefined_are_left_out():
    found = with_values({"a": math.nan, "b": 0.25, "c": 0.75})
    assert (found.group_gap("mine").smallest, found.group_gap("mine").value) == ("b", 0.5)
    none = with_values({"a": math.nan, "b": math.nan})
    with pytest.raises(InputError, match="be defined in a group; got 'mine', undefined in all"):
        none.group_gap("mine")


def test_gap_of_infinite_values_is_infinite_or_none():
    gap = with_values({"a": math.inf, "b": 0.25}).group_gap("mine")
    assert gap.value == math.inf
    assert gap.to_dict()["value"] is None
    assert with_values({"a": math.inf, "b": math.inf}).group_gap("mine").value == 0.0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("f1_per_class", "name must be a metric of one number; got 'f1_per_class'"),
        ("confusion_matrix", "name must be a metric of one number"),
        ("ece", "name must be one of accuracy, .*; got 'ece'"),
    ],
)
def test_what_has_no_one_number_has_no_worst_group(name, message, evaluation):
    for ask in (evaluation.worst_group, evaluation.group_gap):
        with pytest.raises(InputError, match=message):
            ask(name)


def test_metric_without_a_direction_has_no_worst_group():
    with pytest.raises(InputError, match="be a metric of which a direction is good; got 'mine'"):
        with_values({"a": 0.1, "b": 0.2}).worst_group("mine")


def test_rows_without_groups_are_told_so():
    found = cal.evaluate(cal.predictions(probs=[0.5], labels=[1]), ["accuracy"])
    for ask in (found.worst_group, found.group_gap, found.by_group):
        with pytest.raises(InputError, match=r"evaluation must be of rows with groups; got none\."):
            ask("accuracy")
