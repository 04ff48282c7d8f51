"""What is said of the surest rows, by the intervals of their accuracy and of that of all."""

import pytest

from calibrant.report.shapes import Scalar
from calibrant.report.wording.coverage import accepted_told

ALL = Scalar(0.8, 0.78, 0.82, 0.95)
CASES = {
    (0.85, 0.9): "confidence tells which rows to leave to others",
    (0.6, 0.7): "what is stated most surely is wrong more often",
    (0.82, 0.9): "no evidence that leaving out the least sure rows would help",
    (0.75, 0.85): "no evidence that leaving out the least sure rows would help",
    (None, None): "Without both intervals nothing more can be said",
}


@pytest.mark.parametrize(("ends", "said"), CASES.items())
def test_claim_is_that_of_both_intervals_and_no_other(ends, said):
    told = accepted_told(ALL, {0.8: Scalar(0.87, *ends, 0.95)}, share=0.8)
    assert said in told
    assert "Of the surest 80\xa0% of the rows 87.0\xa0%" in told
    assert not any(other in told for other in set(CASES.values()) - {said})


def test_interval_of_all_must_be_known_too():
    part = {0.8: Scalar(0.87, 0.85, 0.9, 0.95)}
    assert CASES[None, None] in accepted_told(Scalar(0.8, None, None, None), part, share=0.8)


def test_without_numbers_nothing_is_claimed():
    for right, accepted in ((None, {}), (ALL, {}), (ALL, {0.5: ALL})):
        told = accepted_told(right, accepted, share=0.8)
        assert not any(said in told for said in CASES.values())
