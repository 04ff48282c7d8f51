"""Losses of several heads: a dictionary of outputs and one of labels in, one number out."""

from collections.abc import Iterable, Mapping
from math import inf
from typing import SupportsFloat, final

import torch
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.losses.base import Loss, attached_zero
from calibrant.losses.spec import Number

__all__ = ["HeadLosses"]

Counts = Tensor | Iterable[SupportsFloat]
PerHead = Mapping[str, Tensor]


@final
class HeadLosses(nn.Module):
    """Sum of the losses of several heads, each times its factor.

    Parameters
    ----------
    losses : mapping from str to Loss
        Loss of every head; at least one.
    factors : mapping from str to float, optional
        Factors, finite and at least 0; of heads that it does not name, 1. A head of factor 0 adds
        nothing.

    Examples
    --------
    >>> from calibrant.losses import CrossEntropyLoss, FocalLoss
    >>> loss = HeadLosses({"label": CrossEntropyLoss(), "severity": FocalLoss()}, {"severity": 0.5})
    >>> outputs = {"label": torch.zeros(1, 2), "severity": torch.zeros(1, 2)}
    >>> labels = {"label": torch.tensor([0]), "severity": torch.tensor([1])}
    >>> loss(outputs, labels)  # ln 2 + 1/2 * 1/4 * ln 2
    tensor(0.7798)
    """

    def __init__(
        self,
        losses: Mapping[str, Loss],
        factors: Mapping[str, SupportsFloat] = {},
    ) -> None:
        super().__init__()
        if not losses:
            raise InputError("losses", "name a head", "none", 'Write {"label": loss}.')
        _require("factors", set(factors) - set(losses), f"name heads of {sorted(losses)}")
        for head, factor in factors.items():
            if not 0 <= float(factor) < inf:
                got = f"{factor} for {head!r}"
                raise InputError("factors", "be finite and at least 0", got, "It is minimised.")
        self.losses = nn.ModuleDict(losses)
        self.factors = {head: float(factors.get(head, 1)) for head in losses}

    def forward(
        self,
        outputs: PerHead,
        labels: PerHead,
        weights: PerHead | Tensor | None = None,
        *,
        mask: PerHead | Tensor | None = None,
    ) -> Tensor:
        """Loss of a batch.

        Parameters
        ----------
        outputs, labels : mapping from str to Tensor
            What every head states, and what is true; see `Loss.forward`. Labels of further names
            are left alone.
        weights, mask : mapping from str to Tensor, or Tensor, optional
            Of the rows, by head or for all of them alike. A head without labels for some rows
            masks these out.
        """
        values = self.parts(outputs, labels, weights, mask=mask)
        scaled = [self.factors[h] * value for h, value in values.items() if self.factors[h] != 0]
        if not scaled:
            scaled = [attached_zero(outputs[head]) for head in self.losses]
        return torch.stack(scaled).sum(0)

    def parts(
        self,
        outputs: PerHead,
        labels: PerHead,
        weights: PerHead | Tensor | None = None,
        *,
        mask: PerHead | Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Loss of every head by its name, without its factor; attached to the graph."""
        for argument, given in (("outputs", outputs), ("labels", labels)):
            _require(argument, set(self.losses) - set(given), f"hold {sorted(self.losses)}")
        return {
            head: loss(
                outputs[head], labels[head], _of_head(weights, head), mask=_of_head(mask, head)
            )
            for head, loss in self.losses.items()
        }

    def bind(self, class_counts: Mapping[str, Counts]) -> "HeadLosses":
        """Losses bound to the class counts of their heads; see `Loss.bind`."""
        _require(
            "class_counts", set(class_counts) - set(self.losses), f"name {sorted(self.losses)}"
        )
        bound = {
            head: loss.bind(class_counts[head]) if head in class_counts else loss
            for head, loss in self._each().items()
        }
        return HeadLosses(bound, self.factors)

    def at(self, epoch: Number) -> "HeadLosses":
        """Losses of an epoch; see `Loss.at`."""
        return HeadLosses({h: loss.at(epoch) for h, loss in self._each().items()}, self.factors)

    def _each(self) -> dict[str, Loss]:
        return {head: loss for head, loss in self.losses.items() if isinstance(loss, Loss)}


def _of_head(given: PerHead | Tensor | None, head: str) -> Tensor | None:
    """What was given for a head: its own, or that of all."""
    return given.get(head) if isinstance(given, Mapping) else given


def _require(argument: str, wrong: set[str], rule: str) -> None:
    """Raise for names that are missing, or of no head."""
    if wrong:
        raise InputError(argument, rule, f"{sorted(wrong)}", "Names are those of the losses.")
