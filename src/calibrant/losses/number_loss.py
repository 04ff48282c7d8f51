"""Loss of predicted numbers: which of them count, and how much."""

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY
from typing import ClassVar, TypeAlias, final

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from calibrant.errors import InputError
from calibrant.losses.presence import require_tensors, weighed, without_axis
from calibrant.losses.single import MakeBatch, Reduction, SingleLoss, reduced
from calibrant.losses.weights import relative

__all__ = ["Names", "NumberLoss", "Parameters", "PerTarget", "PointLoss", "Targets", "number_batch"]

Targets = Float[Tensor, "row *axes"]
Parameters = Float[Tensor, "row parameter *axes"]
PerTarget = Float[Tensor, "row *axes"]
Names: TypeAlias = tuple[str, ...]
"""What describes one target, in order; empty for the number itself, without an axis for it."""

_CONSTANT = 1  # of what is absent: a variance, a scale and a count may all be 1


def number_batch(generator: Generator, n_rows: int, n_columns: int) -> tuple[Tensor, Tensor]:  # noqa: ARG001 -- always one
    """Numbers of either sign in float64, and targets."""
    predicted, targets = torch.randn(2, n_rows, generator=generator, dtype=torch.float64)
    return predicted, targets


class NumberLoss(SingleLoss, ABC):
    """Weighted mean of a loss of predicted numbers, or of parameters that describe a target.

    What is masked out or of weight 0 is as if absent: prediction and target become constants
    before any arithmetic, so whatever they hold (NaN too) reaches neither value nor gradient, and
    no shape depends on the data. Half precision is computed in float32; the result has the
    precision of the predictions, and targets are brought to it.

    A loss of your own says what axis 1 of the predictions holds, and gives the loss of a target:

    >>> from calibrant.losses import NumberLoss
    >>> class Exponential(NumberLoss):
    ...     @property
    ...     def columns(self):
    ...         return ()  # one number per target, no axis for it
    ...
    ...     def per_row(self, predicted, targets):
    ...         return targets * predicted.exp() - predicted  # predicted is the log of the rate
    >>> Exponential()(torch.zeros(2), torch.tensor([1.0, 2.0]))  # (1 + 2) / 2
    tensor(1.5000)

    Parameters
    ----------
    reduction : "mean", "sum" or "none", default "mean", keyword
        With weight w and loss l of a target: sum of w l over sum of w; sum of w l; w l of every
        target, in their shape. The mean over nothing is 0.
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(number_batch)
    shift_invariant: ClassVar[bool] = False
    takes_logs: ClassVar[bool] = False
    """Whether predictions are logs, and not in units of the target."""

    _: KW_ONLY
    reduction: Reduction = "mean"

    @property
    @abstractmethod
    def columns(self) -> Names | None:
        """What axis 1 of the predictions holds, in order.

        Empty where a target has one number and no axis for it; None for any number of equals, as
        the members of an ensemble.
        """

    @abstractmethod
    def per_row(self, predicted: Tensor, targets: Targets) -> PerTarget:
        """Unweighted loss of every target, from predictions in the same shape.

        With parameters they have one axis more: ``(row, parameter, *axes)``.
        """

    @final
    def forward(
        self,
        predicted: Tensor,
        targets: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Loss of the batch, still attached to the graph where nothing counts.

        Parameters
        ----------
        predicted : Tensor
            In the shape of the targets, or ``(row, parameter, *axes)``.
        targets : Tensor
            ``(row, *axes)``. An axis 1 of length 1 on one side only is left out; nothing else is
            broadcast.
        weights : Tensor, optional
            How much every target counts, at least 0: in the shape of the targets, or ``(row,)``.
        mask : Tensor, optional
            Which targets count, true or false, in a shape that `weights` may have.

        Raises
        ------
        InputError
            If an argument is no tensor, or a shape does not match.
        """
        require_tensors(predicted=predicted, targets=targets, weights=weights, mask=mask)
        predicted, targets = _aligned(predicted, targets, self.columns)
        dtype = torch.promote_types(predicted.dtype, torch.float32)
        is_mean = self.reduction == "mean"
        kept, scale = weighed(targets.shape, weights, mask)
        if kept is not None:
            on_predicted = kept.unsqueeze(1) if predicted.ndim > targets.ndim else kept
            predicted = torch.where(on_predicted, predicted, _CONSTANT)
            targets = torch.where(kept, targets, _CONSTANT)
        losses = self.per_row(predicted.to(dtype), targets.to(dtype))
        if kept is None and is_mean and losses.numel() > 0:
            return losses.mean()  # all count alike: a table of ones would take longer than a loss
        if scale is None:
            scale = torch.ones_like(targets, dtype=dtype) if kept is None else kept.to(dtype)
        elif is_mean:
            scale = relative(scale.to(torch.promote_types(scale.dtype, dtype)))
        scale = scale.to(dtype)
        value = reduced(losses, scale, self.reduction)
        return self.unless_empty(value, scale) if is_mean else value


class PointLoss(NumberLoss, ABC):
    """Loss of one predicted number per target, in units of the target."""

    @property
    @final
    def columns(self) -> Names:
        """See `NumberLoss.columns`: the number alone."""
        return ()


def _aligned(predicted: Tensor, targets: Tensor, columns: Names | None) -> tuple[Tensor, Tensor]:
    """Predictions and targets whose shapes match, but for the axis of parameters.

    Torch would broadcast ``(row, 1)`` and ``(row,)`` to every pair of rows.
    """
    if columns == ():
        if predicted.shape == targets.shape:
            return predicted, targets
        if without_axis(predicted) == targets.shape:
            return predicted.squeeze(1), targets
        if without_axis(targets) == predicted.shape:
            return predicted, targets.squeeze(1)
        rule = f"have the shape of the predictions, {tuple(predicted.shape)}"
        remedy = "Give one prediction per target: nothing is broadcast."
        raise InputError("targets", rule, f"{tuple(targets.shape)}", remedy)
    holds = "members" if columns is None else f"{len(columns)} numbers ({', '.join(columns)})"
    if (
        predicted.ndim < 2
        or (columns and predicted.shape[1] != len(columns))
        or not predicted.shape[1]
    ):
        rule = f"have shape (row, parameter, *axes) with {holds} at axis 1"
        raise InputError("predicted", rule, f"{tuple(predicted.shape)}", "Stack them with dim=1.")
    rows = predicted.shape[:1] + predicted.shape[2:]
    if targets.shape == rows:
        return predicted, targets
    if without_axis(targets) == rows:
        return predicted, targets.squeeze(1)
    rule = f"have shape {tuple(rows)}, for predictions {tuple(predicted.shape)}"
    remedy = "Axis 1 of the predictions holds what describes one target."
    raise InputError("targets", rule, f"{tuple(targets.shape)}", remedy)
