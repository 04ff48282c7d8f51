"""Confidence histogram: how sure the model says it is, row by row."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter, StrMethodFormatter

from calibrant.errors import InputError
from calibrant.figures.style import FIRST, SECOND, THIRD, new_axes, quiet, styled
from calibrant.metrics.binned.reliability import ReliabilityTable

__all__ = ["confidence_histogram"]


def confidence_histogram(
    tables: Mapping[str, ReliabilityTable],
    *,
    stated: str = "stated probability",
    ax: Axes | None = None,
) -> Axes:
    """Axes with the number of rows in every bin of stated probability, one outline a table.

    Parameters
    ----------
    tables : Mapping[str, ReliabilityTable]
        One to three tables by the name that the legend shows: ``{"before": a, "after": b}``.
    stated : str, default "stated probability"
        Label of the horizontal axis.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        When there are no tables or more than three.
    """
    if not 1 <= len(tables) <= 3:
        remedy = "Draw the others into a second figure."
        raise InputError("tables", "hold one to three tables", str(len(tables)), remedy)
    lines = (SECOND,) if len(tables) == 1 else (FIRST, SECOND, THIRD)
    with styled():
        ax = new_axes(width=4.2, height=2.8) if ax is None else ax
        quiet(ax)
        for (name, table), line in zip(tables.items(), lines, strict=False):
            ax.stairs(
                table.n,
                (*table.lower, table.upper[-1]),
                color=line.color,
                linestyle=line.dashes,
                linewidth=1.8,
                label=name,
            )
        ax.set(xlim=(0, 1), xlabel=stated, ylabel="rows")
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        ax.legend()
    return ax
