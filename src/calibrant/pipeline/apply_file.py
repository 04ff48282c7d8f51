"""Apply a saved calibrator to a file of predictions; labels are not needed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from calibrant.calibrators.saved import SavedCalibrator, read_calibrator
from calibrant.data.columns import listed
from calibrant.data.read import open_source
from calibrant.errors import InputError
from calibrant.pipeline.class_matching import match_names, two_in_order
from calibrant.pipeline.prediction_source import Question
from calibrant.pipeline.prediction_table import TableSource, decimals_of
from calibrant.pipeline.table_writer import check_place, writing_table
from calibrant.prediction.base import Predictions
from calibrant.prediction.door import predictions
from calibrant.prediction.fit_rows import fit_rows_among
from calibrant.prediction.forms import PositiveLogits, PositiveProbs

__all__ = ["Applied", "apply_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was written: the file, its rows, the method, and the columns of probabilities.

    `warnings` are sentences on rows that the calibrator was fitted on.
    """

    out: Path
    n_rows: int
    method: str
    found: str
    columns: tuple[str, ...]
    how_read: tuple[str, ...]
    warnings: tuple[str, ...]


def apply_file(
    question: Question, calibrator: Path, out: Path, *, prefix: str | None, force: bool
) -> Applied:
    """Write the table of `question` again, with calibrated probabilities.

    Parameters
    ----------
    question : Question
        The file and its columns of probabilities or logits. Where `positive` names the class of
        two that was not positive in the fit, the one column is read and written as that class's.
    calibrator : Path
        Folder of the calibrator.
    out : Path
        File to write, by its ending Parquet or text.
    prefix : str or None
        What stands before the names of the columns in those of the calibrated probabilities,
        which are then added; None replaces the columns.
    force : bool
        Replace an older file.

    Raises
    ------
    InputError
        If the calibrator or the table cannot be read, or their classes do not go together.
    OutputError
        If the file cannot be written.
    """
    check_place(out, force=force)
    if out.exists() and question.path.exists() and out.samefile(question.path):
        raise InputError("--out", "be another file than the table", str(out), "Choose another.")
    saved = read_calibrator(calibrator)
    file = open_source(question.path, question.reading)
    table = file.read().table
    classes = _classes(question, saved)
    is_other = _is_other(question, classes)
    columns = _columns(question, saved.fitted.n_classes, classes, tuple(table.column_names))
    source = TableSource(table)
    read = [source.numbers(name, "probabilities") for name in columns]
    values = read[0] if question.prob is not None else np.column_stack(read)
    is_probs = question.form == "probs"
    rounded = is_probs and not question.normalize and values.ndim > 1
    rows = predictions(
        probs=values if is_probs else None,
        logits=None if is_probs else values,
        class_names=classes or None,
        normalize=question.normalize,
        decimals=decimals_of(values) if rounded else None,
    )
    mirrored = is_other and rows.is_positive
    calibrated = saved.fitted.transform(_mirrored(rows) if mirrored else rows)
    truer = np.asarray((_mirrored(calibrated) if mirrored else calibrated).probs)
    stated = truer[:, None] if truer.ndim == 1 else truer
    names = tuple(f"{prefix or ''}{name}" for name in columns)
    if prefix and set(names) & set(table.column_names):
        got = listed(sorted(set(names) & set(table.column_names)))
        raise InputError("--add-prefix", "give new columns", got, "Choose another.")
    for k, name in enumerate(names):
        column = pa.array(stated[:, k])
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, column)
        else:
            table = table.append_column(name, column)
    with writing_table(out, table.schema) as writer:
        writer.write_table(table)
    return Applied(
        out=out,
        n_rows=len(table),
        method=saved.fitted.method,
        found=saved.fitted.found,
        columns=names,
        how_read=file.how,
        warnings=_warnings(calibrated),
    )


def _warnings(calibrated: Predictions) -> tuple[str, ...]:
    """A sentence where rows of the fit are among these."""
    return tuple(
        f"{'About ' if one.is_about else ''}{one.n_same:,} of these {one.n:,} rows equal rows that "
        "the calibrator was fitted on, more than chance explains: an evaluation of this file would "
        "flatter it."
        for one in fit_rows_among(calibrated)
        if one is not None
    )


def _classes(question: Question, saved: SavedCalibrator) -> tuple[str, ...]:
    """Classes of the calibrator by index, or those told where it has no names; else none."""
    kept, told = saved.class_names, question.classes
    if kept is None:
        return told
    if told and (len(told) != len(kept) or match_names(told, kept).unknown):
        remedy = f"They are {listed(kept)}: leave it out."
        raise InputError("--classes", "name those of the calibrator", listed(told), remedy)
    return kept


def _is_other(question: Question, classes: tuple[str, ...]) -> bool:
    """Whether `positive` names the one of two classes that was not positive in the fit."""
    if question.positive is None:
        return False
    if not classes:
        got, remedy = "a calibrator without names", "Name its classes in their order: --classes."
        raise InputError("--positive", "name a class of the calibrator", got, remedy)
    return two_in_order(classes, question.positive)[-1] != classes[-1]


def _mirrored(rows: Predictions) -> Predictions:
    """Rows of one number each, which states the other class of two."""
    declared = rows.declared
    if isinstance(declared, PositiveLogits):
        return rows.restated(PositiveLogits(-declared.values))
    return rows.restated(PositiveProbs(1 - declared.positive))


def _columns(
    question: Question, n_classes: int, classes: tuple[str, ...], names: tuple[str, ...]
) -> tuple[str, ...]:
    """Column of every class, or the one of the positive class."""
    if question.prob is not None:
        if n_classes != 2:
            got, remedy = f"one, for {n_classes} classes", "Use --prob-prefix."
            raise InputError("--prob", "be that of two classes", got, remedy)
        return (question.prob,)
    if not classes:
        remedy = "Name the classes in their order: --classes."
        raise InputError("calibrator", "say its classes, or be told", "neither", remedy)
    prefix = question.prob_prefix or ""
    stems = {name.removeprefix(prefix): name for name in names if name.startswith(prefix)}
    match = match_names(classes, tuple(stems))
    if match.unknown:
        remedy = "Say what stands before the names of the classes, --prob-prefix, or --prob."
        got = f"none for {listed(match.unknown)} among {listed(names)}"
        raise InputError("table", "have a column for every class of the calibrator", got, remedy)
    return tuple(stems[match.known[name]] for name in classes)
