"""Slopes of the Lovasz extension of the Jaccard loss: how much each error counts in its order.

The order is all of the cost. torch sorts values together with their places; NumPy sorts whole
numbers alone, ten times as fast, so on the CPU each float32 error travels in one int64 with its
place and its label.
"""

import sys
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float
from torch import Tensor

__all__ = ["slopes_of"]

Errors = Float[Tensor, "group class row"]


def slopes_of(
    errors: Errors,
    truth: Bool[Tensor, "group #class row"],
    weights: Float[Tensor, "group #class row"],
) -> Errors:
    r"""Derivative of the Lovasz extension by every error, constant while their order is.

    Parameters
    ----------
    errors : Float[Tensor, "group class row"]
        At least 0; the largest come first.
    truth : Bool[Tensor, "group class row"]
        Which rows are of the class.
    weights : Float[Tensor, "group #class row"]
        At least 0.

    Returns
    -------
    Float[Tensor, "group class row"]
        With the weights of true and of other rows up to this one summed to t and u, and T that of
        all true rows: :math:`w / (T + u)` for a true row, and :math:`(T - t) w / ((T + u)(T + u -
        w))` for another. They are the steps of 1 - (T - t) / (T + u), without its cancellation.
    """
    return torch.ops.calibrant.lovasz_slopes(errors.detach(), truth, weights.detach())


def _slopes(errors: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Slopes of every line of a table."""
    slopes = torch.empty_like(errors, memory_format=torch.contiguous_format)
    n_groups, n_classes, n_rows = errors.shape
    if errors.numel() == 0:
        return slopes
    are_ones = errors.device.type == "cpu" and bool((weights == 1).all())
    weights = weights.expand(errors.shape)
    if errors.device.type != "cpu" or errors.dtype != torch.float32 or n_rows >= 2**30:
        order = errors.argsort(dim=-1, descending=True)
        steps = _steps(truth.gather(-1, order), weights.gather(-1, order))
        return slopes.scatter_(-1, order, steps)
    packed = _PackedOrder(n_rows)
    for group in range(n_groups):  # line by line, so that its numbers stay in the cache
        for k in range(n_classes):
            is_true = truth[group, k]
            order = packed.of(errors[group, k], is_true)
            if are_ones:
                steps = packed.steps()
            else:
                steps = _steps(*(part[order] for part in (is_true, weights[group, k])))
            slopes[group, k].scatter_(0, order, steps)
    return slopes


def _shape_of_slopes(errors: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Slopes without values, for what traces."""
    del truth, weights
    return torch.empty_like(errors, memory_format=torch.contiguous_format)


@runtime_checkable
class _Mapping(Protocol):
    """What torch says of a mapped call."""

    batch_size: int


def _mapped_slopes(
    info: _Mapping, dims: tuple[int | None, ...], errors: Tensor, truth: Tensor, weights: Tensor
) -> tuple[Tensor, int]:
    tables = (
        part.expand(info.batch_size, *part.shape) if dim is None else part.movedim(dim, 0)
        for part, dim in zip((errors, truth, weights), dims, strict=True)
    )
    groups = [part.flatten(0, 1) for part in tables]
    slopes = torch.ops.calibrant.lovasz_slopes(*groups)
    return slopes.unflatten(0, (info.batch_size, -1)), 0


# not torch.library.custom_op: its first call loads the compiler, which takes seconds
_NAME = "calibrant::lovasz_slopes"
torch.library.define(_NAME, "(Tensor errors, Tensor truth, Tensor weights) -> Tensor")
torch.library.impl(_NAME, "CompositeExplicitAutograd", _slopes)
torch.library.register_fake(_NAME, _shape_of_slopes)
torch.library.register_vmap(_NAME, _mapped_slopes)


class _PackedOrder:
    """Order of lines of one length: the bits of a number at least 0 sort like the number."""

    def __init__(self, n_rows: int) -> None:
        self.keys = torch.empty(n_rows, dtype=torch.int64)
        small, large = (0, 1) if sys.byteorder == "little" else (1, 0)
        halves = self.keys.view(torch.int32).view(-1, 2)
        self.low, self.high = halves[:, small], halves[:, large]
        self.places = torch.arange(0, 2 * n_rows, 2, dtype=torch.int32)
        self.counted = torch.arange(1, n_rows + 1, dtype=torch.float32)
        self.true = torch.empty(n_rows)

    def of(self, error: Tensor, is_true: Tensor) -> Tensor:
        """Places by falling error; they are overwritten by the next call."""
        torch.add(self.places, is_true, out=self.low)
        torch.bitwise_not(error.view(torch.int32), out=self.high)
        self.keys.numpy().sort()
        self.keys.bitwise_and_(2**32 - 1)
        self.true.copy_(self.keys & 1)
        return self.keys.bitwise_right_shift_(1)

    def steps(self) -> Tensor:
        """Steps of the Jaccard loss along the order, all weights 1; see `slopes_of`."""
        true_so_far = self.true.cumsum(0)
        total = true_so_far[-1].clone()
        union = self.counted - true_so_far
        union += total
        part = total - true_so_far
        part /= union - 1
        part[0] = 1  # where no row is true, 0 / 0
        return torch.lerp(part, torch.ones(()), self.true).div_(union)


def _steps(is_true: Tensor, weight: Tensor) -> Tensor:
    """Steps of the Jaccard loss along the order; see `slopes_of`."""
    true_so_far = torch.where(is_true, weight, 0).cumsum(-1)
    total = true_so_far[..., -1:]
    union = total + weight.cumsum(-1) - true_so_far
    before = union - weight
    part = torch.where(before > 0, (total - true_so_far) / before, 1)
    return torch.where(is_true, 1, part) * weight / torch.where(union > 0, union, 1)
