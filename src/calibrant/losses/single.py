"""One loss with its settings: what it is called, how it is written, how it is bound to counts."""

from abc import ABC
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import KW_ONLY
from typing import ClassVar, Literal, SupportsFloat, final

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from calibrant.losses.base import Loss
from calibrant.losses.registry import name_of
from calibrant.losses.settings import Configured, settings_of
from calibrant.losses.spec import Number, write_term
from calibrant.losses.weight_rules import WeightRule, class_weights
from calibrant.losses.weights import counts_of

__all__ = ["MakeBatch", "Reduction", "SingleLoss", "reduced"]

Reduction = Literal["mean", "sum", "none"]
MakeBatch = Callable[[Generator, int, int], tuple[Tensor, Tensor]]
"""From a generator, a number of rows and one of classes: outputs in float64, and labels."""


class SingleLoss(Configured, Loss, ABC):
    """One loss, not a sum of several, with the options of losses of every kind.

    Parameters
    ----------
    when_empty : "zero" or "nan", default "zero", keyword
        Mean over no rows, or loss of sums over none: a 0 whose gradient is 0, so that a process
        without rows keeps step with the others; or NaN, so that nobody overlooks it.
    """

    batch_for: ClassVar[MakeBatch]
    """Maker of a typical batch, for checks of any loss."""
    is_smooth: ClassVar[bool] = True
    """Whether the loss has second derivatives at all but special points."""
    stops_gradient: ClassVar[bool] = False
    """Whether a part of it counts as a constant, so that the gradient is not that of the value."""
    shift_invariant: ClassVar[bool] = True
    """Whether a constant added to all outputs of a row changes nothing."""

    _: KW_ONLY
    when_empty: Literal["zero", "nan"] = "zero"

    @property
    @final
    def terms(self) -> tuple[tuple[float, Loss], ...]:
        """See `Loss.terms`: this loss, once."""
        return ((1.0, self),)

    @property
    @final
    def spec(self) -> str:
        """See `Loss.spec`."""
        return write_term(name_of(type(self)), self.stated())

    @final
    def bind(self, class_counts: Tensor | Iterable[SupportsFloat]) -> Loss:
        """See `Loss.bind`: a rule in `class_weight`, and `class_counts` where they are None."""
        counts = counts_of(class_counts)
        bound: dict[str, Tensor] = {}
        rule: object = getattr(self, "class_weight", None)
        if isinstance(rule, str | WeightRule):
            bound["class_weight"] = class_weights(rule, counts)
        if "class_counts" in settings_of(type(self)) and getattr(self, "class_counts") is None:  # noqa: B009
            bound["class_counts"] = counts
        if not bound:
            return self
        copy = deepcopy(self)
        for name, numbers in bound.items():
            copy.store(name, numbers)
        return copy

    @final
    def at(self, epoch: Number) -> Loss:  # noqa: ARG002 -- nothing of it is scheduled
        """See `Loss.at`: itself."""
        return self

    def parts(
        self,
        outputs: Tensor,
        labels: Tensor,
        /,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """See `Loss.parts`: this loss."""
        return {self.spec: self.forward(outputs, labels, weights, mask=mask)}

    @final
    def unless_empty(self, value: Tensor, weights: Tensor) -> Tensor:
        """`value`, or NaN where no row weighs anything and `when_empty` asks for it."""
        if self.when_empty == "zero":
            return value
        return torch.where((weights != 0).any(), value, torch.nan)


def reduced(
    losses: Float[Tensor, "*rows"], weights: Float[Tensor, "*rows"], reduction: Reduction
) -> Float[Tensor, "*reduced"]:
    """Mean (sum of w l over sum of w), sum, or w l of every row; the mean of no rows is 0."""
    if reduction == "mean":
        total = weights.sum()
        weights = weights / torch.where(total > 0, total, 1)
    weighted = weights * losses
    return weighted if reduction == "none" else weighted.sum()
