"""What is said of an error with several numbers of bins, by intervals and noise floors."""

import pytest

from calibrant.report.shapes import Scalar
from calibrant.report.wording.binnings import binnings_told

ABOVE = Scalar(0.1, 0.05, 0.15, 0.95, 0.02, 0.001)
CHANCE = Scalar(0.1, 0.0, 0.15, 0.95, 0.02, 0.4)
UNCLEAR = Scalar(0.1, 0.0, 0.15, 0.95, 0.02, 0.03)
BARE = Scalar(0.1, None, None, None, 0.02)
SAID = {
    "all": "With every number of bins, 5 to 50, there is clear evidence of miscalibration",
    "none": "With no number of bins, 5 to 50, is there clear evidence of miscalibration",
    "some": "what is found hangs on the bins",
    "nothing": "there is no verdict",
}


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ({5: ABOVE, 50: ABOVE}, "all"),
        ({5: CHANCE, 50: CHANCE}, "none"),
        ({5: ABOVE, 50: CHANCE}, "some"),
        ({5: ABOVE, 50: UNCLEAR}, "some"),
        ({5: UNCLEAR, 50: UNCLEAR}, "none"),
        ({5: BARE, 50: BARE}, "nothing"),
        ({}, "nothing"),
        ({5: ABOVE, 15: BARE, 50: ABOVE}, "all"),
        ({5: Scalar(0.1, 0.01, 0.15, 0.95, 0.02), 50: ABOVE}, "all"),  # below its floor, above 0
    ],
)
def test_claim_is_that_of_the_intervals_and_no_other(errors, said):
    told = binnings_told(errors)
    assert SAID[said] in told
    assert not any(SAID[other] in told for other in SAID if other != said)


def test_bins_that_differ_are_named():
    told = binnings_told({5: ABOVE, 10: CHANCE, 15: ABOVE})
    assert "With 5, 15 bins" in told
    assert "with 10 there is none" in told
    assert "unclear" not in told


def test_bins_of_which_interval_and_p_disagree_are_unclear_as_in_the_headline():
    told = binnings_told({5: ABOVE, 20: UNCLEAR, 30: UNCLEAR, 50: CHANCE})
    assert "With 5 bins there is clear evidence" in told
    assert "with 20, 30 it is unclear, with 50 there is none: what is found hangs" in told
    told = binnings_told({5: CHANCE, 20: UNCLEAR})
    assert told.endswith("is there clear evidence of miscalibration; with 20 it is unclear.")
