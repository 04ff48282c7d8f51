"""Members: several small networks side by side, which see the same rows in one pass."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import pairwise
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from calibrant.errors import InputError
from calibrant.training.dropout import random_zeros
from calibrant.training.embedding import NumberEmbedding
from calibrant.training.network_settings import NetworkSettings

__all__ = ["Members"]

_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"mish": F.mish, "relu": F.relu}


class Members(nn.Module, ABC):
    """Independent multilayer networks over numbers and one-hot columns, in one pass.

    A member is, for every hidden layer, a linear map, batch norm, an activation and dropout,
    then a linear map to the outputs. All members see the same `NumberEmbedding`. Weights are
    kept as ``(member, out, in)`` and activations as ``(member, unit, row)``: so layers of all
    members are one product, and batch norm needs no copy.

    Parameters
    ----------
    n_features : int
        Columns of the input, at least 1.
    n_numbers : int
        How many of them, from the left, are numbers; the others are passed on as they are.
    n_outputs : int
        Outputs of a member.
    settings : NetworkSettings
        Sizes.
    generator : torch.Generator, optional
        Draws the weights; without it the global generator does.

    References
    ----------
    .. [1] Misra. "Mish: A Self Regularized Non-Monotonic Activation Function." BMVC 2020.
    .. [2] Ioffe and Szegedy. "Batch Normalization." ICML 2015.
    """

    def __init__(
        self,
        n_features: int,
        *,
        n_numbers: int,
        n_outputs: int,
        settings: NetworkSettings,
        generator: torch.Generator | None,
    ) -> None:
        super().__init__()
        if n_features < 1 or not 0 <= n_numbers <= n_features:
            rule, got = "be at least 1, and at least n_numbers", f"{n_features} with {n_numbers}"
            raise InputError("n_features", rule, got, "Count numbers and other columns together.")
        self.n_features, self.n_numbers, self.n_outputs = n_features, n_numbers, n_outputs
        self.settings = settings
        self.embedding = NumberEmbedding(
            n_numbers,
            n_waves=settings.waves,
            width=settings.n_wave_columns,
            wave_scale=settings.wave_scale,
            robust=settings.scaling == "robust",
            generator=generator,
        )
        members, n_columns = settings.members, self.embedding.n_columns + n_features - n_numbers
        sizes = [n_columns, *settings.hidden, n_outputs]

        def uniform(*shape: int, fan_in: int) -> nn.Parameter:
            drawn = torch.empty(shape).uniform_(-1, 1, generator=generator)
            return nn.Parameter(drawn / math.sqrt(fan_in))

        steps = list(pairwise(sizes))
        self.weights = nn.ParameterList([uniform(members, n, m, fan_in=m) for m, n in steps])
        self.biases = nn.ParameterList([uniform(members * n, fan_in=m) for m, n in steps])
        self.norms = nn.ModuleList([nn.BatchNorm1d(members * n) for n in settings.hidden])

    @property
    @abstractmethod
    def unit(self) -> float:
        """How large the outputs are: a power of two, at most a little above what is usual."""

    @final
    def extra_repr(self) -> str:
        """Sizes and settings, for whoever prints the network."""
        return f"{self.n_features}, n_numbers={self.n_numbers}, {self.settings}"

    @final
    def member_outputs(
        self, features: Float[Tensor, "row feature"]
    ) -> Float[Tensor, "member row output"]:
        """Outputs of every member."""
        columns = features.T
        numbers, others = columns[: self.n_numbers], columns[self.n_numbers :]
        layer = torch.cat((self.embedding(numbers), others))
        activation = _ACTIVATIONS[self.settings.activation]
        weights, biases = list(self.weights), list(self.biases)
        layer = torch.addmm(biases[0][:, None], weights[0].flatten(0, 1), layer)
        for at, weight in enumerate(weights[1:]):
            layer = activation(self.norms[at](layer[None]).squeeze(0))
            if self.training:
                layer = random_zeros(layer, self.settings.dropout[at])
            n_members, n_out, n_in = weight.shape
            by_member = layer.view(n_members, n_in, len(features))
            bias = biases[at + 1].view(n_members, n_out, 1)
            layer = torch.baddbmm(bias, weight, by_member).flatten(0, 1)
        members = layer.view(self.settings.members, self.n_outputs, len(features))
        return members.transpose(1, 2)
