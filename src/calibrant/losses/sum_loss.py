"""Loss of sums: a function of differentiable sums over rows."""

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.processes import Gradients, over_processes
from calibrant.losses.rows import Form, PerRow, Rows, Scores, truth_of
from calibrant.losses.single import Reduction, reduced

__all__ = ["SumLoss"]


class SumLoss(FrontEnd, ABC):
    """Function of sums over rows: the sums of shards and processes add up, their losses do not.

    ``loss.read(loss.sums(a) + loss.sums(b))`` is the loss of both batches together. A single
    score a row asks one question: its sums are those of the positive class alone.

    Parameters
    ----------
    over : "batch" or "sample", default "batch", keyword
        Sums over all rows and axes; or those of every row over its axes, each row with a loss of
        its own, of which `reduction` makes one. A row weighs what its heaviest pixel does.
    reduction : "mean", "sum" or "none", default "mean", keyword
        What becomes of the losses of the rows with ``over="sample"``.
    sync : bool or "sum", default False, keyword
        Add the sums over all processes of `torch.distributed`, so that each has the loss of the
        joint batch. Its gradient is the joint one once gradients are *averaged* over the processes,
        as ``DistributedDataParallel`` does; with "sum", once they are added. Without a process
        group there is one process.
    """

    ignores_scale: ClassVar[bool] = False
    """Whether `read` gives the same for all sums times a number; weights may then have any scale,
    beyond the range of the logits' dtype too."""

    _: KW_ONLY
    over: Literal["batch", "sample"] = "batch"
    reduction: Reduction = "mean"
    sync: bool | Literal["sum"] = False

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        if self.over == "batch" and self.reduction != "mean":
            remedy = "The sums of a batch have one loss."
            raise InputError(
                "reduction", "be 'mean' with over='batch'", repr(self.reduction), remedy
            )

    def probs_of(self, logits: Scores) -> Scores:
        """Stated probabilities from logits; of questions, those of no and yes at axis 1."""
        return logits.softmax(1)

    @abstractmethod
    def addends(self, probs: Scores, truth: Scores) -> tuple[Scores, ...]:
        """Summands of every row at weight 1, each in the shape of `probs`, classes at axis 1.

        Parameters
        ----------
        probs : Float[Tensor, "row class *axes"]
            Stated probabilities; of questions, those of yes.
        truth : Float[Tensor, "row class *axes"]
            Labels as probabilities: 0 and 1 where they are hard.
        """

    def extras(self, rows: Rows) -> tuple[PerRow, ...]:
        """Further addends of every row, not of its classes, with their weights: none.

        Their sums stand below those of `addends`, spread evenly over the classes.
        """
        del rows
        return ()

    @abstractmethod
    def read(self, sums: Float[Tensor, "*more sum class"]) -> Float[Tensor, "*more"]:
        """Loss of the rows behind `sums`, of every table of them; 0 for sums that are all 0."""

    @final
    def sums(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Float[Tensor, "sum class"]:
        """Weighted sums over rows and axes, per class; differentiable, in float32 or better."""
        return self._summed(self.prepare(logits, labels, weights, mask), first_axis=0)

    def _summed(self, rows: Rows, *, first_axis: Literal[0, 1]) -> Float[Tensor, "*row sum class"]:
        """Sums over all axes from the first on; classes stay, and rows where that is axis 1."""
        sums = self.class_sums(rows, first_axis=first_axis)
        extras = [_spread(extra, rows.form, sums) for extra in self.extras(rows)]
        return torch.cat((sums, *extras), dim=first_axis) if extras else sums

    def class_sums(
        self, rows: Rows, *, first_axis: Literal[0, 1]
    ) -> Float[Tensor, "*row sum class"]:
        """Sums of `addends` over all axes from the first on, but for classes."""
        probs, truth = self.probs_of(rows.logits), truth_of(rows.logits, rows.labels)
        scale = rows.weights if rows.factor is None else rows.factor * rows.weights
        if rows.form == "questions":
            probs, truth = probs[:, 1], truth[:, 1]
        else:
            scale = scale.unsqueeze(1)
        if rows.form == "question":
            probs, truth = probs[:, 1:], truth[:, 1:]
        over = [axis for axis in range(first_axis, probs.ndim) if axis != 1]
        addends = [scale * addend for addend in self.addends(probs, truth)]
        # no matrix product: under autocast it would round the addends to half precision
        return torch.stack([a.sum(over) if over else a for a in addends], dim=first_axis)

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
        one_scale = self.over == "batch" or self.reduction == "mean"
        relative = self.ignores_scale and one_scale and self.sync is False  # others have their own
        rows = self.prepare(logits, labels, weights, mask, relative_weights=relative)
        return self._of_batch(rows) if self.over == "batch" else self._of_samples(rows)

    def _of_batch(self, rows: Rows) -> Float[Tensor, ""]:
        """Loss of the sums over all rows."""
        sums, weights = self._summed(rows, first_axis=0), rows.weights
        if self.sync is not False:
            sums = over_processes(sums, self._gradients)
            if self.when_empty == "nan":
                weights = over_processes(weights.sum(), self._gradients)
        return self.unless_empty(self.read(sums), weights)

    def _of_samples(self, rows: Rows) -> Float[Tensor, "*reduced"]:
        """Losses of the sums of every row, reduced; one of weight k is k rows of weight 1."""
        n_rows, n_axes = len(rows.own_weights), rows.own_weights.ndim - 1
        if n_rows == 0:
            heaviest = rows.own_weights.reshape(0)
        else:
            heaviest = rows.own_weights.reshape(n_rows, -1).amax(1)
            scale = torch.where(heaviest > 0, heaviest, 1).view(-1, *[1] * n_axes)
            rows = rows._replace(weights=rows.weights / scale)
        losses = self.read(self._summed(rows, first_axis=1))
        if self.reduction != "mean" or self.sync is False:
            value = reduced(losses, heaviest, self.reduction)
            return self.unless_empty(value, heaviest) if self.reduction == "mean" else value
        sums = torch.stack(((heaviest * losses).sum(), heaviest.sum()))
        total, weight = over_processes(sums, self._gradients)
        return self.unless_empty(total / torch.where(weight > 0, weight, 1), weight)

    @property
    def _gradients(self) -> Gradients:
        """What is done with the gradients of the processes."""
        return "sum" if self.sync == "sum" else "mean"


def _spread(
    addend: PerRow, form: Form, sums: Float[Tensor, "*row sum class"]
) -> Float[Tensor, "*row 1 class"]:
    """Sum of numbers of rows below `sums`: that of each question, or its share for each class."""
    first_axis = sums.ndim - 2
    if form == "questions":
        over = [axis for axis in range(first_axis, addend.ndim) if axis != 1]
        return (addend.sum(over) if over else addend).unsqueeze(-2)
    axes = list(range(first_axis, addend.ndim))
    total = addend.sum(axes) if axes else addend
    shares = (total / sums.shape[-1])[..., None, None]
    return shares.expand(*shares.shape[:-1], sums.shape[-1])
