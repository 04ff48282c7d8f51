"""Probabilities that were rounded in text: their rows may be off 1 by what rounding explains."""

import pytest

import calibrant as cal
from calibrant.errors import InputError


def test_probabilities_rounded_in_text_may_be_off_by_half_a_unit_of_the_last_digit_each():
    probs = [[0.34, 0.34, 0.33], [0.33, 0.33, 0.33]]  # off by .01; three classes may be by .015
    with pytest.raises(InputError, match=r"probs must sum to 1 in every row; got 1\.01 at row 0"):
        cal.predictions(probs=probs, labels=[0, 1])
    rows = cal.predictions(probs=probs, labels=[0, 1], decimals=2)
    assert rows.full_probs.tolist() == probs
    with pytest.raises(InputError, match=r"probs must sum to 1 in every row; got 1\.02 at row 0"):
        cal.predictions(probs=[[0.35, 0.34, 0.33]], labels=[0], decimals=2)


@pytest.mark.parametrize("decimals", [0, -1, True, 2.0, "2"])
@pytest.mark.usefixtures("no_type_checker")
def test_decimals_are_a_whole_number(decimals):
    with pytest.raises(InputError, match="decimals must be a whole number of at least 1"):
        cal.predictions(probs=[[0.5, 0.5]], labels=[0], decimals=decimals)


def test_decimals_are_those_of_probabilities():
    with pytest.raises(InputError, match="beside probs; got 2 beside logits"):
        cal.predictions(logits=[[0.5, 0.5]], labels=[0], decimals=2)
