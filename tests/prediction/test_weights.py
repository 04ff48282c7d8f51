"""Weights whose squares and sums stay finite numbers above 0."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError

EVEN = [0.5, 0.5, 0.5]


@pytest.mark.parametrize("weight", [1e-200, 9e-141, 2e140, 1e300, 5e-324])
def test_weights_whose_squares_vanish_or_overflow_are_refused(weight):
    with pytest.raises(InputError, match=r"weights must be 0 or lie in .* at row 2. Scale the we"):
        cal.predictions(probs=EVEN, labels=[0, 1, 1], weights=[1.0, 0.0, weight])
    with pytest.raises(InputError, match="Scale the weights"):
        cal.decisions(predicted=[0, 1, 1], labels=[0, 1, 1], weights=[1.0, 0.0, weight])


@pytest.mark.parametrize("scale", [1e-140, 1e-45, 1.0, 1e139])
def test_value_and_interval_do_not_depend_on_the_scale_of_weights(scale):
    weights = np.array([1.0, 2.0, 3.0])
    one, other = (
        cal.evaluate(
            cal.predictions(probs=[0.2, 0.9, 0.6], labels=[0, 1, 0], weights=w), ["brier"]
        )["brier"]
        for w in (weights, weights * scale)
    )
    assert other.value == pytest.approx(one.value, rel=1e-12)
    assert (other.low, other.high) == pytest.approx((one.low, one.high), rel=1e-12)


def test_extreme_weights_of_float32_are_usable():
    weights = torch.tensor([1e-45, 1.0, 3e38])
    assert torch.equal(cal.predictions(probs=EVEN, weights=weights).weights, weights)


def test_ignored_rows_may_have_any_weight():
    rows = cal.predictions(
        probs=EVEN, labels=[0, -1, 1], weights=[1.0, 1e300, 1.0], ignore_index=-1
    )
    assert rows.weights.tolist() == [1, 0, 1]
