"""A calibration error over its bins."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.figures import error_by_bins


def rows():
    rng = np.random.default_rng(0)
    probs = rng.uniform(size=500)
    return cal.predictions(probs=probs, labels=(rng.uniform(size=500) < probs**2).astype(int))


def test_values_intervals_and_floors_are_those_of_the_evaluation():
    evaluation = cal.evaluate(rows(), ["ece_50", "ece_5", "ece_15", "accuracy"])
    ax = error_by_bins(evaluation)
    wanted = [evaluation[f"ece_{n}"] for n in (5, 15, 50)]
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["observed"].get_xdata().tolist() == [5, 15, 50]
    assert lines["observed"].get_ydata() == pytest.approx([one.value for one in wanted])
    assert lines["noise floor"].get_ydata() == pytest.approx([one.noise_floor for one in wanted])
    ends = np.array([segment[:, 1] for segment in ax.collections[0].get_segments()])
    assert ends == pytest.approx(np.array([[one.low, one.high] for one in wanted]))
    assert ax.get_ylabel() == "ece"
    ax.figure.canvas.draw()


@pytest.mark.parametrize("names", [["ece_5"], ["accuracy"], ["ece_5", "ece_l2_15"]])
def test_what_is_no_series_of_one_error_is_refused(names):
    with pytest.raises(InputError, match="one calibration error with two numbers of bins"):
        error_by_bins(cal.evaluate(rows(), names))


def test_the_axis_may_have_words_in_place_of_a_name():
    rows = cal.predictions(probs=np.linspace(0.05, 0.95, 40), labels=[0, 1] * 20)
    evaluation = cal.evaluate(rows, ["ece_5", "ece_15"])
    ax = cal.figures.error_by_bins(evaluation, error="calibration error")
    assert ax.get_ylabel() == "calibration error"
