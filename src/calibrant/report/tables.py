"""Cells and tables of estimates."""

from collections.abc import Sequence

from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Cell, Table
from calibrant.report.footnotes import estimate_told, note_of
from calibrant.report.glossary import entry_of
from calibrant.report.numbers import chance, count, in_percent, interval, noise, number, percents
from calibrant.report.shapes import Scalar, scalar
from calibrant.report.summary import TrueCalibrationError

__all__ = [
    "NOISE_TOLD",
    "confusion_table",
    "measured",
    "metric_table",
    "reliability_bins",
    "truth_table",
]

NOISE_TOLD = (
    "The noise floor of a calibration error is what a perfectly calibrated model would show on "
    "this many rows by chance: on average, and in brackets what it would exceed once in 20. p is "
    "how often such a model would show as much as was seen, or more."
)
_BETTER = {True: "Higher is better.", False: "Lower is better.", None: ""}


def measured(shown: Scalar, *, hint: str = "", note: int = 0) -> Cell:
    """Cell with a number and, below it, its interval, its noise floor and its p value."""
    floor, p_value = noise(shown.floor, shown.floor_95), chance(shown.p_value)
    named = (interval(shown.low, shown.high), floor and f"noise floor {floor}")
    below = ", ".join(
        text for text in (*named, p_value and f"p\N{NO-BREAK SPACE}{p_value}") if text
    )
    return Cell(number(shown.value), shown.value, below=below, hint=hint, note=note)


def metric_table(columns: Sequence[tuple[str, Evaluation]]) -> Table:
    """Table of every metric that is one number, a column for each named evaluation.

    Footnotes say how each interval came about, or why there is none.
    """
    footnotes: list[str] = []
    rows: list[list[Cell]] = []
    for name in columns[0][1]:
        estimates = [evaluation[name] for _, evaluation in columns]
        shown = [scalar(estimate) for estimate in estimates]
        if any(one is None for one in shown):
            continue
        entry = entry_of(name)
        better = _BETTER[columns[0][1].metrics[name].higher_is_better]
        row = [Cell(entry.label, below=f"{entry.meaning} {better}".strip())]
        for estimate, one in zip(estimates, shown, strict=True):
            told = estimate_told(estimate)
            note, hint = note_of(told, footnotes), f"{told} n = {count(estimate.n)}."
            if one is not None:
                row.append(measured(one, hint=hint, note=note))
        rows.append(row)
    return Table(
        name="metrics-table",
        caption="Metrics of the test rows, each with its interval",
        header=["Metric", *(title for title, _ in columns)],
        rows=rows,
        footnotes=footnotes,
        stacked=True,
    )


def truth_table(truth: TrueCalibrationError, columns: Sequence[tuple[str, Evaluation]]) -> Table:
    """Table of the true calibration error beside its estimate from the test rows."""
    known = [truth.before] if truth.after is None else [truth.before, truth.after]
    rows = [
        [
            Cell("True calibration error", below=truth.how),
            *(Cell(number(value), value) for value in known[: len(columns)]),
        ]
    ]
    for name in ("positive_ece", "ece"):
        shown = [scalar(evaluation[name]) for _, evaluation in columns if name in evaluation]
        cells = [measured(one) for one in shown if one is not None]
        if len(cells) == len(columns):
            told = f"Its estimate from the test rows: {entry_of(name).label}"
            rows.append([Cell(told), *cells])
            break
    return Table(
        name="truth-table",
        caption="True calibration error, known because the rows are generated",
        header=["Number", *(title for title, _ in columns)],
        rows=rows,
        stacked=True,
    )


def reliability_bins(table: ReliabilityTable, *, name: str, caption: str) -> Table:
    """Table of the bins that hold rows: what was stated, what came true, its interval."""
    rows = [
        [
            Cell(percents(table.lower[b], table.upper[b])),
            Cell(count(table.n[b]), float(table.n[b])),
            Cell(in_percent(table.stated[b]), table.stated[b]),
            Cell(in_percent(table.observed[b]), table.observed[b]),
            Cell(percents(table.low[b], table.high[b])),
        ]
        for b in range(len(table.n))
        if table.weight[b] > 0
    ]
    header = ["Bin", "Rows", "Stated, mean", "Observed", f"{100 * table.level:g} % interval"]
    return Table(name=name, caption=caption, header=header, rows=rows, folded=True)


def confusion_table(
    confusion: Sequence[Sequence[float]],
    class_names: Sequence[str],
    *,
    unit: str = "Rows",
    n_listed: int = 15,
) -> Table:
    """Table of the pairs of classes that were most often taken for one another."""
    pairs = [
        (confusion[true][guess], true, guess)
        for true in range(len(confusion))
        for guess in range(len(confusion))
        if true != guess and confusion[true][guess] > 0
    ]
    pairs.sort(key=lambda pair: (-pair[0], *pair[1:]))
    rows = [
        [
            Cell(class_names[true]),
            Cell(class_names[guess]),
            Cell(count(rows), rows),
            Cell(in_percent(rows / sum(confusion[true]))),
        ]
        for rows, true, guess in pairs[:n_listed]
    ]
    listed = f"The {n_listed} most frequent of {len(pairs):,} kinds of error"
    return Table(
        name="confusion-table",
        caption=listed if len(pairs) > n_listed else "Errors by kind",
        header=["True class", "Predicted class", unit, "Share of the true class"],
        rows=rows,
    )
