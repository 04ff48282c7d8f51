"""Loss of ordered classes whose scores are not one per class."""

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, final

import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor

from calibrant.errors import InputError
from calibrant.losses.presence import require_tensors, weighed, without_axis
from calibrant.losses.settings import Bounds, Numbers
from calibrant.losses.single import MakeBatch, Reduction, SingleLoss, reduced
from calibrant.losses.weight_rules import NamedRule, WeightRule
from calibrant.losses.weights import relative

__all__ = ["LevelLoss", "Levels", "PerRow", "level_batch"]

Levels = Float[Tensor, "row level *axes"]
Ordered = Int[Tensor, "row *axes"]
PerRow = Float[Tensor, "row *axes"]

_WEIGHTS = Bounds(at_least=0.0, hint="Weights are finite; 0 leaves a class out.")


def level_batch(generator: Generator, n_rows: int, n_classes: int) -> tuple[Tensor, Tensor]:
    """Scores of the thresholds between neighbours, in float64, and class indices."""
    logits = torch.randn(n_rows, n_classes - 1, generator=generator, dtype=torch.float64)
    return logits, torch.randint(n_classes, (n_rows,), generator=generator)


class LevelLoss(SingleLoss, ABC):
    """Weighted mean of a loss of the row, for labels 0, 1, ... in their order.

    Scores lie at axis 1, ``(row, level, *axes)``; a single one may come without that axis. Labels
    are whole numbers, ``(row, *axes)``. What is absent becomes a constant before any arithmetic,
    as in every loss.

    Parameters
    ----------
    class_weight : Tensor, array, sequence of numbers, rule or None, keyword
        Weight of every class, shape (class,), finite and at least 0.
    ignore_index : int or None, default -100
        Label of rows that do not count.
    reduction : "mean", "sum" or "none", default "mean"
        With weight w and loss l of a row: sum of w l over sum of w; sum of w l; w l of every row.
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(level_batch)
    shift_invariant: ClassVar[bool] = False
    has_one_score: ClassVar[bool] = False
    """Whether a row has one score only, so that one of the shape of the labels needs no axis."""

    _: KW_ONLY
    class_weight: Annotated[Numbers, _WEIGHTS] | NamedRule | WeightRule | None = None
    ignore_index: int | None = -100
    reduction: Reduction = "mean"

    @abstractmethod
    def n_classes(self, n_scores: int) -> int:
        """Number of classes that a number of scores tells apart; raises `InputError` if none."""

    @abstractmethod
    def per_row(self, scores: Levels, labels: Ordered) -> PerRow:
        """Unweighted loss of every row."""

    def asked(self, labels: Ordered, n_scores: int) -> PerRow | None:
        """How often a row counts in a mean; None for once."""
        del labels, n_scores
        return None

    @final
    def forward(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Loss of the batch, still attached to the graph where every row is absent.

        Raises
        ------
        InputError
            If an argument is no tensor, a shape does not match, labels are fractions, or
            `class_weight` is a rule that `bind` has not seen.
        """
        require_tensors(logits=logits, labels=labels, weights=weights, mask=mask)
        scores, labels = self._aligned(logits, labels)
        dtype = torch.promote_types(scores.dtype, torch.float32)
        kept = None if self.ignore_index is None else labels != self.ignore_index
        counts, scale = weighed(labels.shape, weights, mask)
        if counts is not None:
            kept = counts if kept is None else kept & counts
        if kept is not None:
            labels = torch.where(kept, labels, 0)
        if scale is None:
            scale = torch.ones_like(labels, dtype=dtype)
        if kept is not None:
            scale = torch.where(kept, scale, 0)
        if self.reduction == "mean" and weights is not None:
            scale = relative(scale.to(torch.promote_types(scale.dtype, dtype)))
        scale = scale.to(dtype)
        class_weight = self._class_weight(scores.shape[1], dtype)
        if class_weight is not None:
            scale = scale * class_weight[labels]
            kept = scale != 0
        if kept is not None:
            scores = torch.where(kept.unsqueeze(1), scores, 0)
        losses = self.per_row(scores.to(dtype), labels)
        times = self.asked(labels, scores.shape[1])
        if times is not None:
            losses, scale = losses / times, scale * times
        value = reduced(losses, scale, self.reduction)
        return self.unless_empty(value, scale) if self.reduction == "mean" else value

    def _aligned(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Scores with their axis, and whole labels without one."""
        has_levels = logits.ndim > 1 and logits.shape[1] > 1 and not self.has_one_score
        if has_levels and labels.shape == logits.shape:
            remedy = "If they are levels, such as 1, 1, 0, their sum is the class: labels.sum(1)."
            raise InputError("labels", "be one class a row", f"{tuple(labels.shape)}", remedy)
        if labels.is_floating_point():
            got = f"{str(labels.dtype).removeprefix('torch.')}"
            remedy = "Number the classes 0, 1, ... in their order, and call .long() on them."
            raise InputError("labels", "be whole numbers", got, remedy)
        scores = logits.unsqueeze(1) if logits.shape == labels.shape else logits
        if scores.ndim < 2 or scores.shape[:1] + scores.shape[2:] != labels.shape:
            if scores.ndim < 2 or without_axis(labels) != scores.shape[:1] + scores.shape[2:]:
                rule = f"have the shape of the rows, for logits {tuple(logits.shape)}"
                remedy = "Scores of the levels lie at axis 1 of logits."
                raise InputError("labels", rule, f"{tuple(labels.shape)}", remedy)
            labels = labels.squeeze(1)
        return scores, labels.long()

    def _class_weight(self, n_scores: int, dtype: torch.dtype) -> Tensor | None:
        """Class weights as numbers, one per class."""
        n_classes, weight = self.n_classes(n_scores), self.class_weight
        if weight is None:
            return None
        if not isinstance(weight, Tensor):
            rule = "be numbers when the loss is called"
            remedy = "Call loss.bind(class_counts) first, with the counts of the training rows."
            raise InputError("class_weight", rule, f"{weight!r}", remedy)
        if weight.shape != (n_classes,):
            got, remedy = f"shape {tuple(weight.shape)}", "Give one weight per class."
            raise InputError("class_weight", f"have shape ({n_classes},)", got, remedy)
        return (relative(weight) if self.reduction == "mean" else weight).to(dtype)
