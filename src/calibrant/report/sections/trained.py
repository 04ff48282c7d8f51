"""Section that shows how the networks were trained."""

from collections.abc import Sequence

from calibrant.figures.training import training_curves
from calibrant.report.blocks import Block, Cell, Facts, Picture, Section, Table
from calibrant.report.charts.training import training_chart
from calibrant.report.numbers import count, number
from calibrant.report.pictures import svg_of
from calibrant.report.summary import TrainingHistory

__all__ = ["training_section"]

_UNFOLDED_NETWORKS = 20


def training_section(trainings: Sequence[TrainingHistory], *, device: str) -> Section:
    """Section with the training curves of the first network, and a line for every one."""
    first, n = trainings[0], len(trainings)
    facts = [("Loss", first.loss), ("Device", device)]
    lead: list[str] = []
    blocks: list[Block] = [Facts(facts=facts), _curves(first, alone=n == 1)]
    if n > 1:
        lead.append(
            f"{count(n)} networks were trained. The curves are those of the first, "
            f"{first.which or 'network 1'}; the table below them tells of all."
        )
        blocks.append(_networks_table(trainings))
    return Section(name="training", title="Training", lead=lead, blocks=blocks)


def _curves(training: TrainingHistory, *, alone: bool) -> Picture:
    """Picture of one training, with the table of its epochs."""
    sentence = f"The state after epoch {training.best_epoch} was kept. {training.stopped}"
    which = "" if alone or not training.which else f", {training.which}"
    return Picture(
        title=f"Training curves{which}",
        svg=svg_of(
            training_curves(training.columns, best_epoch=training.best_epoch), name="training"
        ),
        label=f"Training curves{which}. {sentence}",
        sentence=sentence,
        table=_history_table(training),
        chart=training_chart(training.columns),
    )


def _networks_table(trainings: Sequence[TrainingHistory]) -> Table:
    """Table of all networks: epochs, the one that was kept, why training ended."""
    rows = [
        [
            Cell(training.which or f"network {k + 1}"),
            Cell(count(len(training.columns["epoch"])), float(len(training.columns["epoch"]))),
            Cell(count(training.best_epoch), float(training.best_epoch)),
            Cell(training.stopped),
        ]
        for k, training in enumerate(trainings)
    ]
    many = len(rows) > _UNFOLDED_NETWORKS
    return Table(
        name="networks-table",
        caption=f"All {count(len(rows))} networks" if many else "Networks",
        header=["Network", "Epochs", "Kept", "Why training ended"],
        rows=rows,
        folded=many,
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
