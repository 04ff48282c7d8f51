"""Processes: sums over all of them, with a gradient."""

from typing import Literal

from jaxtyping import Float
from torch import Tensor, distributed

__all__ = ["Gradients", "over_processes"]

Gradients = Literal["mean", "sum"]
"""How the gradients of the processes come together afterwards."""


def over_processes(sums: Float[Tensor, "*sums"], gradients: Gradients) -> Float[Tensor, "*sums"]:
    """Sums of all processes of the default group; the same sums where there is none.

    Every process must call it, and do the same with what it gives. Then the gradient that a
    process finds for its own rows is their part in that of the joint loss: itself, if gradients
    are added over processes, and times their number, if they are averaged.
    """
    if not (distributed.is_available() and distributed.is_initialized()):
        return sums
    own = sums.detach()
    total = own.clone()
    distributed.all_reduce(total)
    factor = distributed.get_world_size() if gradients == "mean" else 1
    return total + factor * (sums - own)  # adds 0 to the value, and the gradient
