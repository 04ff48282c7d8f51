"""Tallies: the sums that a set of metrics needs, taken in one pass, merged by `+`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.spans import sum_spans
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["Tallies", "check_readable", "check_rows", "tally_rows"]


@dataclass(frozen=True, slots=True, eq=False)
class Tallies:
    """Sums of several statistics over the same rows.

    Attributes
    ----------
    kind : str
        What the rows were: "predictions", "events", "decisions" or "numbers".
    class_names : tuple of str
        Name of every class, by index.
    parts : dict
        Tally of every statistic.
    notes : tuple of str
        What was done to values on their way in, in words.
    """

    kind: str
    class_names: tuple[str, ...]
    parts: dict[Statistic, Tally]
    notes: tuple[str, ...] = ()

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @final
    def __add__(self, other: object) -> "Tallies":
        """Sums over both sets of rows; 0 counts as tallies of none, so that `sum` works.

        Raises
        ------
        InputError
            If `other` is no tallies, or of other kinds of rows, classes or statistics.
        """
        if isinstance(other, int) and other == 0:
            return self
        if not isinstance(other, Tallies):
            got, remedy = f"{type(other).__name__} {_short(other)}", "Tally the rows first."
            raise InputError("other", "be tallies to add to tallies", got, remedy)
        for what, own, theirs in (
            ("kind", self.kind, other.kind),
            ("class_names", self.class_names, other.class_names),
            ("statistics", set(self.parts), set(other.parts)),
        ):
            if own != theirs:
                raise InputError(
                    "other",
                    f"be tallies of the same {what}, {_short(own)}",
                    _short(theirs),
                    "Tally every shard with the same metrics and classes.",
                )
        parts = {
            statistic: tally + other.parts[statistic] for statistic, tally in self.parts.items()
        }
        notes = tuple(dict.fromkeys(self.notes + other.notes))
        return Tallies(self.kind, self.class_names, parts, notes)

    @final
    def __radd__(self, other: object) -> "Tallies":
        """See `__add__`."""
        return self + other


def tally_rows(rows: Rows, statistics: Iterable[Statistic]) -> Tallies:
    """Sums of `rows` for every statistic, a cache-sized run of rows at a time.

    Raises
    ------
    InputError
        If labels are missing, or a statistic cannot read this kind of rows.
    """
    wanted = list(dict.fromkeys(statistics))
    check_readable(rows, wanted)
    tables = sum_spans(rows, wanted)
    parts = {statistic: Tally(statistic, table.cpu()) for statistic, table in tables.items()}
    return Tallies(rows.kind, rows.class_names, parts, rows.notes)


def check_rows(rows: object) -> None:
    """Raise `InputError` unless `rows` came through a door."""
    if not isinstance(rows, Rows):
        rule = "be predictions, events, decisions or numbers"
        remedy = "Pass calibrant.predictions(...)."
        raise InputError("rows", rule, type(rows).__name__, remedy)


def check_readable(rows: Rows, statistics: Iterable[Statistic]) -> None:
    """Raise `InputError` if labels are missing, or a statistic cannot read this kind of rows."""
    check_rows(rows)
    if isinstance(rows, Predictions) and rows.truth is None:
        remedy = "Unlabelled predictions can be transformed and decided on."
        raise InputError("labels", "be given to evaluate predictions", "none", remedy)
    if isinstance(rows, Numbers) and rows.targets is None:
        remedy = "Pass what came out as targets."
        raise InputError("targets", "be given to evaluate numbers", "none", remedy)
    for statistic in statistics:
        if not isinstance(rows, statistic.reads):
            able = " or ".join(kind.kind for kind in statistic.reads)
            raise InputError("rows", f"be {able} for {statistic}", rows.kind, "Pass such rows.")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) < 120 else text[:117] + "..."
