"""Predict with the model of a run folder, batch by batch, in constant memory."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from calibrant.data.columns import numbers_of, texts_of
from calibrant.data.drift import ColumnDrift, Drift
from calibrant.data.number_target import NumberTarget
from calibrant.data.read import Reading, Source, open_source
from calibrant.data.target import Target
from calibrant.errors import InputError
from calibrant.pipeline.saved import SavedModel, load_model
from calibrant.pipeline.table_writer import check_place, writing_table
from calibrant.statistics.threads import threads
from calibrant.training.device import chosen_threads

__all__ = ["Predicted", "predict"]

ROWS = 1 << 15  # of a batch

OnRows = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What was predicted, and what was found in the table on the way.

    Attributes
    ----------
    out : Path
        File with a row for every row of the table.
    n_rows : int
        How many.
    how_read : tuple of str
        Sentences on what was guessed about the file.
    mended : mapping
        Rows mended, by kind of repair and column.
    imputed, unseen : mapping of str to int
        By column: missing numbers that were filled in, and categories that training had not.
    drift : tuple of ColumnDrift
        How far each column is from what training saw.
    predicted : mapping of str to int
        Rows by the class chosen for them; empty where numbers are predicted.
    """

    out: Path
    n_rows: int
    how_read: tuple[str, ...]
    mended: Mapping[str, Mapping[str, int]]
    imputed: Mapping[str, int]
    unseen: Mapping[str, int]
    drift: tuple[ColumnDrift, ...]
    predicted: Mapping[str, int]


def predict(
    run: Path,
    table: Path,
    out: Path,
    *,
    reading: Reading,
    force: bool = False,
    on_rows: OnRows | None = None,
) -> Predicted:
    """Predictions of the model of `run` for every row of `table`, as a file.

    Columns may stand in any order and be more than those of the training; labels may be there
    or not. The file has the number of each row in the table, identifiers, its label where the
    target is there, and the columns of ``predictions.parquet``, equal to the bit for rows that
    the run itself predicted.

    Parameters
    ----------
    run : Path
        Run folder.
    table : Path
        Text or Parquet.
    out : Path
        File to write: ``.parquet`` or ``.csv``.
    reading : Reading
        How a text file is read.
    force : bool, default False
        Replace an older file.
    on_rows : callable, optional
        Told the number of rows so far.

    Raises
    ------
    InputError
        When the model or the table cannot be read, or a column of the training is missing or
        holds something else.
    OutputError
        When `out` exists and `force` is not given, or it cannot be written.
    """
    check_place(out, force=force)
    if out.exists() and table.exists() and out.samefile(table):
        raise InputError("--out", "be another file than the table", str(out), "Choose another.")
    model = load_model(run)
    source = open_source(table, reading)
    count = _Count(Drift.of(model.folds[0].encoder))
    with threads(chosen_threads(model.task.recipe.training.threads)):
        parts = _parts(model, source, count, on_rows)
        first = next(parts)
        with writing_table(out, first.schema) as writer:
            for part in chain([first], parts):
                writer.write_table(part)
    return Predicted(
        out=out,
        n_rows=count.n_rows,
        how_read=source.how,
        mended={kind: dict(columns) for kind, columns in count.mended.items()},
        imputed=dict(count.imputed),
        unseen=dict(count.unseen),
        drift=count.drift.report(),
        predicted=dict(count.predicted),
    )


@dataclass(slots=True)
class _Count:
    """What is added up from batch to batch."""

    drift: Drift
    n_rows: int = 0
    mended: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    imputed: Counter[str] = field(default_factory=Counter[str])
    unseen: Counter[str] = field(default_factory=Counter[str])
    predicted: Counter[str] = field(default_factory=Counter[str])


def _parts(
    model: SavedModel, source: Source, count: _Count, on_rows: OnRows | None
) -> Iterator[pa.Table]:
    """Predictions of every batch, what is found in it added to `count`."""
    for batch in source.batches(rows=ROWS):
        cleaned = model.plan.apply(batch, decimal=source.decimal, first_row=count.n_rows)
        for kind, columns in cleaned.mended.items():
            count.mended.setdefault(kind, Counter()).update(columns)
        repairs = model.folds[0].encoder.counts_of(cleaned.table)
        count.imputed.update(repairs.imputed)
        count.unseen.update(repairs.unseen)
        count.drift.add(cleaned.table)
        part = _predicted(model, cleaned.table, first_row=count.n_rows)
        if isinstance(model.target, Target):
            count.predicted.update(part.column("predicted").to_pylist())
        count.n_rows += len(batch)
        if on_rows is not None:
            on_rows(count.n_rows)
        yield part


def _predicted(model: SavedModel, table: pa.Table, *, first_row: int) -> pa.Table:
    """Rows of the file for the rows of a cleaned batch."""
    before, after = model.predict(table)
    stated = model.task.columns(before, after)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        "row": pa.array(np.arange(first_row, first_row + len(table)))
    }
    taken = {"row", "label", *stated}
    for name in model.plan.roles.identifiers:
        if name in table.column_names:
            columns[f"id_{name}" if name in taken else name] = table.column(name)
    if model.target.name in table.column_names:
        columns["label"] = _labels(model.target, table)
    return pa.table({**columns, **stated})


def _labels(target: Target | NumberTarget, table: pa.Table) -> pa.Array:
    """Labels of the rows as a column; null where there is none.

    A class that training had not is written as it stands.
    """
    if isinstance(target, NumberTarget):
        return pa.array(numbers_of(table, target.name), from_pandas=True)
    if target.threshold is None:
        texts = texts_of(table, target.name)
        return pa.array(texts, pa.string(), mask=np.equal(texts, ""))
    names = np.asarray([*target.class_names, None], dtype=object)
    return pa.array(names[target.labels(table)], pa.string())
