"""Estimates as plain data."""

import math

import pytest

from calibrant.metrics.estimate import Estimate


def test_scalar_is_a_float():
    estimate = Estimate(0.5, 0.25, 0.75, 0.95, 10, "some method")
    assert float(estimate) == 0.5
    assert estimate.is_scalar


def test_vector_is_no_float():
    estimate = Estimate((0.5, 0.25), None, None, None, 10, "not available: so it is")
    assert not estimate.is_scalar
    with pytest.raises(TypeError, match="no single value"):
        float(estimate)


@pytest.mark.parametrize(("value", "state"), [(math.nan, "undefined"), (math.inf, "infinite")])
def test_numbers_that_json_cannot_hold_become_null_with_a_reason(value, state):
    plain = Estimate(value, None, None, None, 3, "not available: no rows").to_dict()
    assert plain["value"] is None
    assert plain["reason"] == f"{state}; not available: no rows"


def test_entries_that_json_cannot_hold_become_null():
    plain = Estimate((1.0, 0.0), (0.5, math.nan), (1.0, math.nan), 0.95, 3, "Wilson").to_dict()
    assert plain["low"] == [0.5, None]
    assert "reason" not in plain


def test_only_what_is_known_is_written():
    plain = Estimate(0.5, 0.25, 0.75, 0.95, 10, "some method").to_dict()
    assert list(plain) == ["value", "low", "high", "level", "n", "method"]
    noted = Estimate(0.5, None, None, None, 10, "m", 0.1, ("a",), (2.0,), "look").to_dict()
    assert (noted["noise_floor"], noted["names"], noted["support"]) == (0.1, ["a"], [2.0])
    assert noted["note"] == "look"
