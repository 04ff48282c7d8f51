"""Sentences about a difference, each chosen by its interval and none stronger than it."""

import math

from calibrant.comparison.difference import Difference

__all__ = ["NO_EVIDENCE", "in_words", "verdict"]

NO_EVIDENCE = "no evidence of a difference"


def verdict(
    difference: Difference,
    first: str,
    second: str,
    *,
    differs: bool,
    higher_is_better: bool | None,
) -> str:
    """Return in a few words which of the two does better, or that nothing says so.

    Parameters
    ----------
    difference : Difference
        Of the first less the second.
    first, second : str
        Names of the two.
    differs : bool
        Whether the p value calls it a difference.
    higher_is_better : bool or None
        Which values are good; None where neither.

    Examples
    --------
    >>> from calibrant.comparison.paired import paired_difference_of
    >>> few = paired_difference_of([0.50, 0.25, 0.75, 0.50], [0.625, 0.25, 1.00, 0.75])
    >>> verdict(few, "A", "B", differs=False, higher_is_better=False)
    'no evidence of a difference'
    >>> verdict(few, "A", "B", differs=True, higher_is_better=False)
    'A is better'
    """
    if all(difference.n_infinite):
        return "both are infinite"
    if any(difference.n_infinite):
        return f"{first if difference.n_infinite[0] else second} is infinite"
    if difference.p_value is None:
        return "the same" if difference.value == 0 else "no verdict"
    if not differs:
        return NO_EVIDENCE
    above = difference.value > 0
    if difference.low is not None and difference.high is not None:
        above = difference.low + difference.high > 0  # noise may have turned the value itself
    if higher_is_better is None:
        return f"{first if above else second} is higher"
    return f"{first if above == higher_is_better else second} is better"


def in_words(difference: Difference, a_name: str, b_name: str, what: str) -> str:
    """Sentence on whether the first, which it is about, does better; less is better.

    Parameters
    ----------
    difference : Difference
        Of the first less the second.
    a_name, b_name : str
        As they stand within a sentence: "the network", "gradient boosting".
    what : str
        Score that was compared: "log loss".

    Examples
    --------
    >>> from calibrant.comparison.paired import paired_difference_of
    >>> ours, theirs = [0.50, 0.25, 0.75, 0.50], [0.625, 0.25, 1.00, 0.75]
    >>> few = paired_difference_of(ours, theirs)  # mean -5/32, half width 3.1824 * 0.0598
    >>> print(in_words(few, "A", "B", "loss"))
    No evidence of a difference in loss between A and B: -0.16 (95 %: -0.35 to 0.03).
    >>> many = paired_difference_of(ours * 4, theirs * 4)  # half width 2.1314 * 0.0267
    >>> print(in_words(many, "A", "B", "loss"))
    A's loss is lower than that of B by 0.156 (95 %: 0.099 to 0.213).
    """
    first = a_name[:1].upper() + a_name[1:]
    value, low, high = difference.value, difference.low, difference.high
    if any(difference.n_infinite):
        return _infinite(difference, a_name, b_name, what)
    if low is None or high is None or difference.level is None:
        why = difference.method.removeprefix("not available: ")
        if value == 0:
            return f"{first} and {b_name} have the same {what}: {why}."
        side = "lower" if value < 0 else "higher"
        told = f"{first}'s {what} is {side} than that of {b_name} by {abs(value):.4g}"
        return f"{told}, without an interval and so without a verdict: {why}."
    decimals = _decimals(high - low)
    level = f"{100 * difference.level:g} %"
    if high < 0:
        told = f"{first}'s {what} is lower than that of {b_name} by"
        size, ends = -value, (-high, -low)
    elif low > 0:
        told = f"{first} loses to {b_name}: its {what} is higher by"
        size, ends = value, (low, high)
    else:
        told = f"{NO_EVIDENCE[0].upper()}{NO_EVIDENCE[1:]} in {what} between {a_name} and {b_name}:"
        size, ends = value, (low, high)
    texts = [f"{round(number, decimals) + 0.0:,.{decimals}f}" for number in (size, *ends)]
    return f"{told} {texts[0]} ({level}: {texts[1]} to {texts[2]})."


def _infinite(difference: Difference, a_name: str, b_name: str, what: str) -> str:
    """Sentence on a score that is infinite, by how many rows make it so."""
    ours, theirs = difference.n_infinite
    of = f"of {difference.n:,} rows"
    if ours and theirs:
        told = f"The {what} of {a_name} and that of {b_name} are both infinite"
        return f"{told}, by {ours:,} and {theirs:,} {of}: they cannot be compared."
    if ours:
        first = a_name[:1].upper() + a_name[1:]
        return f"{first} loses to {b_name}: its {what} is infinite, by {ours:,} {of}."
    return (
        f"The {what} of {b_name} is infinite, by {theirs:,} {of}, and that of {a_name} is finite."
    )


def _decimals(width: float) -> int:
    """Decimals that show the half width of an interval with two digits, at most 12."""
    return min(12, max(0, 1 - math.floor(math.log10(width / 2))))
