"""Section with the overlap of masks: by class, of all entries at once and image by image."""

import math

from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.prediction.base import Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.rows import Rows
from calibrant.report.blocks import Cell, Section, Table
from calibrant.report.evidence.levels import level_of
from calibrant.report.footnotes import method_told, note_of
from calibrant.report.shapes import Scalar, per_class, scalar
from calibrant.report.tables import measured
from calibrant.statistics.bundle import Tallies

__all__ = ["masks_section"]

_COLUMNS = (  # heading, by class, over all classes
    ("IoU, pooled", "jaccard_per_class", "jaccard_macro"),
    ("Dice, pooled", "f1_per_class", "f1_macro"),
    ("IoU, by image", "iou_per_image_per_class", "iou_per_image_macro"),
    ("Dice, by image", "dice_per_image_per_class", "dice_per_image_macro"),
)
_LISTED = 12


def masks_section(evaluation: Evaluation, rows: Rows | Tallies | None) -> Section | None:
    """Section with IoU and Dice by class; None where the rows did not come as images."""
    found = _overlaps(evaluation, rows)
    if found is None:
        return None
    columns = [one for one in _COLUMNS if one[1] in found]
    numbers = {by_class: per_class(found[by_class]) or [] for _, by_class, _ in columns}
    footnotes: list[str] = []
    notes = {
        by_class: note_of(method_told(found[by_class].method, found[by_class].level), footnotes)
        for _, by_class, _ in columns
    }
    order = list(range(len(evaluation.class_names)))
    if len(order) > _LISTED:
        first = numbers[columns[0][1]]
        order = sorted(order, key=lambda k: _rank(first[k]))[:_LISTED]
    rows_of = [
        [
            Cell(evaluation.class_names[k]),
            *(measured(numbers[name][k], note=notes[name]) for _, name, _ in columns),
        ]
        for k in order
    ]
    whole = [scalar(found[name]) if name in found else None for _, _, name in columns]
    means = [Cell("Mean over classes"), *(Cell("") if m is None else measured(m) for m in whole)]
    caption = "Overlap by class"
    if len(order) < len(evaluation.class_names):
        caption = f"{caption}, the {len(order)} of {len(evaluation.class_names):,} with the least"
    table = Table(
        name="masks-table",
        caption=caption,
        header=["Class", *(heading for heading, _, _ in columns)],
        rows=[*rows_of, means],
        footnotes=footnotes,
        stacked=True,
    )
    lead = [
        "IoU is what the stated and the true mask share, over what either covers; Dice is twice "
        "what they share over the sum of their sizes. Pooled numbers count the entries of all "
        "images at once, so that large masks rule; by image every image counts alike.",
    ]
    return Section(name="masks", title="How well do the masks overlap?", lead=lead, blocks=[table])


def _overlaps(evaluation: Evaluation, rows: Rows | Tallies | None) -> Evaluation | None:
    """Overlap metrics: measured on images, or as far as the evaluation has those by image."""
    if isinstance(rows, (Predictions, Decisions)):
        layout = rows.layout
        if layout is None or len(layout.row_shape) < 2:
            return None
        wanted = [name for _, *pair in _COLUMNS for name in pair]
        return evaluate(rows, wanted, level=level_of(evaluation))
    return evaluation if "iou_per_image_per_class" in evaluation else None


def _rank(one: Scalar) -> tuple[bool, float]:
    """Order in which the least come first, and what is not defined last."""
    return math.isnan(one.value), one.value
