"""Small reliability diagrams, one a class or a group."""

import pytest
from matplotlib.figure import Figure

from calibrant.errors import InputError
from calibrant.figures import reliability_grid
from calibrant.metrics.binned.reliability import ReliabilityTable


def test_every_table_has_its_own_axes(table: ReliabilityTable, empty_table: ReliabilityTable):
    axes = reliability_grid({"cat": table, "dog": empty_table})
    assert [ax.get_title() or ax.get_title(loc="left") for ax in axes] == [
        "cat, n = 100",
        "dog, n = 0",
    ]
    points = axes[0].collections[-1].get_offsets()
    assert points.tolist() == [[0.2, 0.1], [0.6, 0.5], [0.9, 0.95]]
    sizes = axes[0].collections[-1].get_sizes()
    assert sizes[2] > sizes[1] > sizes[0]
    bars = [segment[:, 1].tolist() for segment in axes[0].collections[0].get_segments()]
    assert bars == [[0.02, 0.4], [0.33, 0.67], [0.86, 0.98]]
    axes[0].figure.canvas.draw()


def test_figure_of_ones_own_is_taken(table: ReliabilityTable):
    figure = Figure()
    axes = reliability_grid({str(k): table for k in range(6)}, figure=figure)
    assert axes == figure.axes
    assert len(axes) == 6


@pytest.mark.parametrize("n", [0, 37])
def test_too_many_or_none_are_refused(table: ReliabilityTable, n: int):
    with pytest.raises(InputError, match=f"hold one to 36 tables; got {n}"):
        reliability_grid({str(k): table for k in range(n)})
