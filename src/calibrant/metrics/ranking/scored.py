"""Rows as events, with the numbers that rank them: free of the rounding of a softmax."""

from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.forms import Logits, PositiveLogits
from calibrant.prediction.rows import Rows
from calibrant.statistics.score_grid import View

__all__ = ["Scored", "scored"]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Events and what ranks them.

    Attributes
    ----------
    events : Events
        Whether the event of each row happened, and its weight.
    scores : Tensor
        Probabilities, or of logits the log-odds: two that round to 1 keep their order.
    in_odds : bool
        Whether the scores are log-odds.
    """

    events: Events
    scores: Tensor
    in_odds: bool

    def as_prob(self, scores: Float64[Tensor, " step"]) -> Float64[Tensor, " step"]:
        """Probability of some of the scores."""
        return scores.sigmoid() if self.in_odds else scores


def scored(rows: Rows, view: View) -> Scored:
    """Rows by the confidence in their likeliest class, or by that in the positive one."""
    if isinstance(rows, Events):
        return Scored(rows, rows.stated, in_odds=False)
    assert isinstance(rows, Predictions)  # checked where rows are tallied
    events, form = rows.top_label() if view == "top_label" else rows.positive(), rows.declared
    if isinstance(form, PositiveLogits):
        odds = form.values.abs() if view == "top_label" else form.values
        return Scored(events, odds, in_odds=True)
    if not isinstance(form, Logits):
        return Scored(events, events.stated if view == "top_label" else events.prob, in_odds=False)
    if form.n_classes == 2:  # exact, so that ties stay ties
        gap = form.values[:, 1] - form.values[:, 0]
        return Scored(events, gap.abs() if view == "top_label" else gap, in_odds=True)
    return Scored(events, _top_odds(form, rows), in_odds=True)


def _top_odds(form: Logits, rows: Predictions) -> Float64[Tensor, " row"]:
    """Log-odds of the likeliest class."""
    top = rows.guess[:, None]
    values = form.values.double()
    rest = values.scatter(-1, top, -torch.inf).logsumexp(dim=-1)
    return values.gather(-1, top).squeeze(-1) - rest
