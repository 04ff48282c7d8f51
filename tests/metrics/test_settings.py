"""Settings that mean nothing are refused when a metric is made or read."""

import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.ratios import F1Score, Precision, Recall
from calibrant.metrics.settings import check_bins, check_choice, check_level


@pytest.mark.parametrize("n_bins", [0, -1, 1.5, 10.0, True, "10", None])
def test_bins_are_a_whole_number_of_at_least_one(n_bins):
    with pytest.raises(InputError, match="n_bins must be a whole number, at least 1; got "):
        check_bins(n_bins)


@pytest.mark.parametrize("level", [0, 1, 0.0, 1.0, 95, -0.5, float("nan"), "0.95", None])
def test_level_lies_between_0_and_1(level):
    with pytest.raises(InputError, match="level must lie between 0 and 1; got "):
        check_level(level)


def test_good_settings_pass():
    assert check_bins(1) is check_level(0.5) is check_choice("side", "left", ("left", "right"))


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
