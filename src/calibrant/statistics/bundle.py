"""Tallies: the sums that a set of metrics needs, taken in one pass, merged by `+`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import final

import torch

from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.group_limit import check_groups
from calibrant.statistics.saving import save_tallies
from calibrant.statistics.slices import SparseTable
from calibrant.statistics.spans import Tables, sum_spans
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["Slices", "Tallies", "Totals", "check_evaluable", "check_rows", "tally_rows"]


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
    n : int
        Number of rows added up, absent ones left out.
    notes : tuple of str
        What was done to values on their way in, in words.
    slices : mapping
        Tallies of every group of rows, where groups were given.
    """

    kind: str
    class_names: tuple[str, ...]
    parts: dict[Statistic, Tally]
    n: int
    notes: tuple[str, ...] = ()
    slices: "Mapping[str, Tallies]" = field(default_factory=dict["str", "Tallies"])

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @final
    def holds(self, statistic: Statistic) -> bool:
        """Whether the sums of `statistic` are among these."""
        return all(leaf in self.parts for leaf in statistic.leaves())

    @final
    def tally_of(self, statistic: Statistic) -> Tally:
        """Tally of a statistic whose sums these hold."""
        if not statistic.members:
            return self.parts[statistic]
        members = tuple(self.tally_of(member) for member in statistic.members)
        return Tally(statistic, statistic.zero(self.n_classes).table, members)

    @final
    def __add__(self, other: object) -> "Tallies":
        """Sums over both sets of rows; 0 counts as tallies of none, so that `sum` works.

        Raises
        ------
        InputError
            If `other` is no tallies, or of other kinds of rows, classes or statistics, or only
            one of the two is sliced by groups.
        """
        if isinstance(other, int) and other == 0:
            return self
        if not isinstance(other, Tallies):
            got, remedy = f"{type(other).__name__} {_short(other)}", "Tally the rows first."
            raise InputError("other", "be tallies to add to tallies", got, remedy)
        for what, own, theirs in (
            ("kind", self.kind, other.kind),
            ("class_names", self.class_names, other.class_names),
            ("statistics", _beyond(self, other), _beyond(other, self)),
            ("groups", _sliced(self), _sliced(other)),
        ):
            if own != theirs:
                raise InputError(
                    "other",
                    f"be tallies of the same {what}, {_short(own)}",
                    _short(theirs),
                    "Tally every shard with the same metrics and classes, with groups or without.",
                )
        parts = {
            statistic: tally + other.parts[statistic] for statistic, tally in self.parts.items()
        }
        notes = tuple(dict.fromkeys(self.notes + other.notes))
        slices = Slices(
            (
                name,
                reduce(add, [each.slices[name] for each in (self, other) if name in each.slices]),
            )
            for name in sorted(self.slices.keys() | other.slices.keys())
        )
        n = self.n + other.n
        return Tallies(self.kind, self.class_names, parts, n, notes, slices)

    @final
    def __radd__(self, other: object) -> "Tallies":
        """See `__add__`."""
        return self + other

    @final
    def save(self, path: str | Path) -> None:
        """Write the tallies to a file, whole or not at all; see `calibrant.load_tallies`.

        Raises
        ------
        InputError
            If a setting of a statistic is no number, text, tuple or dataclass of these.
        OutputError
            When the file cannot be written.
        """
        save_tallies(path, self)


@final
class Slices(Mapping[str, Tallies]):
    """Tallies by group, held sparsely: each is made whole as it is asked for.

    Parameters
    ----------
    slices : iterable of tuple
        Name and tallies of every group.
    """

    def __init__(self, slices: Iterable[tuple[str, Tallies]] = ()) -> None:
        self._held = {
            name: (
                replace(tallies, parts={}),
                {s: SparseTable.of(tally.table) for s, tally in tallies.parts.items()},
            )
            for name, tallies in slices
        }

    def __getitem__(self, name: str) -> Tallies:
        tallies, tables = self._held[name]
        return replace(tallies, parts={s: Tally(s, table.whole()) for s, table in tables.items()})

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


