"""Forest plots draw differences and intervals, and do not rest on colour alone."""

import math

import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from calibrant.comparison.difference import Difference
from calibrant.errors import InputError
from calibrant.figures import difference_plot
from calibrant.figures.style import FIRST, INK, SECOND


def known(value: float, low: float | None, high: float | None) -> Difference:
    level = None if low is None else 0.95
    return Difference(
        value=value,
        low=low,
        high=high,
        level=level,
        n=9,
        n_effective=9.0,
        p_value=None,
        method="paired moments (t)",
    )


THREE = {
    "lower": known(-0.3, -0.4, -0.2),
    "higher": known(0.3, 0.1, 0.5),
    "open": known(0.1, -0.1, 0.3),
}


def points(ax: Axes) -> list[tuple[float, float, str, str]]:
    """Value, place, marker and colour of every point, the line at 0 left out."""
    lines = [line for line in ax.lines if line.get_marker() != "None"]
    return [
        (*map(float, line.get_xydata()[0]), line.get_marker(), to_hex(line.get_color()))
        for line in lines
    ]


def bars(ax: Axes) -> list[list[float]]:
    found = [one for one in ax.collections if isinstance(one, LineCollection)]
    return [[float(end[0]) for end in one.get_segments()[0]] for one in found]


def test_points_and_bars_are_the_values_and_their_intervals():
    ax = difference_plot(THREE)
    assert [(x, y) for x, y, *_ in points(ax)] == [(-0.3, 0), (0.3, 1), (0.1, 2)]
    assert bars(ax) == [[-0.4, -0.2], [0.1, 0.5], [-0.1, 0.3]]


def test_where_higher_is_better_the_sides_change_places():
    ax = difference_plot(THREE, higher_is_better=True)
    looks = [(marker, color) for *_, marker, color in points(ax)]
    assert looks == [(FIRST.marker, FIRST.color), (SECOND.marker, SECOND.color), ("D", INK)]
    assert (ax.get_title("left"), ax.get_title("right")) == ("← worse", "better →")


def test_side_of_zero_is_told_by_marker_and_by_colour():
    looks = [(marker, color) for *_, marker, color in points(difference_plot(THREE))]
    assert looks == [(SECOND.marker, SECOND.color), (FIRST.marker, FIRST.color), ("D", INK)]


def test_first_is_on_top_and_every_row_bears_its_name():
    ax = difference_plot(THREE)
    assert [label.get_text() for label in ax.get_yticklabels()] == list(THREE)
    bottom, top = ax.get_ylim()
    assert top < 0
    assert bottom > 2


@pytest.mark.parametrize("value", [0.5, -0.5])
def test_zero_is_always_inside(value: float):
    ax = difference_plot({"a": known(value, value - 0.1, value + 0.1)})
    low, high = ax.get_xlim()
    assert low < 0 < high
    assert low < value - 0.1 < value + 0.1 < high


def test_value_without_interval_is_a_diamond_without_a_bar():
    ax = difference_plot({"a": known(0.2, None, None)})
    assert [look for _, _, *look in points(ax)] == [["D", INK]]
    assert bars(ax) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [(math.inf, "infinite"), (-math.inf, "minus infinite"), (math.nan, "not defined")],
)
def test_value_that_is_not_finite_is_written(value: float, told: str):
    ax = difference_plot({"a": known(value, None, None)})
    assert [text.get_text() for text in ax.texts] == [told]
    assert points(ax) == []


def test_names_are_text_and_long_ones_are_shortened():
    ax = difference_plot({r"$\undefined{": THREE["open"], "x" * 200: THREE["open"]})
    ax.get_figure(root=True).draw_without_rendering()
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert shown == [r"$\undefined{", "x" * 23 + "…"]


def test_given_axes_are_drawn_on_and_returned():
    ax = Figure().add_subplot()
    assert difference_plot(THREE, what="log loss", ax=ax) is ax
    assert ax.get_xlabel() == "difference in log loss"


def test_nothing_to_draw_is_refused():
    with pytest.raises(InputError, match="differences must hold at least one; got none"):
        difference_plot({})
