"""A point for every row of predicted numbers: the rows checked, and drawn alike."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from jaxtyping import Float64
from matplotlib.axes import Axes
from matplotlib.ticker import AutoLocator
from numpy.typing import NDArray

from calibrant.errors import InputError
from calibrant.figures.style import SECOND

__all__ = ["Column", "checked_pair", "draw_points"]

Column: TypeAlias = NDArray[np.floating] | Sequence[float]
Rows = Float64[np.ndarray, " row"]


def checked_pair(predicted: Column, targets: Column) -> tuple[Rows, Rows]:
    """Both columns in float64.

    Raises
    ------
    InputError
        When the two differ in length, or hold no row or a value that is not finite.
    """
    x, y = np.asarray(predicted, dtype=np.float64), np.asarray(targets, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1 or not len(x):
        got, remedy = f"shapes {x.shape} and {y.shape}", "Pass both values of every row."
        raise InputError("predicted and targets", "hold as many values, and some", got, remedy)
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.all():
        row = int(np.argmin(finite))
        got = f"{x[row]} and {y[row]} at row {row}"
        raise InputError("predicted and targets", "be finite", got, "Leave such rows out.")
    return x, y


def draw_points(ax: Axes, x: Rows, y: Rows) -> None:
    """Draw a point for every row, fainter and smaller where there are many."""
    ax.plot(
        x,
        y,
        color=SECOND.color,
        linestyle="none",
        marker="o",
        markersize=4 if len(x) <= 500 else 2.8,
        markeredgewidth=0,
        alpha=0.35 if len(x) > 200 else 0.6,
        label="row",
    )
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(AutoLocator())
