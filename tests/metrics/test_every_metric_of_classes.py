"""Laws of every metric that concern classes: their labels, order, number and axes."""

import math
import os
from dataclasses import replace
from functools import cache

import pytest
import torch
from torch.nn import functional as F

import calibrant as cal
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.registry import METRICS
from calibrant.metrics.resolving import resolve

pytestmark = pytest.mark.filterwarnings(
    "ignore:.* from the grid may be:calibrant.errors.CalibrantWarning"  # half the rows are tied
)

WITH_CLASSES = ["two", "many", "soft"]
ALL = "CALIBRANT_LONG" in os.environ
K_MANY = 1000
N_AXES = (5, 6, 10)  # 300 rows
RATIOS = (
    *("precision", "recall", "f1", "f_beta", "jaccard", "specificity", "false_"),
    "negative_predictive_value",
)
UNAVERAGED = ("positive", "micro", "weighted")


def scores_of(evidence):
    return "logits" if "logits" in evidence.columns else "probs"


def usual(n_classes):
    """All names that predictions of so many classes can tell."""
    offered = {"order", "few rows"} | ({"two classes"} if n_classes == 2 else set())
    offered |= {"three classes"} if n_classes > 2 else set()
    return [
        name
        for name, entry in METRICS.items()
        if "predictions" in entry.kinds and offered.issuperset(entry.needs)
    ]


def assert_all_same(actual, expected, assert_same, **options):
    assert list(actual) == list(expected)
    for name, estimate in expected.items():
        assert_same(actual[name], estimate, hint=name, **options)


@pytest.mark.parametrize("kind", ["positive", "two", "many", "events"])
def test_soft_labels_that_are_one_hot_equal_hard_ones(kind, all_evidence, assert_same):
    evidence = all_evidence[kind]
    rows = evidence.rows()
    if kind == "events":
        rows = replace(rows, outcome=rows.outcome.double())
    elif kind == "positive":  # the door would take whole numbers for hard labels
        rows = replace(rows, truth=rows.truth.double())
    else:
        soft = F.one_hot(evidence.columns["labels"], rows.n_classes).double()
        rows = evidence.with_columns(labels=soft).rows()
    assert kind == "events" or rows.soft is not None
    actual = cal.evaluate(rows, evidence.metrics)
    for name, expected in evidence.from_rows.items():
        assert_same(actual[name], expected, ("value", "noise_floor"), hint=name)
        if actual[name].low is not None:
            assert_same(actual[name], expected, ("low", "high"), hint=name)


@cache
def without_a_quarter(evidence):
    """Which rows are left out, weights of all, and what is found without them."""
    out = torch.arange(len(evidence)) % 4 == 1
    weights = (torch.arange(len(evidence)) % 3).double()
    return out, weights, cal.evaluate(evidence.rows(~out, weights=weights[~out]), evidence.metrics)


@pytest.mark.parametrize(
    ("kind", "garbage"),
    [
        *(("positive", math.nan), ("two", math.inf), ("many", math.nan), ("soft", math.inf)),
        ("chosen", math.nan),
        *([("positive", math.inf), ("two", math.nan), ("many", math.inf)] if ALL else ()),
        *([("soft", math.nan), ("chosen", math.inf)] if ALL else ()),
    ],
)
def test_ignored_entries_have_no_effect_whatever_they_hold(
    kind, garbage, all_evidence, assert_same
):
    evidence = all_evidence[kind]
    out, weights, alone = without_a_quarter(evidence)
    columns = {name: values.clone() for name, values in evidence.columns.items()}
    columns["weights"] = weights.clone()
    for column in columns.values():
        if column.is_floating_point():
            column[out] = garbage
    columns["labels"][out] = -100
    actual = cal.evaluate(
        evidence.with_columns(**columns).rows(ignore_index=-100), evidence.metrics
    )
    assert_all_same(actual, alone, assert_same)
    assert actual.n == int((weights[~out] > 0).sum())


@cache
def of_short_logits(evidence):
    """Logits of few binary digits, so that a shift is exact, and what is found of them."""
    logits = (evidence.columns["logits"] * 64).round() / 64
    return logits, cal.evaluate(evidence.rows(logits=logits), evidence.metrics)


