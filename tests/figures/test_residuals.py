"""Errors of numbers are drawn as they are."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError

PREDICTED, TARGETS = [1.0, 2.0, 4.0], [1.5, 1.0, 4.0]


def test_points_are_predicted_less_true_over_predicted():
    ax = cal.figures.residual_plot(PREDICTED, TARGETS)
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["row"].get_xydata().tolist() == [[1.0, -0.5], [2.0, 1.0], [4.0, 0.0]]
    assert set(lines["no error"].get_ydata()) == {0}
    assert ax.get_ylabel() == "predicted less true"


def test_given_axes_are_drawn_on():
    ax = cal.figures.residual_plot(PREDICTED, TARGETS)
    assert cal.figures.residual_plot(np.array(PREDICTED), np.array(TARGETS), ax=ax) is ax


@pytest.mark.parametrize("predicted", [[1.0, 2.0], [], [1.0, np.nan, 2.0], [1.0, np.inf, 2.0]])
def test_values_that_do_not_pair_or_are_not_finite_are_refused(predicted):
    with pytest.raises(InputError, match="predicted and targets must"):
        cal.figures.residual_plot(predicted, TARGETS)
