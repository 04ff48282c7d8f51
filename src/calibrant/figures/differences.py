"""Forest plot: differences of one model from others, each with its interval."""

import math
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from calibrant.comparison.difference import Difference
from calibrant.errors import InputError
from calibrant.figures.names import shortened
from calibrant.figures.style import FIRST, INK, MUTED, SECOND, Line, new_axes, quiet, styled

__all__ = ["difference_plot"]

_LONGEST = 24  # characters of a name
_OPEN = Line(INK, "-", "D")  # an interval that holds 0


def difference_plot(
    differences: Mapping[str, Difference],
    *,
    what: str = "score",
    higher_is_better: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Axes with a row for every difference: its value, its interval, and a line at 0.

    A blue circle lies, with its interval, on the side of 0 where the first model is better; a
    vermilion square on the other; a diamond has 0 in its interval, or no interval. A value that
    is not finite is written, not drawn.

    Parameters
    ----------
    differences : Mapping[str, Difference]
        Of one model less another, by the name of the other, drawn from top to bottom.
    what : str, default "score"
        What is compared, for the horizontal axis.
    higher_is_better : bool, default False
        Whether the better side is above 0.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.

    Raises
    ------
    InputError
        When there are no differences.

    References
    ----------
    .. [1] Lewis & Clarke. "Forest plots: trying to see the wood and the trees." BMJ 322, 2001.
    """
    if not differences:
        raise InputError("differences", "hold at least one", "none", "Name what is compared.")
    with styled():
        ax = new_axes(width=4.5, height=1.3 + 0.42 * len(differences)) if ax is None else ax
        quiet(ax)
        ax.grid(visible=False, axis="y")
        ax.axvline(0, color=MUTED, linestyle=":", linewidth=1.4)
        for place, difference in enumerate(differences.values()):
            _draw(ax, difference, place, good=1 if higher_is_better else -1)
        names = [shortened(name, _LONGEST) for name in differences]
        ax.set_yticks(range(len(names)), names, parse_math=False)
        ax.set(xlabel=f"difference in {shortened(what, 40)}", ylim=(len(names) - 0.4, -0.6))
        ax.xaxis.set_major_locator(MaxNLocator(5))
        _hold_zero(ax)
        left, right = ("worse", "better") if higher_is_better else ("better", "worse")
        colors = {"better": SECOND.color, "worse": FIRST.color}
        ax.set_title(f"← {left}", fontsize=10, color=colors[left], loc="left")
        ax.set_title(f"{right} →", fontsize=10, color=colors[right], loc="right")
    return ax


def _draw(ax: Axes, difference: Difference, place: int, *, good: int) -> None:
    """Draw one difference at the height `place`; the sign of those that are better is `good`."""
    value, low, high = difference.value, difference.low, difference.high
    if not math.isfinite(value):
        told = "minus infinite" if value < 0 else "infinite"
        told = "not defined" if math.isnan(value) else told
        middle = ax.get_yaxis_transform()
        ax.text(0.5, place, told, transform=middle, ha="center", va="center", fontsize=9)
        return
    line = _OPEN
    if low is not None and high is not None:
        side = -1 if high < 0 else 1 if low > 0 else 0
        line = _OPEN if side == 0 else SECOND if side == good else FIRST
        ax.hlines(place, low, high, color=line.color, linewidth=2)
    ax.plot(value, place, color=line.color, marker=line.marker, markersize=7, linestyle="none")


def _hold_zero(ax: Axes) -> None:
    """Widen `ax` so that 0 is inside, with room on both sides."""
    low, high = ax.dataLim.intervalx
    ends = [end for end in (low, high, 0.0) if math.isfinite(end)]
    low, high = min(ends), max(ends)
    room = 0.12 * (high - low) or 1.0
    ax.set_xlim(low - room, high + room)
