"""Sentences about predicted numbers: each can appear, and cannot beyond its interval."""

import pytest

from calibrant.comparison.difference import Difference
from calibrant.metrics.estimate import Estimate
from calibrant.report.contest import Contest, Rival
from calibrant.report.shapes import Scalar
from calibrant.report.wording import numbers as wording


def known(value: float, low: float, high: float) -> Scalar:
    return Scalar(value, low, high, 0.95)


def apart(value: float, low: float | None, high: float | None, method: str = "t") -> Difference:
    level = None if low is None else 0.95
    return Difference(
        value=value,
        low=low,
        high=high,
        level=level,
        n=9,
        n_effective=9.0,
        p_value=None,
        method=method,
    )


def contest(low: float, high: float) -> Contest:
    score = Estimate(1.0, None, None, None, 9, "not available: a test")
    rival = Rival("boosting", "So.", score, score, apart((low + high) / 2, low, high), "So.")
    return Contest("mse", "mean squared error", score, (rival,), None)


BARE = Scalar(0.5, None, None, None)


@pytest.mark.parametrize(
    ("r2", "told"),
    [
        (known(0.5, 0.4, 0.6), "Better than predicting the mean"),
        (known(-0.5, -0.6, -0.4), "Worse than predicting the mean"),
        (known(0.1, -0.1, 0.3), "No evidence that it beats predicting the mean"),
        (known(0.1, 0.0, 0.3), "No evidence that it beats predicting the mean"),
        (BARE, "No verdict beside predicting the mean, without an interval"),
        (None, "No verdict beside predicting the mean, without an interval"),
    ],
)
def test_headline_follows_the_interval_of_r2(r2: Scalar | None, told: str):
    assert wording.number_headline(r2, None) == f"{told}."


@pytest.mark.parametrize(
    ("low", "high", "loses"), [(0.1, 0.3, True), (-0.1, 0.3, False), (-0.3, -0.1, False)]
)
def test_headline_says_that_it_loses_only_with_the_whole_interval(
    *, low: float, high: float, loses: bool
):
    told = wording.number_headline(known(0.5, 0.4, 0.6), contest(low, high))
    assert told.endswith("; loses to boosting.") is loses


@pytest.mark.parametrize(
    ("r2", "said"),
    [
        (known(0.5, 0.4, 0.6), "The model explains 50.0\N{NO-BREAK SPACE}% (40.0 to 60.0"),
        (known(-0.5, -0.6, -0.4), "The model does worse than the mean would"),
        (known(0.1, -0.1, 0.3), "and the interval holds 0"),
        (BARE, "without an interval"),
    ],
)
def test_explained_variance_is_claimed_only_where_the_interval_is_above_zero(r2: Scalar, said: str):
    sentence = wording.explained(r2)
    every = ("explains", "does worse", "holds 0", "without an interval")
    assert said in sentence
    assert sum(claim in sentence for claim in every) == 1
    assert f"R2 is {r2.value:.4f}" in sentence


def test_rmse_stands_beside_the_mean_and_the_baselines():
    rmse = known(2.0, 1.5, 2.5)
    assert wording.rmse_told(rmse, mean=3.0, baselines={}) == (
        "RMSE is 2.0000 (1.5000 to 2.5000), in units of the target; predicting the mean has 3.0000."
    )
    told = wording.rmse_told(rmse, mean=3.0, baselines={"a": BARE, "b": rmse})
    assert told.endswith("has 3.0000, a 0.5000 and b 2.0000 (1.5000 to 2.5000).")


@pytest.mark.parametrize(
    ("bias", "said"),
    [
        (apart(12.3, 5.0, 20.0), "Predictions are too high on average, by 12 (5 to 20)."),
        (apart(-12.3, -20.0, -5.0), "Predictions are too low on average, by 12 (5 to 20)."),
        (apart(12.3, 0.4, 24.2), "Predictions are too high on average, by 12.3 (0.4 to 24.2)."),
        (apart(1.0, -5.0, 7.0), "no sign that predictions are too high or too low"),
        (apart(0.0, 0.0, 7.0), "no sign that predictions are too high or too low"),
        (apart(2.0, None, None, "not available: one row."), "2 above the mean truth; no interval"),
        (apart(-2.0, None, None, "not available: one row."), "2 below the mean truth; no interval"),
        (apart(0.0, None, None, "not available: equal."), "is the mean truth; no interval: equal."),
    ],
)
def test_lean_of_predictions_is_judged_by_its_interval(bias: Difference, said: str):
    sentence = wording.bias_told(bias, scale=1000.0)
    every = ("too high on average, by", "too low on average, by", "no sign", "no interval")
    assert said in sentence
    assert sum(claim in sentence for claim in every) == 1


def test_distances_are_told_by_share_of_the_rows():
    half = Estimate(0.5, 0.4, 0.6, 0.95, 9, "ranks (binomial)")
    most = Estimate(1.5, None, None, None, 9, "not available: too few rows")
    told = wording.distances_told({0.5: half, 0.9: most}, scale=2.0)
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "Predictions lie for 50 % of the rows within 0.500 (0.400 to 0.600), "
        "and for 90 % of the rows within 1.500 of the truth."
    )
    assert wording.distances_told({}, scale=2.0) == ""
