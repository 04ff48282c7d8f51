"""Calibration of distributions of numbers: PIT histogram and shares below stated quantiles."""

from itertools import pairwise

from matplotlib.axes import Axes

from calibrant.errors import InputError
from calibrant.figures.style import MUTED, SECOND, in_percent, new_axes, quiet, styled
from calibrant.metrics.estimate import Estimate

__all__ = ["pit_plot", "quantile_plot"]


def pit_plot(estimate: Estimate, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Axes with the share of targets at each level of the stated distributions.

    Of calibrated ones every bar reaches the dotted line. A U says that spreads are too narrow, a
    hill that they are too wide, a slope that the predictions are biased.

    Parameters
    ----------
    estimate : Estimate
        ``cal.evaluate(rows, ["pit_histogram"])["pit_histogram"]``.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        If it is no vector of shares.

    References
    ----------
    .. [1] Gneiting, Balabdaoui, Raftery. "Probabilistic Forecasts, Calibration and Sharpness."
       JRSS B 69, 2007.
    """
    shares = _vector(estimate, "a PIT histogram")
    edges = [k / len(shares) for k in range(len(shares) + 1)]
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    with styled():
        ax = new_axes(width=4.8, height=3.2) if ax is None else ax
        quiet(ax)
        ax.bar(
            edges[:-1],
            shares,
            1 / len(shares),
            align="edge",
            color=SECOND.color,
            alpha=0.45,
            edgecolor=SECOND.color,
            label="observed",
        )
        _intervals(ax, middles, estimate)
        ax.axhline(1 / len(shares), color=MUTED, linestyle=":", linewidth=1.2, label="calibrated")
        ax.set(xlim=(0, 1), xlabel="level of the stated distribution", title=title)
        ax.set(ylabel="share of targets")
        ax.set_ylim(0, 1.3 * ax.dataLim.y1)
        in_percent(ax.xaxis, ax.yaxis)
        ax.legend(loc="upper left", ncols=3, fontsize=8.5)
    return ax


def quantile_plot(estimate: Estimate, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Axes with the share of targets at or below each stated quantile, over its level.

    Parameters
    ----------
    estimate : Estimate
        ``cal.evaluate(rows, ["quantile_calibration"])["quantile_calibration"]``.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        If it is no vector of shares by level.

    References
    ----------
    .. [1] Kuleshov, Fenner, Ermon. "Accurate Uncertainties for Deep Learning Using Calibrated
       Regression." ICML 2018.
    """
    shares = _vector(estimate, "shares by level")
    levels = _levels(estimate)
    with styled():
        ax = new_axes(width=4.2, height=4.2) if ax is None else ax
        quiet(ax)
        ax.plot((0, 1), (0, 1), color=MUTED, linestyle=":", linewidth=1.2, label="calibrated")
        _intervals(ax, levels, estimate)
        ax.plot(
            levels,
            shares,
            color=SECOND.color,
            linestyle=SECOND.dashes,
            marker=SECOND.marker,
            clip_on=False,
            label="observed",
        )
        ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="stated level", aspect="equal", title=title)
        ax.set(ylabel="share of targets at or below")
        in_percent(ax.xaxis, ax.yaxis)
        ax.legend(loc="upper left")
    return ax


def _vector(estimate: Estimate, what: str) -> tuple[float, ...]:
    value = estimate.value
    if isinstance(value, tuple):
        shares = tuple(one for one in value if isinstance(one, float))
        if shares and len(shares) == len(value):
            return shares
    remedy = "Pass one of pit_histogram or quantile_calibration."
    raise InputError("estimate", f"be {what}", type(value).__name__, remedy)


def _levels(estimate: Estimate) -> list[float]:
    try:
        levels = [float(name) for name in estimate.names]
    except ValueError:
        levels = []
    if len(levels) != len(_vector(estimate, "shares by level")):
        got, remedy = f"names {estimate.names!r:.60}", "Pass that of quantile_calibration."
        raise InputError("estimate", "be shares by level", got, remedy)
    return levels


def _intervals(ax: Axes, at: list[float], estimate: Estimate) -> None:
    low, high = estimate.low, estimate.high
    if isinstance(low, tuple) and isinstance(high, tuple) and estimate.level is not None:
        label = f"{100 * estimate.level:g} % interval"
        ax.vlines(at, low, high, color=SECOND.color, linewidth=1.4, label=label)
