"""One rule says what is evidence of miscalibration; card and report keep to it."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation_card import verdict_of
from calibrant.metrics.miscalibration import evidence_of
from calibrant.report.shapes import scalar
from calibrant.report.wording.classes import calibration_error

CASES = [
    (0.01, 0.001, "found"),
    (0.01, 0.05, "found"),  # at most 1 - level
    (0.01, None, "found"),
    (None, 0.001, "found"),
    (0.0, 0.4, "not found"),
    (0.0, None, "not found"),
    (None, 0.4, "not found"),
    (0.01, 0.06, "unclear"),
    (0.0, 0.03, "unclear"),
    (None, None, "unknown"),
    (float("nan"), float("nan"), "unknown"),
]
HEADS = {
    "found": "Evidence of miscalibration",
    "not found": "No evidence of miscalibration",
    "unclear": "Unclear whether miscalibrated",
    "unknown": "No verdict on calibration",
}
ENDS = {
    "found": ": evidence of miscalibration.",
    "not found": ": no evidence of miscalibration.",
    "unclear": "is unclear.",
    "unknown": "above that is chance.",
}


@pytest.mark.parametrize(("low", "p_value", "found"), CASES)
def test_card_and_report_say_what_the_rule_finds_and_nothing_else(low, p_value, found):
    level = None if low is None else 0.95
    high = None if low is None else 0.2
    details = {} if p_value is None else {"p_value": p_value}
    estimate = Estimate(0.1, low, high, level, 9, "an example", 0.05, details=details)
    assert evidence_of(low, p_value, level=level) == found
    card = verdict_of({"ece": estimate})
    shown = scalar(estimate)
    assert shown is not None
    report = calibration_error(shown)
    assert [one for one, head in HEADS.items() if card.startswith(head)] == [found]
    assert [one for one, end in ENDS.items() if report.endswith(end)] == [found]


def test_the_level_moves_both_bars():
    assert evidence_of(0.01, 0.03, level=0.95) == "found"
    assert evidence_of(0.01, 0.03, level=0.99) == "unclear"
    assert evidence_of(0.01, 0.08, level=0.9) == "found"


def test_calibrated_rows_are_seldom_said_to_be_miscalibrated():
    rng = np.random.default_rng(3)
    said = []
    for _ in range(200):
        probs = rng.uniform(size=400)
        rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs))
        said.append(verdict_of(cal.evaluate(rows, ["positive_ece"]).estimates).split(":")[0])
    assert said.count(HEADS["found"]) <= 12  # 2.5 % of 200 is 5; more than 12 has a chance of .002
    assert said.count(HEADS["not found"]) >= 180
