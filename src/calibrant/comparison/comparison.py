"""Comparison: metrics of two or more models on the same rows, and their differences. Plain data."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import final

import pandas as pd

from calibrant.comparison.comparison_card import comparison_card
from calibrant.comparison.comparison_table import comparison_lines, comparison_tables
from calibrant.comparison.contrast import Contrast
from calibrant.errors import InputError
from calibrant.files import write_whole

__all__ = ["Comparison"]

SCHEMA_VERSION = 1


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Comparison:
    """Contrasts of metrics and pairs of models, in the order asked for.

    Index it by metric, ``comparison["log_loss"]``, or of several models by metric and both names,
    ``comparison["log_loss", "forest", "network"]``. Printing gives a table.

    Attributes
    ----------
    contrasts : tuple of Contrast
        One for every metric of every pair.
    models : tuple of str
        Names of the models.
    baseline : str or None
        The model that all others were compared with; None where every pair was.
    level : float
        Coverage of the intervals of one metric, all pairs together.
    n : int
        Number of rows, absent ones left out.
    n_clusters : int or None
        Clusters that the rows are of; None where each row is its own.
    notes : tuple of str
        What was done to values on their way in, in words.
    """

    contrasts: tuple[Contrast, ...]
    models: tuple[str, ...]
    baseline: str | None
    level: float
    n: int
    n_clusters: int | None = None
    notes: tuple[str, ...] = ()

    def __getitem__(self, key: str | tuple[str, str, str]) -> Contrast:
        metric, *pair = (key,) if isinstance(key, str) else key
        found = [
            one
            for one in self.contrasts
            if one.metric == metric and (not pair or pair == [one.first, one.second])
        ]
        if len(found) == 1:
            return found[0]
        if found:
            first, second = found[0].first, found[0].second
            remedy = f"Name the pair too: [{metric!r}, {first!r}, {second!r}]."
            raise InputError("key", "name one contrast", f"{metric!r}, of several", remedy)
        names = ", ".join(dict.fromkeys(one.metric for one in self.contrasts))
        remedy = f"There are {names} of the pairs {self._pairs_in_words()}."
        raise InputError("key", "name a contrast", f"{key!r}", remedy)

    def __iter__(self) -> Iterator[Contrast]:
        return iter(self.contrasts)

    def __len__(self) -> int:
        return len(self.contrasts)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Pairs of models that were compared."""
        return tuple(dict.fromkeys((one.first, one.second) for one in self.contrasts))

    @property
    def adjustment(self) -> str:
        """How several pairs were allowed for, in words; empty for one pair."""
        if len(self.pairs) < 2:
            return ""
        return (
            f"{len(self.pairs)} pairs: p values are Holm's and intervals Bonferroni's, both for "
            "all pairs of one metric together"
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a contrast."""
        return pd.DataFrame(
            [
                {
                    "metric": one.metric,
                    "first": one.first,
                    "second": one.second,
                    "first_value": one.first_value,
                    "second_value": one.second_value,
                    "difference": one.difference.value,
                    "low": one.difference.low,
                    "high": one.difference.high,
                    "level": one.difference.level,
                    "p_value": one.difference.p_value,
                    "adjusted_p": one.adjusted_p,
                    "verdict": one.verdict,
                    "n": one.difference.n,
                    "method": one.difference.method,
                }
                for one in self.contrasts
            ]
        )

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON: what JSON cannot hold becomes None."""
        return {
            "schema_version": SCHEMA_VERSION,
            "models": list(self.models),
            "baseline": self.baseline,
            "n": self.n,
            "n_clusters": self.n_clusters,
            "level": self.level,
            "adjustment": self.adjustment,
            "contrasts": [one.to_dict() for one in self.contrasts],
            "notes": list(self.notes),
        }

    def to_json(self, path: str | Path | None = None) -> str:
        """Text as JSON; to `path` too, if given.

        Raises
        ------
        OutputError
            If `path` cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        if path is not None:
            write_whole(path, text)
        return text

    def __str__(self) -> str:
        notes = (f"note: {note}" for note in self.notes)
        return "\n".join(comparison_lines(self.title, self.contrasts, (self.adjustment, *notes)))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:  # pyright: ignore[reportUnusedFunction] -- notebooks call it
        tables = comparison_tables(self.title, self.contrasts)
        return comparison_card(self.title, self.contrasts, tables, (self.adjustment, *self.notes))

    @property
    def title(self) -> str:
        """What was compared, in a line."""
        rows = f"{self.n:,} row{'' if self.n == 1 else 's'}"
        clusters = ""
        if self.n_clusters is not None:
            clusters = f" in {self.n_clusters:,} cluster{'' if self.n_clusters == 1 else 's'}"
        return f"{rows}{clusters}; differences with {100 * self.level:g} % intervals"

    def _pairs_in_words(self) -> str:
        return ", ".join(f"{first} and {second}" for first, second in self.pairs)
