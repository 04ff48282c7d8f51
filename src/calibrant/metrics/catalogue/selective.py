"""Metrics of selective prediction: rows accepted by their confidence."""

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="aurc",
        home="calibrant.metrics.selective.areas:AURC",
        says="mean share of wrong rows among those accepted, by falling confidence",
        range=(0, 1),
        direction="lower",
        statistic="score grid, top label",
        kinds=("predictions", "events"),
        source="Geifman et al. 2019",
        page="selective",
    ),
    Entry(
        name="eaurc",
        home="calibrant.metrics.selective.areas:ExcessAURC",
        says="AURC above the least that so many wrong rows allow",
        range=(0, 1),
        direction="lower",
        statistic="score grid, top label",
        kinds=("predictions", "events"),
        source="Geifman et al. 2019",
        page="selective",
        aliases=("e_aurc",),
    ),
    Entry(
        name="augrc",
        home="calibrant.metrics.selective.areas:AUGRC",
        says="mean share of all rows that are wrong and accepted, over coverage",
        range=(0, 0.5),
        direction="lower",
        statistic="score grid, top label",
        kinds=("predictions", "events"),
        source="Traub et al. 2024",
        page="selective",
    ),
    Entry(
        name="accuracy_at_coverage",
        home="calibrant.metrics.selective.points:AccuracyAtCoverage",
        says="accuracy of the share of rows (.8) with the highest confidence",
        range=(0, 1),
        direction="higher",
        statistic="score grid, top label",
        kinds=("predictions", "events"),
        source="El-Yaniv and Wiener 2010",
        page="selective",
        number="coverage",
    ),
    Entry(
        name="coverage_at_accuracy",
        home="calibrant.metrics.selective.points:CoverageAtAccuracy",
        says="greatest share of rows to accept with this accuracy (.95); optimistic",
        range=(0, 1),
        direction="higher",
        statistic="score grid, top label",
        kinds=("predictions", "events"),
        source="Geifman and El-Yaniv 2017",
        page="selective",
        number="accuracy",
    ),
)
