"""Digits of numbers: they add up to what the numbers add up to, exactly."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrant.statistics.exact_sums import N_DIGITS, digits_of, number_of

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(FLOATS)
def test_every_float_is_its_digits(number):
    digits = digits_of(Fraction(number))
    assert len(digits) == N_DIGITS
    assert all(abs(digit) < 2**26 for digit in digits)
    assert number_of(digits) == Fraction(number)


@given(st.lists(FLOATS, min_size=1, max_size=8))
def test_sums_of_digits_are_digits_of_sums(numbers):
    columns = zip(*(digits_of(Fraction(number)) for number in numbers), strict=True)
    assert number_of([sum(column) for column in columns]) == sum(map(Fraction, numbers))


def test_what_lies_below_the_least_digit_is_rounded():
    assert number_of(digits_of(Fraction(1, 3))) == pytest.approx(Fraction(1, 3), abs=2.0**-1000)
    assert number_of(digits_of(Fraction(1, 2**1200))) == 0
