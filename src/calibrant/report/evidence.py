"""Sections that show what was measured on the test rows."""

from collections.abc import Mapping, Sequence

from calibrant.figures.confusion import confusion_matrix
from calibrant.figures.reliability import reliability_diagram
from calibrant.figures.style import FIRST, SECOND, Line
from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Block, Picture, Pictures, Section
from calibrant.report.numbers import count, in_percent
from calibrant.report.pictures import svg_of
from calibrant.report.summary import TrueCalibrationError
from calibrant.report.tables import (
    class_table,
    confusion_table,
    metric_table,
    reliability_bins,
    truth_table,
)
from calibrant.report.wording import bins_apart

__all__ = ["errors_section", "first_picture", "metrics_section", "reliability_section"]

_DRAWN_CLASSES = 100


def first_picture(tables: Mapping[str, ReliabilityTable], when: str) -> Picture | None:
    """Picture of the likeliest class's probabilities, for the first screen."""
    if "top_label" not in tables:
        return None
    stated, line = "stated for the likeliest class", SECOND if when.startswith("after") else FIRST
    ax = reliability_diagram(tables["top_label"], stated=stated, line=line)
    return Picture(
        title="",
        svg=svg_of(ax, name="first"),
        label=f"Reliability diagram of the likeliest class, {when}. Its numbers follow below.",
        sentence=f"The likeliest class, {when}: points on the dotted line came true as often "
        "as stated.",
    )


def metrics_section(
    columns: Sequence[tuple[str, Evaluation]], truth: TrueCalibrationError | None = None
) -> Section:
    """Section with the table of metrics, a column for each named evaluation.

    Where the truth is known, a table with it stands beside the estimate.
    """
    evaluation = columns[-1][1]
    lead = [
        f"Measured on {count(evaluation.n)} rows. A metric is an estimate: other rows would "
        f"give another value, and its interval says how far off it may be.",
        "The noise floor of a calibration error is what a perfectly calibrated model would show "
        "on this many rows by chance.",
    ]
    blocks: list[Block] = [metric_table(columns)]
    if truth is not None:
        blocks.append(truth_table(truth, columns))
    return Section(name="metrics", title="Metrics", lead=lead, blocks=blocks)


def reliability_section(
    before: Mapping[str, ReliabilityTable],
    after: Mapping[str, ReliabilityTable] | None,
    class_names: Sequence[str],
) -> Section:
    """Section with a reliability diagram for every view, before and after calibration."""
    level = max((100 * table.level for table in before.values()), default=95)
    lead = [
        "Rows are put into bins by the probability that was stated for them. A point shows how "
        f"often it came true, its bar the {level:g} % interval. Where points lie on the dotted "
        "line, stated probabilities are true; below it they are too high. The bars at the foot "
        "count the rows of every bin."
    ]
    titles = {
        "top_label": ("The likeliest class", "probability stated for the likeliest class"),
        "positive": (f"The class {class_names[-1]}", "probability stated for this class"),
    }
    blocks: list[Block] = []
    for view, table in before.items():
        title, stated = titles.get(view, (view, "stated probability"))
        pictures = [
            _diagram(table, view, "before" if after else "", stated=stated, line=FIRST),
        ]
        if after:
            pictures.append(_diagram(after[view], view, "after", stated=stated, line=SECOND))
        blocks.append(Pictures(title=title, pictures=pictures))
    return Section(
        name="reliability", title="Do the probabilities come true?", lead=lead, blocks=blocks
    )


def errors_section(
    evaluation: Evaluation, confusion: Sequence[Sequence[float]] | None
) -> Section | None:
    """Section with the confusion matrix, the most frequent errors, and a table of classes.

    None when neither a matrix nor a metric per class is there.
    """
    blocks = [] if confusion is None else _confusion_blocks(confusion, evaluation.class_names)
    classes = class_table(evaluation, confusion)
    if classes is not None:
        blocks.append(classes)
    if not blocks:
        return None
    return Section(name="errors", title="Which classes are mistaken?", lead=[], blocks=blocks)


def _confusion_blocks(confusion: Sequence[Sequence[float]], names: Sequence[str]) -> list[Block]:
    """Blocks of a confusion matrix: the picture up to 100 classes, and the most frequent errors."""
    total = sum(sum(row) for row in confusion)
    right = sum(confusion[k][k] for k in range(len(confusion)))
    sentence = f"The likeliest class was the true one for {count(right)} of {count(total)} rows"
    sentence += f" ({in_percent(right / total)})." if total else "."
    errors = confusion_table(confusion, names)
    if len(confusion) <= _DRAWN_CLASSES:
        picture = Picture(
            title="Confusion matrix",
            svg=svg_of(confusion_matrix(confusion, names), name="confusion"),
            label=f"Confusion matrix of {len(names)} classes. {sentence}",
            sentence=f"{sentence} A row is a true class, a column the class that was predicted; "
            "colour is the share of the true class.",
            table=errors if errors.rows else None,
        )
        return [picture]
    return [errors] if errors.rows else []


def _diagram(table: ReliabilityTable, view: str, when: str, *, stated: str, line: Line) -> Picture:
    """Picture of one reliability table."""
    name = "-".join(part for part in ("reliability", view.replace("_", "-"), when) if part)
    title = f"{when.capitalize()} calibration" if when else "Uncalibrated"
    return Picture(
        title=title,
        svg=svg_of(reliability_diagram(table, stated=stated, line=line), name=name),
        label=f"Reliability diagram, {title.lower()}: {stated} against how often it came true.",
        sentence=bins_apart(table),
        table=reliability_bins(table, name=f"{name}-table", caption=f"Bins, {title.lower()}"),
    )
