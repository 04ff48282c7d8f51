"""What is done with one column: the part it plays, told from its values, and how it is read."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from calibrant.data.cleaning import Cleaning
from calibrant.data.columns import kind_of, plain
from calibrant.data.dates import ISO, WHOLE, DateReading, has_time, is_date, told_form
from calibrant.data.faults import Fault, bad_values
from calibrant.data.folding import folded
from calibrant.data.identifiers import (
    FEWEST_ROWS,
    MOST_LEVELS,
    fewest_rows,
    sequence_reason,
    text_reason,
)
from calibrant.data.number_column import NumberReading
from calibrant.data.schema import ColumnRole
from calibrant.data.text_column import BLANKS, MISSING, Spellings

__all__ = ["ColumnPlan", "ColumnReading", "Part", "plan_column"]

ColumnReading: TypeAlias = Spellings | NumberReading | DateReading
Part = Literal["target", "split", "group", "time"]
FedRole = Literal["number", "category", "date"]

_WHY: dict[Part, str] = {
    "target": "to be predicted",
    "split": "names the part of every row",
    "group": "names the group of every row",
    "time": "tells the time of every row",
}


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Part of one column, and how it is read; None where it is passed on as it is, or dropped."""

    role: ColumnRole
    reading: ColumnReading | None = None

    @property
    def roles(self) -> tuple[ColumnRole, ...]:
        """Role of the column, and of each part of a date."""
        if self.role.role != "date" or not isinstance(self.reading, DateReading):
            return (self.role,)
        name = self.role.name
        why = f"of the date {name!r}"
        parts = self.reading.parts(np.array([], dtype="datetime64[us]"))
        return (
            self.role,
            *(ColumnRole(f"{name}: {part}", "number", why, part_of=name) for part in parts),
        )


def plan_column(
    name: str,
    column: pa.ChunkedArray,
    *,
    cleaning: Cleaning,
    part: Part | None = None,
    decimal: str | None = None,
) -> ColumnPlan:
    """Plan of the `column` of that `name`, which plays that `part` beside the features, if any.

    Raises
    ------
    Fault
        If the column cannot be what the recipe asks for.
    """
    column = plain(column)
    asked = cleaning.roles.get(name, "date" if name in cleaning.date_formats else None)
    if part is None or (part in {"group", "time"} and asked is not None):
        plan = _Feature(name, column, asked, cleaning, decimal).plan()
        also = f"; {_WHY[part]}" if part else ""
        if part is not None and plan.role.role in {"identifier", "dropped"}:
            return ColumnPlan(ColumnRole(name, part, f"{_WHY[part]}, not fed as asked"))
        return ColumnPlan(ColumnRole(name, plan.role.role, plan.role.why + also), plan.reading)
    return ColumnPlan(ColumnRole(name, part, _WHY[part]), _reading(name, column, cleaning, part))


def _reading(
    name: str, column: pa.ChunkedArray, cleaning: Cleaning, part: Part
) -> ColumnReading | None:
    """Reading of a column that is not fed."""
    kind = kind_of(column)
    if part == "split" or kind == "other":
        return None
    missing = _missing(name, cleaning, BLANKS)
    if part == "time":
        form = _form(column, missing)[0] if kind == "text" and not is_date(column.type) else None
        return None if form is None else DateReading(form, hours=True, missing=missing)
    if kind == "number" and name not in cleaning.aliases:
        return NumberReading(missing, zero_is_missing=False)
    return Spellings.learn(
        name,
        column,
        aliases=cleaning.aliases.get(name, {}),
        keep_case=name in cleaning.keep_case,
        missing=missing,
        fewest=1 if part == "target" else FEWEST_ROWS,
    )


def _missing(name: str, cleaning: Cleaning, usual: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*usual, *map(folded, cleaning.missing.get(name, ()))}))


def _form(column: pa.ChunkedArray, missing: tuple[str, ...]) -> tuple[str | None, str]:
    """Form of the dates that all present texts of `column` are, and a note: see `told_form`."""
    texts = Spellings(keep_case=True, missing=missing).read(column).texts
    present = pc.unique(texts.drop_null())
    return told_form(present) if len(present) else (None, "")


