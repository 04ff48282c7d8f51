"""Metrics of decided classes."""

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_RATIOS = "calibrant.metrics.decided.ratios"
_AVERAGES = {
    "positive": "of the positive class of two",
    "micro": "over all classes pooled: accuracy",
    "macro": "mean over declared classes",
    "weighted": "mean over classes, weighted by presence",
    "per_class": "of every class, with its support",
}
_SHARES = {
    "precision": ("Precision", "share of the rows given a class that are of it"),
    "recall": ("Recall", "share of the rows of a class that were given it"),
    "f1": ("F1Score", "harmonic mean of precision and recall"),
}

ENTRIES = (
    Entry(
        name="accuracy",
        home="calibrant.metrics.decided.accuracy:Accuracy",
        says="share of rows decided rightly",
        range=(0, 1),
        direction="higher",
        statistic="moments",
        kinds=("predictions", "decisions", "events"),
        source="elementary",
        page="accuracy",
    ),
    *(
        Entry(
            name=f"{ratio}_{average}",
            home=f"{_RATIOS}:{home}",
            says=f"{says}, {over}",
            range=(0, 1),
            direction="higher",
            statistic="confusion",
            kinds=("predictions", "decisions"),
            source="van Rijsbergen 1979",
            page="precision-recall-f1",
            settings={"average": average},
            needs=("two classes",) if average == "positive" else (),
        )
        for ratio, (home, says) in _SHARES.items()
        for average, over in _AVERAGES.items()
    ),
    Entry(
        name="confusion_matrix",
        home=f"{_RATIOS}:ConfusionMatrix",
        says="rows by true and chosen class",
        range=(0, float("inf")),
        direction="none",
        statistic="confusion",
        kinds=("predictions", "decisions"),
        source="elementary",
        page="confusion-matrix",
    ),
)