class Totals:
    """Sums of rows group by group, and over all groups once each was asked for.

    Parameters
    ----------
    rows : Rows
        With groups, or without.
    statistics : iterable of Statistic
        What is to be summed.

    Raises
    ------
    InputError
        If labels are missing, or a statistic cannot read this kind of rows.
    """

    def __init__(self, rows: Rows, statistics: Iterable[Statistic]) -> None:
        asked = list(dict.fromkeys(statistics))
        for statistic in asked:
            check_evaluable(rows, statistic.reads, str(statistic))
        wanted = dict.fromkeys(leaf for statistic in asked for leaf in statistic.leaves())
        check_groups(rows)
        self._rows = rows
        self._parted = [statistic for statistic in wanted if not statistic.whole]
        self._whole = [statistic for statistic in wanted if statistic.whole]
        self._total: Tables | None = None

    def by_group(self) -> Iterator[tuple[str, Rows, Tallies]]:
        """Name, present rows and tallies of every group that has any, in the order of names."""
        if self._rows.groups is None:
            return
        total = {s: s.zero(self._rows.n_classes).table for s in self._parted}
        for name, group in self._rows.by_group():
            tables = sum_spans(group, self._parted)
            for statistic, table in tables.items():
                total[statistic] += table.cpu()
            if self._whole:
                tables |= sum_spans(_in_group(self._rows, name), self._whole)
            yield name, group, _tallies(self._rows, tables, len(group))
        self._total = total

    def of_all(self) -> Tallies:
        """Tallies of all rows: those of the groups added up, if all groups were gone through."""
        if self._total is None:
            tables = sum_spans(self._rows, [*self._parted, *self._whole])
        else:
            tables = self._total | sum_spans(self._rows, self._whole)
        return _tallies(self._rows, tables, self._rows.n_present)


def tally_rows(rows: Rows, statistics: Iterable[Statistic]) -> Tallies:
    """Sums of `rows` for every statistic, a cache-sized run of rows at a time.

    Rows with groups are added up group by group; the sums over all rows are those of the groups.

    Raises
    ------
    InputError
        If labels are missing, or a statistic cannot read this kind of rows.
    """
    totals = Totals(rows, statistics)
    slices = Slices((name, part) for name, _, part in totals.by_group())
    return replace(totals.of_all(), slices=slices) if rows.groups is not None else totals.of_all()


def _tallies(rows: Rows, tables: Tables, n: int) -> Tallies:
    parts = {statistic: Tally(statistic, table.cpu()) for statistic, table in tables.items()}
    return Tallies(rows.kind, rows.class_names, parts, n, rows.notes)


def _in_group(rows: Rows, name: str) -> Rows:
    """All rows, with weight 0 for those of other groups."""
    groups = rows.groups
    assert groups is not None
    inside = groups.codes == groups.names.index(name)
    weight = rows.weight()
    return rows.reweighted(torch.where(inside.to(weight.device), weight, 0))


def _beyond(tallies: Tallies, others: Tallies) -> str:
    """Statistics that the others lack."""
    lacking = [str(statistic) for statistic in tallies.parts if statistic not in others.parts]
    return ", ".join(sorted(lacking)) or "no others"


def _sliced(tallies: Tallies) -> str:
    return "some" if tallies.slices else "none"


def check_rows(rows: object) -> None:
    """Raise `InputError` unless `rows` came through a door."""
    if not isinstance(rows, Rows):
        rule = "be predictions, events, decisions or numbers"
        remedy = "Pass calibrant.predictions(...)."
        raise InputError("rows", rule, type(rows).__name__, remedy)


def check_evaluable(rows: Rows, kinds: tuple[type[Rows], ...], what: str) -> None:
    """Raise `InputError` if labels are missing, or `what` cannot be told from this kind of rows."""
    check_rows(rows)
    if isinstance(rows, Predictions) and rows.truth is None:
        remedy = "Unlabelled predictions can be transformed and decided on."
        raise InputError("labels", "be given to evaluate predictions", "none", remedy)
    if isinstance(rows, Numbers) and rows.targets is None:
        remedy = "Pass what came out as targets."
        raise InputError("targets", "be given to evaluate numbers", "none", remedy)
    if not isinstance(rows, kinds):
        able = " or ".join(kind.kind for kind in kinds)
        raise InputError("rows", f"be {able} for {what}", rows.kind, "Pass such rows.")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) < 120 else text[:117] + "..."
