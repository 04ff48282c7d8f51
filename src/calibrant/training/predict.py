"""Outputs of trained networks, whatever rows stand beside a row."""

import copy

import torch
from jaxtyping import Float
from torch import Tensor, nn

from calibrant.training.device import CPU

__all__ = ["chunked", "outputs"]


def chunked(
    network: nn.Module, features: Float[Tensor, "row *feature"], *, chunk: int = 4096
) -> Float[Tensor, "row *class"]:
    """Outputs of `network` in its current mode and type, at most `chunk` rows in one pass."""
    with torch.no_grad():
        return torch.cat([network(part) for part in torch.split(features, chunk)])


def outputs(
    network: nn.Module,
    features: Float[Tensor, "row *feature"],
    *,
    device: torch.device = CPU,
    chunk: int = 4096,
) -> Float[Tensor, "row *class"]:
    """Logits, or the number, that are predicted for every row, float32, on the CPU.

    Computed in float64 and rounded once. Processor kernels add in an order that depends on
    how many rows there are and where a row stands, so float32 arithmetic differs in the last
    bits from chunk to chunk; the differences of float64 are a billion times smaller, and
    rounding removes them (but for a value that lies on the border of two, about one in 1e8).

    Parameters
    ----------
    network : nn.Module
        Left as it is: a copy predicts, in evaluation mode.
    features : Float[Tensor, "row *feature"]
        Rows to predict.
    device : torch.device, optional
        Where to compute.
    chunk : int, default 4096
        Rows at a time; bounds the memory.
    """
    twin = copy.deepcopy(network).to(device, torch.float64).eval()
    parts = [
        chunked(twin, part.to(device, torch.float64), chunk=chunk).float().to(CPU)
        for part in torch.split(features, chunk)
    ]
    return torch.cat(parts)
