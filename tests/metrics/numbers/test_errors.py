"""Errors of predicted numbers: scikit-learn, shifts, simulated coverage, worked values, edges."""

import math
import os

import numpy as np
import pytest
import torch
from sklearn import metrics as sk

import calibrant as cal
from calibrant.metrics.numbers.errors import MeanAbsoluteError, MeanError, MeanSquaredError
from calibrant.metrics.numbers.explained import RSquared

SAMPLES = [(10, True), (30, False)]
if "CALIBRANT_LONG" in os.environ:
    SAMPLES += [(10, False), (30, True)]
ORACLES = {
    "mse": sk.mean_squared_error,
    "rmse": sk.root_mean_squared_error,
    "mae": sk.mean_absolute_error,
    "r2": sk.r2_score,
}


def draw(n, seed=0, shift=0.0, *, slope=0.9):
    """Predictions and targets with R2 of about one half, on a grid that a shift leaves exact."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=n)
    targets = x + generator.normal(size=n)
    return tuple((1024 * v).round() / 1024 + shift for v in (slope * x, targets))


@pytest.mark.parametrize("weighted", [False, True])
def test_values_are_those_of_scikit_learn(weighted):
    predicted, targets = draw(500)
    weights = np.random.default_rng(1).uniform(0.1, 3, 500) if weighted else None
    evaluation = cal.evaluate(cal.numbers(predicted=predicted, targets=targets, weights=weights))
    assert list(evaluation) == list(ORACLES)
    for name, oracle in ORACLES.items():
        expected = oracle(targets, predicted, sample_weight=weights)
        assert evaluation[name].value == pytest.approx(expected, rel=1e-12), name


@pytest.mark.parametrize("shift", [1e3, 1e9, -(2.0**40)])
@pytest.mark.parametrize("n_parts", [1, 7])
def test_shift_of_all_numbers_leaves_nine_digits(shift, n_parts):
    plain, moved = draw(210), draw(210, shift=shift)
    expected = cal.evaluate(cal.numbers(predicted=plain[0], targets=plain[1]))
    parts = zip(*(np.array_split(column, n_parts) for column in moved), strict=True)
    tallies = sum(cal.tally(cal.numbers(predicted=p, targets=t)) for p, t in parts)
    for name, estimate in cal.evaluate(tallies).items():
        for field in ("value", "low", "high"):
            wanted = getattr(expected[name], field)
            assert getattr(estimate, field) == pytest.approx(wanted, rel=1e-11), (name, field)


@pytest.mark.parametrize("scale", [1e-20, 1e30])
def test_scale_of_all_numbers_scales_the_errors_and_leaves_r2(scale):
    predicted, targets = draw(100)
    plain = cal.evaluate(cal.numbers(predicted=predicted, targets=targets))
    scaled = cal.evaluate(cal.numbers(predicted=scale * predicted, targets=scale * targets))
    for name, factor in {"mse": scale**2, "rmse": scale, "mae": scale, "r2": 1}.items():
        for field in ("value", "low", "high"):
            wanted = factor * getattr(plain[name], field)
            assert getattr(scaled[name], field) == pytest.approx(wanted, rel=1e-9), (name, field)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Standard normal x and noise, .9 x predicted: errors are normal of variance 1.01."""
    truth = {"mse": 1.01, "rmse": math.sqrt(1.01), "r2": 1 - 1.01 / 2}
    truth["mae"] = math.sqrt(1.01 * 2 / math.pi)
    held = dict.fromkeys(truth, 0)
    for seed in range(400):
        predicted, targets = draw(200, seed)
        for name, estimate in cal.evaluate(
            cal.numbers(predicted=predicted, targets=targets)
        ).items():
            held[name] += estimate.low <= truth[name] <= estimate.high
    for name, hits in held.items():  # 95 % of 400 have a standard error of 1.1 %
        assert 0.92 < hits / 400 < 0.975, name


def test_worked_values():
    rows = cal.numbers(predicted=[2.0, 4.0, 5.0, 9.0], targets=[1.0, 4.0, 7.0, 8.0])
    evaluation = cal.evaluate(rows)
    assert evaluation["mse"].value == 1.5  # (1 + 0 + 4 + 1) / 4
    assert evaluation["rmse"].value == pytest.approx(math.sqrt(1.5))
    assert evaluation["mae"].value == 1.0  # (1 + 0 + 2 + 1) / 4
    assert evaluation["r2"].value == pytest.approx(0.8)  # mean 5, spread 16 + 1 + 4 + 9: 1 - 6/30


def test_interval_of_r2_by_hand():
    """Errors 1, -1, 2, 0 of targets 0, 2, 4, 6: r = 6/20, rows add e^2 - r d^2.

    With d = -3, -1, 1, 3 these are -1.7, .7, 3.7 and -2.7; their squares sum to 24.36. Over 6^2
    and times 4/3, the variance of log r is .90222. The quantile of t with 3 degrees of freedom
    is 3.182446, so half the width is 3.02283.
    """
    estimate = RSquared()(cal.numbers(predicted=[1.0, 1.0, 6.0, 6.0], targets=[0.0, 2.0, 4.0, 6.0]))
    assert estimate.value == pytest.approx(0.7)
    assert estimate.high == pytest.approx(1 - 0.3 * math.exp(-3.02283), abs=1e-5)
    assert estimate.low == pytest.approx(1 - 0.3 * math.exp(3.02283), abs=1e-3)