@pytest.mark.parametrize(
    ("kind", "shift"),
    [
        *(("two", -1024.0), ("many", 4096.0)),
        *([("many", -1024.0), ("two", 1.0), ("many", 1.0), ("two", 4096.0)] if ALL else ()),
    ],
)
def test_shift_of_logits_changes_nothing(kind, shift, all_evidence, assert_same):
    evidence = all_evidence[kind]
    logits, expected = of_short_logits(evidence)
    actual = cal.evaluate(evidence.rows(logits=logits + shift), evidence.metrics)
    assert_all_same(actual, expected, assert_same)


def test_log_loss_of_float32_logits_keeps_its_digits_when_they_are_shifted(all_evidence):
    evidence = all_evidence["many"]
    logits = (evidence.columns["logits"] * 64).round() / 64
    values = [
        cal.evaluate(evidence.with_columns(logits=z).rows(), ["log_loss"])["log_loss"].value
        for z in (logits, (logits + 8192).float())
    ]
    assert values[1] == pytest.approx(values[0], abs=1e-7)


@pytest.mark.parametrize("kind", WITH_CLASSES)
def test_renaming_classes_permutes_vectors_and_leaves_scalars(kind, all_evidence, assert_same):
    evidence = all_evidence[kind]
    scores, labels = (evidence.columns[name] for name in (scores_of(evidence), "labels"))
    order = torch.arange(scores.shape[1]).roll(1)
    columns = {
        scores_of(evidence): scores[:, order],
        "labels": labels[:, order] if labels.ndim == 2 else order.argsort()[labels],
    }
    before = evidence.from_rows
    after = cal.evaluate(evidence.with_columns(**columns).rows(), evidence.metrics)
    for name, estimate in before.items():
        value = torch.tensor(estimate.value, dtype=torch.float64)
        if name in METRICS and "order" in METRICS[name].needs:
            continue  # of classes in another order
        if name.startswith(RATIOS) and name.endswith("_positive"):  # of the other class now
            per_class = before[name.removesuffix("positive") + "per_class"].value
            value = torch.tensor(per_class[order[1]], dtype=torch.float64)
        for axis in range(value.ndim):
            value = value.index_select(axis, order)
        assert after[name].value == pytest.approx(value.numpy(), abs=1e-12), name
        # of the ranking from its other end, and of rows in the order of a hash of all classes
        drawn = any(word in estimate.method for word in ("bootstrap", "blocks of rows"))
        if value.ndim == 0 and "positive" not in name:
            fields = ("value", "noise_floor") if drawn else ("value", "low", "high", "noise_floor")
            assert_same(after[name], estimate, fields, hint=name)


@pytest.mark.parametrize("kind", WITH_CLASSES if ALL else ["two", "soft"])
def test_trailing_axes_equal_flattened_rows(kind, all_evidence, assert_same):
    evidence = all_evidence[kind]

    def image(values):
        shaped = values.reshape(*N_AXES, *values.shape[1:])
        return shaped.movedim(-1, 1) if values.ndim == 2 else shaped

    columns = {**evidence.columns, "weights": torch.arange(len(evidence)) % 3 / 2}
    images = evidence.with_columns(**{name: image(values) for name, values in columns.items()})
    actual = cal.evaluate(images.rows(), evidence.metrics)
    expected = cal.evaluate(evidence.with_columns(**columns).rows(), evidence.metrics)
    assert_all_same(actual, expected, assert_same)


@pytest.mark.parametrize("kind", WITH_CLASSES)
def test_class_that_is_ruled_out_and_never_comes_out_is_counted_only_in_averages(
    kind, all_evidence
):
    evidence = all_evidence[kind]
    n_classes = evidence.rows().n_classes
    out = -torch.inf if scores_of(evidence) == "logits" else 0.0
    columns = {scores_of(evidence): F.pad(evidence.columns[scores_of(evidence)], (0, 1), value=out)}
    if kind == "soft":
        columns["labels"] = F.pad(evidence.columns["labels"], (0, 1))
    names = [
        name
        for name in evidence.metrics
        if name in usual(9) and not name.endswith(("per_class", "matrix"))
    ]
    before = evidence.from_rows
    after = cal.evaluate(evidence.with_columns(**columns).rows(), names)
    for name in names:
        averaged = name.startswith(("classwise", *RATIOS)) and not name.endswith(UNAVERAGED)
        share = n_classes / (n_classes + 1) if averaged else 1
        told = pytest.approx(share * before[name].value, abs=1e-12, nan_ok=True)
        assert after[name].value == told, name


