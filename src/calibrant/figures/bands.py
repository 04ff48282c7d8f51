"""Reliability curve with its band, and the rows behind it."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from calibrant.figures.style import FIRST, MUTED, SECOND, Line, in_percent, new_axes, quiet, styled
from calibrant.metrics.bands.curve import ReliabilityCurve

__all__ = ["reliability_band", "twentieths"]


def reliability_band(
    curve: ReliabilityCurve,
    *,
    title: str = "",
    stated: str = "stated probability",
    line: Line = SECOND,
    ax: Axes | None = None,
) -> Axes:
    """Axes with a reliability curve over its band; points outside are marked by squares.

    A confidence band is shaded around the curve, a consistency band around the diagonal, where
    the curve of true probabilities would lie. The bands of bins are boxes as wide as these; that
    of an isotonic or smooth curve is a ribbon, and of a lone point a bar. Marked are points at
    which the diagonal leaves a confidence band, or the curve a consistency band. The panel below
    counts the rows.

    Parameters
    ----------
    curve : ReliabilityCurve
        As `calibrant.reliability_curve` gives it.
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
    .. [1] Brocker, Smith. "Increasing the Reliability of Reliability Diagrams." Weather and
       Forecasting 22, 2007.
    """
    with styled():
        ax = new_axes(width=4.2, height=4.9) if ax is None else ax
        quiet(ax)
        at_once = ", all at once" if curve.simultaneous else ", at each"
        shade = MUTED if curve.band == "consistency" else line.color
        label = f"{100 * curve.level:g} % {curve.band}{at_once}"
        is_binned = curve.kind == "binned"
        ends = curve.stated, curve.low, curve.high
        if is_binned:
            widths = [high - low for low, high in zip(curve.lower, curve.upper, strict=True)]
            heights = [high - low for low, high in zip(curve.low, curve.high, strict=True)]
            ax.bar(
                curve.lower,
                heights,
                widths,
                bottom=curve.low,
                align="edge",
                color=shade,
                alpha=0.25,
                linewidth=0,
                label=label,
            )
        elif len(curve) == 1:  # a point has no width that could be filled
            ax.vlines(*ends, color=shade, alpha=0.5, linewidth=5, clip_on=False, label=label)
        else:
            ax.fill_between(*ends, color=shade, alpha=0.25, linewidth=0, label=label)
        ax.plot((0, 1), (0, 1), color=MUTED, linestyle=":", linewidth=1.2, label="perfect")
        ax.plot(
            curve.stated,
            curve.observed,
            color=line.color,
            linestyle=line.dashes,
            marker=line.marker if is_binned or len(curve) == 1 else "",
            clip_on=False,
            label="observed",
        )
        out = [k for k, outside in enumerate(curve.outside) if outside]
        if out:
            ax.plot(
                [curve.stated[k] for k in out],
                [curve.observed[k] for k in out],
                color=FIRST.color,
                linestyle="",
                marker=FIRST.marker,
                markersize=6 if is_binned or len(curve) == 1 else 3,
                clip_on=False,
                label="outside",
            )
        ax.set(xlim=(0, 1), ylim=(0, 1), ylabel="observed share", aspect="equal")
        ax.set_title(title, pad=34)  # above the legend
        in_percent(ax.xaxis, ax.yaxis)
        ax.tick_params(axis="x", labelbottom=False)
        ax.legend(  # above the axes: a band of few rows fills all of them
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=2,
            handlelength=1.4,
            fontsize=8,
            labelspacing=0.25,
            borderaxespad=0.2,
        )
        _counts(ax, curve, stated=stated, line=line)
    return ax


def twentieths(curve: ReliabilityCurve) -> list[int]:
    """Rows of a curve without bins, by twentieths of the stated probability."""
    rows = [0] * 20
    for low, high, n in zip(curve.lower, curve.upper, curve.n, strict=True):
        rows[min(19, int((low + high) * 10))] += n
    return rows


def _counts(ax: Axes, curve: ReliabilityCurve, *, stated: str, line: Line) -> None:
    """Draw the rows, by bin or by twentieths of the stated probability, below `ax`."""
    below = ax.inset_axes((0, -0.27, 1, 0.2), sharex=ax)
    quiet(below)
    if curve.kind == "binned":
        starts, rows = list(curve.lower), list(curve.n)
        widths = [high - low for low, high in zip(curve.lower, curve.upper, strict=True)]
    else:
        starts, widths, rows = [k / 20 for k in range(20)], [0.05] * 20, twentieths(curve)
    below.bar(starts, rows, widths, align="edge", color=line.color, alpha=0.55, linewidth=0)
    below.set(xlabel=stated, ylabel="rows", ylim=(0, max(rows, default=0) * 1.08 or 1))
    below.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    below.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    below.tick_params(axis="x", labelbottom=True)
