"""Reliability curve with its band, as plain data."""

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from calibrant.statistics.score_grid import View

__all__ = ["Band", "Kind", "ReliabilityCurve"]

Kind = Literal["binned", "isotonic", "smooth"]
Band = Literal["confidence", "consistency"]

MOST_LINES = 20  # points that are printed
COLUMNS = ("lower", "upper", "n", "weight", "stated", "observed", "low", "high", "outside")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityCurve:
    """What came out over what was stated, point by point, with a band. Printing gives a table.

    Attributes
    ----------
    view : str
        Event of a row: "top_label" or "positive", or "class" for one against the rest.
    kind : "binned", "isotonic" or "smooth"
        Shares of bins of equal width, the rising curve that fits best (CORP), or a kernel
        regression.
    band : "confidence" or "consistency"
        Around the curve: where the true one lies; or around the diagonal: where the curve of
        these scores would lie, were every probability true.
    simultaneous : bool
        Whether the band holds everywhere at once, rather than at each point by itself.
    level : float
        Coverage of the band.
    method : str
        How it was found.
    lower, upper : tuple of float
        Edges of every bin; of an isotonic curve the mean probabilities of the first and the last
        cell of every point; of a smooth one the ends of the scores nearest to it.
    n, weight : tuple
        Rows of every point, and their weight; of a smooth curve those nearest to it.
    stated, observed : tuple of float
        Mean probability stated at every point, and the curve; of a smooth one both means are
        weighted by the kernel. Empty bins are left out.
    low, high : tuple of float
        The band.
    note : str
        What a reader should know besides.
    width : float or None
        Deviation of the kernel of a smooth curve.
    """

    view: View | Literal["class"]
    kind: Kind
    band: Band
    simultaneous: bool
    level: float
    method: str
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    n: tuple[int, ...]
    weight: tuple[float, ...]
    stated: tuple[float, ...]
    observed: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    note: str = ""
    width: float | None = None

    def __len__(self) -> int:
        return len(self.n)

    @property
    def outside(self) -> tuple[bool, ...]:
        """Whether the curve leaves a consistency band, or the diagonal a confidence band."""
        seen = self.observed if self.band == "consistency" else self.stated
        ends = zip(self.low, seen, self.high, strict=True)
        return tuple(not low - 1e-12 <= x <= high + 1e-12 for low, x, high in ends)

    @property
    def words(self) -> str:
        """What the band says, as a sentence."""
        many, out = len(self), sum(self.outside)
        what = "bins" if self.kind == "binned" else "points"
        if not many:
            return "There are no rows."
        line = "the curve" if self.band == "consistency" else "the diagonal"
        place = f"At {out:,} of {many:,} {what} {line} lies outside the {self.band} band"
        percent = f"{100 * self.level:g} %"
        if self.simultaneous:
            shown = "miscalibration is shown" if out else "no miscalibration is shown"
            return f"{place}, which holds at all of them at once at {percent}: {shown}."
        chance = (1 - self.level) * many
        if self.kind != "binned":
            return f"{place}, which holds at each by itself at {percent}."
        return (
            f"{place}, which holds at each by itself at {percent}: of true probabilities chance "
            f"alone would put {chance:.2g} there."
        )

    def to_frame(self) -> pd.DataFrame:
        """Table with a row for every point."""
        return pd.DataFrame({name: getattr(self, name) for name in COLUMNS})

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        settings = ("view", "kind", "band", "simultaneous", "level", "method", "width")
        return {
            **{name: getattr(self, name) for name in settings},
            "points": {name: list(getattr(self, name)) for name in COLUMNS},
            "words": self.words,
            "note": self.note,
        }

    def __str__(self) -> str:
        width = max((len(f"{count:,}") for count in self.n), default=1)
        width = max(width, len("rows"))
        lines = [self.words, f"{'stated':>8}  {'observed':>8}  {'band':>18}  {'rows':>{width}}"]
        step = max(1, math.ceil(len(self) / MOST_LINES))
        outside = self.outside
        for k in range(0, len(self), step):
            ends = f"{self.low[k]:.4f} to {self.high[k]:.4f}"
            mark = "  outside" if outside[k] else ""
            lines.append(
                f"{self.stated[k]:8.4f}  {self.observed[k]:8.4f}  {ends:>18}  "
                f"{self.n[k]:>{width},}{mark}"
            )
        if step > 1:
            lines.append(f"One of {step} points is shown: to_frame() holds all {len(self):,}.")
        lines.append(f"Band: {self.method}.")
        if self.width is not None:
            lines.append(f"Kernel: reflected Gaussian, {self.width:.4f} wide.")
        return "\n".join([*lines, *([f"Note: {self.note}."] if self.note else [])])
