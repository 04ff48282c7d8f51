"""Loss of overlap: a function of the soft counts of every class."""

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.hard_counts import hard_counts
from calibrant.losses.rows import Rows, Scores
from calibrant.losses.settings import Bounds, Numbers
from calibrant.losses.sum_loss import SumLoss

__all__ = ["Counts", "OverlapLoss"]

Counts = Float[Tensor, "*more class"]


class OverlapLoss(SumLoss, ABC):
    r"""Mean over classes of a function of soft true positives, false positives, false negatives.

    With stated probability p and truth y, the counts are the sums of :math:`\min(p, y)`,
    :math:`(p - y)_+` and :math:`(y - p)_+`. For hard labels these are the usual products; for
    soft ones, losses that grow with either error are least at p = y, where products are not.

    Parameters
    ----------
    average : "macro" or "micro", default "macro", keyword
        Mean of the losses of the classes, or the loss of the counts of all of them together.
    absent : "keep" or "skip", default "keep", keyword
        What the mean does with a class that no row has: keep its loss, or leave it out. Micro has
        no such classes.
    classes : sequence of int or None, keyword
        Classes to average over, by index; all if None. Without the background: ``[1, 2, 3]``.

    References
    ----------
    .. [1] Wang et al. "Jaccard Metric Losses: Optimizing the Jaccard Index with Soft Labels."
       NeurIPS 2023: the absolute difference in place of the product.
    """

    guards_absent: ClassVar[bool] = True

    _: KW_ONLY
    average: Literal["macro", "micro"] = "macro"
    absent: Literal["keep", "skip"] = "keep"
    classes: Annotated[Numbers, Bounds(at_least=0.0, hint="Count from 0.")] | None = None

    @abstractmethod
    def of_counts(self, tp: Counts, fp: Counts, fn: Counts) -> Counts:
        """Loss of every class from its soft counts; 0 where all of them are 0."""

    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """See `SumLoss.addends`: true positives, false positives, false negatives."""
        under = (truth - probs).relu()
        return truth - under, (probs - truth).relu(), under

    @final
    def class_sums(
        self, rows: Rows, *, first_axis: Literal[0, 1]
    ) -> Float[Tensor, "*row sum class"]:
        """See `SumLoss.class_sums`: in closed form for hard labels of classes or one question."""
        is_hard = rows.labels.ndim < rows.logits.ndim and rows.form != "questions"
        is_plain = type(self).addends is OverlapLoss.addends
        if is_hard and is_plain and type(self).probs_of is SumLoss.probs_of:
            scale = rows.weights if rows.factor is None else rows.factor * rows.weights
            counts = hard_counts(
                rows.logits,
                rows.labels,
                scale,
                rows.kept,
                sums_of="batch" if first_axis == 0 else "rows",
            )
            return counts[..., 1:] if rows.form == "question" else counts
        if rows.kept is not None:
            present = torch.where(rows.kept.unsqueeze(1), rows.logits, 0)
            rows = rows._replace(logits=present, kept=None)
        return super().class_sums(rows, first_axis=first_axis)

    @final
    def by_class(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more chosen"]:
        """Loss of every class of `classes`, for a log; or of all together, one, with micro."""
        sums = self._chosen(sums)
        if self.average == "micro":
            sums = sums.sum(-1, keepdim=True)
        return self.of_counts(*sums[..., :3, :].unbind(-2))

    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """See `SumLoss.read`."""
        losses = self.by_class(sums)
        if self.absent == "keep" or self.average == "micro":
            return losses.mean(-1)
        tp, _, fn = self._chosen(sums)[..., :3, :].unbind(-2)
        present = ~(tp + fn == 0)  # NaN is present
        return torch.where(present, losses, 0).sum(-1) / present.sum(-1).clamp(min=1)

    def _chosen(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more sum chosen"]:
        """Sums of `classes`."""
        chosen = self.classes
        return sums.index_select(-1, chosen.long()) if isinstance(chosen, Tensor) else sums
