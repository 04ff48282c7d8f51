"""Classes that are recognised worst, by the share of their rows that was given them."""

from calibrant.metrics.evaluate import evaluate
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.confusion import Confusion

__all__ = ["worst_classes"]

FEWEST = 10  # rows of a class that is looked at


def worst_classes(rows: Rows | Tallies, at_most: int = 3) -> list[int]:
    """Indices of the classes with the least recall among those with ten rows or more."""
    told = Confusion() in rows.parts if isinstance(rows, Tallies) else isinstance(rows, Predictions)
    if not told:
        return []
    matrix = evaluate(rows, ["confusion_matrix"])["confusion_matrix"].value
    assert isinstance(matrix, tuple)
    recalls: list[tuple[float, int]] = []
    for k, row in enumerate(matrix):
        held = sum(row) if isinstance(row, tuple) else 0.0
        if isinstance(row, tuple) and held >= FEWEST:
            recalls.append((row[k] / held, k))
    return [k for _, k in sorted(recalls)[:at_most]]
