"""What happens to every column of a table, the same for training and for new rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from calibrant.data.cleaning import Cleaning
from calibrant.data.column_plan import ColumnPlan, Part, plan_column
from calibrant.data.columns import column_of, listed, plain
from calibrant.data.dates import DateReading
from calibrant.data.faults import Fault, bad_values
from calibrant.data.number_column import NumberReading
from calibrant.data.schema import Roles
from calibrant.data.text_column import Spellings
from calibrant.errors import InputError

__all__ = ["Cleaned", "Cleaning", "Plan"]

SCHEMA = 1


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """Rows once they are read as a plan says.

    Attributes
    ----------
    table : pyarrow.Table
        Features: numbers and parts of dates in float64, categories as text; null where a value
        is missing. Then target, identifiers and the columns of the split, as far as they are
        there.
    mended : mapping
        What was mended, by how: by column the number of rows.
    """

    table: pa.Table
    mended: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the columns of a table are read; make one with `Plan.make` or `Plan.from_dict`.

    Parameters
    ----------
    target : str
        Column that is predicted.
    reserved : mapping of str to str
        Other columns with a part of their own: ``"split"``, ``"group"`` or ``"time"``.
    columns : tuple of ColumnPlan
        Every column, in the table's order.
    """

    target: str
    reserved: Mapping[str, Part]
    columns: tuple[ColumnPlan, ...]

    @classmethod
    def make(
        cls,
        table: pa.Table,
        *,
        target: str,
        cleaning: Cleaning,
        reserved: Mapping[str, str],
        decimal: str | None = None,
    ) -> "Plan":
        """Plan for `table`, told from the types, levels and forms of its columns.

        Text is a category, with more than 50 levels one whose rare levels are grouped; but it
        is an identifier with nine in ten values different, or with more than 50 levels of which
        none has 1 % of the rows (at least 10). Text of which every value is a date is a date.
        Numbers are numbers, but whole numbers are identifiers where they number the rows.
        Columns that are constant or wholly missing are dropped. Which levels are kept, medians
        and scales are learned later, from training rows alone.

        Parameters
        ----------
        table : pyarrow.Table
            All rows.
        target : str
            Column to predict. Its values have no say.
        cleaning : Cleaning
            What is asked for.
        reserved : mapping of str to str
            Columns that name the part (``"split"``), the group (``"group"``) or the time
            (``"time"``) of every row. The last two are fed only where `cleaning` gives them a
            role.
        decimal : {".", ","} or None
            Decimal mark of numbers that come as text: see `read_numbers`.

        Raises
        ------
        InputError
            If a name is no column, if columns cannot be what is asked (all are named at once),
            if a number is infinite, or if no column is left to learn from.
        """
        parts = _parts(table, target, reserved, cleaning)
        columns: list[ColumnPlan] = []
        faults: list[str] = []
        for name in table.column_names:
            try:
                columns.append(
                    plan_column(
                        name,
                        table.column(name),
                        cleaning=cleaning,
                        part=parts.get(name),
                        decimal=decimal,
                    )
                )
            except Fault as fault:
                faults.append(str(fault))
        if faults:
            remedy = "Correct these values, leave them empty, or give the columns another role."
            raise InputError("columns", "be what they are used as", _told(faults), remedy)
        plan = cls(target, {name: parts[name] for name in reserved}, tuple(columns))
        plan._check(table, cleaning)
        return plan

    @property
    def roles(self) -> Roles:
        """Role of every column, and of every part of a date after its column."""
        return Roles(tuple(role for column in self.columns for role in column.roles))

    def apply(self, table: pa.Table, *, decimal: str | None = None, first_row: int = 0) -> Cleaned:
        """Rows of `table`, each read by itself: any part of a table is read as in the whole.

        Parameters
        ----------
        table : pyarrow.Table
            Typed, or all text. Columns in any order; others than those of the plan are left
            out; target, identifiers and the columns of the split may be absent.
        decimal : {".", ","} or None
            Decimal mark of numbers that come as text: see `read_numbers`.
        first_row : int, default 0
            Number of the first row, for messages.

        Raises
        ------
        InputError
            If a column that is fed is absent, or holds values that are no numbers or no dates
            where those of the plan were such.
        """
        fed = [c.role.name for c in self.columns if c.role.role in _FED]
        absent = [name for name in fed if name not in table.column_names]
        if absent:
            got = f"{listed(absent)} absent"
            raise InputError("table", "hold every column of the training", got, "Add them.")
        read: dict[str, pa.Array | pa.ChunkedArray] = {}
        others: dict[str, pa.Array | pa.ChunkedArray] = {}
        mended: dict[str, dict[str, int]] = {}
        faults: list[str] = []
        for column in self.columns:
            name = column.role.name
            if column.role.role == "dropped" or name not in table.column_names:
                continue
            values, counts, fault = _read(column, plain(table.column(name)), decimal, first_row)
            own = column.role.role in _FED
            for part, numbers in values.items():
                (read if own and (part != name or column.role.role != "date") else others)[part] = (
                    numbers
                )
            for how, count in counts.items():
                mended.setdefault(how, {})[name] = count
            faults += fault
        if faults:
            remedy = "Correct these values or leave them empty."
            raise InputError("table", "hold what the training had", _told(faults), remedy)
        return Cleaned(pa.table({**read, **others}), mended)

    def to_dict(self) -> dict[str, object]:
        """Plain data, ready for JSON, that `from_dict` reads."""
        return {"schema": SCHEMA, **_ADAPTER.dump_python(self, mode="json")}

    @classmethod
    def from_dict(cls, content: Mapping[str, object]) -> "Plan":
        """Plan that `to_dict` wrote.

        Raises
        ------
        InputError
            If `content` is no such plan.
        """
        remedy = "Train again, or copy the file again."
        found = content.get("schema")
        if found != SCHEMA:
            rule = f"be a plan of schema {SCHEMA}"
            raise InputError("plan", rule, f"schema {found!r}", remedy)
        try:
            return _ADAPTER.validate_python({k: v for k, v in content.items() if k != "schema"})
        except ValidationError as error:
            first = error.errors()[0]
            got = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            raise InputError("plan", "be one that was saved", got, remedy) from None

    def _check(self, table: pa.Table, cleaning: Cleaning) -> None:
        """Something is fed, its names are free, and what is asked for finds its kind of column."""
        roles = {role.name: role.role for column in self.columns for role in column.roles}
        if not set(roles.values()) & {"number", "category", "hashed"}:
            raise InputError(
                "table",
                "hold a column to learn from besides the target",
                f"{listed(table.column_names)}, none of them usable",
                "Give a column that looks like an identifier a role.",
            )
        taken = [
            c.part_of for c in self.roles.columns if c.part_of and c.name in table.column_names
        ]
        if taken:
            got = f"parts of the dates {listed(dict.fromkeys(taken))} beside columns named so"
            raise InputError("columns", "have different names", got, "Rename these columns.")
        wrong = [n for n in cleaning.zero_is_missing if roles[n] not in {"number", "dropped"}]
        if wrong:
            got = ", ".join(f"{name!r}, {_article(roles[name])}" for name in wrong)
            raise InputError("zero_is_missing", "name columns of numbers", got, "Leave it out.")
        wrong = [n for n in cleaning.aliases if roles[n] in {"number", "date", "split"}]
        if wrong:
            got = ", ".join(f"{name!r}, {_article(roles[name])}" for name in wrong)
            raise InputError("aliases", "name columns of categories", got, "Leave it out.")


