"""Losses of saved predictions: those of the logits, and honest where they are infinite."""

import math

import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.registry import FAMILIES, available
from calibrant.pipeline.saved_losses import loss_of, number_loss_of, split_specs

LOGITS = torch.randn(50, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
LABELS = torch.arange(50) % 3
ROWS = cal.predictions(probs=LOGITS.softmax(1), labels=LABELS)
DECLARED = cal.predictions(logits=LOGITS, labels=LABELS)
NUMBERS = cal.numbers(predicted=[1.0, 2.0, 4.0], targets=[1.0, 4.0, 3.0], weights=[1.0, 1.0, 2.0])


def takes_class_indices(name):
    """Whether a loss is complete without settings and counts, and reads a score of every class."""
    try:
        loss = cal.losses.get(name)
        return isinstance(loss, FrontEnd) and loss(LOGITS, LABELS).ndim == 0
    except InputError:
        return False


OF_NUMBERS = [entry.name for entry in FAMILIES["regression"]]
OF_CLASSES = [n for n in available() if n not in OF_NUMBERS and takes_class_indices(n)]


@pytest.mark.parametrize("spec", OF_NUMBERS)
def test_losses_of_numbers_are_refused(spec):
    with pytest.raises(InputError, match=f"losses must be losses of classes; got '{spec}'. Num"):
        loss_of(ROWS, spec)


@pytest.mark.parametrize(("spec", "value"), [("mse", 6 / 4), ("mae", 1.0), ("0.5*mse + mae", 1.75)])
def test_losses_of_numbers_are_weighted_means(spec, value):  # errors 0, -2, 1, the last twice
    estimate, notes = number_loss_of(NUMBERS, spec)
    assert (estimate.value, estimate.n, notes) == (value, 3, ())


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("ce", "losses must be losses of numbers; got 'ce'"),
        ("gaussian_nll", "losses must read one number a row; got 'gaussian_nll'"),
        ("mse(reduction='none')", "losses must be one number of all rows"),
    ],
)
def test_losses_that_one_column_cannot_tell_are_refused(spec, message):
    with pytest.raises(InputError, match=message):
        number_loss_of(NUMBERS, spec)


@pytest.mark.parametrize("spec", [*OF_CLASSES, "0.5*ce + 0.5*soft_f1", "soft_f1(average=micro)"])
def test_every_loss_is_that_of_the_logits(spec):
    needs_level = any(not term.shift_invariant for _, term in cal.losses.get(spec).terms)
    estimate, notes = loss_of(DECLARED if needs_level else ROWS, spec)
    assert estimate.value == pytest.approx(float(cal.losses.get(spec)(LOGITS, LABELS)), abs=1e-12)
    assert estimate.method.startswith("not available: ")
    assert (estimate.n, notes) == (50, ())


def test_scores_of_another_kind_are_refused():
    with pytest.raises(InputError, match="losses must be losses of classes; got 'coral'"):
        loss_of(ROWS, "coral")


def test_level_of_the_logits_is_not_told_by_probabilities():
    with pytest.raises(InputError, match="losses must read probabilities, or the file hold logits"):
        loss_of(ROWS, "logit_norm")


@pytest.mark.parametrize("form", ["probs", "logits"])
def test_overlap_of_a_positive_class_is_that_of_this_class(form):
    prob = torch.tensor([0.0, 0.25, 1.0, 0.5], dtype=torch.float64)
    rows = cal.predictions(probs=prob, labels=[0, 1, 1, 0])
    if form == "logits":
        rows = cal.predictions(logits=prob.clamp(1e-9, 1 - 1e-9).logit(), labels=[0, 1, 1, 0])
    # true positives 1.25, false positives 0.5, false negatives 0.75
    for spec, value in {
        "dice(smooth=0)": 1 - 2.5 / 3.75,
        "tversky(fn_weight=0.7, fp_weight=0.3, smooth=1)": 1 - 2.25 / (2.25 + 0.525 + 0.15),
        "ce(class_weight=[1, 3])": -(3 * math.log(0.25) + math.log(0.5)) / 8,
        "ce(pos_weight=3)": -(3 * math.log(0.25) + math.log(0.5)) / 4,
    }.items():
        assert loss_of(rows, spec)[0].value == pytest.approx(value, abs=1e-8), spec


