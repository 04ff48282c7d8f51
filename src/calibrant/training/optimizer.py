"""AdamW, by torch's fused kernel, without the seconds that loading torch's compiler takes."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

__all__ = ["AdamW"]


@dataclass(frozen=True, slots=True, eq=False)
class _Learned:
    """A parameter and its running moments; changed in place."""

    parameter: nn.Parameter
    gradient_mean: Tensor
    square_mean: Tensor
    n_steps: Tensor


class AdamW:
    """AdamW whose decay leaves parameters of fewer than two axes alone: biases and norms.

    It is `torch.optim.AdamW` without the class around it: that class, at its first step, loads
    all of torch's compiler, which takes longer than training a small network.

    Parameters
    ----------
    parameters : iterable of nn.Parameter
        What to learn; those that need no gradient are left out.
    weight_decay : float
        Share of a weight that a step takes off, in units of the learning rate.

    References
    ----------
    .. [1] Loshchilov and Hutter. "Decoupled Weight Decay Regularization." ICLR 2019.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], *, weight_decay: float) -> None:
        learned = [
            _Learned(p, torch.zeros_like(p), torch.zeros_like(p), torch.zeros((), device=p.device))
            for p in parameters
            if p.requires_grad
        ]
        self._groups = [
            (weight_decay, [one for one in learned if one.parameter.ndim >= 2]),
            (0.0, [one for one in learned if one.parameter.ndim < 2]),
        ]

    def clear(self) -> None:
        """Forget the gradients."""
        for _, learned in self._groups:
            for one in learned:
                one.parameter.grad = None

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move every parameter that has a gradient."""
        for weight_decay, learned in self._groups:
            moving = [(one, g) for one in learned if (g := one.parameter.grad) is not None]
            if moving:
                adamw(
                    [one.parameter for one, _ in moving],
                    [gradient for _, gradient in moving],
                    [one.gradient_mean for one, _ in moving],
                    [one.square_mean for one, _ in moving],
                    [],
                    [one.n_steps for one, _ in moving],
                    fused=True,
                    amsgrad=False,
                    beta1=0.9,
                    beta2=0.999,
                    lr=learning_rate,
                    weight_decay=weight_decay,
                    eps=1e-8,
                    maximize=False,
                )
