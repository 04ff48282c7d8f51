"""Predicted against true draws the rows that it is given, on one scale."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from calibrant.errors import InputError
from calibrant.figures import predicted_against_true


def line_called(ax: Axes, label: str) -> Line2D:
    return next(line for line in ax.lines if line.get_label() == label)


def test_points_are_predicted_across_and_true_upward():
    ax = predicted_against_true([1.0, 2.0], [3.0, 5.0])
    np.testing.assert_array_equal(line_called(ax, "row").get_xydata(), [(1, 3), (2, 5)])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")


def test_both_axes_have_one_scale_that_holds_every_point_and_the_diagonal():
    ax = predicted_against_true([0.0, 2.0], [1.0, 10.0])
    assert ax.get_xlim() == ax.get_ylim()
    low, high = ax.get_xlim()
    assert low < 0
    assert high > 10
    diagonal = line_called(ax, "equal")
    np.testing.assert_array_equal(diagonal.get_xdata(), diagonal.get_ydata())


def test_one_row_whose_prediction_was_right_has_a_scale():
    low, high = predicted_against_true([2.0], [2.0]).get_xlim()
    assert low < 2 < high


def test_given_axes_are_drawn_on_and_returned():
    ax = Figure().add_subplot()
    assert predicted_against_true([1.0], [2.0], ax=ax) is ax


@pytest.mark.parametrize(("predicted", "targets"), [([], []), ([1.0], [1.0, 2.0])])
def test_rows_that_do_not_match_are_refused(predicted: list[float], targets: list[float]):
    with pytest.raises(InputError, match="must hold as many values, and some"):
        predicted_against_true(predicted, targets)


def test_value_that_is_not_finite_is_refused_with_its_row():
    with pytest.raises(InputError, match=r"must be finite; got 1\.0 and nan at row 1"):
        predicted_against_true([0.0, 1.0], [0.0, np.nan])
