"""Errors of predicted numbers, over what was predicted."""

from matplotlib.axes import Axes

from calibrant.figures.points import Column, checked_pair, draw_points
from calibrant.figures.style import MUTED, new_axes, quiet, styled

__all__ = ["residual_plot"]


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
    x, y = checked_pair(predicted, targets)
    with styled():
        ax = new_axes(width=4.8, height=3.4) if ax is None else ax
        quiet(ax)
        ax.axhline(0, color=MUTED, linestyle=":", linewidth=1.2, label="no error")
        draw_points(ax, x, x - y)
        ax.set(xlabel="predicted", ylabel="predicted less true")
    return ax