@dataclass(frozen=True, slots=True)
class _Feature:
    """A column that may be fed: what it holds, and what the recipe asks of it."""

    name: str
    column: pa.ChunkedArray
    asked: str | None
    cleaning: Cleaning
    decimal: str | None

    def plan(self) -> ColumnPlan:
        """Plan of the column: as asked, else by its type and values."""
        kind, asked = kind_of(self.column), self.asked
        if asked == "drop":
            return self._dropped("as asked")
        if asked == "identifier":
            return ColumnPlan(ColumnRole(self.name, asked, "as asked"))
        if kind == "other":
            if asked is not None:
                raise Fault(f"{self.name!r} as {asked!r}: it holds {self.column.type}")
            return self._dropped(f"holds neither numbers nor text: {self.column.type}")
        if self.column.null_count == len(self.column):
            return self._dropped("every value is missing")
        return self._fed(asked or self._told())

    def _told(self) -> FedRole:
        """Role that type and values tell."""
        if is_date(self.column.type):
            return "date"
        if kind_of(self.column) == "number":
            return "number"
        if pa.types.is_boolean(self.column.type) or not _is_text(self.column):
            return "category"
        if self.name in self.cleaning.aliases or self.name in self.cleaning.keep_case:
            return "category"
        numbers = NumberReading(self._missing, zero_is_missing=False)
        values, bad, _ = numbers.read(self.column, decimal=self.decimal)
        if not len(bad) and not np.isnan(values).all():
            return "number"
        return "date" if _form(self.column, self._missing)[0] else "category"

    def _fed(self, role: str) -> ColumnPlan:
        """Plan of the column as a feature with that `role`."""
        match role:
            case "number":
                return self._number()
            case "date":
                return self._date(self._date_form())
            case _:
                return self._category()

    def _dropped(self, why: str) -> ColumnPlan:
        return ColumnPlan(ColumnRole(self.name, "dropped", why))

    def _number(self) -> ColumnPlan:
        """Plan of numbers, or of texts that must be such."""
        if kind_of(self.column) == "text" and not _is_text(self.column):
            raise Fault(f"{self.name!r} as 'number': it holds {self.column.type}")
        reading = NumberReading(self._missing, self.name in self.cleaning.zero_is_missing)
        values, bad, _ = reading.read(self.column, decimal=self.decimal)
        if len(bad):
            raise Fault(bad_values(self.name, self.column, bad, "numbers", 0))
        infinite = np.flatnonzero(np.isinf(values)).astype(np.int64)
        if len(infinite):
            raise Fault(bad_values(self.name, self.column, infinite, "finite numbers", 0))
        present = values[~np.isnan(values)]
        n_missing, levels = len(values) - len(present), np.unique(present)
        if len(levels) == 0:
            return self._dropped("every value is missing")
        if len(levels) == 1 and n_missing == 0:
            return self._dropped(f"constant: always {levels[0]:.15g}")
        exact = pa.types.is_integer(self.column.type)
        reason = sequence_reason(present, len(levels), exact=exact)
        if reason and not self._kept:
            return ColumnPlan(ColumnRole(self.name, "identifier", reason))
        why = f"{levels[0]:g} to {levels[-1]:g}{_missing_in_words(n_missing)}"
        return ColumnPlan(ColumnRole(self.name, "number", why + self._noted(reason)), reading)

    def _date(self, form: str) -> ColumnPlan:
        """Plan of dates of that `form`."""
        when, bad, _ = DateReading(form, hours=False, missing=self._missing).read(self.column)
        if len(bad):
            what = f"dates written {form}"
            raise Fault(bad_values(self.name, self.column, bad, what, 0))
        present = when[~np.isnat(when)]
        if len(present) == 0:
            return self._dropped("every value is missing")
        n_missing = len(when) - len(present)
        first, last = present.min().astype("datetime64[D]"), present.max().astype("datetime64[D]")
        if n_missing == 0 and (present == present[0]).all():
            return self._dropped(f"constant: always {first}")
        how = "" if is_date(self.column.type) else f", written {form}"
        why = f"{first} to {last}{_missing_in_words(n_missing)}{how}"
        reading = DateReading(form, has_time(when), self._missing)
        return ColumnPlan(ColumnRole(self.name, "date", why), reading)

    def _date_form(self) -> str:
        """Form of the dates: as asked, else as told."""
        if self.name in self.cleaning.date_formats:
            return self.cleaning.date_formats[self.name]
        if is_date(self.column.type):
            return ISO
        if kind_of(self.column) == "number":
            return WHOLE
        form, note = _form(self.column, self._missing)
        if note:
            raise Fault(f"{self.name!r} as 'date': {note}")
        return form or ISO

    def _category(self) -> ColumnPlan:
        """Plan of levels."""
        reading = Spellings.learn(
            self.name,
            self.column,
            aliases=self.cleaning.aliases.get(self.name, {}),
            keep_case=self.name in self.cleaning.keep_case,
            missing=self._missing,
        )
        texts, _ = reading.read(self.column, decimal=self.decimal)
        counts = pc.value_counts(texts.drop_null())
        n_levels, n_missing = len(counts), texts.null_count
        if n_levels == 0:
            return self._dropped("every value is missing")
        if n_levels == 1 and n_missing == 0:
            return self._dropped(f"constant: always {texts[0].as_py()!r}")
        n_rows, most = len(texts), pc.max(counts.field("counts")).as_py()
        reason = text_reason(n_levels, n_rows - n_missing, most=most, n_rows=n_rows)
        note = _form(self.column, self._missing)[1] if self.asked is None else ""
        note = f"; {note}" if note else ""
        if reason and not self._kept:
            return ColumnPlan(ColumnRole(self.name, "identifier", reason + note))
        why = f"{n_levels:,} levels{_missing_in_words(n_missing)}"
        if self.asked == "hashed":
            return ColumnPlan(ColumnRole(self.name, "hashed", f"{why}, hashed"), reading)
        if n_levels > MOST_LEVELS:
            why += f", grouped where fewer than {fewest_rows(n_rows):,} rows have one"
        return ColumnPlan(
            ColumnRole(self.name, "category", why + self._noted(reason) + note), reading
        )

    @property
    def _missing(self) -> tuple[str, ...]:
        """Folded spellings of missing."""
        return _missing(self.name, self.cleaning, MISSING)

    @property
    def _kept(self) -> bool:
        """Whether the column is fed although it looks like identifiers."""
        return self.asked is not None or self.name in self.cleaning.keep_identifiers

    def _noted(self, reason: str | None) -> str:
        return " (an identifier, kept)" if reason else ""


def _missing_in_words(n_missing: int) -> str:
    return f", {n_missing:,} missing" if n_missing else ""


def _is_text(column: pa.ChunkedArray) -> bool:
    kind, types = column.type, pa.types
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
