"""Confusion matrix: which class was taken for which."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from calibrant.figures.names import shortened
from calibrant.figures.style import SECOND, new_axes, quiet, styled

__all__ = ["confusion_matrix"]

Counts: TypeAlias = NDArray[np.generic] | Sequence[Sequence[int]] | Sequence[Sequence[float]]

_WRITTEN = 12  # classes up to which every cell holds its numbers
_NAMED = 30  # classes up to which every row and column holds its name
_DEEPEST = 0.62  # opacity of a share of 1, at which dark text is still easy to read


def confusion_matrix(
    counts: Counts,
    class_names: Sequence[str],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Axes with a cell for every pair of true class (row) and predicted class (column).

    Colour is the share of the true class's rows; a class without rows is blank. Up to 12
    classes every cell says its count and share; beyond, the fullest colour is the largest share,
    which the title tells. Up to 30 classes rows and columns have names.

    Parameters
    ----------
    counts : NDArray or Sequence[Sequence[int | float]]
        Rows of the table, or their weights, as ``counts[true][predicted]``.
    class_names : Sequence[str]
        Names in the order of `counts`; long ones are shortened.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.
    """
    matrix = np.asarray(counts, dtype=np.float64)
    n_classes = len(matrix)
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros_like(matrix), where=totals > 0)
    size = min(3.6 + 0.42 * min(n_classes, _WRITTEN), 6.4)
    with styled():
        ax = new_axes(width=size, height=size * 0.92) if ax is None else ax
        quiet(ax)
        ax.grid(visible=False)
        cells = np.empty((n_classes, n_classes, 4))
        cells[..., :3] = to_rgb(SECOND.color)
        fullest = float(shares.max(initial=0)) or 1.0
        cells[..., 3] = _DEEPEST * shares if n_classes <= _WRITTEN else shares / fullest
        ax.imshow(cells, interpolation="none", aspect="auto")
        if n_classes <= _WRITTEN:
            _write_cells(ax, matrix, shares)
        else:
            ax.set_title(f"fullest colour: {fullest:.0%} of a true class")
        if n_classes <= _NAMED:
            _name_classes(ax, class_names)
        ax.set(xlabel="predicted class", ylabel="true class")
    return ax


def _write_cells(ax: Axes, matrix: NDArray[np.float64], shares: NDArray[np.float64]) -> None:
    """Write count and, below it, share into every cell that holds rows."""
    size = 10 if len(matrix) <= 6 else 8
    for (true, predicted), count in np.ndenumerate(matrix):
        if count > 0:
            for text, side in (
                (f"{count:,.6g}", "bottom"),
                (f"{shares[true, predicted]:.0%}", "top"),
            ):
                ax.annotate(text, (predicted, true), ha="center", va=side, fontsize=size)


def _name_classes(ax: Axes, class_names: Sequence[str]) -> None:
    """Name rows and columns, turning the columns' names where they would collide."""
    names = [shortened(name) for name in class_names]
    places = range(len(names))
    turned = max(len(name) for name in names) > 34 // len(names)
    ax.set_xticks(
        places,
        names,
        rotation=45 if turned else 0,
        ha="right" if turned else "center",
        rotation_mode="anchor",
        parse_math=False,
    )
    ax.set_yticks(places, names, parse_math=False)
