"""Average: several networks as one."""

import math
from collections.abc import Sequence
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.training.members import Members

__all__ = ["Average", "unit_of"]


@final
class Average(nn.Module):
    """Networks as one: log of the mean of their probabilities, or the mean of their numbers.

    Parameters
    ----------
    networks : sequence of nn.Module
        At least one. In evaluation mode each gives logits (row, class), or each numbers (row,).

    References
    ----------
    .. [1] Lakshminarayanan et al. "Simple and Scalable Predictive Uncertainty Estimation using
       Deep Ensembles." NeurIPS 2017.

    Examples
    --------
    >>> even, sure = torch.tensor([0.5, 0.5]).log(), torch.tensor([0.9, 0.1]).log()
    >>> class Says(nn.Module):
    ...     def __init__(self, logits):
    ...         super().__init__()
    ...         self.logits = logits
    ...
    ...     def forward(self, features):
    ...         return self.logits.expand(len(features), 2)
    >>> Average([Says(even), Says(sure)])(torch.zeros(1, 3)).exp()
    tensor([[0.7000, 0.3000]])
    """

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        if not networks:
            raise InputError("networks", "hold at least one", "none", "Train one.")
        self.networks = nn.ModuleList(networks)

    def forward(self, features: Float[Tensor, "row *feature"]) -> Float[Tensor, "row *class"]:
        """What the networks predict together for every row."""
        stated = torch.stack([network(features) for network in self.networks])
        if stated.ndim == 2:
            return stated.mean(dim=0)
        return stated.log_softmax(dim=-1).logsumexp(dim=0) - math.log(len(stated))


def unit_of(network: nn.Module) -> float | None:
    """How large the outputs of a network are, where it tells; a power of two.

    Of an `Average`, the largest of its networks.
    """
    if isinstance(network, Members):
        return network.unit
    if isinstance(network, Average):
        units = [unit_of(one) for one in network.networks]
        told = [unit for unit in units if unit is not None]
        return max(told) if len(told) == len(units) else None
    return None
