"""What the predictions of a file are worth, as it is printed."""

from rich.console import Console
from rich.table import Table

from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.evaluation_groups import group_lines
from calibrant.metrics.evaluation_table import FLOOR, Footnotes, chance_of, floor_of
from calibrant.pipeline.file_evaluation import FileEvaluation
from calibrant.report.footnotes import mended, reason_of
from calibrant.report.numbers import count, interval, number, rows_in_words, unit_of
from calibrant.report.shapes import matrix, per_class, scalar

__all__ = ["print_file_evaluation"]

MOST_NAMED = 12  # columns that are listed, and classes of a matrix that is printed


def print_file_evaluation(console: Console, result: FileEvaluation) -> None:
    """Print the metrics, the losses and the notes of `result`."""
    first = result.first
    n_classes = len(first.class_names)
    classes = f", {n_classes} class{'' if n_classes == 1 else 'es'}" if n_classes else ""
    if len(first.class_names) == 2:
        classes += f", {first.class_names[1]!r} the positive one"
    name = result.question.path.name
    counted = result.counted.words()
    counted = f", {counted}" if counted else ""
    _line(console, f"{name}: {rows_in_words(first.n)}{classes}{counted}.")
    for note in result.notes:
        _line(console, f"Note: {note.removesuffix('.')}.")
    if result.unused:
        rest = len(result.unused) - MOST_NAMED
        shown = ", ".join(
            repr(name) if name else "one without a name" for name in result.unused[:MOST_NAMED]
        )
        more = f" and {rest:,} more" if rest > 0 else ""
        _line(console, f"Columns not used: {shown}{more}.")
    if result.question.task == "regression":
        _print_side_by_side(console, result)
    else:
        for kind, evaluation in result.evaluations.items():
            _print_evaluation(console, kind, evaluation, result.question.level)
    grouped = {name: one.groups for name, one in result.evaluations.items() if one.groups}
    for name, held in grouped.items():
        called = f"predictor {name}" if result.question.task == "regression" else f"the {name}"
        by = result.question.group_by or "group"
        _line(console, f"Groups by {by}, {called}:")
        groups = {group: (one.n, one.estimates) for group, one in held.items()}
        for line in group_lines(groups, write=number, more="--json")[1:]:
            _line(console, line)
    if grouped:
        _line(console, "Intervals and noise floors of every group: --json, or --out FILE.")
    if result.losses:
        _print_losses(console, result)


def _line(console: Console, text: str) -> None:
    console.print(text, soft_wrap=True)


def _print_evaluation(console: Console, kind: str, evaluation: Evaluation, level: float) -> None:
    """Print a table of the metrics, and what is to be known of some of them."""
    tested = any(floor_of(one) or chance_of(one) for _, one in evaluation.items())
    legend = f"Metrics of the {kind}; [{100 * level:g} % interval]"
    _line(console, f"{legend}; {FLOOR}." if tested else f"{legend}.")
    table = Table("metric", "value", "", *(("noise floor", "p") if tested else ()), "rows")
    notes: list[str] = []
    reasons = Footnotes()
    for name, estimate in evaluation.items():
        for label, cells in _rows(name, estimate, reasons):
            beside = (floor_of(estimate), chance_of(estimate)) if tested else ()
            table.add_row(label, *cells, *beside, count(estimate.n))
        if estimate.note:
            told = mended(estimate.note)
            notes.append(f"{name} is {told}." if _bad(estimate) else f"{name}: {told}.")
    console.print(table)
    for text in (*reasons.lines(), *notes):
        _line(console, text)
    for name, estimate in evaluation.items():
        cells = matrix(estimate)
        if cells is not None:
            _print_matrix(console, name, cells, estimate)


def _print_side_by_side(console: Console, result: FileEvaluation) -> None:
    """Print a table with a column for each predictor."""
    level = result.question.level
    _line(console, f"Metrics of the predictors; [{100 * level:g} % interval].")
    table = Table("metric", *result.evaluations, "rows")
    reasons = Footnotes()
    for name, first in result.first.items():
        cells = [
            " ".join(part for _, cells in _rows(name, one[name], reasons) for part in cells if part)
            for one in result.evaluations.values()
        ]
        table.add_row(name, *cells, count(first.n))
    console.print(table)
    for text in reasons.lines():
        _line(console, text)
    for predictor, evaluation in result.evaluations.items():
        for name, estimate in evaluation.items():
            if estimate.note:
                _line(console, f"{name} of {predictor} is {mended(estimate.note)}.")


def _print_losses(console: Console, result: FileEvaluation) -> None:
    """Print a table of the losses."""
    _line(console, "Losses of all rows at once.")
    names = () if result.question.task == "classification" else tuple(result.losses)
    table = Table("loss", *(names or ("value",)), "rows")
    for spec, first in next(iter(result.losses.values())).items():
        values = [number(float(of_specs[spec])) for of_specs in result.losses.values()]
        table.add_row(spec, *values, count(first.n))
    console.print(table)
    for name, of_specs in result.losses.items():
        for spec, loss in of_specs.items():
            if loss.note:
                told = mended(loss.note)
                _line(console, f"{spec}{f' of {name}' if names else ''} is {told}.")


def _print_matrix(
    console: Console, name: str, cells: list[list[float]], estimate: Estimate
) -> None:
    """Print a matrix of few classes."""
    names = estimate.names
    if len(names) > MOST_NAMED:
        _line(console, f"{name}: {len(names)} classes, too many to print; see --json or --report.")
        return
    sums = ", sums of weights" if unit_of(cells, estimate.n) == "Weight" else ""
    _line(console, f"{name}: true classes by row, chosen ones by column{sums}.")
    table = Table("", *names)
    for row, values in zip(names, cells, strict=True):
        table.add_row(row, *map(count, values))
    console.print(table)


def _rows(name: str, estimate: Estimate, reasons: Footnotes) -> list[tuple[str, tuple[str, str]]]:
    """Label and cells of every single number of an estimate; none of a matrix.

    Where there is no interval, a footnote among `reasons` says why.
    """
    one = scalar(estimate)
    shown = [("", one)] if one is not None else []
    if one is None and matrix(estimate) is None:
        shown = list(zip(estimate.names, per_class(estimate) or [], strict=False))
    rows: list[tuple[str, tuple[str, str]]] = []
    for entry, value in shown:
        label = f"{name}[{entry}]" if entry else name
        ends = interval(value.low, value.high)
        if ends:
            beside = f"[{ends}]"
        else:
            beside = f"no interval {reasons.mark(reason_of(name, estimate.method))}"
        rows.append((label, (number(value.value), beside)))
    return rows


def _bad(estimate: Estimate) -> bool:
    """Whether the note says what the value is, rather than something besides."""
    return estimate.note.startswith(("infinite: ", "undefined: "))
