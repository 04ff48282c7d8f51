"""A calibration error against the number of bins that it was computed with."""

from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from calibrant.errors import InputError
from calibrant.figures.style import MUTED, SECOND, new_axes, quiet, styled
from calibrant.metrics.base import Metric
from calibrant.metrics.evaluation import Evaluation

__all__ = ["error_by_bins"]


def error_by_bins(
    evaluation: Evaluation, *, title: str = "", error: str = "", ax: Axes | None = None
) -> Axes:
    """Axes with a calibration error, its interval and its noise floor, over the number of bins.

    An error that grows with the bins while its noise floor grows along is noise; one that stays
    above the floor is there whatever the bins.

    Parameters
    ----------
    evaluation : Evaluation
        That has one error with two numbers of bins or more, such as
        ``cal.evaluate(rows, ["ece_5", "ece_15", "ece_50"])``; other estimates are left out.
    title : str, optional
        Title above the axes.
    error : str, optional
        Label of the vertical axis; without it, the name of the metric.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        If the estimates differ in more than the number of bins, or have fewer than two.
    """
    names = _binned(evaluation)
    bins = sorted(names)
    estimates = [evaluation.estimates[names[n]] for n in bins]
    with styled():
        ax = new_axes(width=4.8, height=3.4) if ax is None else ax
        quiet(ax)
        ends = [
            (n, one.low, one.high)
            for n, one in zip(bins, estimates, strict=True)
            if isinstance(one.low, float) and isinstance(one.high, float)
        ]
        ax.vlines(
            [n for n, _, _ in ends],
            [low for _, low, _ in ends],
            [high for _, _, high in ends],
            color=SECOND.color,
            linewidth=1.4,
            alpha=0.75,
            label="interval",
        )
        ax.plot(
            bins,
            [float(one) for one in estimates],
            color=SECOND.color,
            linestyle=SECOND.dashes,
            marker=SECOND.marker,
            label="observed",
        )
        floors = [(n, one.noise_floor) for n, one in zip(bins, estimates, strict=True)]
        floors = [(n, floor) for n, floor in floors if floor is not None]
        if floors:
            ax.plot(
                *zip(*floors, strict=True),
                color=MUTED,
                linestyle="--",
                linewidth=1.2,
                label="noise floor",
            )
        label = error or names[bins[0]].rsplit("_", 1)[0]
        ax.set(xscale="log", xlabel="bins", ylabel=label, title=title)
        ax.xaxis.set_major_locator(FixedLocator(bins))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        ax.set_ylim(0, 1.25 * ax.dataLim.y1 or 1)
        ax.legend(loc="upper left", ncols=3, fontsize=8.5)
    return ax


def _binned(evaluation: Evaluation) -> dict[int, str]:
    """Name of the estimate of every number of bins, of a metric that is otherwise one."""
    found: dict[int, str] = {}
    alike: set[Metric] = set()
    for name, metric in evaluation.metrics.items():
        n_bins = getattr(metric, "n_bins", None)
        if n_bins is not None and evaluation.estimates[name].is_scalar:
            found[int(n_bins)] = name
            alike.add(replace(metric, n_bins=1))  # pyright: ignore[reportArgumentType]
    if len(found) < 2 or len(alike) > 1:
        rule = "have one calibration error with two numbers of bins or more"
        got = f"{len(alike)} errors with {len(found)} in all"
        remedy = 'Evaluate ["ece_5", "ece_15", "ece_50"], say, or filter("ece*").'
        raise InputError("evaluation", rule, got, remedy)
    return found
