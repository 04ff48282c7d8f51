"""Curves of a ranking: ROC, precision against recall, and what every threshold chooses."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from calibrant.figures.names import shortened
from calibrant.figures.series import named_series
from calibrant.figures.style import FIRST, MUTED, SECOND, THIRD, in_percent, new_axes, quiet, styled
from calibrant.metrics.ranking.curve_bands import CurveBand
from calibrant.metrics.ranking.curves import ThresholdTable

__all__ = ["precision_recall_plot", "roc_plot", "threshold_plot"]


def roc_plot(
    bands: CurveBand | Mapping[str, CurveBand], *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Axes with the ROC curve and its band; the dotted diagonal is a random order.

    Parameters
    ----------
    bands : CurveBand or Mapping[str, CurveBand]
        As `calibrant.metrics.roc_band` gives them: one, or one to three by name.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        When there are no bands, or more than three.

    References
    ----------
    .. [1] Fawcett. "An Introduction to ROC Analysis." Pattern Recognition Letters 27, 2006.
    """
    with styled():
        ax = new_axes(width=4.2, height=4.2) if ax is None else ax
        quiet(ax)
        ax.plot((0, 1), (0, 1), color=MUTED, linestyle=":", linewidth=1.2, label="random order")
        _draw(ax, bands)
        ax.set(xlabel="share of false alarms", ylabel="recall", title=title, aspect="equal")
        ax.legend(loc="lower right")
    return ax


def precision_recall_plot(
    bands: CurveBand | Mapping[str, CurveBand],
    *,
    prevalence: float | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Axes with precision against recall and its band.

    Parameters
    ----------
    bands : CurveBand or Mapping[str, CurveBand]
        As `calibrant.metrics.precision_recall_band` gives them: one, or one to three by name.
    prevalence : float, optional
        Share of positives, which is the precision of a random order; a dotted line there.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        When there are no bands, or more than three.
    """
    with styled():
        ax = new_axes(width=4.2, height=4.2) if ax is None else ax
        quiet(ax)
        if prevalence is not None:
            ax.axhline(prevalence, color=MUTED, linestyle=":", linewidth=1.2, label="random order")
        _draw(ax, bands)
        ax.set(xlabel="recall", ylabel="precision", title=title, aspect="equal")
        ax.legend(loc="lower left")
    return ax


def threshold_plot(table: ThresholdTable, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Axes with precision, recall and the share that is chosen, over the threshold.

    Parameters
    ----------
    table : ThresholdTable
        As `calibrant.metrics.threshold_table` gives it.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.
    """
    with styled():
        ax = new_axes(width=4.8, height=3.4) if ax is None else ax
        quiet(ax)
        columns = (table.precision, table.recall, table.chosen)
        names = ("precision", "recall", "share chosen")
        for name, column, line in zip(names, columns, (FIRST, SECOND, THIRD), strict=True):
            ax.step(
                table.threshold,
                column,
                where="post",  # from the highest threshold down: a row keeps its column to the next
                color=line.color,
                linestyle=line.dashes,
                label=name,
            )
        _percents(ax)
        ax.set(xlabel="threshold", ylabel="", title=title)
        ax.legend(loc="best")
    return ax


def _draw(ax: Axes, bands: CurveBand | Mapping[str, CurveBand]) -> None:
    every = {"": bands} if isinstance(bands, CurveBand) else bands
    for name, band, line in named_series(every, "bands"):
        label = f"{100 * band.level:g} % interval" if not name else ""
        if not band.why:
            ax.fill_between(
                band.at, band.low, band.high, color=line.color, alpha=0.2, linewidth=0, label=label
            )
        ax.plot(
            band.at,
            band.value,
            color=line.color,
            linestyle=line.dashes,
            label=shortened(name, 24) or "observed",
        )
    _percents(ax)


def _percents(ax: Axes) -> None:
    ax.set(xlim=(0, 1), ylim=(0, 1))
    in_percent(ax.xaxis, ax.yaxis)
