"""Certificate: "when it says at least 90 %, it is right at least that often", borne out or not."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

__all__ = ["Certificate", "Claim", "Verdict"]

Verdict = Literal["holds", "fails", "not shown"]
Leaning = Literal["overconfident", "underconfident", "in line", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What came out of the rows that state at least a level.

    Attributes
    ----------
    level : float
        Probability that the claim is about.
    threshold : float
        Least probability of the rows behind it: the level, or of tallies the edge of a cell
        just above it.
    beyond : bool
        Whether rows that state the threshold itself are left out, as the cells of tallies do.
    n : int
        Rows behind it.
    n_effective : float
        Rows of equal weight, and independent ones of clusters, that would tell as much.
    stated : float
        Mean probability that these rows state; NaN without rows.
    observed : float
        Share of them that came out; NaN without rows.
    low, high : float or None
        Ends of the interval of that share; None without rows.
    verdict : "holds", "fails" or "not shown"
        Whether the event comes out at least as often as the level says: the interval lies at or
        above it, or below it, or holds it.
    leaning : str
        Mean stated probability beside the interval: "overconfident" above it, "underconfident"
        below it, else "in line"; empty without rows.
    method : str
        How the interval was found, or ``"not available: ..."``.
    words : str
        The claim as a sentence.
    """

    level: float
    threshold: float
    beyond: bool
    n: int
    n_effective: float
    stated: float
    observed: float
    low: float | None
    high: float | None
    verdict: Verdict
    leaning: Leaning
    method: str
    words: str

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON; numbers that JSON cannot hold become None."""
        return {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Claims for a table of levels. Printing gives a sentence for each.

    Attributes
    ----------
    view : str
        Event of a row: "top_label" (the likeliest class is right), "positive", or a class.
    level : float
        Coverage of the intervals.
    simultaneous : bool
        Whether all intervals hold at once with that coverage, rather than each by itself.
    claims : tuple of Claim
        One for every level, in rising order.
    n : int
        Rows in all.
    notes : tuple of str
        What a reader should know besides.
    """

    view: str
    level: float
    simultaneous: bool
    claims: tuple[Claim, ...]
    n: int
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)

    def __getitem__(self, level: float) -> Claim:
        for claim in self.claims:
            if math.isclose(claim.level, level, abs_tol=1e-9):
                return claim
        raise KeyError(level)

    def __str__(self) -> str:
        told = sum(claim.n > 0 for claim in self.claims)
        percent = f"{100 * self.level:g} %"
        held = f"hold at {percent} for all {told} levels at once"
        alone = f"hold at {percent} each, one by one"
        rows = f"{self.n:,} row{'' if self.n == 1 else 's'}"
        head = f"{rows}. Intervals {held if self.simultaneous and told > 1 else alone}."
        lines = [head, *(claim.words for claim in self.claims)]
        return "\n".join([*lines, *(f"Note: {note}." for note in self.notes)])

    def to_frame(self) -> pd.DataFrame:
        """Table with a row for every level."""
        return pd.DataFrame([asdict(claim) for claim in self.claims])

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {
            "view": self.view,
            "level": self.level,
            "simultaneous": self.simultaneous,
            "n": self.n,
            "claims": [claim.to_dict() for claim in self.claims],
            "notes": list(self.notes),
        }