def test_ends_of_rmse_are_the_roots_of_those_of_mse():
    predicted, targets = draw(50)
    evaluation = cal.evaluate(cal.numbers(predicted=predicted, targets=targets))
    mse, rmse = evaluation["mse"], evaluation["rmse"]
    assert (rmse.low**2, rmse.high**2) == pytest.approx((mse.low, mse.high))
    assert rmse.method == "root of Bonett, on the scale of logarithms"


def test_interval_of_mse_by_hand():
    """Errors 1, 2, 3, 4, 5 and 6: squares sum to 91, fourth powers to 2275.

    The kurtosis is 6 * 2275 / 91**2 = 1.648352, times (6 + 2) / 6 less 1 it is 1.197802; the
    standard error of the logarithm is the root of its sixth part, .446804. With z = 1.959964,
    c = 6 / (6 - z) = 1.485135, and half the width is z * c * .446804 = 1.300562.
    """
    estimate = MeanSquaredError()(cal.numbers(predicted=[1, -2, 3, -4, 5, 6], targets=[0] * 6))
    ends = (1.485135 * 91 / 6 * math.exp(side * 1.300562) for side in (-1, 1))
    assert (estimate.low, estimate.high) == pytest.approx(tuple(ends), rel=1e-5)


@pytest.mark.parametrize(("n", "weighted"), SAMPLES)
def test_intervals_of_normal_errors_cover_what_they_promise_on_both_sides(n, weighted):
    generator = np.random.default_rng(n)
    errors = generator.normal(size=(1500, n))
    weights = generator.exponential(size=(1500, n)) if weighted else np.ones((1500, n))
    zeros, found = np.zeros(n), []
    for row, weight in zip(errors, weights, strict=True):
        estimate = MeanSquaredError()(cal.numbers(predicted=row, targets=zeros, weights=weight))
        if estimate.low is not None:
            found.append((estimate.low > 1, estimate.high < 1))
    above, below = np.mean(found, axis=0)
    assert above < 0.04
    assert below < 0.04
    assert above + below < 0.07


def test_few_rows_give_squares_no_interval():
    estimate = MeanSquaredError()(cal.numbers(predicted=[1.0, 2.0, 3.0], targets=[0.0] * 3))
    assert estimate.method == "not available: the rows are too few to tell the spread of squares"


@pytest.mark.parametrize("metric", [MeanError(), MeanAbsoluteError()], ids=str)
def test_spread_that_is_lost_in_rounding_is_not_called_none(metric):
    errors = 1e7 + np.random.default_rng(0).normal(size=1000)
    estimate = metric(cal.numbers(predicted=errors, targets=np.zeros(1000)))
    assert "the same score but for rounding" in estimate.method


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9 + 0.3, -1e-30])
@pytest.mark.parametrize("n_parts", [1, 3])
def test_equal_targets_leave_r2_undefined(value, n_parts):
    parts = np.array_split(np.full(30, value), n_parts)
    tallies = sum(cal.tally(cal.numbers(predicted=p + 1, targets=p)) for p in parts)
    estimate = cal.evaluate(tallies)["r2"]
    assert math.isnan(estimate.value)
    assert estimate.note == "undefined: all targets are equal: there is no spread to explain"
    assert estimate.to_dict()["value"] is None
    assert estimate.n == 30


def test_exact_predictions_have_no_interval():
    targets = np.arange(5.0)
    for name, estimate in cal.evaluate(cal.numbers(predicted=targets, targets=targets)).items():
        assert estimate.value == (1.0 if name == "r2" else 0.0)
        assert estimate.low is None
        assert estimate.method.startswith("not available: "), name


def test_two_rows_that_tell_nothing_of_the_spread_say_so():
    estimate = RSquared()(cal.numbers(predicted=[0.0, 0.0], targets=[-1.0, 1.0]))
    assert estimate.value == 0.0
    assert estimate.method.startswith("not available: ")


def test_r2_below_zero_is_worse_than_the_mean():
    rows = cal.numbers(predicted=[3.0, 2.0, 1.0], targets=[1.0, 2.0, 3.0])
    assert RSquared()(rows).value == -3.0  # 1 - (4 + 0 + 4) / (1 + 0 + 1)


def test_numbers_have_neither_classes_nor_probabilities():
    rows = cal.numbers(predicted=[1.0, 2.0], targets=[1.0, 3.0])
    with pytest.raises(cal.InputError, match=r"as numbers can tell; got 'accuracy'. .* mse, rmse"):
        cal.evaluate(rows, ["accuracy"])
    text = str(cal.evaluate(rows))
    assert text.startswith("2 rows\n")
    assert "class" not in text


def test_float32_and_whole_numbers_are_taken_in_float64():
    predicted = torch.tensor([16777217, 1], dtype=torch.int64)
    targets = torch.tensor([16777216.0, 1.0], dtype=torch.float32)
    assert MeanAbsoluteError()(cal.numbers(predicted=predicted, targets=targets)).value == 0.5
    assert MeanSquaredError()(cal.numbers(predicted=predicted, targets=targets)).value == 0.5


def test_long_names_are_aliases():
    rows = cal.numbers(predicted=[1.0, 2.0, 3.0], targets=[1.0, 3.0, 5.0])
    evaluation = cal.evaluate(rows)
    assert evaluation["mean_squared_error"] is evaluation["mse"]
    assert evaluation["r_squared"] is evaluation["r2"]
