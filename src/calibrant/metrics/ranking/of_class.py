"""Steps of one class, from rows in memory or from tallies: what every curve is drawn from."""

import torch

from calibrant.errors import InputError
from calibrant.metrics.class_index import index_of_class
from calibrant.metrics.ranking.steps import Steps, ranked, steps_of_tally
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.blocks import Blocked, Size
from calibrant.statistics.bundle import Tallies, check_evaluable
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.scores import class_scores, scores_of

__all__ = ["no_spread", "occupied", "steps_of_class", "steps_of_view"]


def steps_of_class(rows: Rows | Tallies, class_name: str | int | None) -> Steps:
    """Steps of a class against the rest; of the positive one of two where none is named.

    Raises
    ------
    InputError
        If no class is named and there are not two, if there is no such class, or if the rows or
        tallies cannot tell.
    """
    if class_name is None:
        return steps_of_view(rows, "positive")
    k = index_of_class(rows, class_name)
    if isinstance(rows, Tallies):
        if ClassGrids() not in rows.parts:
            remedy = "Tally them with metrics=['auroc_macro']."
            raise InputError("rows", f"be tallies that hold {ClassGrids()}", "others", remedy)
        every = steps_of_tally(rows.tally_of(ClassGrids()))
        return occupied(every.each(lambda masses: masses[k]))
    check_evaluable(rows, (Predictions,), "curves of a class")
    present = rows.present()
    assert isinstance(present, Predictions)
    outcome = present.hard == k if present.soft is None else present.soft[:, k]
    scores = next(one for at, one in enumerate(class_scores(present)) if at == k)
    steps = ranked(scores.values, outcome, present.weight()).steps
    return steps.with_scores(scores.as_prob(steps.scores))


def steps_of_view(rows: Rows | Tallies, view: View) -> Steps:
    """Steps of the positive class of two, or of the likeliest class being right."""
    if isinstance(rows, Tallies):
        grid = ScoreGrid(view)
        if grid not in rows.parts:
            name = "auroc_positive" if view == "positive" else "aurc"
            remedy = f"Tally them with metrics=['{name}']."
            raise InputError("rows", f"be tallies that hold {grid}", "others", remedy)
        return occupied(steps_of_tally(rows.tally_of(grid)))
    check_evaluable(rows, (Predictions, Events), f"curves of the {view} view")
    events, scores = scores_of(rows.present(), view)
    steps = ranked(scores.values, events.outcome, events.weight()).steps
    return steps.with_scores(scores.as_prob(steps.scores))


def no_spread(rows: Rows | Tallies, steps: Steps) -> str:
    """Why the weights of the steps do not tell how outcomes scatter; empty where they do."""
    if isinstance(rows, Tallies):
        clustered = rows.holds(Blocked(Size()))
        soft = not bool((steps.least == steps.up_twice).all())
    else:
        clustered = rows.clusters is not None
        soft = rows.soft is not None if isinstance(rows, Predictions) else _shares(rows)
    if clustered:
        return "rows in clusters depend on each other"
    return "soft labels: outcomes are shares already" if soft else ""


def _shares(rows: Rows) -> bool:
    return isinstance(rows, Events) and rows.outcome.dtype != torch.bool


def occupied(steps: Steps) -> Steps:
    """The steps that hold rows."""
    held = steps.up + steps.down > 0
    return steps.each(lambda masses: masses[held], steps.scores[held])