def test_one_class_is_stated_and_decided_rightly(assert_sound):
    rows = cal.predictions(logits=[[3.0], [-2.0], [0.0]], labels=[0, 0, 0], class_names=["only"])
    evaluation = cal.evaluate(rows, usual(1))
    assert_sound(evaluation)
    assert evaluation["confusion_matrix"].value == ((3.0,),)
    for name in ("accuracy", "f1_macro", "precision_micro", "recall_weighted"):
        assert evaluation[name].value == 1
    for name in ("log_loss", "brier", "ece", "classwise_ece"):
        assert evaluation[name].value == 0


@pytest.mark.parametrize(
    ("label", "form"),
    [(0, "positive"), (1, "two"), *([(1, "positive"), (0, "two")] if ALL else ())],
)
def test_labels_of_one_class_give_numbers_or_the_reason_why_not(
    label, form, all_evidence, assert_sound
):
    evidence = all_evidence[form]
    labels = torch.full((len(evidence),), label)
    evaluation = cal.evaluate(evidence.with_columns(labels=labels).rows(), usual(2))
    assert_sound(evaluation)
    assert math.isnan(evaluation["auroc"].value)
    assert math.isinf(evaluation["log_loss"].value) == (form == "positive")  # states 0 and 1


@pytest.fixture
def assert_sound():
    """Check that every value lies in its range, or is undefined or infinite and says why."""

    def check(evaluation):
        for name, estimate in evaluation.items():
            values = torch.tensor(estimate.value, dtype=torch.float64)
            least, greatest = METRICS[name].range
            if bool(values.isnan().any()):
                assert "undefined: " in estimate.note, name
            held = values[~values.isnan()]
            assert bool(((held >= least) & (held <= greatest)).all()), name
            assert not held.isinf().any() or "infinite" in estimate.note, name

    return check


def test_thousand_classes_from_one_pass():
    generator = torch.Generator().manual_seed(0)
    logits = 4 * torch.randn(60, K_MANY, generator=generator)
    labels = torch.randint(K_MANY, (60,), generator=generator)
    labels[:30] = logits[:30].argmax(-1)
    rows = cal.predictions(logits=logits, labels=labels)
    summed = [
        name
        for name in usual(K_MANY)
        if isinstance(resolve(name, K_MANY), TallyMetric)
        and not name.startswith("auroc_ovo")  # pairs of so many classes are refused
    ]
    evaluation = cal.evaluate(cal.tally(rows, summed), summed)
    probs = logits.double().softmax(-1)
    truth = F.one_hot(labels, K_MANY).double()
    guess = logits.argmax(-1)
    hits = (guess == labels).double()
    confidence = probs.max(-1).values
    in_bin = torch.searchsorted(torch.arange(1, 15).double() / 15, probs)  # right edges close
    gaps = torch.zeros(15, K_MANY).double().scatter_add_(0, in_bin, probs - truth)
    assert evaluation["accuracy"].value == pytest.approx(float(hits.mean()), abs=1e-12)
    assert evaluation["brier"].value == pytest.approx(
        float((probs - truth).square().sum(-1).mean()), abs=1e-6
    )
    assert evaluation["log_loss"].value == pytest.approx(
        float(F.cross_entropy(logits.double(), labels)), abs=1e-6
    )
    assert evaluation["classwise_ece"].value == pytest.approx(
        float(gaps.abs().sum() / 60 / K_MANY), abs=1e-7
    )
    top = torch.searchsorted(torch.arange(1, 15).double() / 15, confidence)
    top_gaps = torch.zeros(15).double().scatter_add_(0, top, confidence - hits)
    assert evaluation["ece"].value == pytest.approx(float(top_gaps.abs().sum() / 60), abs=1e-6)
    assert len(evaluation["f1_per_class"].value) == K_MANY
    assert sum(evaluation["f1_per_class"].support) == 60


def test_names_of_classes_stand_beside_every_vector_and_matrix(all_evidence):
    names = ("ant", "bee", "cat", "dog")
    rows = all_evidence["many"].rows(class_names=names)
    for name in ("precision_per_class", "recall_per_class", "f1_per_class", "confusion_matrix"):
        assert resolve(name, 4)(rows).names == names
