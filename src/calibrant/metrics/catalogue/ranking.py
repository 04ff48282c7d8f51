"""Metrics of ranking."""

from calibrant.metrics.catalogue.entry import Entry
from calibrant.metrics.catalogue.ranking_points import POINTS

__all__ = ["ENTRIES"]

_AVERAGES = {
    "macro": "mean over classes",
    "weighted": "mean over classes by how often they come out",
    "micro": "all pairs of a row and a class in one ranking",
    "per_class": "of every class",
}


def _one_vs_rest(
    stem: str, home: str, source: str, page: str, averages: tuple[str, ...]
) -> tuple[Entry, ...]:
    """Entries of a ranking of each class against the rest."""
    says = "one-vs-rest AUROC" if stem == "auroc" else "one-vs-rest average precision"
    return tuple(
        Entry(
            name=f"{stem}_{average}",
            home=home,
            says=f"{says}, {_AVERAGES[average]}",
            range=(0, 1),
            direction="higher",
            statistic="class grids",
            kinds=("predictions",),
            source=source,
            page=page,
            settings={"average": average},
        )
        for average in averages
    )


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
    *_one_vs_rest(
        "auroc",
        "calibrant.metrics.ranking.one_vs_rest:OneVsRestAUROC",
        "Provost and Domingos 2000",
        "auroc",
        ("weighted", "micro", "per_class"),
    ),
    *(
        Entry(
            name=name,
            home="calibrant.metrics.ranking.one_vs_one:OneVsOneAUROC",
            says=f"AUROC of every pair of classes, {over}",
            range=(0, 1),
            direction="higher",
            statistic="grids of pairs of classes",
            kinds=("predictions",),
            source="Hand and Till 2001",
            page="auroc",
            settings={"average": average},
        )
        for name, average, over in (
            ("auroc_ovo", "macro", "mean over pairs"),
            ("auroc_ovo_weighted", "weighted", "mean over pairs by their rows"),
        )
    ),
    Entry(
        name="average_precision_positive",
        home="calibrant.metrics.ranking.average_precision:PositiveAveragePrecision",
        says="mean precision at the positive rows, ranked by probability",
        range=(0, 1),
        direction="higher",
        statistic="score grid, positive class",
        kinds=("predictions", "events"),
        source="Buckley and Voorhees 2000",
        page="average-precision",
        needs=("two classes",),
    ),
    *_one_vs_rest(
        "average_precision",
        "calibrant.metrics.ranking.average_precision:OneVsRestAveragePrecision",
        "Buckley and Voorhees 2000",
        "average-precision",
        ("macro", "weighted", "micro", "per_class"),
    ),
    *POINTS,
)
