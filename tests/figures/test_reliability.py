"""Reliability diagrams draw the numbers that they are given, and nothing else."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from calibrant.figures import reliability_diagram, reliability_pair
from calibrant.metrics.binned.reliability import ReliabilityTable


def line_called(ax: Axes, label: str) -> Line2D:
    return next(line for line in ax.lines if line.get_label() == label)


def counts_below(ax: Axes) -> BarContainer:
    (below,) = ax.child_axes
    (bars,) = below.containers
    assert isinstance(bars, BarContainer)
    return bars


def test_points_are_the_bins_that_hold_rows(table: ReliabilityTable):
    drawn = line_called(reliability_diagram(table), "observed").get_xydata()
    np.testing.assert_array_equal(drawn, [(0.2, 0.1), (0.6, 0.5), (0.9, 0.95)])


def test_bars_reach_from_low_to_high(table: ReliabilityTable):
    ax = reliability_diagram(table)
    (bars,) = [one for one in ax.collections if isinstance(one, LineCollection)]
    drawn = [segment.tolist() for segment in bars.get_segments()]
    assert drawn == [
        [[0.2, 0.02], [0.2, 0.4]],
        [[0.6, 0.33], [0.6, 0.67]],
        [[0.9, 0.86], [0.9, 0.98]],
    ]
    assert bars.get_label() == "95 % interval"


def test_panel_below_counts_every_bin_over_its_width(table: ReliabilityTable):
    bars = counts_below(reliability_diagram(table))
    assert [bar.get_height() for bar in bars] == [10, 0, 30, 60]
    assert [bar.get_x() for bar in bars] == [0.0, 0.25, 0.5, 0.75]
    assert [bar.get_width() for bar in bars] == [0.25] * 4


def test_dotted_line_is_where_stated_equals_observed(table: ReliabilityTable):
    line = line_called(reliability_diagram(table), "perfect")
    np.testing.assert_array_equal(line.get_xydata(), [(0, 0), (1, 1)])
    assert line.get_linestyle() == ":"


def test_given_axes_are_drawn_on_and_returned(table: ReliabilityTable):
    ax = Figure().add_subplot()
    assert reliability_diagram(table, title="mine", ax=ax) is ax
    assert ax.get_title(loc="left") == "mine"


def test_table_without_rows_draws_no_points(empty_table: ReliabilityTable):
    ax = reliability_diagram(empty_table)
    assert len(line_called(ax, "observed").get_xydata()) == 0
    assert [bar.get_height() for bar in counts_below(ax)] == [0, 0]


def test_before_and_after_stand_side_by_side_and_differ_without_colour(
    table: ReliabilityTable, empty_table: ReliabilityTable
):
    before, after = reliability_pair(table, empty_table)
    assert before.figure is after.figure
    assert (before.get_title(loc="left"), after.get_title(loc="left")) == ("before", "after")
    old, new = line_called(before, "observed"), line_called(after, "observed")
    assert (len(old.get_xydata()), len(new.get_xydata())) == (3, 0)
    assert old.get_marker() != new.get_marker()
    assert old.get_linestyle() != new.get_linestyle()


def test_pair_draws_on_the_axes_given(table: ReliabilityTable):
    figure = Figure()
    axes = figure.add_subplot(2, 1, 1), figure.add_subplot(2, 1, 2)
    assert reliability_pair(table, table, axes=axes) == axes
