"""Figures look alike, leave no trace, and do not rest on colour alone."""

import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import colors

from calibrant import figures
from calibrant.figures.style import FIRST, INK, MUTED, SECOND, THIRD, new_axes, styled
from calibrant.metrics.binned.reliability import ReliabilityTable

OKABE_ITO = {"#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"}
SOURCE = Path(__file__).parents[2] / "src"


def contrast_on_white(color: str) -> float:
    """Contrast ratio of WCAG 2."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colors.to_rgb(color)
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def test_series_have_okabe_itos_colours_and_differ_in_dashes_and_markers():
    lines = (FIRST, SECOND, THIRD)
    assert {line.color for line in lines} <= OKABE_ITO
    assert len({line.dashes for line in lines}) == len({line.marker for line in lines}) == 3


@pytest.mark.parametrize(("color", "least"), [(INK, 7.0), (MUTED, 4.5), (FIRST.color, 3.0)])
def test_colours_stand_out_from_white_paper(color: str, least: float):
    assert contrast_on_white(color) >= least


def test_drawing_changes_no_setting_of_matplotlib(table: ReliabilityTable):
    before = dict(mpl.rcParams)
    figures.reliability_diagram(table)
    figures.confusion_matrix([[1, 2], [3, 4]], ["a", "b"])
    assert dict(mpl.rcParams) == before


def test_settings_return_when_drawing_fails():
    before = dict(mpl.rcParams)
    with pytest.raises(ZeroDivisionError), styled():
        _ = 1 / 0
    assert dict(mpl.rcParams) == before


def test_names_load_on_first_use_and_no_figure_needs_pyplot():
    code = (
        "import sys; from calibrant import figures; assert 'matplotlib' not in sys.modules\n"
        "figures.confusion_matrix([[1]], ['a']); sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(SOURCE)})


def test_every_figure_that_is_listed_loads():
    assert all(callable(getattr(figures, name)) for name in dir(figures))
    with pytest.raises(AttributeError, match="no attribute 'pie_chart'"):
        _ = figures.pie_chart


def test_new_axes_have_the_size_asked_for():
    figure = new_axes(width=3.0, height=2.0).get_figure(root=True)
    assert figure is not None
    assert tuple(figure.get_size_inches()) == (3, 2)
