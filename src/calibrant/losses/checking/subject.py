"""Subject of a check: a loss, and typical batches for it."""

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from calibrant.losses.base import Loss
from calibrant.losses.batch_loss import BatchLoss
from calibrant.losses.front_end import FrontEnd, class_batch
from calibrant.losses.ranking.ranked import RankingLoss
from calibrant.losses.single import SingleLoss

__all__ = ["NotApplicable", "Subject", "deviation", "non_finite"]


class NotApplicable(Exception):  # noqa: N818 -- no error: it says why a law has nothing to ask
    """A law that asks what the loss does not claim or cannot be given."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A loss that is ready to be called, and what it takes.

    Attributes
    ----------
    loss : nn.Module
        A copy, bound to class counts where it needs them.
    n_classes : int
        Classes of the batches.
    seed : int
        What batches are drawn with.
    """

    loss: nn.Module
    n_classes: int
    seed: int

    @property
    def terms(self) -> tuple[nn.Module, ...]:
        """Losses that the loss is a sum of."""
        return tuple(term for _, term in self.loss.terms) if isinstance(self.loss, Loss) else ()

    @property
    def singles(self) -> tuple[SingleLoss, ...]:
        """The same, where all of them have settings; else none."""
        singles = tuple(term for term in self.terms if isinstance(term, SingleLoss))
        return singles if len(singles) == len(self.terms) else ()

    @property
    def fronts(self) -> tuple[FrontEnd, ...]:
        """The same, where all of them are losses of classes; else none."""
        fronts = tuple(term for term in self.terms if isinstance(term, FrontEnd))
        return fronts if len(fronts) == len(self.terms) else ()

    @property
    def is_of_batches(self) -> bool:
        """Whether the loss may look at all pairs of rows."""
        return any(isinstance(term, BatchLoss | RankingLoss) for term in self.terms)

    @property
    def takes_probs(self) -> bool:
        """Whether scores are probabilities rather than logits."""
        return any(front.inputs == "probs" for front in self.fronts)

    @property
    def ignored(self) -> int:
        """Label that does not count."""
        held = self.terms or (self.loss,)
        labels: set[object] = {getattr(each, "ignore_index", None) for each in held}
        only = labels.pop() if len(labels) == 1 else None
        if not isinstance(only, int):
            raise NotApplicable("no label is ignored")
        return only

    def batch(self, n_rows: int) -> tuple[Tensor, Tensor]:
        """Scores in float64, and labels."""
        generator = torch.Generator().manual_seed(self.seed)
        make = self.singles[0].batch_for if self.singles else class_batch
        scores, labels = make(generator, n_rows, self.n_classes)
        many = any(front.multilabel for front in self.fronts)
        if many and labels.shape != scores.shape:
            labels = torch.randint(2, tuple(scores.shape), generator=generator)
        if self.takes_probs:
            alone = many or scores.ndim == 1 or scores.shape[1] == 1
            scores = scores.sigmoid() if alone else scores.softmax(1)
        return scores, labels

    def weights(self, n_rows: int) -> Tensor:
        """Random weights of rows, some of them 0; refused by a module that takes none."""
        self.require_options()
        generator = torch.Generator().manual_seed(self.seed + 1)
        weights = torch.rand(n_rows, generator=generator, dtype=torch.float64) + 0.5
        return torch.where(torch.arange(n_rows) % 5 == 2, 0, weights)

    def require_options(self) -> None:
        """Go on only where calls take weights and a mask."""
        if not isinstance(self.loss, Loss):
            raise NotApplicable("it takes no weights: it is no calibrant.losses.Loss")

    def value(
        self,
        scores: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Loss of a batch, added up where it is one number a row."""
        if weights is None and mask is None:
            return self.loss(scores, labels).sum()
        return self.loss(scores, labels, weights, mask=mask).sum()

    def value_and_gradient(
        self,
        scores: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Loss of a batch, and its gradient in the scores."""
        leaf = scores.detach().clone().requires_grad_()
        value = self.value(leaf, labels, weights, mask=mask)
        (gradient,) = torch.autograd.grad(value, leaf)
        return value.detach(), gradient


def deviation(actual: Tensor, expected: Tensor) -> float:
    """Largest distance, relative where `expected` is above 1; infinite for NaN or other shapes."""
    if actual.shape != expected.shape:
        return torch.inf
    actual, expected = actual.detach().double(), expected.detach().double()
    gap = (actual - expected).abs() / expected.abs().clamp(min=1)
    gap = torch.where(actual == expected, 0, gap.nan_to_num(nan=torch.inf))
    return float(gap.max()) if gap.numel() else 0.0


def non_finite(*tensors: Tensor) -> float:
    """How many numbers are NaN or infinite."""
    return float(sum(int((~tensor.isfinite()).sum()) for tensor in tensors))
