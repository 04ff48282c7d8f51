"""Rows and clusters that are too few for a difference to have an interval are told so in words."""

import pytest

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
