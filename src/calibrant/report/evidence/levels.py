"""Coverage that an evaluation asked for."""

from calibrant.metrics.base import LEVEL
from calibrant.metrics.evaluation import Evaluation

__all__ = ["level_of"]


def level_of(evaluation: Evaluation) -> float:
    """Coverage of its intervals; the usual one where it has none."""
    levels = (estimate.level for estimate in evaluation.estimates.values())
    return next((level for level in levels if level is not None), LEVEL)
