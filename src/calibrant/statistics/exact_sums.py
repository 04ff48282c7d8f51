"""Sums that lose nothing by addition: a number as digits of 26 bits, each with its own sum.

Power sums about 0 hide the spread of numbers that lie far from it: of a billion plus or minus
one, the squares agree in eighteen digits. Kept as digits, such sums are still plain addition, of
batches, shards and ranks, and what cancels in the end cancels exactly.
"""

from collections.abc import Sequence
from fractions import Fraction

__all__ = ["N_DIGITS", "digits_of", "number_of"]

BITS = 26  # sums of 2**27 such digits are exact in float64
BELOW = 43 * BITS  # bits after the point: those of the least float64, and a few more
N_DIGITS = 84  # up to 2**1066, beyond the greatest float64


def digits_of(number: Fraction) -> list[float]:
    """Digits of `number`, the least first, all of its sign.

    What lies below 2**-1118 is rounded.

    Examples
    --------
    >>> sum(digits_of(Fraction(3, 4))), digits_of(Fraction(2) ** 26)[44]  # 3 * 2**24, and 1
    (50331648.0, 1.0)
    """
    whole = round(number * 2**BELOW)
    sign, rest = (-1.0 if whole < 0 else 1.0), abs(whole)
    assert rest < 1 << (BITS * N_DIGITS), "beyond the greatest float64"
    digits = [0.0] * N_DIGITS
    place = ((rest & -rest).bit_length() - 1) // BITS if rest else 0  # few digits are not 0
    rest >>= place * BITS
    while rest:
        digits[place] = sign * (rest & ((1 << BITS) - 1))
        rest >>= BITS
        place += 1
    return digits


def number_of(digits: Sequence[float]) -> Fraction:
    """Number of digits, or of sums of digits.

    Examples
    --------
    >>> halves = [a + b for a, b in zip(digits_of(Fraction(1, 3)), digits_of(Fraction(1, 6)))]
    >>> float(number_of(halves))
    0.5
    """
    whole = sum(int(digit) << (BITS * place) for place, digit in enumerate(digits))
    return Fraction(whole, 2**BELOW)
