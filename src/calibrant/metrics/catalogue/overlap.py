"""Metrics of the overlap of masks, image by image. Pooled ones are ratios of counts."""

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_INDICES = {
    "dice": ("DicePerImage", "Dice's index", "Dice 1945"),
    "iou": ("IoUPerImage", "intersection over union", "Jaccard 1912"),
}
_AVERAGES = {
    "positive": "of the positive class of two",
    "micro": "counts of all classes pooled in each",
    "macro": "mean over declared classes in each",
    "foreground": "mean over classes but class 0 in each",
    "per_class": "of every class",
}

ENTRIES: tuple[Entry, ...] = tuple(
    Entry(
        name=f"{index}_per_image_{average}",
        home=f"calibrant.metrics.overlap.per_image:{home}",
        says=f"mean over images of {what}, {over}",
        range=(0, 1),
        direction="higher",
        statistic="image overlap",
        kinds=("predictions", "decisions"),
        source=source,
        page="overlap",
        settings={"average": average},
        needs=("two classes", "images") if average == "positive" else ("images",),
    )
    for index, (home, what, source) in _INDICES.items()
    for average, over in _AVERAGES.items()
)
