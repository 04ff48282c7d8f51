"""Every sentence can appear, and cannot where its interval does not bear it."""

import math
from dataclasses import replace

import pytest

from calibrant.comparison.difference import Difference
from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.metrics.miscalibration import Evidence
from calibrant.report.shapes import Scalar
from calibrant.report.wording import classes as wording

NAN = math.nan


def known(value: float, low: float, high: float, floor: float | None = None) -> Scalar:
    return Scalar(value, low, high, 0.95, floor)


def bare(value: float, floor: float | None = None) -> Scalar:
    return Scalar(value, None, None, None, floor)


def bins(*rows: tuple[float, float, float, float]) -> ReliabilityTable:
    """Table of bins from (weight, stated, low, high); observed is the middle."""
    weight, stated, low, high = (tuple(map(float, column)) for column in zip(*rows, strict=True))
    edges = [k / len(rows) for k in range(len(rows) + 1)]
    middle = tuple((a + b) / 2 for a, b in zip(low, high, strict=True))
    n = tuple(round(w) for w in weight)
    return ReliabilityTable(
        "top_label", tuple(edges[:-1]), tuple(edges[1:]), n, weight, stated, middle, low, high, 0.95
    )


@pytest.mark.parametrize(
    ("stated", "right", "lean"),
    [
        (0.91, known(0.85, 0.80, 0.90), "over"),
        (0.90, known(0.85, 0.80, 0.90), "none"),
        (0.80, known(0.85, 0.80, 0.90), "none"),
        (0.79, known(0.85, 0.80, 0.90), "under"),
        (0.99, bare(0.5), "unknown"),
        (0.99, None, "unknown"),
        (NAN, known(0.85, 0.80, 0.90), "unknown"),
        (0.8, known(0.5, 0.2, 0.71), "over"),
        (0.7, known(0.5, 0.2, 0.71), "few"),
        (0.7, known(0.5, 0.22, 0.71), "none"),
    ],
)
def test_only_a_mean_outside_the_interval_is_a_lean(
    stated: float, right: Scalar | None, lean: wording.Lean
):
    assert wording.lean_of(stated, right) == lean


@pytest.mark.parametrize(
    ("before", "after", "headline"),
    [
        ("over", None, "Overconfident."),
        ("under", None, "Underconfident."),
        ("none", None, "No sign of over- or underconfidence."),
        ("unknown", None, "No verdict without an interval."),
        ("over", "none", "Overconfident before calibration; no sign of it after."),
        ("under", "none", "Underconfident before calibration; no sign of it after."),
        ("over", "under", "Overconfident before calibration; underconfident after it."),
        ("none", "over", "No sign of over- or underconfidence before calibration; overconfident"),
        ("over", "over", "Overconfident, before and after calibration."),
        ("none", "none", "No sign of over- or underconfidence, before or after calibration."),
        ("few", None, "Too few rows to tell over- from underconfidence."),
        ("few", "few", "Too few rows to tell over- from underconfidence, before and after"),
    ],
)
def test_headline_says_what_the_leans_are(
    before: wording.Lean, after: wording.Lean | None, headline: str
):
    assert wording.headline(before, after).startswith(headline)


@pytest.mark.parametrize(
    ("before", "after", "evidence", "headline"),
    [
        ("none", None, "found", "No sign of over- or underconfidence, yet miscalibrated."),
        ("none", None, "unclear", "No sign of over- or underconfidence."),
        ("none", None, "not found", "No sign of over- or underconfidence."),
        ("over", "none", "found", "Overconfident before calibration; no sign of it after, yet mis"),
        ("over", None, "found", "Overconfident."),
        (
            "none",
            "over",
            "found",
            "No sign of over- or underconfidence before calibration; overcon",
        ),
        ("few", None, "found", "Too few rows to tell over- from underconfidence."),
    ],
)
def test_what_is_right_on_average_may_be_miscalibrated_and_the_headline_says_so(
    before: wording.Lean, after: wording.Lean | None, evidence: Evidence, headline: str
):
    told = wording.headline(before, after, evidence)
    assert told.startswith(headline)
    assert ("yet miscalibrated" in told) == ("yet" in headline)


@pytest.mark.parametrize(
    ("stated", "right", "said", "not_said"),
    [
        (0.873, known(0.812, 0.79, 0.832), "the model was overconfident", "no sign"),
        (0.7, known(0.812, 0.79, 0.832), "the model was underconfident", "no sign"),
        (0.815, known(0.812, 0.79, 0.832), "there is no sign of over- or", "the model was"),
        (0.873, bare(0.812), "Without an interval nothing more can be said", "confident"),
        (0.7, known(0.812, 0.31, 0.99), "there are too few rows to tell", "no sign"),
    ],
)
def test_confidence_is_judged_by_the_interval(
    stated: float, right: Scalar, said: str, not_said: str
):
    sentence = wording.confidence(stated, right, when="Before calibration")
    assert sentence.startswith("Before calibration, ")
    assert said in sentence
    assert not_said not in sentence
    assert f"{100 * stated:.1f}\N{NO-BREAK SPACE}%" in sentence
    assert "81.2\N{NO-BREAK SPACE}%" in sentence


