"""Lovasz losses: the Jaccard index of decisions, extended to errors that are numbers."""

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY
from typing import Literal, final

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.overlap.lovasz_slopes import slopes_of
from calibrant.losses.rows import Form, GivenLabels, GivenScores, Rows, Scores
from calibrant.losses.single import Reduction, reduced

__all__ = [
    "LovaszExtension",
    "LovaszHingeLoss",
    "LovaszLoss",
    "lovasz_hinge_loss",
    "lovasz_loss",
]

Sorted = Float[Tensor, "row sorted_class *more"]
Lines = Float[Tensor, "group class row"]


class LovaszExtension(FrontEnd, ABC):
    r"""Lovasz extension of the Jaccard loss of every class, averaged over the classes.

    With errors :math:`m_1 \ge m_2 \ge \dots` of the rows, it is :math:`\sum_i m_i (J_i -
    J_{i-1})`, where :math:`J_i` is the Jaccard loss of having the first i rows wrong. A row of
    weight w counts as w equal ones. A soft label stands for rows of either answer that share its
    weight. A single score a row asks one question: the loss is that of the positive class alone.

    It needs all errors in order, so it does not add up over processes or accumulated batches: each
    has the loss of its own rows.

    Parameters
    ----------
    over : "batch" or "sample", default "batch", keyword
        One order of all rows and axes, or one of every row over its axes, of whose losses
        `reduction` makes one. A row weighs what its heaviest pixel does.
    absent : "keep" or "skip", default "keep", keyword
        What the mean does with a class that no row has: keep its loss, which is the largest error,
        or leave it out.
    reduction : "mean", "sum" or "none", default "mean", keyword
        What becomes of the losses of the rows with ``over="sample"``.

    References
    ----------
    .. [1] Berman, Triki and Blaschko. "The Lovasz-Softmax Loss: A Tractable Surrogate for the
       Optimization of the Intersection-Over-Union Measure in Neural Networks." CVPR 2018.
    """

    _: KW_ONLY
    over: Literal["batch", "sample"] = "batch"
    absent: Literal["keep", "skip"] = "keep"
    reduction: Reduction = "mean"

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        if self.over == "batch" and self.reduction != "mean":
            rule, got = "be 'mean' with over='batch'", repr(self.reduction)
            raise InputError("reduction", rule, got, "The order of a batch has one loss.")

    @abstractmethod
    def scores_of(self, logits: Scores, form: Form) -> Sorted:
        """What is sorted, in the shape of `logits`, or of yes alone for questions."""

    @abstractmethod
    def errors_of(self, scores: Lines, truth: Bool[Tensor, "group class row"]) -> Lines:
        """Errors of scores, at least 0."""

    @final
    def forward(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Loss of the batch, still attached to the graph where every row is absent."""
        mean = self.reduction == "mean"
        rows = self.prepare(logits, labels, weights, mask, relative_weights=mean)
        losses = self._of_groups(rows)
        if self.over == "batch":
            return self.unless_empty(losses.squeeze(0), rows.weights)
        lines = rows.own_weights.unsqueeze(-1).flatten(1)
        heaviest = lines.amax(1) if losses.numel() else losses
        value = reduced(losses, heaviest, self.reduction)
        return self.unless_empty(value, heaviest) if mean else value

    def _of_groups(self, rows: Rows) -> Float[Tensor, " group"]:
        """Loss of the batch, one group, or of every row."""
        scores = self._lines(self.scores_of(rows.logits, rows.form))
        scale = rows.weights if rows.factor is None else rows.factor * rows.weights
        scale = self._lines(scale if rows.form == "questions" else scale.unsqueeze(1))
        if rows.labels.ndim == rows.logits.ndim:
            labels = rows.labels
            if rows.form != "classes":
                labels = labels[:, 1] if rows.form == "questions" else labels[:, 1:]
            yes = self._lines(labels)
            truth = torch.cat((torch.ones_like(yes), torch.zeros_like(yes)), -1).bool()
            scores = torch.cat((scores, scores), -1)
            scale = torch.cat((scale * yes, scale * (1 - yes)), -1)
            scores = torch.where(scale > 0, scores, 0)  # a margin may be infinite
        elif rows.form == "questions":
            truth = self._lines(rows.labels == 1)
        else:
            label = self._lines(rows.labels.unsqueeze(1))
            first = 1 if rows.form == "question" else 0
            n_classes = scores.shape[1]
            truth = label == torch.arange(first, first + n_classes, device=label.device)[:, None]
        errors = self.errors_of(scores, truth)
        losses = (slopes_of(errors, truth, scale) * errors).sum(-1)
        if self.absent == "keep":
            return losses.mean(-1)
        present = ~((scale * truth).sum(-1) == 0)  # NaN is present
        return torch.where(present, losses, 0).sum(-1) / present.sum(-1).clamp(min=1)

    def _lines(self, by_class: Tensor) -> Tensor:
        """Rows and axes that share an order as the last axis, after their group and the class."""
        if self.over == "batch":
            return by_class.movedim(1, 0).flatten(1).unsqueeze(0)
        return by_class.unsqueeze(-1).flatten(2)


@final
class LovaszLoss(LovaszExtension):
    """Lovasz extension at the errors :math:`|p - y|`, the Lovasz-softmax loss.

    Examples
    --------
    Errors .4, .3, .2 of rows that are false, true, true. The first wrong makes the Jaccard loss
    1/3, the second 2/3, the third 1.

    >>> probs = torch.tensor([0.4, 0.7, 0.8])
    >>> LovaszLoss(inputs="probs")(probs, torch.tensor([0, 1, 1]))  # (.4 + .3 + .2) / 3
    tensor(0.3000)
    """

    def scores_of(self, logits: Scores, form: Form) -> Sorted:
        """See `LovaszExtension.scores_of`: probabilities."""
        probs = logits.softmax(1)
        return probs if form == "classes" else probs[:, 1] if form == "questions" else probs[:, 1:]

    def errors_of(self, scores: Lines, truth: Bool[Tensor, "group class row"]) -> Lines:
        """See `LovaszExtension.errors_of`."""
        return (scores - truth.to(scores.dtype)).abs()


@final
class LovaszHingeLoss(LovaszExtension):
    r"""Lovasz extension at the hinge errors, :math:`(1 - m)_+`, of false rows :math:`(1 + m)_+`.

    The margin m of a question is its logit; of a class, its logit less the largest other one.

    Examples
    --------
    Errors 1.5, .5, 0 of rows that are false, true, true: 1.5 / 3 + .5 / 3.

    >>> LovaszHingeLoss()(torch.tensor([0.5, 0.5, 2.0]), torch.tensor([0, 1, 1]))
    tensor(0.6667)
    """

    def scores_of(self, logits: Scores, form: Form) -> Sorted:
        """See `LovaszExtension.scores_of`: margins."""
        if form == "questions":
            return logits[:, 1] - logits[:, 0]
        if form == "question":
            return logits[:, 1:] - logits[:, :1]
        top = logits.argmax(1, keepdim=True)
        others = logits.scatter(1, top, -torch.inf).amax(1, keepdim=True)
        return logits - torch.where(_is_at(top, logits), others, logits.amax(1, keepdim=True))

    def errors_of(self, scores: Lines, truth: Bool[Tensor, "group class row"]) -> Lines:
        """See `LovaszExtension.errors_of`."""
        return (1 - torch.where(truth, scores, -scores)).relu()


def _is_at(index: Tensor, scores: Scores) -> Bool[Tensor, "row class *axes"]:
    """Whether a class is the one of the index."""
    classes = torch.arange(scores.shape[1], device=scores.device)
    return index == classes.view(-1, *[1] * (scores.ndim - 2))


def lovasz_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    over: Literal["batch", "sample"] = "batch",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """Lovasz-softmax loss of all rows; see `LovaszLoss`."""
    return LovaszLoss(over=over, absent=absent).forward(logits, labels)


def lovasz_hinge_loss(
    logits: GivenScores,
    labels: GivenLabels,
    *,
    over: Literal["batch", "sample"] = "batch",
    absent: Literal["keep", "skip"] = "keep",
) -> Float[Tensor, ""]:
    """Lovasz hinge loss of all rows; see `LovaszHingeLoss`."""
    return LovaszHingeLoss(over=over, absent=absent).forward(logits, labels)
