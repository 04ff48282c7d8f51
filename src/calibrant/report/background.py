"""Sections that show where the numbers come from: training, rows, columns, commands."""

from calibrant.figures.training import training_curves
from calibrant.report.blocks import Block, Cell, Code, Facts, Picture, Section, Table
from calibrant.report.numbers import count, in_percent, number
from calibrant.report.pictures import svg_of
from calibrant.report.summary import RunSummary, SplitSizes, TrainingHistory

__all__ = ["columns_section", "data_section", "reproduce_section", "training_section"]

_UNFOLDED_COLUMNS = 20


def training_section(training: TrainingHistory, *, device: str) -> Section:
    """Section with the training curves and the history behind them."""
    sentence = f"The state after epoch {training.best_epoch} was kept. {training.stopped}"
    picture = Picture(
        title="Training curves",
        svg=svg_of(
            training_curves(training.columns, best_epoch=training.best_epoch), name="training"
        ),
        label=f"Training curves. {sentence}",
        sentence=sentence,
        table=_history_table(training),
    )
    facts = Facts(facts=[("Loss", training.loss), ("Device", device)])
    return Section(name="training", title="Training", lead=[], blocks=[facts, picture])


def data_section(summary: RunSummary) -> Section:
    """Section that says what was read, what is predicted, and where each row was used."""
    facts = [("Data", summary.source), ("Target", summary.target), ("Split", summary.split.how)]
    return Section(
        name="data",
        title="Data and split",
        lead=[],
        blocks=[Facts(facts=facts), _split_table(summary.split, has_fit=summary.after is not None)],
    )


def columns_section(summary: RunSummary) -> Section:
    """Section with the role of every column and what was mended."""
    repairs = summary.repairs
    lead = ["Medians, scales and lists of categories were learned from the training rows alone."]
    if repairs.rows_without_target:
        lead.append(f"{count(repairs.rows_without_target)} rows without a target were left out.")
    mended = {"Missing, filled in": repairs.imputed, "Not seen in training": repairs.unseen}
    mended = {told: counts for told, counts in mended.items() if counts}
    rows = [
        [
            Cell(column.name),
            Cell(column.role),
            *(_repaired(counts.get(column.name, 0)) for counts in mended.values()),
            Cell(column.why),
        ]
        for column in summary.columns
    ]
    many = len(rows) > _UNFOLDED_COLUMNS
    table = Table(
        name="columns-table",
        caption=f"All {len(rows)} columns" if many else "Columns",
        header=["Column", "Used as", *mended, "Why"],
        rows=rows,
        folded=many,
        stacked=True,
    )
    return Section(name="columns", title="Columns and repairs", lead=lead, blocks=[table])


def reproduce_section(summary: RunSummary) -> Section:
    """Section with the command, the recipe and the versions that give this run again."""
    blocks: list[Block] = []
    if summary.command:
        blocks.append(Code(caption="Command", text=summary.command))
    if summary.recipe:
        blocks.append(Code(caption="Recipe, recipe.toml", text=summary.recipe, folded=True))
    if summary.versions:
        blocks.append(Facts(facts=list(summary.versions.items())))
    return Section(
        name="reproduce",
        title="How to reproduce",
        lead=["The same command on the same machine with the same versions gives the same bytes."],
        blocks=blocks,
    )


def _repaired(n: int) -> Cell:
    """Cell with a number of repaired values, blank for none."""
    return Cell(count(n), float(n)) if n else Cell("")


def _split_table(split: SplitSizes, *, has_fit: bool) -> Table:
    """Table of the three parts of the rows and of what each was used for."""
    total = split.train + split.validation + split.test
    validation = "Deciding when to stop training"
    parts = [
        ("Training", split.train, "Fitting the network, filling in, scaling, class weights"),
        ("Validation", split.validation, validation + (", fitting the calibrator" * has_fit)),
        ("Test", split.test, "Every number in this report, and nothing else"),
    ]
    rows = [
        [
            Cell(name),
            Cell(count(n), float(n)),
            Cell(in_percent(n / total) if total else ""),
            Cell(use),
        ]
        for name, n, use in parts
    ]
    header = ["Part", "Rows", "Share", "Used for"]
    return Table(
        name="split-table",
        caption="Where each row was used",
        header=header,
        rows=rows,
        stacked=True,
    )


def _history_table(training: TrainingHistory) -> Table:
    """Table of every epoch."""
    names = [name for name in training.columns if name != "epoch"]
    rows = [
        [Cell(count(epoch))]
        + [Cell(number(float(v)), float(v)) for v in (training.columns[n][e] for n in names)]
        for e, epoch in enumerate(training.columns["epoch"])
    ]
    header = ["Epoch", *(name.replace("_", " ") for name in names)]
    return Table(name="history-table", caption="Every epoch", header=header, rows=rows, folded=True)