def paired(value: float, low: float | None, high: float | None) -> Difference:
    return Difference(
        value=value,
        low=low,
        high=high,
        level=None if low is None else 0.95,
        n=100,
        n_effective=100.0,
        p_value=None,
        method="Student",
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (paired(-0.05, -0.08, -0.02), "Calibration lowered"),
        (paired(0.05, 0.02, 0.08), "Calibration raised"),
        (paired(-0.05, -0.11, 0.01), "no evidence that it changed"),
        (paired(-0.05, -0.11, 0.0), "no evidence that it changed"),  # it touches
        (paired(0.05, 0.0, 0.11), "no evidence that it changed"),
        (paired(-0.05, None, None), "no claim that it changed"),
    ],
)
def test_change_of_log_loss_is_claimed_only_by_its_paired_interval(change: Difference, said: str):
    before, after = known(0.45, 0.40, 0.50), known(0.40, 0.35, 0.45)
    sentence = wording.log_loss_change(before, after, change)
    claims = ("lowered", "raised", "no evidence", "no claim")
    assert said in sentence
    assert sum(claim in sentence for claim in claims) == 1
    assert "0.4500" in sentence
    assert "0.4000" in sentence
    if change.low is not None:
        assert wording.number(change.low) in sentence
        assert wording.number(change.high) in sentence


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (bare(0.020, 0.022), ": no evidence of miscalibration."),
        (bare(0.025, 0.022), "No interval tells how much of the 0.0030 above that is chance"),
        (known(0.025, 0.0, 0.030, 0.022), ": no evidence of miscalibration."),
        (known(0.030, 0.004, 0.036, 0.022), ": evidence of miscalibration."),
        (bare(0.025), "Chance alone makes it larger than zero"),
    ],
)
def test_calibration_error_stands_beside_what_chance_would_show(error: Scalar, said: str):
    sentence = wording.calibration_error(error)
    every = (": no evidence", ": evidence", "is unclear", "above that", "larger than zero")
    assert said in sentence
    assert sum(claim in sentence for claim in every) == 1


def test_infinite_log_loss_says_what_makes_it_so():
    assert "probability 0 was stated" in wording.log_loss_alone(bare(math.inf))
    assert "probability 0" not in wording.log_loss_alone(bare(0.4))


def test_bins_inside_their_intervals_are_said_to_be():
    table = bins((10, 0.2, 0.1, 0.3), (0, NAN, NAN, NAN), (5, 0.9, 0.9, 1.0))
    sentence = wording.bins_apart(table)
    assert sentence == "In all bins that hold rows (2), what was stated lies inside the interval."


def test_bins_outside_are_counted_beside_what_chance_would_put_there():
    table = bins((10, 0.2, 0.3, 0.5), (40, 0.5, 0.4, 0.48), (90, 0.9, 0.8, 0.95))
    sentence = wording.bins_apart(table)
    assert sentence.startswith("In 2 of 3 bins")
    assert "chance alone would put about 0.2 there" in sentence  # 5 % of 3, rounded
    assert "stated 50.0\N{NO-BREAK SPACE}% and came true 44.0" in sentence  # the heavier of the two
    assert "(40.0 to 48.0\N{NO-BREAK SPACE}%)" in sentence


def test_bins_without_an_interval_lie_neither_inside_nor_outside():
    told = "rows come in clusters"
    table = replace(bins((10, 0.2, 0.3, 0.5), (40, 0.5, NAN, NAN)), note=told)
    sentence = wording.bins_apart(table)
    assert sentence.startswith("In 1 of 1 bins that have an interval")
    assert sentence.endswith("Rows come in clusters.")
    none = replace(bins((40, 0.5, NAN, NAN)), note=told)
    assert wording.bins_apart(none) == "No bin has an interval. Rows come in clusters."


def test_table_without_rows_has_nothing_to_say():
    empty = bins((0, NAN, NAN, NAN))
    assert wording.bins_apart(empty) == "No bin holds a row."
    assert math.isnan(wording.mean_stated(empty))


def test_mean_stated_weighs_bins_by_their_rows():
    table = bins((10, 0.2, 0.1, 0.3), (0, NAN, NAN, NAN), (30, 0.6, 0.5, 0.7))
    assert wording.mean_stated(table) == pytest.approx(0.5, abs=1e-15)  # (10*.2 + 30*.6) / 40


def test_a_headline_without_a_verdict_says_why_there_is_none():
    told = wording.headline("unknown", None, why="fewer than 20 effective rows")
    assert told == "No verdict without an interval of the accuracy: fewer than 20 effective rows."
    assert "accuracy" not in wording.headline("over", None, why="fewer than 20 effective rows")
    right = replace(bare(0.8), why="one row")
    assert "There is no interval: one row." in wording.confidence(0.9, right, when="")
    assert wording.confidence(0.9, known(0.8, 0.7, 0.85), when="").startswith("The model was over")
    few = wording.confidence(0.9, known(0.8, 0.2, 0.95), when="")
    assert few.startswith("There are too few rows")
    assert "on average the model stated" in few
