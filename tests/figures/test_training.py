"""Training curves draw the history that they are given."""

import math

import numpy as np
import pytest
from matplotlib.axes import Axes

from calibrant.figures import training_curves

HISTORY = {
    "epoch": [1, 2, 3],
    "train_loss": [0.9, 0.5, 0.4],
    "validation_loss": [0.8, 0.6, 0.7],
    "validation_log_loss": [0.7, math.nan, 0.65],
    "validation_f1": [0.1, 0.2, 0.3],
}


def drawn(ax: Axes) -> dict[str, list[float]]:
    return {str(line.get_label()): list(line.get_ydata()) for line in ax.lines}


def test_losses_are_drawn_over_epochs_and_other_columns_are_not():
    ax = training_curves(HISTORY)
    assert {k: v for k, v in drawn(ax).items() if "log" not in k} == {
        "training loss": [0.9, 0.5, 0.4],
        "validation loss": [0.8, 0.6, 0.7],
    }
    np.testing.assert_array_equal(drawn(ax)["validation log loss"], [0.7, math.nan, 0.65])
    assert all(list(line.get_xdata()) == [1, 2, 3] for line in ax.lines)


def test_best_epoch_is_marked_where_it_is():
    line = training_curves(HISTORY, best_epoch=2).lines[-1]
    assert line.get_label() == "kept: epoch 2"
    assert list(line.get_xdata()) == [2, 2]


def test_curves_differ_without_colour():
    looks = [(line.get_linestyle(), line.get_marker()) for line in training_curves(HISTORY).lines]
    assert len({dashes for dashes, _ in looks}) == len({marker for _, marker in looks}) == 3


@pytest.mark.parametrize(("off", "n_drawn"), [(0.0, 2), (1e-7, 2), (1e-3, 3)])
def test_validation_loss_that_is_the_log_loss_but_for_rounding_is_drawn_once(
    off: float, n_drawn: int
):
    loss, log_loss = [0.5, 0.4, math.nan], [0.5 + off, 0.4, math.nan]
    same = {**HISTORY, "validation_loss": loss, "validation_log_loss": log_loss}
    assert len(drawn(training_curves(same))) == n_drawn


def test_validation_loss_is_drawn_where_there_is_no_log_loss():
    only = {name: column for name, column in HISTORY.items() if "log" not in name}
    assert list(drawn(training_curves(only))) == ["training loss", "validation loss"]


def test_one_epoch_is_enough():
    ax = training_curves({"epoch": [1], "train_loss": [0.7]}, best_epoch=1)
    assert drawn(ax)["training loss"] == [0.7]
