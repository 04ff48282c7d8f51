"""From rows or tallies to estimates: which metrics, in which order, and what is refused."""

import json

import jaxtyping
import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.accuracy import Accuracy

TWO = {"probs": [0.2, 0.9, 0.6], "labels": [0, 1, 0]}
THREE = {"probs": [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]], "labels": [0, 2]}
CLASSES = ["accuracy", "precision", "recall", "f1"]
BINNED = ["ece", "ece_debiased", "ece_10", "mce"]
DEFAULTS = {
    "two": (
        lambda: cal.predictions(**TWO),
        [
            *(*CLASSES, "auroc", "log_loss", "brier", "brier_binary"),
            *(*BINNED, "positive_ece", "positive_ece_debiased", "classwise_ece"),
        ],
    ),
    "three": (
        lambda: cal.predictions(**THREE),
        [*CLASSES, "auroc", "log_loss", "brier", *BINNED, "classwise_ece"],
    ),
    "events": (
        lambda: cal.events(probs=[0.2, 0.9], outcomes=[0, 1]),
        ["accuracy", "auroc", "log_loss", "brier_binary", *BINNED],
    ),
    "decisions": (lambda: cal.decisions(predicted=[0, 1], labels=[1, 1]), CLASSES),
    "matrix": (lambda: cal.confusion([[1, 2], [3, 4]]), CLASSES),
}

OF_ROWS = ("auroc", "classwise_ece")  # rows in memory tell more of them than tallies do


@pytest.mark.parametrize("kind", DEFAULTS)
def test_default_metrics_fit_the_rows(kind):
    rows, names = DEFAULTS[kind]
    assert list(cal.evaluate(rows())) == names


@pytest.mark.parametrize("kind", ["two", "three", "events", "decisions"])
def test_default_tallies_hold_what_the_default_evaluation_reads(kind):
    rows, names = DEFAULTS[kind]
    tallies = cal.tally(rows())
    evaluation = cal.evaluate(tallies, [name for name in names if name not in OF_ROWS])
    for name, estimate in evaluation.items():
        assert estimate == cal.evaluate(rows())[name], name


def test_metrics_come_in_the_order_asked_for():
    names = ["mce", "accuracy", "ece_20"]
    assert list(cal.evaluate(cal.predictions(**TWO), names)) == names


def test_names_and_metrics_may_be_mixed():
    chosen = ["brier", cal.metrics.ExpectedCalibrationError(n_bins=10)]
    evaluation = cal.evaluate(cal.predictions(**TWO), chosen)
    assert evaluation[chosen[1]] == evaluation["ece_10"]
    assert len(evaluation) == 2


def test_metrics_of_one_statistic_share_one_tally():
    tallies = cal.tally(cal.predictions(**TWO), ["ece", "ece_10", "mce", "top_label_ece_100"])
    assert len(tallies.parts) == 1


def test_level_is_that_of_every_interval():
    evaluation = cal.evaluate(cal.predictions(**TWO), level=0.8)
    assert {estimate.level for _, estimate in evaluation.items()} == {0.8, None}


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, float("nan")])
def test_level_must_be_a_share(level):
    with pytest.raises(
        InputError, match=r"level must lie between 0 and 1; got .*0\.95 is customary"
    ):
        cal.evaluate(cal.predictions(**TWO), level=level)


def test_unlabelled_predictions_cannot_be_evaluated():
    for use in (cal.evaluate, cal.tally):
        with pytest.raises(
            InputError, match="labels must be given to evaluate predictions; got no"
        ):
            use(cal.predictions(probs=[0.5]))


def test_one_name_is_no_sequence_of_names():
    with pytest.raises(
        InputError, match=r"metrics must be a sequence of names or metrics; got 'ece'\. Pass \["
    ):
        cal.evaluate(cal.predictions(**TWO), "ece")


@pytest.mark.parametrize(
    ("rows", "name", "message"),
    [
        (lambda: cal.decisions(predicted=[0], labels=[0]), "ece", "decisions can tell; got 'ece'"),
        (lambda: cal.events(probs=[0.5], outcomes=[1]), "f1", "events can tell; got 'f1'"),
        (lambda: cal.confusion([[1]]), "auroc", "tallies of decisions can tell; got 'auroc'"),
        (lambda: cal.predictions(**THREE), "positive_ece", "two classes .* got 3"),
        (lambda: cal.predictions(**THREE), "brier_binary", "two classes for brier_binary; got 3"),
        (lambda: cal.predictions(**THREE), "f1_positive", "be two for the positive class; got 3"),
    ],
)
def test_metrics_that_make_no_sense_for_the_rows_are_refused_by_name(rows, name, message):
    with pytest.raises(InputError, match=message):
        cal.evaluate(rows(), [name])


