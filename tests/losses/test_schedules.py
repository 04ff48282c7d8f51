"""Schedules: the values of the epochs, and how they are written."""

import math

import pytest

from calibrant.errors import InputError
from calibrant.losses import Ramp, Switch
from calibrant.losses.schedules import schedule_of
from calibrant.losses.spec import Call


@pytest.mark.parametrize(
    ("epoch", "value"), [(1, 1.0), (2, 1.5), (4, 2.5), (5, 3.0), (6, 3.0), (math.inf, 3.0)]
)
def test_ramp_climbs_in_equal_steps_and_stays(epoch, value):
    assert Ramp(1, 3, epochs=5).at(epoch) == value


def test_ramp_can_fall():
    assert [Ramp(1, 0, 3).at(epoch) for epoch in (1, 2, 3)] == [1.0, 0.5, 0.0]


def test_cosine_is_flat_at_both_ends():
    values = [Ramp(0, 1, 5, "cosine").at(epoch) for epoch in range(1, 6)]
    quarter = (1 - math.sqrt(0.5)) / 2  # (1 - cos(pi / 4)) / 2
    assert values == pytest.approx([0, quarter, 0.5, 1 - quarter, 1])


def test_ramp_ends_at_its_end_exactly():
    assert Ramp(0.1, 0.3, 7).at(7) == 0.3


@pytest.mark.parametrize("schedule", [Ramp(0, 2, 10), Ramp(1, 0.5, 3, "cosine"), Switch(0, 1, 4)])
def test_schedule_reads_back_from_what_it_prints(schedule):
    name, _, values = str(schedule).rstrip(")").partition("(")
    words = [v if v == "cosine" else float(v) if "." in v else int(v) for v in values.split(", ")]
    assert schedule_of(Call(name, tuple(words))) == schedule


def test_other_calls_are_no_schedules():
    assert schedule_of(Call("effective", (0.99,))) is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Ramp(math.nan, 1, 3), "start must be a finite number; got nan"),
        (lambda: Ramp(0, end=True, epochs=3), "end must be a finite number; got True"),
        (lambda: Ramp(0, 1, 1), "epochs must be a whole number, at least 2; got 1"),
        (lambda: Ramp(0, 1, 3, "square"), "shape must be linear or cosine; got 'square'"),
        (lambda: Switch(0, 1, 1), "epoch must be a whole number, at least 2; got 1"),
        (lambda: schedule_of(Call("ramp", (0, 1))), r"ramp must be written ramp\(start, end"),
        (lambda: schedule_of(Call("switch", (0, 1, 2.5))), r"switch must be written switch\(bef"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_impossible_schedules_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()
