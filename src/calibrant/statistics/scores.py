"""Numbers that rank rows: of logits the log-odds, free of the rounding of a softmax.

Rows, tie marks, curves and averages over classes all rank by these, so that all agree on what is
tied, and on which side of an edge of the score grid a row lies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Float64, Int, Int64
from torch import Tensor

from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.forms import Logits, PositiveLogits
from calibrant.prediction.rows import Rows
from calibrant.statistics.views import View, events_of

__all__ = ["Scores", "class_scores", "pair_scores", "scores_of"]

BLOCK = 32  # classes whose scores are laid out row by row together
ROWS = 4096  # whose logits are widened together
HALF = 0x3FE0000000000000  # bits of one half

Scale = Literal["probability", "log-odds", "minus the complement"]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Numbers that rank rows, and what they are.

    Attributes
    ----------
    values : Tensor
        Probabilities; or of logits the log-odds: two that round to 1 keep their order; or, where
        the complement was declared, that times minus one, for the same reason.
    scale : "probability", "log-odds" or "minus the complement"
        Which of these.
    """

    values: Float[Tensor, " row"]
    scale: Scale

    def as_prob(self, values: Float64[Tensor, " step"]) -> Float64[Tensor, " step"]:
        """Probability of some of the values."""
        if self.scale == "log-odds":
            return values.sigmoid()
        return values if self.scale == "probability" else 1 + values


def scores_of(rows: Rows, view: View) -> tuple[Events, Scores]:
    """Events of a view, and what ranks them.

    Of one-dimensional probabilities the confidence in the likeliest class is partly declared,
    partly the complement of what was: see `Predictions.fractions` for what counts as equal.
    """
    events = events_of(rows, view)
    if isinstance(rows, Events):
        return events, Scores(events.stated, "probability")
    assert isinstance(rows, Predictions)  # checked where rows are tallied
    form = rows.declared
    if isinstance(form, PositiveLogits):
        return events, Scores(form.values.abs() if view == "top_label" else form.values, "log-odds")
    if isinstance(form, Logits):
        if form.n_classes != 2:
            return events, Scores(_top_odds(form, rows), "log-odds")
        gap = _gap(form)
        return events, Scores(gap.abs() if view == "top_label" else gap, "log-odds")
    if events.mirrored is None:
        return events, Scores(events.prob, "probability")
    doubt = torch.where(events.mirrored, rows.fractions.prob, rows.fractions.complement)
    return events, Scores(-doubt, "minus the complement")


def class_scores(rows: Predictions) -> Iterator[Scores]:
    """Numbers that rank the rows for every class, class by class."""
    form = rows.declared
    if isinstance(form, PositiveLogits):
        for values in (-form.values, form.values):
            yield Scores(values, "log-odds")
    elif rows.is_positive:
        positive = rows.declared.positive
        yield Scores(-positive, "minus the complement")
        yield Scores(positive, "probability")
    elif isinstance(form, Logits):
        for values in _class_odds(form):
            yield Scores(values, "log-odds")
    else:
        for block in rows.full_probs.split(BLOCK, dim=1):
            for values in block.T.contiguous():
                yield Scores(values, "probability")


def pair_scores(rows: Predictions) -> Float64[Tensor, " pair"] | Int64[Tensor, " pair"]:
    """Numbers that rank all pairs of a row and a class, class by class.

    Of a positive class the bits of the smaller of the two probabilities, which rise with it, and
    those of one half twice less these, so that no complement is rounded.
    """
    if not rows.is_positive or isinstance(rows.declared, PositiveLogits):
        return torch.cat([scores.values.double() for scores in class_scores(rows)])
    stated = rows.fractions
    below = (torch.minimum(stated.prob, stated.complement) + 0.0).view(torch.int64)
    above, likely = 2 * HALF - below, stated.prob > 0.5
    return torch.cat((torch.where(likely, below, above), torch.where(likely, above, below)))


def _gap(form: Logits) -> Float64[Tensor, " row"]:
    """Log-odds of the second of two classes: the exact gap, so that ties stay ties."""
    return form.values[:, 1].double() - form.values[:, 0].double()


def _top_odds(form: Logits, rows: Predictions) -> Float64[Tensor, " row"]:
    """Log-odds of the likeliest class; a shift of all logits of a row changes no digit."""
    top = rows.guess[:, None]
    values = form.values.double()
    below = values - values.gather(-1, top)
    return -below.scatter_(-1, top, -torch.inf).logsumexp(dim=-1)


def _class_odds(form: Logits) -> Iterator[Float64[Tensor, " row"]]:
    """Log-odds of every class, class by class."""
    if form.n_classes == 2:
        gap = _gap(form)
        yield from (-gap, gap)
        return
    highest, top = form.values.max(dim=-1, keepdim=True)
    whole, rest = _log_sums(form.values, top)
    likeliest = highest.squeeze(-1)
    for start in range(0, form.n_classes, BLOCK):
        for logits in form.values[:, start : start + BLOCK].T.contiguous():
            below = logits.double() - likeliest.double()
            log_prob = below - whole
            others = torch.log1p(-log_prob.exp())  # log(1 - p), but for the likeliest class
            # all of the likeliest classes, so that ties stay ties
            yield torch.where(logits == likeliest, -rest, log_prob - others)


def _log_sums(
    logits: Float[Tensor, "row class"], top: Int[Tensor, "row 1"]
) -> tuple[Float64[Tensor, " row"], Float64[Tensor, " row"]]:
    """Log-sum-exp of every row, less its highest, and that without its likeliest class."""
    whole: list[Tensor] = []
    rest: list[Tensor] = []
    for part, first in zip(logits.split(ROWS), top.split(ROWS), strict=True):
        chunk = part.double()
        chunk = chunk - chunk.gather(-1, first)
        whole.append(chunk.logsumexp(dim=-1))
        rest.append(chunk.scatter_(-1, first, -torch.inf).logsumexp(dim=-1))
    return torch.cat(whole), torch.cat(rest)
