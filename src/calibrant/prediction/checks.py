"""Rules on values that enter. Each names the first row that breaks it.

A check reads the whole array once with fast reductions and looks for the row only after
something is wrong. Rows that do not count (weight 0) are not looked at.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Float64, Integer
from torch import Tensor

from calibrant.errors import InputError
from calibrant.kernel.scans import all_clean, all_within
from calibrant.prediction.percentages import are_percentages
from calibrant.prediction.sums_of_rows import (
    SUM_TOLERANCE,
    clean_bounds,
    rounding,
    sum_tolerance_of,
)

__all__ = [
    "Where",
    "check_ascending",
    "check_hard",
    "check_logits",
    "check_mass",
    "check_numbers",
    "check_probs",
    "check_stds",
    "check_weights",
]

WEIGHTS = 1e-140, 1e140  # their squares, and sums of those, stay finite and above 0
GREATEST_NUMBER = 1e50  # of regression: sums of fourth powers of errors stay finite
LEAST_STD = 1e-24  # and so do those of errors in units of the standard deviation
CHUNK = 1 << 19  # entries looked at together; small enough for the cache and for memory

UNNORMALISED = "For unnormalised scores use logits=, or --logits of the command line."
REMEDIES = {  # for an entry outside [0, 1], and for a row that does not sum to 1
    "probs": (
        UNNORMALISED,
        "normalize=True divides every row by its sum; for one probability a row pass the positive "
        "class alone, of shape (row,).",
    ),
    "labels": (
        "Soft labels are probabilities; class indices are whole numbers.",
        "Divide every row of soft labels by its sum.",
    ),
    "outcomes": ("1 says that it happened, 0 that it did not.", ""),  # one column: no sums
}
REMEDY_OF_NAN = {
    **dict.fromkeys(
        ("probs", "outcomes", "predicted", "std", "members", "quantiles"),
        "Drop or fill rows with NaN, or give them weight 0.",
    ),
    "labels": "Drop or fill rows without a label, or mark them with ignore_index.",
    "targets": "Drop rows without a target, or give them weight 0.",
}
REMEDIES_OF_INDICES = {
    "labels": "Encode labels as class indices, or set ignore_index.",
    "predicted": "Encode both as indices of the same classes.",
    "outcomes": "1 says that it happened, 0 that it did not.",
}

Rule = Callable[[Tensor], Bool[Tensor, " row"]]


@dataclass(frozen=True, slots=True, eq=False)
class Where:
    """Which rows count (None: all), and how a row is told in a message."""

    counts: Bool[Tensor, " row"] | None
    place: Callable[[int], str]


def check_probs(
    argument: str,
    probs: Float[Tensor, "row *class"],
    where: Where,
    *,
    sums: bool = True,
    decimals: int | None = None,
) -> bool:
    """Entries in [0, 1] but for rounding, rows of class probabilities or soft labels sum to 1.

    Entries that were rounded to some `decimals` may together be off by half a unit of the last
    one each. Returns whether rounding carried an entry out of [0, 1], so that it must be clipped.
    """
    slack, tolerance = rounding(probs.dtype), sum_tolerance_of(probs, decimals)
    wide = torch.promote_types(probs.dtype, torch.float32)
    sums = sums and probs.ndim > 1
    if (sums or probs.ndim == 1) and all_clean(probs, *clean_bounds(probs, decimals)):
        return False

    def inside(rows: Tensor) -> Tensor:
        return _all((rows >= -slack) & (rows <= 1 + slack))

    def whole(rows: Tensor) -> Tensor:
        return (rows.sum(dim=-1, dtype=wide) - 1).abs() <= tolerance

    strayed = False
    for _, chunk in _chunks(probs):  # both rules while the chunk is in the cache
        least, greatest = (float(end) for end in chunk.aminmax())
        strayed = strayed or least < 0 or greatest > 1
        good = least >= -slack and greatest <= 1 + slack  # False for NaN
        if good and sums:
            low, high = (float(end) for end in chunk.sum(dim=-1, dtype=wide).aminmax())
            good = low >= 1 - tolerance and high <= 1 + tolerance
        if not good:
            break
    else:
        return strayed
    remedy, remedy_of_sums = REMEDIES[argument]
    if are_percentages(probs):
        remedy = "Divide percentages by 100." + (f" {remedy}" if probs.ndim == 1 else "")
    _find(probs, inside, where, argument=argument, rule="lie in [0, 1]", remedy=remedy)
    if sums:
        rule, remedy = "sum to 1 in every row", remedy_of_sums
        _find(probs, whole, where, argument=argument, rule=rule, remedy=remedy, summed=True)
    return True


def check_numbers(argument: str, values: Float64[Tensor, "row *entry"], where: Where) -> None:
    """Every entry is finite, and its fourth power a number too."""
    if where.counts is None and _bounded(values, -GREATEST_NUMBER, GREATEST_NUMBER):
        return

    def usable(rows: Tensor) -> Tensor:
        return _all(rows.abs() <= GREATEST_NUMBER)  # False for NaN

    rule = f"be finite and lie in [-{GREATEST_NUMBER:g}, {GREATEST_NUMBER:g}]"
    _find(values, usable, where, argument=argument, rule=rule, remedy="Scale the numbers.")


def check_stds(stds: Float64[Tensor, " row"], where: Where) -> None:
    """Every entry is above 0, and the fourth powers of it and its inverse are numbers."""

    def usable(rows: Tensor) -> Tensor:
        return (rows >= LEAST_STD) & (rows <= GREATEST_NUMBER)  # False for NaN

    rule = f"be above 0 and lie in [{LEAST_STD:g}, {GREATEST_NUMBER:g}]"
    remedy = (
        "It is a standard deviation, in units of the target; where there is none, state points."
    )
    _find(stds, usable, where, argument="std", rule=rule, remedy=remedy)


def check_ascending(
    quantiles: Float64[Tensor, "row level"], levels: tuple[float, ...], eps: float, where: Where
) -> None:
    """No quantile lies below that of a lower level, but for rounding to a relative `eps`."""

    def ascending(rows: Tensor) -> Tensor:
        slack = 4 * eps * rows.abs().amax(dim=-1, keepdim=True)
        return _all(rows.diff(dim=-1) >= -slack)

    names = ", ".join(f"{level:g}" for level in levels[:6]) + (", ..." if len(levels) > 6 else "")
    rule = f"not fall from one level to the next ({names})"
    remedy = "Sort the quantiles of every row, or see whether columns have changed places."
    _find(quantiles, ascending, where, argument="quantiles", rule=rule, remedy=remedy)


def check_mass(parts: Float[Tensor, "row class"], where: Where) -> None:
    """Parts of a row are at least 0 but for rounding; they have a finite sum above 0."""
    slack = rounding(parts.dtype)

    def usable(rows: Tensor) -> Tensor:
        return _all((rows >= -slack) & (rows < torch.inf))  # False for NaN

    def some(rows: Tensor) -> Tensor:
        total = rows.sum(dim=-1, dtype=torch.float64)
        return (total > 0) & (total < torch.inf)

    rule = "be finite and at least 0"
    _find(parts, usable, where, argument="probs", rule=rule, remedy=UNNORMALISED)
    rule, remedy = "have a finite sum above 0", "Drop such rows, or give them weight 0."
    _find(parts, some, where, argument="probs", rule=f"{rule} in every row", remedy=remedy)


def check_logits(logits: Float[Tensor, "row *class"], where: Where) -> None:
    """No entry is NaN or plus infinity; minus infinity masks a class, but not all of a row."""

    def usable(rows: Tensor) -> Tensor:
        return _all(rows < torch.inf)  # False for NaN

    def unmasked(rows: Tensor) -> Tensor:
        return (rows > -torch.inf).any(dim=-1)

    if where.counts is None and _bounded(
        logits, torch.finfo(logits.dtype).min, torch.finfo(logits.dtype).max
    ):
        return
    rule, remedy = "be finite or minus infinity", "Clamp them, or see whether training diverged."
    _find(logits, usable, where, argument="logits", rule=rule, remedy=remedy)
    if logits.ndim == 2:
        rule = "leave a class unmasked"
        remedy = "Minus infinity masks a class; leave one class of every row."
        _find(logits, unmasked, where, argument="logits", rule=rule, remedy=remedy)


def check_hard(
    argument: str, labels: Integer[Tensor, " row"], n_classes: int, where: Where
) -> None:
    """Every entry is a class index."""
    if where.counts is None and _are_classes(labels, n_classes):
        return

    def inside(rows: Tensor) -> Tensor:
        return (rows >= 0) & (rows < n_classes)

    remedy, rule = REMEDIES_OF_INDICES[argument], f"lie in [0, {n_classes})"
    _find(labels, inside, where, argument=argument, rule=rule, remedy=remedy)


def check_weights(weights: Float[Tensor, " row"], place: Callable[[int], str]) -> None:
    """Every entry is 0 or a number whose square is one too."""
    least, greatest = WEIGHTS
    where = Where(None, place)

    def usable(rows: Tensor) -> Tensor:
        return rows.isfinite() & (rows >= 0)

    def sized(rows: Tensor) -> Tensor:
        wide = rows.double()
        return (wide == 0) | ((wide >= least) & (wide <= greatest))

    remedy, rule = "Use 0 to leave a row out.", "be finite and at least 0"
    _find(weights, usable, where, argument="weights", rule=rule, remedy=remedy)
    if torch.finfo(weights.dtype).max > greatest:  # narrower types hold no others
        rule, remedy = f"be 0 or lie in [{least:g}, {greatest:g}]", "Scale the weights."
        _find(weights, sized, where, argument="weights", rule=rule, remedy=remedy)


def _all(good: Bool[Tensor, "row *class"]) -> Bool[Tensor, " row"]:
    return good.all(dim=-1) if good.ndim > 1 else good


def _bounded(values: Tensor, low: float, high: float) -> bool:
    """Whether all lie in [low, high]; False as soon as one is NaN."""
    least, greatest = values.aminmax()
    return bool(least >= low) and bool(greatest <= high)


def _are_classes(labels: Integer[Tensor, " row"], n_classes: int) -> bool:
    """Whether all lie in [0, n_classes), told at one look."""
    if labels.dtype == torch.int64 and all_within(labels, n_classes):
        return True
    return _bounded(labels, 0.0, n_classes - 1.0)


def _chunks(values: Tensor) -> Iterator[tuple[int, Tensor]]:
    rows = max(1, CHUNK // max(1, values[0].numel()))
    for start in range(0, len(values), rows):
        yield start, values[start : start + rows]


def _find(
    values: Tensor,
    good: Rule,
    where: Where,
    *,
    argument: str,
    rule: str,
    remedy: str,
    summed: bool = False,
) -> None:
    for start, chunk in _chunks(values):
        fine = good(chunk)
        if where.counts is not None:
            fine = fine | ~where.counts[start : start + len(chunk)]
        if not fine.all():
            row = int((~fine).nonzero()[0])
            wide = torch.promote_types(chunk.dtype, torch.float32)
            shown = chunk[row].sum(dtype=wide) if summed else chunk[row]
            entries = [_digits(float(value)) for value in shown.flatten()[:6].tolist()]
            text = (
                entries[0]
                if shown.numel() == 1
                else f"({', '.join(entries)}" + (", ...)" if shown.numel() > 6 else ")")
            )
            if chunk.is_floating_point() and bool(chunk[row].isnan().any()):
                remedy = REMEDY_OF_NAN.get(argument, remedy)
            raise InputError(argument, rule, f"{text} at {where.place(start + row)}", remedy)


def _digits(value: float) -> str:
    """Nine digits, or all where a rule may turn on those beyond: about 0 and 1."""
    text = f"{value:.9g}"
    near = min(abs(float(text)), abs(float(text) - 1)) <= 1.5 * SUM_TOLERANCE
    return f"{value!r}" if near and float(text) != value else text
