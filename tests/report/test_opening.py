"""The first screen speaks of whatever was asked for."""

from pathlib import Path

import numpy as np
import pytest

import calibrant as cal
from calibrant.report.footnotes import estimate_told
from calibrant.report.numbers import number
from calibrant.report.pages.opening import evaluation_opening, run_opening

RNG = np.random.default_rng(6)
SCORES = RNG.normal(size=2000) * 1.5
LABELS = (RNG.uniform(size=2000) < 1 / (1 + np.exp(-SCORES))).astype(int)
TRUE, SURE = (cal.predictions(logits=k * SCORES, labels=LABELS) for k in (1.0, 2.5))
CHOSEN = ["brier_binary", "positive_ici", "f1", "mcc", "auroc_positive", "positive_ece"]


def test_numbers_are_the_first_that_were_asked_for_where_none_is_usual():
    opening = evaluation_opening(cal.evaluate(SURE, CHOSEN))
    assert [label for label, *_ in opening.numbers] == ["Brier score, binary", "positive ICI"] + [
        label for label, *_ in evaluation_opening(cal.evaluate(SURE, ["f1", "mcc"])).numbers
    ]
    usual = evaluation_opening(cal.evaluate(SURE, [*CHOSEN, "accuracy"])).numbers
    assert len(usual) == 1  # a usual one stands alone, as before


@pytest.mark.parametrize(
    ("rows", "verdict"), [(SURE, "Miscalibrated."), (TRUE, "No sign of miscalibration.")]
)
@pytest.mark.parametrize("metric", ["positive_ici", "positive_ece", "classwise_ece", "ece"])
def test_the_verdict_is_that_of_the_calibration_error_that_was_asked_for(rows, verdict, metric):
    evaluation = cal.evaluate(rows, ["brier_binary", metric])
    opening = evaluation_opening(evaluation)
    assert opening.headline == verdict
    assert number(evaluation[metric].value) in opening.sentences[0]
    assert opening.sentences[0][0].isupper()
    assert run_opening(evaluation, None, {}, None, None).headline == verdict


def test_without_a_calibration_error_nothing_is_claimed():
    opening = evaluation_opening(cal.evaluate(TRUE, ["f1", "mcc"]))
    assert opening.headline == ""
    assert opening.sentences == []
    assert len(opening.numbers) == 2


def test_a_page_of_chosen_metrics_says_so(tmp_path: Path):
    evaluation = cal.evaluate(SURE, CHOSEN)
    cal.write_report(evaluation, tmp_path / "page.html", rows=SURE)
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Miscalibrated." in text
    assert text.index("Miscalibrated.") < text.index("Positive ICI is ")


def test_a_number_without_an_interval_says_why():
    few = cal.predictions(probs=[0.1, 0.2, 0.45], labels=[0, 0, 1])
    evaluation = cal.evaluate(few, ["auroc", "log_loss", "ece"])
    below = {label: cell.below for label, cell, _ in evaluation_opening(evaluation).numbers}
    assert below["AUROC"] == "no interval: one positive or negative row tells nothing of the spread"
    assert below["Log loss"].startswith("95 % interval")
    ece = evaluation["ece"]
    floor = f"{ece.noise_floor:.4f} ({ece.details['noise_floor_95']:.4f})"
    why = "no interval: fewer than 20 effective rows"
    assert below["ECE"] == f"{why}; about {floor} by chance alone"


def test_an_infinite_loss_says_once_of_how_many_rows():
    probs = np.r_[0.0, np.full(1999, 0.5)]
    rows = cal.predictions(probs=probs, labels=np.ones(2000, dtype=int))
    evaluation = cal.evaluate(rows, ["log_loss"])
    ((_, cell, _),) = evaluation_opening(evaluation).numbers
    why = "1 of 2,000 rows gives probability 0 to what came out"
    assert cell.below == f"no interval: {why}"
    assert estimate_told(evaluation["log_loss"]) == f"No interval: {why}."
    two = cal.evaluate(
        cal.predictions(probs=np.r_[0.0, probs], labels=np.ones(2001, dtype=int)), ["log_loss"]
    )
    assert estimate_told(two["log_loss"]).startswith("No interval: 2 of 2,001 rows give prob")


def test_of_predictions_of_a_file_nobody_knows_whether_they_were_calibrated(tmp_path: Path):
    evaluation = cal.evaluate(SURE)
    cal.write_report(evaluation, tmp_path / "page.html", rows=SURE)
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Uncalibrated" not in text
    assert "The model was <a" in text
