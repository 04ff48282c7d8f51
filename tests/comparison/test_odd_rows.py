"""Unusual but legal rows are compared, or the one cell that cannot be told says why."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.resolving import resolve
from calibrant.metrics.what_fits import fitting

RNG = np.random.default_rng(0)
N = 60
TRUE = RNG.normal(size=N)
LABELS = RNG.binomial(1, 1 / (1 + np.exp(-TRUE)))
FIRST, SECOND = 1 / (1 + np.exp(-TRUE)), 1 / (1 + np.exp(-0.8 * TRUE + 0.3 * RNG.normal(size=N)))
HALF, ONES = np.full(N, 0.5), np.ones(N, dtype=int)


def binary(probs, labels=LABELS, **given):
    return cal.predictions(probs=probs, labels=labels, **given)


def three(logits, labels):
    return cal.predictions(logits=logits, labels=labels)


def decided(chosen, labels=LABELS):
    return cal.decisions(predicted=chosen, labels=labels, class_names=["no", "yes"])


LOGITS = RNG.normal(size=(N, 3))
CLASSES = (LOGITS + RNG.gumbel(size=LOGITS.shape)).argmax(1)
NUMBERS = np.exp(TRUE)
ODD = {
    "all decided the same": (binary(0.1 * FIRST), binary(0.2 * SECOND)),
    "one of them constant": (binary(HALF), binary(SECOND)),
    "both constant": (binary(HALF), binary(0.6 * HALF)),
    "identical": (binary(FIRST), binary(FIRST)),
    "one class came out": (binary(FIRST, ONES), binary(SECOND, ONES)),
    "one row": (binary(FIRST[:1], LABELS[:1]), binary(SECOND[:1], LABELS[:1])),
    "two rows": (binary(FIRST[:2], LABELS[:2]), binary(SECOND[:2], LABELS[:2])),
    "one cluster": (binary(FIRST, clusters=0 * ONES), binary(SECOND)),
    "one class of three absent": (
        three(LOGITS, np.minimum(CLASSES, 1)),
        three(LOGITS / 2 + LOGITS[::-1] / 9, np.minimum(CLASSES, 1)),
    ),
    "one class of three decided": (
        three(LOGITS + np.array([9, 0, 0]), CLASSES),
        three(LOGITS / 2 + np.array([9, 0, 0]), CLASSES),
    ),
    "decisions of one class": (decided(0 * ONES), decided(ONES)),
    "numbers that are constant": (
        cal.numbers(predicted=NUMBERS, targets=0.0 * ONES + 1),
        cal.numbers(predicted=0.0 * ONES + 2, targets=0.0 * ONES + 1),
    ),
    "events of one row": (
        cal.events(probs=FIRST[:1], outcomes=LABELS[:1]),
        cal.events(probs=SECOND[:1], outcomes=LABELS[:1]),
    ),
    "events": (
        cal.events(probs=FIRST, outcomes=LABELS),
        cal.events(probs=SECOND, outcomes=LABELS),
    ),
}


def of_one_number(rows):
    """A name of every class of metrics that rows can tell in one number."""
    name_of = {type(resolve(name, rows.n_classes)): name for name in fitting(rows)}
    found = cal.evaluate(rows, list(name_of.values())).items()
    return [name for name, one in found if isinstance(one.value, float)]


@pytest.mark.parametrize("name", ODD)
def test_every_number_of_odd_rows_has_an_interval_or_a_reason(name):
    a, b = ODD[name]
    single = of_one_number(a)
    found = cal.compare(a, b, metrics=single)
    assert len(found) == len(single)
    for one in (*found, *cal.compare(a, b)):
        difference = one.difference
        assert (difference.low is None) == (difference.p_value is None)
        assert (difference.low is None) == difference.method.startswith("not available: ")


def test_a_value_set_by_convention_has_a_reason_and_the_rest_of_the_table_stands():
    found = cal.compare(*ODD["all decided the same"])
    assert found["mcc"].difference.value == 0
    assert "decide every row the same" in found["mcc"].difference.method
    assert found["log_loss"].difference.p_value is not None
    constant = cal.compare(*ODD["one of them constant"])["mcc"].difference
    assert "set by convention" in constant.method


def test_one_cluster_tells_nothing_of_the_spread():
    for one in cal.compare(*ODD["one cluster"], metrics=["f1", "auroc", "log_loss"]):
        assert "one cluster tells nothing" in one.difference.method, one.metric


def test_events_are_compared_by_what_is_evaluated_of_them_and_as_predictions_are():
    a, b = ODD["events"]
    found = cal.compare(a, b)
    assert [one.metric for one in found] == list(cal.evaluate(a))
    names = ["brier_binary", "log_loss", "auroc_positive", "average_precision_positive"]
    names += ["positive_ece", "positive_smooth_ece"]
    of_events = cal.compare(a, b, metrics=names)
    of_rows = cal.compare(binary(FIRST), binary(SECOND), metrics=names)
    for name in names:
        one, other = of_events[name].difference, of_rows[name].difference
        assert (one.value, one.low, one.high, one.p_value) == pytest.approx(
            (other.value, other.low, other.high, other.p_value), abs=1e-9
        ), name


def test_events_with_other_outcomes_are_refused():
    other = cal.events(probs=SECOND, outcomes=1 - LABELS)
    with pytest.raises(cal.InputError, match="have the same outcomes"):
        cal.compare(ODD["events"][0], other)
