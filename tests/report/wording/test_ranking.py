"""What is said of a ranking, by the interval of AUROC."""

import math

import pytest

from calibrant.report.shapes import Scalar
from calibrant.report.wording.ranking import ranked

CASES = {
    (0.6, 0.7): ": better than a random order",
    (0.3, 0.4): ": worse than a random order",
    (0.45, 0.6): "no evidence that this is better than a random order",
    (0.5, 0.6): "no evidence that this is better than a random order",
    (None, None): "Without an interval nothing more can be said",
}


@pytest.mark.parametrize(("ends", "said"), CASES.items())
def test_claim_is_that_of_the_interval_and_no_other(ends, said):
    told = ranked(Scalar(0.55, *ends, 0.95), class_name="yes")
    assert said in told
    assert not any(other in told for other in set(CASES.values()) - {said})


def test_without_an_area_nothing_is_claimed():
    told = ranked(None, class_name="yes")
    assert not any(said in told for said in CASES.values())


def test_one_class_alone_has_no_order_to_speak_of():
    told = ranked(Scalar(math.nan, None, None, None), class_name="yes")
    assert told.startswith("There is nothing to rank")
    assert "not defined" not in told
