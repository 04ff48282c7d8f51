"""What is said of stated distributions, by the intervals of what came out."""

import pytest

from calibrant.report.shapes import Scalar
from calibrant.report.wording.forecasts import coverage_told, levels_apart
from calibrant.report.wording.ordinal import adjacent_told

CASES = {
    (0.7, 0.8): "too narrow.",
    (0.92, 0.99): "too wide.",
    (0.85, 0.95): "no sign that they are too narrow or too wide.",
    (None, None): "without an interval for that share",
}


@pytest.mark.parametrize(("ends", "said"), CASES.items())
def test_claim_is_that_of_the_interval_and_no_other(ends, said):
    told = coverage_told(Scalar(0.75, *ends, 0.95), stated=0.9)
    assert told.endswith(said) or said in told
    others = {f": {other}" for other in CASES.values()} - {f": {said}"}
    assert not any(other in told for other in others)


def test_levels_apart_are_counted_beside_chance():
    found = [
        Scalar(0.2, 0.15, 0.25, 0.9),
        Scalar(0.4, 0.35, 0.6, 0.9),
        Scalar(0.1, None, None, None),
    ]
    told = levels_apart([0.1, 0.5, 0.9], found, what="levels")
    assert "The intervals of 1 of 2 levels do not hold" in told
    assert "about 0.2 there" in told
    assert levels_apart([0.2, 0.5], found[:2], what="bars").startswith(
        "The intervals of all 2 bars"
    )
    assert "no verdict" in levels_apart([0.9], found[2:], what="bars")


def test_neighbouring_classes_are_told_as_measured():
    assert adjacent_told(None) == ""
    assert "(70.0 to 90.0\xa0%)" in adjacent_told(Scalar(0.8, 0.7, 0.9, 0.95))
    assert "(" not in adjacent_told(Scalar(0.8, None, None, None))
