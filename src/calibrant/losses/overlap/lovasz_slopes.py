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
    shape = errors.shape
    parts = (errors, truth, weights)
    return _slopes(*(part.detach().expand(shape).flatten(0, 1) for part in parts)).view(shape)


@torch.library.custom_op("calibrant::lovasz_slopes", mutates_args=())
def _slopes(errors: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Slopes of every line of a table."""
    slopes = torch.empty_like(errors)
    if errors.shape[1] == 0:
        return slopes
    fits = errors.dtype == torch.float32 and errors.device.type == "cpu"
    packs = fits and errors.shape[1] < 2**30
    for line in range(len(errors)):  # one by one, so that the numbers of a line stay in the cache
        weight = weights[line]
        if packs:
            order, is_true = _packed_order(errors[line], truth[line])
        else:
            order = errors[line].argsort(descending=True)
            is_true = truth[line].index_select(0, order)
        if packs and bool((weight == 1).all()):
            steps = _plain_steps(is_true)
        else:
            steps = _steps(is_true, weight.index_select(0, order))
        slopes[line].scatter_(0, order, steps)
    return slopes


@_slopes.register_fake
def _(errors: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    del truth, weights
    return torch.empty_like(errors)


@runtime_checkable
class _Mapping(Protocol):
    """What torch says of a mapped call."""

    batch_size: int


@_slopes.register_vmap
def _(
    info: _Mapping, dims: tuple[int | None, ...], errors: Tensor, truth: Tensor, weights: Tensor
) -> tuple[Tensor, int]:
    tables = (
        part.expand(info.batch_size, *part.shape) if dim is None else part.movedim(dim, 0)
        for part, dim in zip((errors, truth, weights), dims, strict=True)
    )
    lines = [part.flatten(0, 1) for part in tables]
    return _slopes(*lines).unflatten(0, (info.batch_size, -1)), 0


def _packed_order(errors: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Places by falling error, and what is true there: bits of numbers at least 0 are in order."""
    keys = torch.empty(len(errors), dtype=torch.int64)
    low_and_high = keys.view(torch.int32).view(-1, 2)
    small, large = (0, 1) if sys.byteorder == "little" else (1, 0)
    places = torch.arange(0, 2 * len(errors), 2, dtype=torch.int32)
    torch.add(places, truth, out=low_and_high[:, small])
    torch.bitwise_not(errors.abs().view(torch.int32), out=low_and_high[:, large])
    keys.numpy().sort()
    low = low_and_high[:, small]
    return (low >> 1).long(), (low & 1).bool()


def _plain_steps(is_true: Tensor) -> Tensor:
    """Steps of the Jaccard loss along the order, all weights 1; see `slopes_of`."""
    true_so_far = is_true.cumsum(0, dtype=torch.float32)
    total = true_so_far[-1].clone()
    union = torch.arange(1, len(is_true) + 1, dtype=torch.float32)
    union -= true_so_far
    union += total
    part = total - true_so_far
    part /= union - 1
    part[0] = 1  # where no row is true, 0 / 0
    return torch.where(is_true, 1.0, part).div_(union)


def _steps(is_true: Tensor, weight: Tensor) -> Tensor:
    """Steps of the Jaccard loss along the order; see `slopes_of`."""
    true_so_far = torch.where(is_true, weight, 0).cumsum(0)
    total = true_so_far[-1]
    union = total + weight.cumsum(0) - true_so_far
    before = union - weight
    part = torch.where(before > 0, (total - true_so_far) / before, 1)
    return torch.where(is_true, 1, part) * weight / torch.where(union > 0, union, 1)
