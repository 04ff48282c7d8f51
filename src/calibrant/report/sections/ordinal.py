"""Section with how far off decisions are, of classes that have an order."""

import math
from collections.abc import Sequence

from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Cell, Section, Table
from calibrant.report.numbers import count, in_percent, unit_of
from calibrant.report.shapes import scalar
from calibrant.report.wording.ordinal import adjacent_told

__all__ = ["ordinal_section"]

_ORDERED = frozenset(
    {
        "adjacent_accuracy",
        "expected_distance",
        "kappa_linear",
        "kappa_quadratic",
        "ordinal_mae",
        "rps",
        "rps_normalised",
    }
)
_LISTED = 10


def ordinal_section(
    evaluation: Evaluation, confusion: Sequence[Sequence[float]] | None
) -> Section | None:
    """Section with the distances of decisions from the truth, in classes.

    None where no metric of ordered classes was asked for, so that nobody has said that there is
    an order, or where the decisions are not known.
    """
    if confusion is None or not _ORDERED.intersection(evaluation):
        return None
    n = len(confusion)
    total = math.fsum(map(math.fsum, confusion))
    if not total:
        return None
    held = [
        math.fsum(confusion[true][said] for true in range(n) for said in _at(true, distance, n))
        for distance in range(n)
    ]
    rows: list[list[Cell]] = []
    within = 0.0
    for distance, weight in enumerate(held[: _LISTED + 1]):
        within += weight
        rows.append(
            [
                Cell("right" if distance == 0 else f"{distance} off", float(distance)),
                Cell(count(weight), weight),
                Cell(in_percent(weight / total), weight / total),
                Cell(in_percent(within / total), within / total),
            ]
        )
    table = Table(
        name="distance-table",
        caption="How many classes off",
        header=["Distance", unit_of(confusion, evaluation.n), "Share", "That near or nearer"],
        rows=rows,
    )
    beside = evaluation["adjacent_accuracy"] if "adjacent_accuracy" in evaluation else None  # noqa: SIM401
    lead = ["The classes have an order, so an error is worse the farther off it is."]
    if beside is not None:
        lead.append(adjacent_told(scalar(beside)))
    return Section(name="distances", title="How far off are errors?", lead=lead, blocks=[table])


def _at(true: int, distance: int, n: int) -> list[int]:
    """Classes at a distance from the true one."""
    return [k for k in {true - distance, true + distance} if 0 <= k < n]
