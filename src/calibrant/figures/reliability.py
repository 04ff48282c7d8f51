"""Reliability diagram: what was stated against what came true."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from calibrant.figures.style import FIRST, MUTED, SECOND, Line, in_percent, new_axes, quiet, styled
from calibrant.metrics.binned.reliability import ReliabilityTable

__all__ = ["reliability_diagram", "reliability_pair"]


def reliability_diagram(
    table: ReliabilityTable,
    *,
    title: str = "",
    stated: str = "stated probability",
    line: Line = SECOND,
    ax: Axes | None = None,
) -> Axes:
    """Axes with the observed share of every bin over its mean stated probability.

    Bars are the intervals of `table` where there are any, the dotted diagonal is where a perfectly
    calibrated model lies, and the panel below counts the rows of every bin. Empty bins are
    not drawn.

    Parameters
    ----------
    table : ReliabilityTable
        Bins, as `calibrant.metrics.binned.reliability.reliability_table` gives them.
    title : str, optional
        Title above the axes.
    stated : str, default "stated probability"
        Label of the horizontal axis.
    line : Line, default SECOND
        Colour, dashes and marker.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure. The counts go to a child of `ax`
        below it.

    References
    ----------
    .. [1] DeGroot & Fienberg. "The Comparison and Evaluation of Forecasters."
       The Statistician 32, 1983.
    """
    with styled():
        ax = new_axes(width=4.2, height=4.9) if ax is None else ax
        quiet(ax)
        used = [b for b in range(len(table.n)) if table.weight[b] > 0]
        x, y = [table.stated[b] for b in used], [table.observed[b] for b in used]
        ax.plot((0, 1), (0, 1), color=MUTED, linestyle=":", linewidth=1.2, label="perfect")
        ax.vlines(
            x,
            [table.low[b] for b in used],
            [table.high[b] for b in used],
            color=line.color,
            linewidth=1.4,
            alpha=0.75,
            clip_on=False,
            label=f"{100 * table.level:g} % interval",
        )
        ax.plot(
            x,
            y,
            color=line.color,
            linestyle=line.dashes,
            marker=line.marker,
            clip_on=False,
            label="observed",
        )
        ax.set(xlim=(0, 1), ylim=(0, 1), title=title, ylabel="observed share", aspect="equal")
        in_percent(ax.xaxis, ax.yaxis)
        ax.tick_params(axis="x", labelbottom=False)
        _counts(ax, table, stated=stated, line=line)
    return ax


def reliability_pair(
    before: ReliabilityTable,
    after: ReliabilityTable,
    *,
    stated: str = "stated probability",
    axes: tuple[Axes, Axes] | None = None,
) -> tuple[Axes, Axes]:
    """Axes of two reliability diagrams side by side: before and after calibration.

    Parameters
    ----------
    before, after : ReliabilityTable
        Bins of the same rows.
    stated : str, default "stated probability"
        Label of the horizontal axes.
    axes : tuple[Axes, Axes], optional
        Where to draw; without it, the axes of a new figure.
    """
    if axes is None:
        figure = Figure(figsize=(8.4, 4.9), layout="constrained")
        axes = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    reliability_diagram(before, title="before", stated=stated, line=FIRST, ax=axes[0])
    reliability_diagram(after, title="after", stated=stated, line=SECOND, ax=axes[1])
    return axes


def _counts(ax: Axes, table: ReliabilityTable, *, stated: str, line: Line) -> None:
    """Draw the rows of every bin into a child axes below `ax`."""
    below = ax.inset_axes((0, -0.27, 1, 0.2), sharex=ax)
    quiet(below)
    used = [b for b in range(len(table.n)) if table.lower[b] <= table.upper[b]]  # no NaN
    below.bar(
        [table.lower[b] for b in used],
        [table.n[b] for b in used],
        [table.upper[b] - table.lower[b] for b in used],
        align="edge",
        color=line.color,
        alpha=0.55,
        linewidth=0,
    )
    below.set(xlabel=stated, ylabel="rows", ylim=(0, max(table.n, default=0) * 1.08 or 1))
    below.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    below.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    below.tick_params(axis="x", labelbottom=True)
