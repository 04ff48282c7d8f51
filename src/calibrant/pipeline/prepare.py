"""From a file to features and labels: read, tell roles, split, label, encode."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from jaxtyping import Float32, Int64

from calibrant.data.encode import Encoder, Repairs
from calibrant.data.read import read_table
from calibrant.data.schema import Roles, infer_roles
from calibrant.data.split import Split, check_classes, split_from_column, stratified_split
from calibrant.data.target import Target, label_target, labelled_rows, strata_of
from calibrant.pipeline.events import ColumnsUsed, Listener, RowsSplit, TableRead, TargetLabelled
from calibrant.pipeline.recipe import Recipe
from calibrant.report.summary import ColumnUse

__all__ = ["Prepared", "prepare"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """Rows with a target, their features and labels, and how they came about.

    Attributes
    ----------
    name : str
        Of the file.
    n_rows : int
        Rows of the file.
    table : pyarrow.Table
        Rows that have a target.
    rows : Int64[ndarray, "row"]
        Their numbers in the file, from 0.
    columns : tuple of ColumnUse
        What every column is used for.
    roles, target, split, encoder, repairs
        As told, cut, drawn, learned and counted.
    features : Float32[ndarray, "row feature"]
        Finite.
    labels : Int64[ndarray, "row"]
        Class indices.
    """

    name: str
    n_rows: int
    table: pa.Table
    rows: Int64[np.ndarray, " row"]
    columns: tuple[ColumnUse, ...]
    roles: Roles
    target: Target
    split: Split
    encoder: Encoder
    repairs: Repairs
    features: Float32[np.ndarray, "row feature"]
    labels: Int64[np.ndarray, " row"]

    @property
    def without_target(self) -> int:
        """Rows of the file that have no target and are left out."""
        return self.n_rows - len(self.rows)


def prepare(recipe: Recipe, on_event: Listener) -> Prepared:
    """Features and labels of the table of `recipe`; training rows alone decide what is learned.

    Raises
    ------
    InputError
        When the table cannot be read, or cannot serve: see `calibrant.data`.
    """
    path = Path(recipe.data.path)
    whole = read_table(path)
    rows = labelled_rows(whole, recipe.data.target)
    on_event(TableRead(path.name, len(whole), whole.num_columns, len(whole) - len(rows)))
    roles = infer_roles(
        whole,
        target=recipe.data.target,
        split_column=recipe.split.column,
        keep_identifiers=recipe.data.keep_identifiers,
    )
    table = whole.take(pa.array(rows))
    split = _split(table, recipe)
    target, labels = label_target(
        table,
        recipe.data.target,
        positive=recipe.data.positive,
        positive_above=recipe.data.positive_above,
        train_rows=split.train,
    )
    check_classes(split, labels, target.class_names)
    encoder = Encoder.fit(table, roles, split.train)
    columns = _columns(roles, encoder)
    on_event(ColumnsUsed(columns))
    on_event(TargetLabelled(target.how, target.class_names))
    on_event(_rows_split(split, labels, target))
    return Prepared(
        name=path.name,
        n_rows=len(whole),
        table=table,
        rows=rows,
        columns=columns,
        roles=roles,
        target=target,
        split=split,
        encoder=encoder,
        repairs=encoder.counts_of(table),
        features=encoder.transform(table),
        labels=labels,
    )


def _split(table: pa.Table, recipe: Recipe) -> Split:
    """Split of `table`, as its column says or drawn by the seed."""
    if recipe.split.column is not None:
        return split_from_column(table, recipe.split.column)
    strata = strata_of(table, recipe.data.target, positive_above=recipe.data.positive_above)
    return stratified_split(strata, seed=recipe.seed, sizes=recipe.split.sizes)


def _columns(roles: Roles, encoder: Encoder) -> tuple[ColumnUse, ...]:
    """Use of every column; those that do not vary over the training rows are dropped too."""
    fed = {*encoder.numbers, *encoder.flags, *encoder.categories}
    return tuple(
        ColumnUse(name=name, role="dropped", why="does not vary over the training rows")
        if role in {"number", "category"} and name not in fed
        else ColumnUse(name=name, role=role, why=why)
        for name, role, why in roles.describe()
    )


def _rows_split(split: Split, labels: Int64[np.ndarray, " row"], target: Target) -> RowsSplit:
    """Event that tells `split`, with the training rows of every class."""
    counts = np.bincount(labels[split.train], minlength=len(target.class_names))
    return RowsSplit(
        len(split.train),
        len(split.validation),
        len(split.test),
        split.how,
        {name: int(count) for name, count in zip(target.class_names, counts, strict=True)},
    )
