"""Settings that mean nothing are refused when a metric is made or read."""

from fractions import Fraction

import jaxtyping
import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.ratios import F1Score, Precision, Recall
from calibrant.metrics.settings import check_bins, check_choice, checked_level


@pytest.mark.parametrize("n_bins", [0, -1, 1.5, 10.0, True, "10", None])
def test_bins_are_a_whole_number_of_at_least_one(n_bins):
    with pytest.raises(InputError, match="n_bins must be a whole number, at least 1; got "):
        check_bins(n_bins)


@pytest.mark.parametrize("level", [0, 1, 0.0, 1.0, 95, -0.5, float("nan"), "0.95", None])
def test_level_lies_between_0_and_1(level):
    with pytest.raises(InputError, match="level must lie between 0 and 1; got "):
        checked_level(level)


def test_good_settings_pass():
    assert check_bins(1) is check_choice("side", "left", ("left", "right")) is None
    assert checked_level(0.5) == 0.5


def test_a_million_bins_are_the_most():
    assert check_bins(1_000_000) is None
    with pytest.raises(InputError, match="n_bins must be at most 1,000,000; got 99,999,999"):
        cal.evaluate(cal.predictions(probs=[0.25], labels=[0]), ["ece_99999999"])


@pytest.mark.parametrize("level", [np.float32(0.9), np.float64(0.9), Fraction(9, 10)], ids=type)
def test_levels_of_other_types_become_plain_numbers(monkeypatch, level):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    rows = cal.predictions(probs=[0.25, 0.75], labels=[0, 1])
    found = cal.evaluate(rows, ["accuracy"], level=level)
    for held in (
        found["accuracy"].level,
        cal.metrics.Accuracy()(rows, level=level).level,
        cal.reliability_table(rows, level=level).level,
    ):
        assert type(held) is float
        assert held == pytest.approx(0.9)
    assert cal.Evaluation.from_json(found.to_json())["accuracy"] == found["accuracy"]


def test_unknown_choice_is_refused_with_the_known_ones():
    with pytest.raises(
        InputError, match=r"side must be a known choice; got 'up'\. Choose left or right\."
    ):
        check_choice("side", "up", ("left", "right"))


@pytest.mark.parametrize("ratio", [Precision, Recall, F1Score])
def test_every_average_is_one_of_five(ratio):
    assert ratio().average == "macro"
    for average in ("positive", "micro", "macro", "weighted", "per_class"):
        assert ratio(average).average == average


@pytest.mark.parametrize("level", [0.0, 1.5])
def test_level_is_checked_wherever_it_is_given(level):
    rows = cal.predictions(probs=[0.25, 0.75], labels=[0, 1])
    for use in (cal.evaluate, cal.reliability_table, cal.metrics.Accuracy()):
        with pytest.raises(InputError, match="level must lie between 0 and 1"):
            use(rows, level=level)