def test_two_columns_are_two_classes():
    prob = torch.tensor([[0.75, 0.25], [0.5, 0.5]], dtype=torch.float64)
    rows = cal.predictions(probs=prob, labels=[1, 0])
    both = (1 - 2 * 0.5 / 2.25 + 1 - 2 * 0.25 / 1.75) / 2
    assert loss_of(rows, "dice(smooth=0)")[0].value == pytest.approx(both)


def test_schedules_are_at_their_end_and_said():
    estimate, notes = loss_of(ROWS, "focal(gamma=ramp(0, 3, 9))")
    assert estimate.value == loss_of(ROWS, "focal(gamma=3)")[0].value
    assert notes == ("the schedules of focal(gamma=ramp(0, 3, 9)) are at their end",)


def test_most_losses_of_classes_are_tried():
    assert len(OF_CLASSES) > 20


def test_cross_entropy_is_the_log_loss():
    assert loss_of(ROWS, "ce")[0].value == pytest.approx(cal.metrics.LogLoss()(ROWS).value)


def test_declared_logits_and_a_positive_class_are_read_alike():
    logits = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
    labels = torch.tensor([1, 0, 0])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels.double())
    for rows in (
        cal.predictions(logits=logits, labels=labels),
        cal.predictions(probs=logits.sigmoid(), labels=labels),
    ):
        assert loss_of(rows, "ce")[0].value == pytest.approx(float(expected), abs=1e-12)


def test_weights_count_and_absent_rows_do_not():
    weights = torch.tensor([0.0, 2.0, 1.0])
    probs = torch.tensor([0.0, 0.5, 0.25], dtype=torch.float64)  # the first is wrong for sure
    rows = cal.predictions(probs=probs, labels=[1, 1, 0], weights=weights)
    estimate, _ = loss_of(rows, "ce")
    assert estimate.value == pytest.approx(-(2 * math.log(0.5) + math.log(0.75)) / 3)
    assert estimate.n == 2


def test_rules_for_class_weights_are_bound_to_the_rows_and_said():
    estimate, notes = loss_of(ROWS, "ce(balanced)")
    counts = torch.bincount(LABELS)
    bound = cal.losses.get("ce(balanced)").bind(counts)
    assert estimate.value == pytest.approx(float(bound(LOGITS, LABELS)))
    assert notes == ("the class weights of ce(balanced) come from the classes of these rows",)


@pytest.mark.parametrize("spec", ["ce", "focal", "0.5*ce + 0.5*soft_f1"])
def test_probability_zero_makes_a_loss_infinite_with_its_rows(spec):
    rows = cal.predictions(probs=[0.0, 1.0, 0.0, 1.0], labels=[0, 1, 1, 0])
    estimate, _ = loss_of(rows, spec)
    assert estimate.value == math.inf
    assert estimate.note == "infinite: 2 of 4 rows give probability 0 to what came out"


def test_probability_zero_of_what_did_not_come_out_costs_nothing():
    rows = cal.predictions(probs=[[1.0, 0.0], [0.0, 1.0]], labels=[0, 1])
    for spec in ("ce", "focal", "soft_f1"):
        assert loss_of(rows, spec)[0].value == 0.0, spec


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("cee", "Did you mean ce"),
        ("ce(inputs=probs)", r"losses must leave inputs out; got 'ce\(inputs=probs\)'"),
        ("soft_f1(multilabel=true)", "losses must leave multilabel out"),
        ("ce(reduction='none')", "losses must be one number of all rows"),
        ("ce(class_weight=[1, 2])", "class_weight must have shape"),
        ("", "loss must have a loss"),
    ],
)
def test_specs_that_saved_probabilities_cannot_tell_are_refused(spec, message):
    with pytest.raises(InputError, match=message):
        loss_of(ROWS, spec)


@pytest.mark.parametrize(
    ("text", "specs"),
    [
        ("ce", ("ce",)),
        (" ce , focal ", ("ce", "focal")),
        ("soft_f1(average=micro, absent=skip),ce", ("soft_f1(average=micro, absent=skip)", "ce")),
        ("ce(class_weight=[1, 2]), focal", ("ce(class_weight=[1, 2])", "focal")),
        ("ce(class_weight=',('), focal", ("ce(class_weight=',(')", "focal")),
        ("ce,", ("ce", "")),
        ("  ", ()),
    ],
)
def test_specs_are_split_at_commas_outside_of_brackets_and_quotes(text, specs):
    assert split_specs(text) == specs
