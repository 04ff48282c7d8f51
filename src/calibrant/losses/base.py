"""Loss: what can be called, added up, bound to class counts, and written as a spec."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import reduce
from math import inf
from typing import Literal, SupportsFloat, final

import torch
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.losses.spec import Number, write_number
from calibrant.losses.weights import counts_of

__all__ = ["Loss", "WeightedSum", "attached_zero"]


class Loss(nn.Module, ABC):
    """Logits and labels in, a differentiable number out.

    Losses add up: ``0.5 * CrossEntropyLoss() + 0.5 * SoftF1Loss()`` is a loss. To write one of
    your own, derive from `RowLoss`, `SumLoss`, `BatchLoss`, or `NumberLoss` for numbers.
    """

    @abstractmethod
    def forward(
        self,
        outputs: Tensor,
        labels: Tensor,
        /,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Loss of a batch. `calibrant.losses.front_end` says which shapes and labels it takes."""

    @abstractmethod
    def parts(
        self,
        outputs: Tensor,
        labels: Tensor,
        /,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Value of every part by its spec, without its factor; attached to the graph.

        Parts for a log cost no second pass: `forward` is the sum of factor times part over the
        `terms` whose factor is not 0.
        """

    @property
    @abstractmethod
    def terms(self) -> tuple[tuple[float, "Loss"], ...]:
        """Factors and the losses that they multiply."""

    @property
    @abstractmethod
    def spec(self) -> str:
        """Text that `calibrant.losses.get` turns into this loss again."""

    @abstractmethod
    def bind(self, class_counts: Tensor | Iterable[SupportsFloat]) -> "Loss":
        """Loss with every rule for class weights turned into numbers.

        Parameters
        ----------
        class_counts : Tensor or numbers, shape (class,)
            Rows of every class, or their total weight, **in the training rows**, in the order of
            the class indices.

        Returns
        -------
        Loss
            A copy; the loss itself where it holds no rule.

        Raises
        ------
        InputError
            If the counts are impossible, or their places do not say their classes: a mapping,
            or a pandas Series whose index is not 0, 1, ... in order.
        """

    @abstractmethod
    def at(self, epoch: Number) -> "Loss":
        """Loss of an epoch, its schedules turned into numbers.

        Parameters
        ----------
        epoch : int or float
            Number of the epoch, counted from 1; infinity is when all schedules are over.

        Returns
        -------
        Loss
            A copy; the loss itself where nothing is scheduled.
        """

    @final
    def __add__(self, other: "Loss") -> "WeightedSum":
        if not isinstance(other, Loss):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        return WeightedSum(self.terms + other.terms)

    @final
    def __radd__(self, other: Literal[0]) -> "Loss":
        return self if other == 0 else NotImplemented  # sum() starts at 0

    @final
    def __mul__(self, factor: SupportsFloat) -> "WeightedSum":
        return WeightedSum([(float(factor) * own, loss) for own, loss in self.terms])

    __rmul__ = __mul__


@final
class WeightedSum(Loss):
    """Sum of losses, each times its factor, as ``0.5 * a + 0.5 * b`` makes it.

    Parameters
    ----------
    terms : sequence of (float, Loss)
        Factors, finite and at least 0, and losses; at least one. A loss of factor 0 adds nothing,
        even where it is infinite: `forward` leaves it out, and `parts` still lists it.
    """

    def __init__(self, terms: Sequence[tuple[SupportsFloat, Loss]]) -> None:
        super().__init__()
        if not terms:
            raise InputError("terms", "hold a loss", "none", "Give pairs of a factor and a loss.")
        for factor, loss in terms:
            if not 0 <= float(factor) < inf:
                got = f"{factor} for {loss.spec}"
                raise InputError("factor", "be finite and at least 0", got, "Losses are minimised.")
        self.factors = tuple(float(factor) for factor, _ in terms)
        self.losses = nn.ModuleList(loss for _, loss in terms)

    @property
    def terms(self) -> tuple[tuple[float, Loss], ...]:
        """See `Loss.terms`."""
        losses = [loss for loss in self.losses if isinstance(loss, Loss)]
        return tuple(zip(self.factors, losses, strict=True))

    @property
    def spec(self) -> str:
        """See `Loss.spec`."""
        factors = ["" if factor == 1 else f"{write_number(factor)}*" for factor in self.factors]
        losses = [loss.spec for _, loss in self.terms]
        return " + ".join(map("".join, zip(factors, losses, strict=True)))

    def bind(self, class_counts: Tensor | Iterable[SupportsFloat]) -> Loss:
        """See `Loss.bind`."""
        counts = counts_of(class_counts)  # once: they may be an iterator
        bound = [(factor, loss.bind(counts)) for factor, loss in self.terms]
        same = all(new is old for (_, new), (_, old) in zip(bound, self.terms, strict=True))
        return self if same else WeightedSum(bound)

    def at(self, epoch: Number) -> Loss:
        """See `Loss.at`."""
        then = [(factor, loss, loss.at(epoch)) for factor, loss in self.terms]
        if all(new is old for _, old, new in then):
            return self
        return WeightedSum([(f * own, part) for f, _, new in then for own, part in new.terms])

    def forward(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """See `Loss.forward`; the parts must have one shape, so one `reduction`."""
        terms = [(factor, loss) for factor, loss in self.terms if factor != 0]
        if not terms:
            value = self.terms[0][1].forward(logits, labels, weights, mask=mask)
            return torch.zeros_like(value) + attached_zero(logits)
        values = [loss.forward(logits, labels, weights, mask=mask) for _, loss in terms]
        shapes = {tuple(value.shape) for value in values}
        if len(shapes) > 1:
            remedy = "Give all losses of the sum the same reduction."
            raise InputError("parts", "have one shape", f"{sorted(shapes)}", remedy)
        scaled = [v if f == 1 else f * v for (f, _), v in zip(terms, values, strict=True)]
        return reduce(torch.add, scaled)

    def parts(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """See `Loss.parts`."""
        parts: dict[str, Tensor] = {}
        for _, loss in self.terms:
            parts |= loss.parts(logits, labels, weights, mask=mask)
        return parts

    def __repr__(self) -> str:
        factors = ["" if factor == 1 else f"{write_number(factor)} * " for factor in self.factors]
        losses = [repr(loss) for _, loss in self.terms]
        return " + ".join(map("".join, zip(factors, losses, strict=True)))


def attached_zero(outputs: Tensor) -> Tensor:
    """Zero whose gradient is 0 whatever the outputs hold."""
    everywhere = torch.ones((), dtype=torch.bool, device=outputs.device)
    return outputs.masked_fill(everywhere, 0).sum()
