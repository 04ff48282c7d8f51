"""The network beside baselines, and beside its own seeds, on the same test rows."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int64

from calibrant.comparison.wording import in_words
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluate import evaluate
from calibrant.pipeline.task import Task
from calibrant.pipeline.trial import Trial
from calibrant.prediction.rows import Rows
from calibrant.report.contest import Contest, Rival, Spread

__all__ = ["hold_contest"]

NETWORK = "the network"


def hold_contest(
    task: Task,
    trials: Sequence[Trial],
    order: Int64[np.ndarray, " row"],
    clusters: Int64[np.ndarray, " row"],
) -> Contest:
    """Compare the network of `trials` with its baselines on all test rows.

    Parameters
    ----------
    task : Task
        What is predicted.
    trials : sequence of Trial
        One a fold.
    order : Int64[ndarray, "row"]
        Puts the test rows of all trials, one after another, into the order of the file.
    clusters : Int64[ndarray, "row"]
        Unit of every test row, in that order.
    """
    network = task.join([trial.after for trial in trials], order)
    rivals: list[Rival] = []
    for k, first in enumerate(trials[0].baselines):
        before = task.join([trial.baselines[k].before for trial in trials], order)
        after = task.join([trial.baselines[k].after for trial in trials], order)
        difference = task.difference(network, after, clusters=clusters)
        sentence = in_words(difference, NETWORK, first.name, task.score_in_words)
        rivals.append(
            Rival(
                first.name,
                first.how,
                _score(task, before),
                _score(task, after),
                difference,
                sentence,
            )
        )
    return Contest(
        task.score,
        task.score_in_words,
        _score(task, network),
        tuple(rivals),
        _spread(task, trials, order),
    )


def _spread(task: Task, trials: Sequence[Trial], order: Int64[np.ndarray, " row"]) -> Spread | None:
    """Scores of the seeds, where every trial has as many networks."""
    counts = {len(trial.alone) for trial in trials}
    if counts == {0} or len(counts) > 1:
        return None
    alone = [task.join([trial.alone[k] for trial in trials], order) for k in range(counts.pop())]
    together = task.join([trial.before for trial in trials], order)
    values = tuple(float(_score(task, rows)) for rows in alone)
    return Spread(values, float(_score(task, together)))


def _score(task: Task, rows: Rows) -> Estimate:
    """Estimate of the score that decides."""
    return evaluate(rows, [task.score], level=task.recipe.evaluation.level)[task.score]
