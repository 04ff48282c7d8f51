"""Ranking loss: for every question, how well its positive rows lead. It needs all rows at once."""

from abc import ABC, abstractmethod
from typing import ClassVar, final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from calibrant.losses.front_end import FrontEnd
from calibrant.losses.rows import PerRow, Scores, truth_of

__all__ = ["Answers", "RankingLoss", "Scored", "log_odds"]

Ranked = Float[Tensor, "flat question"]
Scored = Float[Tensor, "row *class_and_axes"]
"""Logits of classes at axis 1, or of the positive class alone, ``(row,)`` too."""
Answers = Int[Tensor, "row *some"] | Float[Tensor, "row *other"]
"""Class indices, or probabilities of the classes, or of yes."""


class RankingLoss(FrontEnd, ABC):
    """Mean over questions of a loss of the order of their rows.

    Every class asks one question, one against all others; so does every label with `multilabel`,
    and a single score a row asks one in all. A question that the rows cannot rank, as none of
    them is positive, leaves the mean. Memory may grow with the square of the number of rows.

    It does not add up: over processes, every one has the loss of its own rows.
    """

    ignores_scale: ClassVar[bool] = True
    """Whether weights may have any scale; without it, a weight is a number of copies."""

    @abstractmethod
    def scores_of(self, logits: Scores) -> Scores:
        """What rows are ranked by, of every class at axis 1."""

    @abstractmethod
    def of_questions(
        self, scores: Ranked, truth: Ranked, weights: Ranked
    ) -> tuple[Float[Tensor, " question"], Bool[Tensor, " question"]]:
        """Loss of every question, finite, and whether its rows can be ranked.

        Parameters
        ----------
        scores : Float[Tensor, "flat question"]
            What ranks the rows, axes flattened into them.
        truth : Float[Tensor, "flat question"]
            Probability that the row is positive: 0 or 1 for hard labels.
        weights : Float[Tensor, "flat question"]
            Weights of the rows; 0 where a row is absent.
        """

    @final
    def forward(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Loss of the batch; an attached 0 where no question can be ranked."""
        rows = self.prepare(logits, labels, weights, mask, relative_weights=self.ignores_scale)
        scores, truth = self.scores_of(rows.logits), truth_of(rows.logits, rows.labels)
        scale = rows.weights if rows.factor is None else rows.factor * rows.weights
        if rows.form == "questions":
            scores, truth = scores[:, 1], truth[:, 1]
        elif rows.form == "question":
            scores, truth = scores[:, 1:], truth[:, 1:]
        if rows.form != "questions":
            scale = scale.unsqueeze(1).expand_as(scores)
        losses, ranked = self.of_questions(_flat(scores), _flat(truth), _flat(scale))
        value = torch.where(ranked, losses, 0).sum() / ranked.sum().clamp(min=1)
        return self.unless_empty(value, rows.weights)


def log_odds(logits: Scores) -> Scores:
    r""":math:`\log p_k - \log(1 - p_k)` of every class, finite, in nats.

    Of the likeliest class it is the lead over the others' log-sum-exp, so that it keeps its digits
    where p is next to 1. Infinite odds stand for those whose difference can just be squared.

    Examples
    --------
    >>> log_odds(torch.tensor([[50.0, 0.0]]))
    tensor([[ 50., -50.]])
    """
    top = logits.argmax(1, keepdim=True)
    log_p = logits.log_softmax(1)
    lesser = log_p.scatter(1, top, -torch.inf).exp()  # at most 1/2
    others = logits.scatter(1, top, -torch.inf)
    alone = (others == -torch.inf).all(1, keepdim=True)  # of nothing, logsumexp has no slope
    rest = others.masked_fill(alone, 0).logsumexp(1, keepdim=True)
    lead = (logits.gather(1, top) - rest).masked_fill(alone, torch.inf)
    odds = (log_p - torch.log1p(-lesser)).scatter(1, top, lead)
    limit = torch.finfo(odds.dtype).max ** 0.5 / 4
    return odds.clamp(-limit, limit)


def _flat(by_question: Scores | PerRow) -> Ranked:
    """Rows and axes as one axis, questions last."""
    return by_question.movedim(1, -1).flatten(0, -2)
