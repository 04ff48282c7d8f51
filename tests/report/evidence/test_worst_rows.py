"""The rows that were most wrong: the right ones, in order, with what was stated."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.report.evidence.worst_rows import worst_rows


def test_rows_are_the_wrong_ones_of_the_greatest_loss():
    rng = np.random.default_rng(0)
    probs, labels = rng.dirichlet((1, 1, 1), size=400), rng.integers(0, 3, 400)
    found = worst_rows(cal.predictions(probs=probs, labels=labels, class_names=["a", "b", "c"]))
    p_true, wrong = probs[np.arange(400), labels], probs.argmax(axis=1) != labels
    expected = [k for k in np.argsort(p_true, kind="stable") if wrong[k]][:12]
    assert [int(one.row) for one in found] == expected
    for one, k in zip(found, expected, strict=True):
        assert one.true == "abc"[labels[k]]
        assert one.predicted == "abc"[probs[k].argmax()]
        assert one.stated_true == pytest.approx(p_true[k])
        assert one.stated_predicted == pytest.approx(probs[k].max())
        assert one.loss == pytest.approx(-np.log(p_true[k]))


def test_absent_and_right_rows_are_left_out():
    rows = cal.predictions(probs=[0.9, 0.8, 0.3], labels=[0, 0, 0], weights=[0.0, 1.0, 1.0])
    assert [one.row for one in worst_rows(rows)] == ["1"]


def test_reader_tells_number_and_values():
    rows = cal.predictions(probs=[0.9], labels=[0])
    (one,) = worst_rows(rows, lambda k: (f"line {k + 2}", [("fat", "low")]))
    assert (one.row, one.values) == ("line 2", [("fat", "low")])


@pytest.mark.parametrize(
    "rows",
    [
        cal.predictions(probs=[0.9, 0.1], labels=[0.2, 0.9]),
        cal.events(probs=[0.9], outcomes=[0]),
        cal.decisions(predicted=[0], labels=[1]),
        cal.numbers(predicted=[1.0], targets=[2.0]),
        cal.tally(cal.predictions(probs=[0.9], labels=[0])),
    ],
    ids=["soft labels", "events", "decisions", "numbers", "tallies"],
)
def test_what_has_no_single_wrong_rows_has_none(rows):
    assert worst_rows(rows) == ()
