"""Errors of predicted numbers, over what was predicted."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import AutoLocator
from numpy.typing import NDArray

from calibrant.errors import InputError
from calibrant.figures.style import MUTED, SECOND, new_axes, quiet, styled

__all__ = ["residual_plot"]

Column: TypeAlias = NDArray[np.floating] | Sequence[float]


def residual_plot(predicted: Column, targets: Column, *, ax: Axes | None = None) -> Axes:
    """Axes with a point for every row: predicted less true, over what was predicted.

    A slope or a bend says that the mean is off at some predictions, a funnel that the spread
    grows with them.

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
    .. [1] Cook, Weisberg. "Residuals and Influence in Regression." Chapman and Hall, 1982.
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
    with styled():
        ax = new_axes(width=4.8, height=3.4) if ax is None else ax
        quiet(ax)
        ax.axhline(0, color=MUTED, linestyle=":", linewidth=1.2, label="no error")
        ax.plot(
            x,
            x - y,
            color=SECOND.color,
            linestyle="none",
            marker="o",
            markersize=4 if len(x) <= 500 else 2.8,
            markeredgewidth=0,
            alpha=0.35 if len(x) > 200 else 0.6,
            label="row",
        )
        ax.set(xlabel="predicted", ylabel="predicted less true")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(AutoLocator())
    return ax
