"""An evaluation with more of what its rows can tell."""

from collections.abc import Sequence
from dataclasses import replace

from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.prediction.rows import Rows
from calibrant.report.evidence.levels import level_of
from calibrant.statistics.bundle import Tallies

__all__ = ["with_more"]


def with_more(evaluation: Evaluation, rows: Rows | Tallies, names: Sequence[str]) -> Evaluation:
    """`evaluation` with those of the metrics `names` that it lacks, at its level."""
    wanted = [name for name in names if name not in evaluation]
    if not wanted:
        return evaluation
    found = evaluate(rows, wanted, level=level_of(evaluation))
    return replace(
        evaluation,
        estimates={**evaluation.estimates, **found.estimates},
        metrics={**evaluation.metrics, **found.metrics},
    )
