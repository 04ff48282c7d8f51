"""The rows ranked highest, up to a share of all: ties that straddle it are shared out evenly."""

from numbers import Real

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.ranking.steps import Steps

__all__ = ["check_share", "positives_in", "positives_reach", "step_of_share"]

TINY = torch.finfo(torch.float64).tiny


def check_share(argument: str, value: object, *, zero: bool = True) -> None:
    """Raise unless the setting is a share, that is between 0 and 1."""
    if not isinstance(value, Real) or not 0 <= float(value) <= 1 or not (zero or float(value)):
        rule = "lie between 0 and 1" if zero else "lie above 0, up to 1"
        raise InputError(argument, rule, f"{value!r}", "One tenth is 0.1.")


def positives_in(
    steps: Steps, shares: Float64[Tensor, " share"]
) -> Float64[Tensor, "*replicate share"]:
    """Weight of positives among the highest of all weight, share by share.

    Examples
    --------
    >>> from calibrant.metrics.ranking.steps import ranked
    >>> hit = torch.tensor([True, False, True, False])
    >>> steps = ranked(torch.tensor([0.9, 0.4, 0.4, 0.1]), hit, torch.ones(4).double()).steps
    >>> positives_in(steps, torch.tensor([0.25, 0.5, 1.0]).double()).tolist()
    [1.0, 1.5, 2.0]
    """
    k, before, taken, whole = _straddled(steps, shares)
    return before + steps.up.gather(-1, k) * taken / whole


def step_of_share(
    steps: Steps, shares: Float64[Tensor, " share"]
) -> Int[Tensor, "*replicate share"]:
    """Step that every share of the weight ends in."""
    return _straddled(steps, shares)[0]


def positives_reach(
    steps: Steps, shares: Float64[Tensor, " share"]
) -> tuple[Float64[Tensor, " share"], Float64[Tensor, " share"]]:
    """Least and greatest such weight over all orders inside the step that is straddled."""
    k, before, taken, whole = _straddled(steps, shares)
    up, down = steps.up[k], steps.down[k]
    even = before + up * taken / whole
    least = before + (taken - down).clamp(min=0)
    most = before + torch.minimum(taken, up)
    alone = steps.alone[k]
    return torch.where(alone, even, least), torch.where(alone, even, most)


def _straddled(
    steps: Steps, shares: Float64[Tensor, " share"]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Step that every share ends in, positives before it, weight taken of it, its weight."""
    mass = steps.up + steps.down
    total = mass.cumsum(-1)
    wanted = shares * total[..., -1:]
    k = torch.searchsorted(total, wanted * (1 - 1e-12)).clamp(max=total.shape[-1] - 1)
    up, of_step = steps.up.gather(-1, k), mass.gather(-1, k)
    before = steps.hits.gather(-1, k) - up
    taken = (wanted - (total.gather(-1, k) - of_step)).clamp(min=0)
    return k, before, torch.minimum(taken, of_step), of_step.clamp(min=TINY)
