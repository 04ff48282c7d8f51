"""What is said of the surest rows, by the interval of how far those left out are from them."""

import pytest

from calibrant.report.evidence.kept import Kept
from calibrant.report.shapes import Scalar
from calibrant.report.wording.coverage import accepted_told

ALL = Scalar(0.8, 0.78, 0.82, 0.95)
PART = {0.8: Scalar(0.85, 0.79, 0.9, 0.95)}
CASES = {
    (0.15, 0.35): "confidence tells which rows to leave to others",
    (-0.35, -0.15): "what is stated most surely is wrong more often",
    (-0.01, 0.35): "no evidence that leaving out the least sure rows would help",
    (0.0, 0.35): "no evidence that leaving out the least sure rows would help",
    (None, None): "No interval tells how much of the difference is chance: rows hang together.",
}


def kept(low, high, why=""):
    return Kept(share=0.8, kept=0.85, left=0.6, low=low, high=high, why=why)


@pytest.mark.parametrize(("ends", "said"), CASES.items())
def test_claim_is_that_of_the_difference_and_no_other(ends, said):
    told = accepted_told(ALL, PART, kept(*ends, "rows hang together" if ends[0] is None else ""))
    assert said in told
    assert "Of the surest 80\xa0% of the rows 85.0\xa0% (79.0 to 90.0\xa0%) are right" in told
    assert "of the other 20\xa0% 60.0\xa0%, of all 80.0\xa0% (78.0 to 82.0\xa0%)" in told
    assert not any(other in told for other in set(CASES.values()) - {said})


def test_overlapping_intervals_of_part_and_whole_do_not_decide():
    (part,) = PART.values()
    assert part.low < ALL.high
    assert "confidence tells" in accepted_told(ALL, PART, kept(0.15, 0.35))


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((0.15, 0.35), "right more often by 25.0 percentage points (15.0 to 35.0)"),
        ((-0.0001, 0.35), "The difference is 25.0 percentage points (0.0 to 35.0)"),
    ],
)
def test_size_of_the_difference_is_told(ends, said):
    assert said in accepted_told(ALL, PART, kept(*ends))


def test_surest_rows_that_are_worse_are_told_by_how_much():
    found = Kept(share=0.8, kept=0.5, left=0.75, low=-0.35, high=-0.15)
    told = accepted_told(ALL, PART, found)
    assert "right less often by 25.0 percentage points (15.0 to 35.0)" in told


def test_without_numbers_nothing_is_claimed():
    for right, accepted, found in (
        (None, {}, None),
        (ALL, {}, kept(0.1, 0.2)),
        (ALL, {0.5: ALL}, kept(0.1, 0.2)),
        (ALL, PART, None),
    ):
        told = accepted_told(right, accepted, found)
        assert not any(said in told for said in CASES.values())


def test_accuracy_of_all_may_be_missing():
    told = accepted_told(None, PART, kept(0.1, 0.2))
    assert "of all" not in told
    assert "confidence tells" in told
