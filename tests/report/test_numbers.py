"""Numbers are written so that none is lost and none looks surer than it is."""

import math

import pytest

from calibrant.report.numbers import count, in_percent, interval, number, on_scale


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0000"),
        (0.00104, "0.0010"),
        (0.000999, "0.000999"),
        (-0.25, "-0.2500"),
        (99.99994, "99.9999"),
        (12345.6, "12,346"),
        (math.inf, "infinite"),
        (-math.inf, "minus infinite"),
        (math.nan, "not defined"),
    ],
)
def test_number_keeps_its_size_visible(value: float, text: str):
    assert number(value) == text


def test_share_that_is_not_defined_is_not_a_percentage():
    assert in_percent(math.nan) == "not defined"


@pytest.mark.parametrize(("rows", "text"), [(0, "0"), (1e7, "10,000,000"), (0.5, "0.50")])
def test_rows_are_whole_and_weights_need_not_be(rows: float, text: str):
    assert count(rows) == text


@pytest.mark.parametrize("ends", [(None, None), (0.1, None), (None, 0.1)])
def test_interval_without_both_ends_is_none(ends: tuple[float | None, float | None]):
    assert interval(*ends) == ""


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (-0.001, 1.0, "-0.001"),
        (-0.0001, 1.0, "0.000"),  # no minus zero
        (12345.6, 12345.6, "12,346"),
        (0.5, 0.0, "0.5000"),
        (math.nan, 1.0, "not defined"),
        (math.inf, 1.0, "infinite"),
    ],
)
def test_number_on_a_scale_has_the_decimals_of_the_scale(value: float, scale: float, text: str):
    assert on_scale(value, scale) == text
