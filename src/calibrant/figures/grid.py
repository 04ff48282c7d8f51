"""Small reliability diagrams beside one another: of every class, or of every group."""

import math
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, PercentFormatter

from calibrant.errors import InputError
from calibrant.figures.names import shortened
from calibrant.figures.style import MUTED, SECOND, quiet, styled
from calibrant.metrics.binned.reliability import ReliabilityTable

__all__ = ["reliability_grid"]

MOST = 36  # diagrams
WIDE = 4  # of them in a row


def reliability_grid(
    tables: Mapping[str, ReliabilityTable], *, figure: Figure | None = None
) -> list[Axes]:
    """Axes of a reliability diagram a class, or a group, all with the same scales.

    Bars are intervals, the area of a point grows with the rows of its bin, and the title says
    how many rows there are.

    Parameters
    ----------
    tables : Mapping[str, ReliabilityTable]
        One to 36 tables by the name of a class or a group.
    figure : Figure, optional
        Where to draw; without it, a new one.

    Raises
    ------
    InputError
        When there are no tables, or more than 36.

    Examples
    --------
    >>> import numpy as np
    >>> import calibrant as cal
    >>> probs, labels = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]]), np.array([0, 2])
    >>> tables = {}
    >>> for k, name in enumerate(("cat", "dog", "owl")):
    ...     events = cal.events(probs=probs[:, k], outcomes=labels == k)
    ...     tables[name] = cal.reliability_table(events)
    >>> len(reliability_grid(tables))
    3
    """
    if not 1 <= len(tables) <= MOST:
        remedy = "Choose those that matter; the others have a table."
        raise InputError("tables", f"hold one to {MOST} tables", f"{len(tables)}", remedy)
    across = min(WIDE, len(tables))
    down = math.ceil(len(tables) / across)
    if figure is None:
        figure = Figure(figsize=(2.1 * across + 0.4, 2.3 * down + 0.4), layout="constrained")
    most = max(max(table.weight, default=0) for table in tables.values()) or 1
    axes: list[Axes] = []
    with styled():
        for k, (name, table) in enumerate(tables.items()):
            ax = figure.add_subplot(down, across, k + 1)
            quiet(ax)
            _draw(ax, table, most)
            ax.set_title(f"{shortened(name, 12)}, n = {sum(table.n):,}", fontsize=9)
            ax.tick_params(labelbottom=k + across >= len(tables), labelleft=k % across == 0)
            axes.append(ax)
        figure.supxlabel("stated probability", fontsize=10)
        figure.supylabel("observed share", fontsize=10)
    return axes


def _draw(ax: Axes, table: ReliabilityTable, most: float) -> None:
    used = [b for b in range(len(table.n)) if table.weight[b] > 0]
    x, y = [table.stated[b] for b in used], [table.observed[b] for b in used]
    ax.plot((0, 1), (0, 1), color=MUTED, linestyle=":", linewidth=1)
    low, high = [table.low[b] for b in used], [table.high[b] for b in used]
    ax.vlines(x, low, high, color=SECOND.color, linewidth=1.1, alpha=0.75, clip_on=False)
    ax.plot(x, y, color=SECOND.color, linewidth=1, alpha=0.6)
    sizes = [4 + 46 * table.weight[b] / most for b in used]
    ax.scatter(x, y, sizes, color=SECOND.color, clip_on=False, zorder=3)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(FixedLocator([0, 0.5, 1]))
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
