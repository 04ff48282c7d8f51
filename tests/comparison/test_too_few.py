"""Rows and clusters that are too few for a difference to have an interval are told so in words."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.comparison.paired import paired_difference_of


def test_weights_that_leave_fewer_than_two_effective_rows_give_no_interval():
    # weights 1 and 3: m = 16 / 10, of 1 and 1 it is 2
    found = paired_difference_of([4.0, 0.0], [0.0, 0.0], weights=[1.0, 3.0])
    assert (found.value, found.n_effective) == pytest.approx((1.0, 1.6))
    assert (found.low, found.high, found.level, found.p_value) == (None, None, None, None)
    assert found.method == "not available: the weights leave fewer than two effective rows"
    two = paired_difference_of([4.0, 0.0], [0.0, 0.0], weights=[1e-9, 1e-9])
    assert two.p_value is not None
    units = paired_difference_of([4.0, 0.0, 1.0], [0.0, 0.0, 0.0], clusters=[0, 0, 0])
    assert units.method == "not available: one cluster tells nothing of the spread"
    uneven = paired_difference_of([4.0, 0.0, 1.0, 2.0], [0.0] * 4, clusters=[0, 0, 0, 1])
    assert uneven.n_effective == pytest.approx(16 / 10)
    assert "fewer than two effective clusters" in uneven.method


RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 2, 400)
FIRST, SECOND = RNG.uniform(size=(2, 400))
BINNED = ["ece", "positive_ece", "ece_l2", "classwise_ece", "positive_ece_debiased"]


def differences(n, names, **given):
    models = [cal.predictions(probs=p[:n], labels=LABELS[:n], **given) for p in (FIRST, SECOND)]
    return {one.metric: one.difference for one in cal.compare(*models, metrics=names)}


def test_errors_in_bins_are_compared_from_twenty_effective_rows_on_as_one_error_is():
    for name, found in differences(19, BINNED).items():
        assert found.method == "not available: fewer than 20 effective rows", name
        assert (found.low, found.high, found.p_value) == (None, None, None)
        one = cal.evaluate(cal.predictions(probs=FIRST[:19], labels=LABELS[:19]), [name])[name]
        assert "fewer than 20 effective rows" in one.method, name
    assert all(found.low is not None for found in differences(20, BINNED).values())


def test_smooth_errors_are_not_compared_where_one_row_carries_the_weight():
    weights = np.ones(400)
    weights[5] = 1e6
    for name, found in differences(400, ["smooth_ece", *BINNED], weights=weights).items():
        assert "fewer than" in found.method, name
        assert found.p_value is None
    two = differences(400, ["smooth_ece"], weights=weights)["smooth_ece"]
    assert two.method == "not available: the weights leave fewer than two effective rows"


def test_errors_of_calibration_take_ten_clusters_as_one_error_does():
    names = ["smooth_ece", "ece"]
    for found in differences(400, names, clusters=np.arange(400) % 9).values():
        assert found.method == "not available: too few clusters, 9.0 of equal weight: fewer than 10"
    for found in differences(400, names, clusters=np.arange(400) % 10).values():
        assert found.low is not None


def test_two_models_that_state_the_same_are_called_so_whatever_the_number_of_rows():
    one = cal.predictions(probs=FIRST[:3], labels=LABELS[:3])
    for contrast in cal.compare(one, one, metrics=["ece", "smooth_ece"]):
        assert contrast.verdict == "the same"
