"""Normal distribution of a target: its mean, and its spread in one of four declared forms."""

from math import log
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from calibrant.losses.number_loss import Parameters, Targets

__all__ = ["Normal", "NormalScale", "inverse_of_exp", "normal_batch", "normal_of"]

NormalScale = Literal["variance", "log_variance", "std", "log_std"]
"""What the second parameter is. It is declared: a number does not show which."""


class Normal(NamedTuple):
    """Mean and spread of every target; `precision` is one over the standard deviation."""

    mean: Targets
    std: Targets
    log_std: Targets
    precision: Targets


def normal_of(predicted: Parameters, scale: NormalScale) -> Normal:
    """Normal distributions from mean and spread at axis 1."""
    mean, spread = predicted.unbind(1)
    match scale:
        case "variance":
            std, log_std = spread.sqrt(), spread.log() / 2
            return Normal(mean, std, log_std, 1 / std)
        case "std":
            return Normal(mean, spread, spread.log(), 1 / spread)
        case "log_variance":
            log_std = spread / 2
        case "log_std":
            log_std = spread
    return Normal(mean, log_std.exp(), log_std, inverse_of_exp(log_std))


def inverse_of_exp(log_scale: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """One over ``exp(log_scale)``, cut at the largest whole exponent that does not overflow.

    Infinity times an error of 0 would be NaN, where the product is 0.
    """
    largest = int(log(torch.finfo(log_scale.dtype).max))
    return (-log_scale).clamp(max=largest).exp()


def normal_batch(generator: Generator, n_rows: int, n_columns: int) -> tuple[Tensor, Tensor]:  # noqa: ARG001 -- always two
    """Means and spreads in float64, the latter from 0.5 to 1.5 in whatever form, and targets."""
    mean, targets = torch.randn(2, n_rows, generator=generator, dtype=torch.float64)
    spread = 0.5 + torch.rand(n_rows, generator=generator, dtype=torch.float64)
    return torch.stack((mean, spread), dim=1), targets
