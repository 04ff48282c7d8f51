"""Ensemble: what several trained networks predict together."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from calibrant.training.average import Average
from calibrant.training.device import CPU
from calibrant.training.predict import outputs

__all__ = ["ensemble_logits", "ensemble_numbers"]


def ensemble_logits(
    networks: Sequence[nn.Module],
    features: Float[Tensor, "row *feature"],
    *,
    device: torch.device = CPU,
    chunk: int = 4096,
) -> Float[Tensor, "row class"]:
    """Log of the mean of the networks' probabilities for every row, float32, on the CPU.

    Of one network, its logits as they are. As for one, the bits of a row depend on this row
    alone; see `calibrant.training.predict.outputs`, also for the parameters.

    Raises
    ------
    InputError
        For no networks.
    """
    return outputs(_together(networks), features, device=device, chunk=chunk)


def ensemble_numbers(
    networks: Sequence[nn.Module],
    features: Float[Tensor, "row *feature"],
    *,
    device: torch.device = CPU,
    chunk: int = 4096,
) -> Float[Tensor, " row"]:
    """Mean of the networks' numbers for every row, float32, on the CPU.

    As for one network, the bits of a row depend on this row alone; see
    `calibrant.training.predict.outputs`, also for the parameters.

    Raises
    ------
    InputError
        For no networks, and for those that do not tell the unit of their numbers.
    """
    return outputs(_together(networks), features, device=device, chunk=chunk)


def _together(networks: Sequence[nn.Module]) -> nn.Module:
    """Average of the networks, or the only one."""
    return networks[0] if len(networks) == 1 else Average(networks)
