"""Predicted against true: how numbers that were predicted lie beside what came out."""

from matplotlib.axes import Axes

from calibrant.figures.points import Column, checked_pair, draw_points
from calibrant.figures.style import MUTED, new_axes, quiet, styled

__all__ = ["predicted_against_true"]


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
    x, y = checked_pair(predicted, targets)
    low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    room = 0.04 * (high - low) or 1.0
    with styled():
        ax = new_axes(width=4.2, height=4.2) if ax is None else ax
        quiet(ax)
        ends = (low - room, high + room)
        ax.plot(ends, ends, color=MUTED, linestyle=":", linewidth=1.2, label="equal")
        draw_points(ax, x, y)
        ax.set(xlim=ends, ylim=ends, xlabel="predicted", ylabel="true", aspect="equal")
    return ax
