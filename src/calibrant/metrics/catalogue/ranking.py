"""Metrics of ranking."""

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES = (
    Entry(
        name="auroc_positive",
        home="calibrant.metrics.ranking.positive:PositiveAUROC",
        says="chance to rank a positive row higher",
        range=(0, 1),
        direction="higher",
        statistic="score grid, positive class",
        kinds=("predictions", "events"),
        source="Hanley and McNeil 1982",
        page="auroc",
        needs=("two classes",),
    ),
    Entry(
        name="auroc_macro",
        home="calibrant.metrics.ranking.one_vs_rest:MacroAUROC",
        says="one-vs-rest AUROC, mean over classes",
        range=(0, 1),
        direction="higher",
        statistic="class grids",
        kinds=("predictions",),
        source="Provost and Domingos 2000",
        page="auroc",
    ),
)
