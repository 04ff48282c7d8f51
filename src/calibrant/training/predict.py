"""Outputs of trained networks: the same bits, whatever rows stand beside a row."""

import copy

import torch
from jaxtyping import Float
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.statistics.threads import threads
from calibrant.training.average import unit_of
from calibrant.training.device import CPU
from calibrant.training.rounding import rounded, undecided

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

    The bits of a row depend on this row alone: not on the rows beside it, its place among them
    or the size of a chunk. Kernels add in an order that depends on all of these. So everything
    is computed in float64 and rounded to multiples of 2**-23 units, which hides the order; the
    few rows where the rounding is in doubt (see `calibrant.training.rounding.undecided`) are
    computed again, each alone.

    Parameters
    ----------
    network : nn.Module
        Any that gives logits, whose unit is 1; of numbers, one that tells their unit, as
        `TabularRegressor` does. Left as it is: a copy predicts, in evaluation mode.
    features : Float[Tensor, "row *feature"]
        Rows to predict.
    device : torch.device, optional
        Where to compute.
    chunk : int, default 4096
        Rows at a time, at least 1; bounds the memory.

    Raises
    ------
    InputError
        For a chunk of no rows, and for numbers of a network that does not tell their unit.
    """
    if chunk < 1:
        raise InputError("chunk", "be at least 1", f"{chunk}", "4096 is the default.")
    unit = unit_of(network)
    twin = copy.deepcopy(network).to(device, torch.float64).eval()
    parts: list[Tensor] = []
    for part in torch.split(features, chunk):
        given = part.to(device, torch.float64)
        stated = chunked(twin, given, chunk=chunk)
        if unit is None and stated.ndim == 1:
            rule, remedy = "tell the unit of its numbers", "Train a TabularRegressor."
            raise InputError("network", rule, type(network).__name__, remedy)
        with threads(1):
            for row in undecided(stated, unit or 1.0).nonzero()[:, 0].tolist():
                stated[row] = chunked(twin, given[row : row + 1])[0]
        parts.append(rounded(stated, unit or 1.0).to(CPU))
    return torch.cat(parts)
