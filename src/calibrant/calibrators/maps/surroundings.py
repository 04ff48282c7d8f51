"""What a map of probabilities looks like around every pixel: a few fixed filters, in [0, 1]."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Float64
from torch import Tensor

__all__ = ["FLOOR", "averaged", "n_surroundings", "surroundings"]

FLOOR = math.log(torch.finfo(torch.float32).tiny)  # of log-probabilities: -87.3

Maps = Float[Tensor, "image class *axes"]
Looks = Float64[Tensor, "image look *axes"]


def n_surroundings(windows: Sequence[int]) -> int:
    """Number of looks at every pixel."""
    return 1 + 2 * len(windows)


def surroundings(logits: Maps, temperature: float, windows: Sequence[int]) -> Looks:
    r"""Looks at every pixel of maps of logits, each a number in [0, 1] or next to it.

    With :math:`p_i` the tempered probabilities of pixel i and :math:`\bar p_i` their mean over the
    square (or line, or cube) about it: the entropy of :math:`p_i` over that of even odds; its mean
    over each window; and the agreement :math:`p_i \cdot \bar p_i` with each window, which is the
    share of its pixels of the same class where all are sure. Windows end at the border of the map.
    A pixel of NaN, or without any class, is in no window.
    """
    there = _there(logits)
    wide = torch.where(there, logits.double(), 0)
    log_probs = (wide / temperature).log_softmax(dim=1)
    probs = torch.where(there, log_probs.exp(), 0)
    entropy = -(probs * log_probs.clamp(min=FLOOR)).sum(dim=1, keepdim=True)
    entropy = entropy / math.log(max(logits.shape[1], 2))
    stacked = torch.cat((probs, entropy, there.double()), dim=1)
    means, agreements = [entropy], []
    for width in windows:
        sums = _window_sums(stacked, width)
        mean = sums[:, :-1] / sums[:, -1:].clamp(min=1)
        agreements.append((probs * mean[:, :-1]).sum(dim=1, keepdim=True))
        means.append(mean[:, -1:])
    return torch.cat((*means, *agreements), dim=1)


def averaged(looks: Looks, logits: Maps) -> Looks:
    """Mean over every map, at each of its pixels."""
    there = _there(logits).double()
    axes = tuple(range(2, looks.ndim))
    mean = (looks * there).sum(axes, keepdim=True) / there.sum(axes, keepdim=True).clamp(min=1)
    return mean.expand_as(looks)


def _there(logits: Maps) -> Tensor:
    """Whether a pixel states anything: finite numbers or minus infinity, and one that is finite."""
    odd = (logits.isnan() | (logits == torch.inf)).any(dim=1, keepdim=True)
    return ~odd & (logits.amax(dim=1, keepdim=True) > -torch.inf)


def _window_sums(maps: Float64[Tensor, "image channel *axes"], width: int) -> Tensor:
    """Sums over windows of an odd width about every pixel, one axis after the other."""
    for axis in range(2, maps.ndim):
        length, half = maps.shape[axis], width // 2
        at = torch.arange(length, device=maps.device)
        first = torch.zeros_like(maps.narrow(axis, 0, 1))
        running = torch.cat((first, maps.cumsum(dim=axis)), dim=axis)
        upper = running.index_select(axis, (at + half + 1).clamp(max=length))
        maps = (upper - running.index_select(axis, (at - half).clamp(min=0))).clamp(min=0)
    return maps
