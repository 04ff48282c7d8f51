"""Predicted against true: how numbers that were predicted lie beside what came out."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import AutoLocator
from numpy.typing import NDArray

from calibrant.errors import InputError
from calibrant.figures.style import MUTED, SECOND, new_axes, quiet, styled

__all__ = ["predicted_against_true"]

Column: TypeAlias = NDArray[np.floating] | Sequence[float]


def predicted_against_true(predicted: Column, targets: Column, *, ax: Axes | None = None) -> Axes:
    """Axes with a point for every row: its true value over what was predicted for it.

    The dotted diagonal is where both are equal; both axes have one scale. A row above the line
    came out higher than was predicted.

    Parameters
    ----------
    predicted, targets : NDArray or Sequence[float]
        Values of the same rows, finite.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        When the two differ in length, or hold no row or a value that is not finite.

    References
    ----------
    .. [1] Pineiro et al. "How to evaluate models: Observed vs. predicted or predicted vs.
       observed?" Ecological Modelling 216, 2008: the observed belong on the vertical axis.
    """
    x, y = np.asarray(predicted, dtype=np.float64), np.asarray(targets, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1 or not len(x):
        got, remedy = f"shapes {x.shape} and {y.shape}", "Pass both values of every row."
        raise InputError("predicted and targets", "hold as many values, and some", got, remedy)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        row = int(np.argmin(np.isfinite(x) & np.isfinite(y)))
        got = f"{x[row]} and {y[row]} at row {row}"
        raise InputError("predicted and targets", "be finite", got, "Leave such rows out.")
    low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    room = 0.04 * (high - low) or 1.0
    with styled():
        ax = new_axes(width=4.2, height=4.2) if ax is None else ax
        quiet(ax)
        ends = (low - room, high + room)
        ax.plot(ends, ends, color=MUTED, linestyle=":", linewidth=1.2, label="equal")
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
        ax.set(xlim=ends, ylim=ends, xlabel="predicted", ylabel="true", aspect="equal")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(AutoLocator())
    return ax
