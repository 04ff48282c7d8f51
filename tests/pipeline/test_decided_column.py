"""A column of decisions holds classes that come out, at least one of them."""

import pytest

from calibrant.errors import InputError

TRUTH = ["sick", "well", "sick", "well"]


def test_a_column_without_any_label_is_no_column_of_decisions(ask_file):
    columns = {"truth": TRUTH, "region": ["east", "west", "north", "east"]}
    message = (
        "decided must hold classes of the labels; got 'east', 'north', 'west', none of which is a "
        "label. The labels are 'sick', 'well'. Name the column of decisions"
    )
    with pytest.raises(InputError, match=message):
        ask_file(columns, decided="region")


def test_decisions_may_hold_classes_that_did_not_come_out(ask_file):
    columns = {"truth": TRUTH, "given": ["sick", "unsure", "well", "unsure"]}
    assert ask_file(columns, decided="given").first["accuracy"].value == 0.25


def test_classes_tell_that_no_decision_came_out_on_purpose(ask_file):
    columns = {"truth": ["low", "mid"], "given": ["high", "high"]}
    told = ask_file(columns, decided="given", classes=("low", "mid", "high"))
    assert told.first["accuracy"].value == 0.0
