"""Losses of errors in a unit of the target, and epochs judged by them."""

import pytest
import torch
from torch.testing import assert_close

from calibrant.losses import get
from calibrant.training.epoch import loss_in
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import PointScore
from calibrant.training.squared_error import SquaredError
from calibrant.training.standardised import StandardisedLoss

NUMBERS = torch.tensor([10.0, 25.0, 70.0], dtype=torch.float64)
TARGETS = torch.tensor([20.0, 20.0, 20.0], dtype=torch.float64)


@pytest.mark.parametrize("weights", [None, torch.tensor([1.0, 0.0, 2.0])])
def test_squared_error_is_that_of_its_own_class(weights):
    loss = StandardisedLoss(get("mse"), 5.0)
    assert_close(loss(NUMBERS, TARGETS, weights), SquaredError(5.0)(NUMBERS, TARGETS, weights))


@pytest.mark.parametrize(
    "spec", ["mae", "huber(delta=0.5)", "log_cosh", "quantile(q=0.8)", "expectile(q=0.8)"]
)
def test_units_of_the_target_change_nothing(spec):
    expected = StandardisedLoss(get(spec), 5.0)(NUMBERS, TARGETS)
    assert_close(StandardisedLoss(get(spec), 5000.0)(1000 * NUMBERS, 1000 * TARGETS), expected)
    assert_close(get(spec)(NUMBERS / 5, TARGETS / 5), expected)


def test_huber_counts_scales():
    # errors of -2, 1 and 10 scales: 1 (2 - 1/2), 1/2, 1 (10 - 1/2)
    value = StandardisedLoss(get("huber(delta=1)"), 5.0)(NUMBERS, TARGETS)
    assert_close(value, torch.tensor((1.5 + 0.5 + 9.5) / 3, dtype=torch.float64))


def test_schedules_go_on():
    plain = StandardisedLoss(get("mae"), 5.0)
    assert loss_in(plain, 3) is plain
    ramped = StandardisedLoss(get("mse + ramp(0, 4, 5)*mae"), 5.0)
    then = StandardisedLoss(get("mse + 2*mae"), 5.0)  # the third of epochs 1 to 5
    assert_close(loss_in(ramped, 3)(NUMBERS, TARGETS), then(NUMBERS, TARGETS))


def test_score_is_the_loss_of_the_rows():
    rows = LabelledRows(torch.zeros(3, 1), TARGETS, torch.tensor([1.0, 0.0, 2.0]))
    score = PointScore(StandardisedLoss(get("quantile(q=0.9)"), 10.0))
    expected = (1 * 0.9 * 1 + 2 * 0.1 * 5) / 3  # 10 is too low by 1, 70 too high by 5
    assert score(NUMBERS, rows) == pytest.approx(expected)
    assert score.calibrated(NUMBERS, rows) == score(NUMBERS, rows)
