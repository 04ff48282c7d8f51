"""Look of every figure: colours that colour-blind readers tell apart, and quiet axes.

Colours are those of Okabe and Ito [1]_. No meaning hangs on colour alone: lines differ in
dashes and markers too, so that a grey print still tells them apart.

References
----------
.. [1] Okabe & Ito. "Color Universal Design." 2008. https://jfly.uni-koeln.de/color/
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

__all__ = [
    "FIRST",
    "INK",
    "MUTED",
    "RULE",
    "SECOND",
    "THIRD",
    "Line",
    "in_percent",
    "new_axes",
    "quiet",
    "styled",
]

INK = "#20242a"
MUTED = "#656d76"
RULE = "#dfe3e8"


@dataclass(frozen=True, slots=True)
class Line:
    """Colour, dashes and marker that one series keeps in every figure."""

    color: str
    dashes: str
    marker: str


FIRST = Line("#d55e00", "--", "s")  # vermilion: before, training
SECOND = Line("#0072b2", "-", "o")  # blue: after, validation
THIRD = Line("#009e73", "-.", "^")  # bluish green


@contextmanager
def styled() -> Generator[None]:
    """Context in which axes, lines and text take the look of this package."""
    look = mpl.rc_context(
        {
            "axes.axisbelow": True,
            "axes.edgecolor": MUTED,
            "axes.labelcolor": INK,
            "axes.labelsize": 10,
            "axes.linewidth": 0.8,
            "axes.titlelocation": "left",
            "axes.titlesize": 11,
            "axes.titlepad": 8,
            "axes.titlecolor": INK,
            "font.size": 10,
            "legend.fontsize": 9.5,
            "legend.frameon": False,
            "legend.labelcolor": INK,
            "lines.linewidth": 1.6,
            "lines.markersize": 5,
            "text.color": INK,
            "text.parse_math": False,  # a class may be called $x$
            "xtick.labelsize": 9,
            "ytick.labelsize": 9,
        }
    )
    with look:
        yield


def new_axes(*, width: float, height: float) -> Axes:
    """Axes of a new figure of `width` by `height` inches that no global state holds on to."""
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def quiet(ax: Axes) -> None:
    """Leave of the frame of `ax` the left and the lower line, and rules behind the data."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(MUTED)
    ax.grid(visible=True, color=RULE, linewidth=0.7)
    ax.tick_params(color=MUTED, labelcolor=INK, length=3, width=0.7)


def in_percent(*axes: Axis) -> None:
    """Ticks of shares, some five, as percentages with as many digits as they have."""
    for axis in axes:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(FuncFormatter(_percent))


def _percent(share: float, place: int | None) -> str:
    del place
    return f"{100 * share:.6g}%"
