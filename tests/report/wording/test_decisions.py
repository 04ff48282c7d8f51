"""What is said of acting on a model, by the intervals of net benefit."""

from dataclasses import replace

import numpy as np
import pytest

import calibrant as cal
from calibrant.report.wording.decisions import choice_at, choice_told, useful_thresholds

AT = np.array([0.1, 0.2, 0.3, 0.4])
MODEL, ALL, NONE, CHANCE = (1, 2, 1, 2), (1, 2, -2, -1), (-2, -1, 1, 2), (-1, 1, 1, 2)
LOST = (np.nan, np.nan, np.nan, np.nan)


def curve(*ends, why=""):
    """Curve with these ends of net benefit and of the gain over acting on all."""
    low, high, gain_low, gain_high = (
        np.array(column, dtype=float) for column in zip(*ends, strict=False)
    )
    found = cal.metrics.decision_curve(
        cal.predictions(probs=[0.2, 0.9], labels=[0, 1]), thresholds=AT[: len(ends)]
    )
    return replace(found, low=low, high=high, gain_low=gain_low, gain_high=gain_high, why=why)


@pytest.mark.parametrize(
    ("ends", "choice", "said"),
    [
        (MODEL, "model", "Act on the model"),
        (ALL, "all", "Act on every row"),
        (NONE, "none", "Act on no row"),
        (CHANCE, "unclear", "No clear winner"),
        ((1, 2, -1, 1), "unclear", "No clear winner"),
        ((0, 2, 1, 2), "unclear", "No clear winner"),
        (LOST, "unknown", "No verdict without an interval"),
        ((1, 2, np.nan, np.nan), "unknown", "No verdict without an interval"),
    ],
)
def test_choice_needs_both_intervals_on_one_side(ends, choice, said):
    assert choice_at(curve(ends), 0) == choice
    assert choice_told(choice) == said


USEFUL = "is worth more than acting on every row and than acting on none at thresholds"
WORSE = "it is worth less than acting on every row"
NOTHING = "At no threshold is there evidence"


def test_useful_thresholds_are_named_as_ranges():
    told = useful_thresholds(curve(MODEL, MODEL, CHANCE, MODEL))
    assert f"{USEFUL} 10\xa0% to 20\xa0% and 40\xa0%" in told
    assert "no clear winner" in told
    assert "worth less" not in told
    assert NOTHING not in told


def test_thresholds_at_which_the_model_loses_are_named_too():
    told = useful_thresholds(curve(MODEL, ALL, NONE))
    assert "at thresholds 10\xa0%, and worth less than one of them at 20\xa0% to 30\xa0%" in told
    told = useful_thresholds(curve(CHANCE, ALL))
    assert NOTHING in told
    assert WORSE in told
    assert "thresholds 20\xa0%" in told


def test_chance_alone_claims_nothing():
    told = useful_thresholds(curve(CHANCE, LOST, CHANCE))
    assert told.startswith(NOTHING)
    assert "worth less" not in told


def test_many_ranges_are_not_all_named():
    ends = [MODEL, CHANCE] * 4
    found = cal.metrics.decision_curve(
        cal.predictions(probs=[0.2, 0.9], labels=[0, 1]), thresholds=np.arange(1, 9) / 10
    )
    low, high, gain_low, gain_high = (
        np.array(column, dtype=float) for column in zip(*ends, strict=False)
    )
    many = replace(found, low=low, high=high, gain_low=gain_low, gain_high=gain_high, why="")
    assert "10\xa0%, 30\xa0% and 2 more ranges up to 70\xa0%" in useful_thresholds(many)


def test_curve_without_intervals_says_why_and_claims_nothing():
    told = useful_thresholds(curve(MODEL, why="rows in clusters depend on each other"))
    assert "rows in clusters" in told
    assert "no verdict" in told
    assert "worth" not in told
