"""What acting on a model, or declining to, is worth: net benefit, and risk against coverage."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from calibrant.figures.names import shortened
from calibrant.figures.series import named_series
from calibrant.figures.style import INK, MUTED, in_percent, new_axes, quiet, styled
from calibrant.metrics.ranking.decision_curve import DecisionCurve
from calibrant.metrics.selective.curve import RiskCoverageCurve

__all__ = ["decision_plot", "risk_coverage_plot"]


def decision_plot(
    curves: DecisionCurve | Mapping[str, DecisionCurve], *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Axes with the net benefit of acting on a model, on all rows (grey) and on none (dotted).

    Parameters
    ----------
    curves : DecisionCurve or Mapping[str, DecisionCurve]
        As `calibrant.metrics.decision_curve` gives them, of the same rows: one, or one to three
        by name.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        When there are no curves, or more than three.

    References
    ----------
    .. [1] Vickers, Elkin. "Decision Curve Analysis: A Novel Method for Evaluating Prediction
       Models." Medical Decision Making 26, 2006.
    """
    given = {"": curves} if isinstance(curves, DecisionCurve) else curves
    every = named_series(given, "curves")
    with styled():
        ax = new_axes(width=4.8, height=3.4) if ax is None else ax
        quiet(ax)
        ax.axhline(0, color=MUTED, linestyle=":", linewidth=1.2, label="act on none")
        first = every[0][1]
        ax.plot(
            first.threshold, first.act_on_all, color=MUTED, linewidth=1.2, label="act on every row"
        )
        tops = [0.0]
        for name, curve, line in every:
            ax.fill_between(
                curve.threshold, curve.low, curve.high, color=line.color, alpha=0.2, linewidth=0
            )
            ax.plot(
                curve.threshold,
                curve.net_benefit,
                color=line.color,
                linestyle=line.dashes,
                label=shortened(name, 24) or "act on the model",
            )
            tops += curve.net_benefit[np.isfinite(curve.net_benefit)].tolist()
        room = 1.15 * max(*tops, float(first.act_on_all[0])) or 1.0
        ax.set(xlim=(0, 1), ylim=(-0.25 * room, room), title=title)
        ax.set(xlabel="threshold", ylabel="net benefit, true positives a row")
        in_percent(ax.xaxis)
        ax.legend(loc="upper right")
    return ax


def risk_coverage_plot(
    curves: RiskCoverageCurve | Mapping[str, RiskCoverageCurve],
    *,
    intervals: Sequence[tuple[float, float, float]] = (),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Axes with the share of errors among the rows accepted, over the share accepted.

    Parameters
    ----------
    curves : RiskCoverageCurve or Mapping[str, RiskCoverageCurve]
        As `calibrant.metrics.risk_coverage_curve` gives them: one, or one to three by name.
    intervals : sequence of tuple of float, optional
        Share accepted, low and high, of the last curve at some shares: drawn as bars.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        When there are no curves, or more than three.

    References
    ----------
    .. [1] Geifman, El-Yaniv. "Selective Classification for Deep Neural Networks." NeurIPS 2017.
    """
    every = {"": curves} if isinstance(curves, RiskCoverageCurve) else curves
    with styled():
        ax = new_axes(width=4.8, height=3.4) if ax is None else ax
        quiet(ax)
        for name, curve, line in named_series(every, "curves"):
            ax.plot(
                curve.coverage,
                curve.risk,
                color=line.color,
                linestyle=line.dashes,
                label=shortened(name, 24) or "observed",
            )
            if len(curve.risk):
                ax.plot(1, curve.risk[-1], color=INK, marker=line.marker, clip_on=False)
        if intervals:
            *_, (_, _, line) = named_series(every, "curves")
            at, low, high = zip(*intervals, strict=True)
            ax.vlines(at, low, high, color=line.color, linewidth=1.4, alpha=0.75, label="interval")
        ax.set(xlim=(0, 1), xlabel="share of rows accepted, surest first", title=title)
        ax.set(ylabel="share of them that is wrong")
        ax.set_ylim(bottom=0)
        in_percent(ax.xaxis, ax.yaxis)
        ax.legend(loc="upper left")
    return ax
