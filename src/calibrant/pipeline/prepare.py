"""From a file to features and labels: read, clean, split, label, encode."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from jaxtyping import Int64

from calibrant.data.aliases import AliasSuggestion, suggest_aliases
from calibrant.data.encode import Encoder
from calibrant.data.folds import fold_splits
from calibrant.data.leaks import leak_warnings
from calibrant.data.plan import Plan
from calibrant.data.read import open_source
from calibrant.data.schema import Roles
from calibrant.data.split import (
    Split,
    split_from_column,
    stratified_split,
)
from calibrant.data.target import labelled_rows
from calibrant.data.times import time_column, time_split
from calibrant.data.units import Units, equal_rows, group_units
from calibrant.pipeline.events import (
    ColumnsUsed,
    Listener,
    RowsSplit,
    TableMended,
    TableRead,
    TargetLabelled,
)
from calibrant.pipeline.fold import Fold
from calibrant.pipeline.repairs import mended_in, suggestions_for
from calibrant.pipeline.task import Task
from calibrant.report.summary import ColumnUse

__all__ = ["Prepared", "prepare"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """Rows with a target, cleaned, and one fold or more of them.

    Attributes
    ----------
    name : str
        Of the file.
    n_rows : int
        Rows of the file.
    how_read : tuple of str
        Sentences on what was guessed about the file.
    table : pyarrow.Table
        Rows that have a target, cleaned.
    rows : Int64[ndarray, "row"]
        Their numbers in the file, from 0.
    columns : tuple of ColumnUse
        What every column is used for.
    plan : Plan
        What is done with every column.
    mended : mapping
        By kind of repair and column: rows mended.
    n_repeats : int
        Rows that equal an earlier one in all features.
    units : Units
        Rows that stay together: equal in all features, or of one group.
    suggestions, warnings : tuple of str
        Sentences: repairs that the table may want, and leaks that it may have.
    likely_aliases : tuple of AliasSuggestion
        The repairs that the first of them tell.
    folds : tuple of Fold
        One, or as many as the recipe asks for.
    """

    name: str
    n_rows: int
    how_read: tuple[str, ...]
    table: pa.Table
    rows: Int64[np.ndarray, " row"]
    columns: tuple[ColumnUse, ...]
    plan: Plan
    mended: Mapping[str, Mapping[str, int]]
    n_repeats: int
    units: Units
    suggestions: tuple[str, ...]
    warnings: tuple[str, ...]
    likely_aliases: tuple[AliasSuggestion, ...]
    folds: tuple[Fold, ...]

    @property
    def without_target(self) -> int:
        """Rows of the file that have no target and are left out."""
        return self.n_rows - len(self.rows)

    @property
    def imputed(self) -> Mapping[str, int]:
        """Missing numbers that are filled in, by column."""
        return self.folds[0].repairs.imputed

    @property
    def unseen(self) -> Mapping[str, int]:
        """Categories that no training row has, by column; the most of any fold."""
        counts: Counter[str] = Counter()
        for fold in self.folds:
            counts |= Counter(fold.repairs.unseen)
        return dict(counts)


def prepare(task: Task, on_event: Listener) -> Prepared:
    """Features and labels of the table of the task; training rows alone decide what is learned.

    Raises
    ------
    InputError
        When the table cannot be read, or cannot serve: see `calibrant.data`.
    """
    recipe = task.recipe
    path, target = Path(recipe.data.path), recipe.data.target
    source = open_source(path, recipe.data.reading)
    read = source.read()
    plan = Plan.make(
        read.table, target=target, cleaning=recipe.data.cleaning, reserved=recipe.split.reserved
    )
    cleaned = plan.apply(read.table)
    rows = labelled_rows(cleaned.table, target)
    table = cleaned.table.take(pa.array(rows))
    on_event(
        TableRead(path.name, len(read.table), read.table.num_columns, len(read.table) - len(rows))
    )
    units = equal_rows(table, (*plan.roles.numbers, *plan.roles.categories))
    repeats = units.n_repeats
    if recipe.split.group is not None:
        units = units.joined(group_units(table, recipe.split.group), column=recipe.split.group)
    folds: list[Fold] = []
    for split in _splits(table, task, units):
        folds.append(_fold(table, plan.roles, split, task, folds[0] if folds else None))
    mended = mended_in(read, cleaned)
    likely_aliases = suggest_aliases(read.table, plan)
    suggestions = suggestions_for(read.table, plan, likely_aliases)
    warnings = leak_warnings(table, plan.roles, folds[0].split, folds[0].labels, units)
    on_event(TableMended(source.how, mended, repeats, suggestions, warnings))
    columns = _columns(plan.roles, folds[0].encoder)
    on_event(ColumnsUsed(columns))
    on_event(TargetLabelled(folds[0].target.how))
    on_event(_rows_split(folds, task))
    return Prepared(
        name=path.name,
        n_rows=len(read.table),
        how_read=source.how,
        table=table,
        rows=rows,
        columns=columns,
        plan=plan,
        mended=mended,
        n_repeats=repeats,
        units=units,
        suggestions=suggestions,
        warnings=warnings,
        likely_aliases=likely_aliases,
        folds=tuple(folds),
    )


def _splits(table: pa.Table, task: Task, units: Units) -> tuple[Split, ...]:
    """Splits of `table`, as the recipe says; one, or one a fold."""
    part, seed = task.recipe.split, task.recipe.seed
    if part.column is not None:
        return (split_from_column(table, part.column),)
    if part.time is not None:
        return (time_split(time_column(table, part.time), sizes=part.sizes, name=part.time),)
    strata = task.strata(table)
    if part.folds is not None:
        return fold_splits(strata, n_folds=part.folds, seed=seed, sizes=part.sizes, units=units)
    return (stratified_split(strata, seed=seed, sizes=part.sizes, units=units),)


def _fold(table: pa.Table, roles: Roles, split: Split, task: Task, first: Fold | None) -> Fold:
    """Labels and features of the rows, as the training rows of `split` teach them."""
    target, labels = task.label(table, split, None if first is None else first.target)
    encoder = Encoder.fit(table, roles, split.train)
    return Fold(
        split=split,
        target=target,
        encoder=encoder,
        repairs=encoder.counts_of(table),
        features=encoder.transform(table),
        labels=labels,
    )


def _columns(roles: Roles, encoder: Encoder) -> tuple[ColumnUse, ...]:
    """Use of every column; those that do not vary over the training rows are dropped too."""
    fed = {*encoder.numbers, *encoder.flags, *encoder.categories}
    return tuple(
        ColumnUse(name=name, role="dropped", why="does not vary over the training rows")
        if role in {"number", "category"} and name not in fed
        else ColumnUse(name=name, role=role, why=why)
        for name, role, why in roles.describe()
    )


def _rows_split(folds: list[Fold], task: Task) -> RowsSplit:
    """Event that tells the split, with the training rows of every class."""
    first = folds[0]
    return RowsSplit(
        len(first.split.train),
        len(first.split.validation),
        len(first.split.test),
        first.split.how,
        len(folds),
        task.count_labels(first),
    )