_ADAPTER = TypeAdapter(Plan)
_PARTS: dict[str, Part] = {"split": "split", "group": "group", "time": "time"}
_FED = {"number", "category", "hashed", "date"}


def _parts(
    table: pa.Table, target: str, reserved: Mapping[str, str], cleaning: Cleaning
) -> dict[str, Part]:
    """Part of every column that has one; every name that is used is one of the table's."""
    parts: dict[str, Part] = {target: "target"}
    column_of(table, target, "target")
    for name, role in reserved.items():
        column_of(table, name, f"{role}_column" if role == "split" else role)
        if name == target:
            what = f"{role}_column" if role == "split" else role
            raise InputError(what, "differ from the target", repr(name), "Name another column.")
        parts[name] = _PARTS[role]
    names: list[str] = table.column_names
    unknown: list[str] = []
    near: dict[str, None] = {}
    for setting, used in cleaning.columns().items():
        for name in used:
            if name not in names:
                unknown.append(f"{name!r} in {setting}")
                near |= dict.fromkeys(get_close_matches(name, names, n=1))
    if unknown:
        hint = f"Did you mean {listed(near)}? " if near else ""
        remedy = f"{hint}It has {listed(names)}."
        raise InputError("recipe", "name columns of the table", ", ".join(unknown), remedy)
    for setting in ("roles", "keep_identifiers", "zero_is_missing", "date_formats"):
        held = (
            {"target", "split"} if setting != "keep_identifiers" else {*_PARTS.values(), "target"}
        )
        wrong = [n for n in cleaning.columns()[setting] if parts.get(n) in held]
        if wrong:
            remedy = "Leave it out."
            raise InputError(setting, "name features", listed(wrong), remedy)
    return parts


def _read(
    column: ColumnPlan, values: pa.ChunkedArray, decimal: str | None, first_row: int
) -> tuple[dict[str, pa.Array | pa.ChunkedArray], Mapping[str, int], list[str]]:
    """Columns of the cleaned table made of `values`, what was mended, and what cannot be."""
    name, reading = column.role.name, column.reading
    match reading:
        case None:
            return {name: values}, {}, []
        case Spellings():
            texts, mended = reading.read(values, decimal=decimal)
            return {name: texts}, mended, []
        case NumberReading():
            numbers, bad, mended = reading.read(values, decimal=decimal)
            what, made = "numbers", {name: pa.array(numbers, from_pandas=True)}
        case DateReading():
            when, bad, mended = reading.read(values)
            what, made = f"dates written {reading.form}", {name: pa.array(when)}
            if column.role.role == "date":
                parts = reading.parts(when).items()
                made |= {f"{name}: {p}": pa.array(v, from_pandas=True) for p, v in parts}
    faults = [bad_values(name, values, bad, what, first_row)] if len(bad) else []
    return made, mended, faults


def _told(faults: list[str]) -> str:
    return f"{'; '.join(faults)}, counted from 0" if faults else ""


def _article(role: str) -> str:
    return f"which is {'an' if role == 'identifier' else 'a'} {role}"