def test_tallies_give_only_what_they_were_taken_for():
    tallies = cal.tally(cal.predictions(**TWO), ["accuracy", "log_loss"])
    assert list(cal.evaluate(tallies)) == ["accuracy", "log_loss"]
    with pytest.raises(InputError, match="tallies of predictions can tell; got 'ece'"):
        cal.evaluate(tallies, ["ece"])
    with pytest.raises(InputError, match="metrics must be such as tallies of predictions can tell"):
        cal.evaluate(cal.tally(cal.predictions(**TWO), ["ece_7"]))


def test_any_number_of_bins_is_read_from_tallies_of_one():
    tallies = cal.tally(cal.predictions(**TWO), ["ece"])
    evaluation = cal.evaluate(tallies, ["ece_12", "mce_100"])
    direct = cal.evaluate(cal.predictions(**TWO), ["ece_12", "mce_100"])
    assert evaluation.estimates == direct.estimates


def test_evaluation_of_rows_and_of_their_tally_have_the_same_digits():
    rows = cal.predictions(**THREE)
    names = [name for name in DEFAULTS["three"][1] if name not in OF_ROWS]
    texts = {cal.evaluate(given, names).to_json() for given in (rows, cal.tally(rows, names))}
    assert len(texts) == 1
    assert json.loads(texts.pop())["accuracy"]["value"] == 1


def test_a_metric_is_called_on_rows():
    estimate = Accuracy()(cal.predictions(**TWO), level=0.9)
    assert estimate == cal.evaluate(cal.predictions(**TWO), ["accuracy"], level=0.9)["accuracy"]


@pytest.fixture
def no_type_checker(monkeypatch):
    """Values of any type get in, as they do outside of tests; else the checker speaks first."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ([5], "be names or metrics; got 5"),
        ([Accuracy], r"be names or metrics; got the class Accuracy. Pass Accuracy\(\)"),
        (Accuracy(), r"be a sequence of names or metrics; got Accuracy\(\). Pass \[Accuracy"),
        (5, "be a sequence of names or metrics; got 5. Pass a list"),
        ([], "name at least one; got none. Leave metrics out"),
    ],
)
@pytest.mark.usefixtures("no_type_checker")
def test_metrics_are_names_and_metrics(metrics, message):
    for use in (cal.evaluate, cal.tally):
        with pytest.raises(InputError, match=f"metrics must {message}"):
            use(cal.predictions(**TWO), metrics)


@pytest.mark.parametrize("level", ["95", 5])
@pytest.mark.usefixtures("no_type_checker")
def test_level_of_another_kind_is_refused(level):
    for use in (cal.evaluate, Accuracy()):
        with pytest.raises(InputError, match="level must lie between 0 and 1; got"):
            use(cal.predictions(**TWO), level=level)


@pytest.mark.parametrize("rows", [np.ones(3), [0.5], None])
@pytest.mark.usefixtures("no_type_checker")
def test_rows_must_have_come_through_a_door(rows):
    for use in (cal.evaluate, cal.tally):
        with pytest.raises(
            InputError, match="rows must be predictions, events, decisions or numbers; got"
        ):
            use(rows)
    with pytest.raises(InputError, match=r"got .*\. Pass calibrant\.predictions\(\.\.\.\)"):
        Accuracy()(rows)


def test_tallies_of_shards_may_be_summed():
    rows = cal.predictions(**TWO)
    whole = sum(cal.tally(rows.take(slice(k, k + 1)), CLASSES) for k in range(3))
    assert cal.evaluate(whole).to_json() == cal.evaluate(rows, CLASSES).to_json()


@pytest.mark.parametrize("other", [3, "tallies", None])
def test_only_tallies_are_added_to_tallies(other):
    tallies = cal.tally(cal.predictions(**TWO))
    for add in (lambda: tallies + other, lambda: other + tallies):
        with pytest.raises(InputError, match="other must be tallies to add to tallies; got"):
            add()
