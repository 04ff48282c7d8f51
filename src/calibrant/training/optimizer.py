"""Optimizers, by torch's fused kernels, without the seconds that loading torch's compiler takes.

They are `torch.optim.AdamW`, `Adam` and `SGD` without the classes around them: those, at their
first step, load all of torch's compiler, which takes longer than training a small network.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "optimizer_of"]


@dataclass(frozen=True, slots=True, eq=False)
class _Learned:
    """A parameter and its running moments; changed in place."""

    parameter: nn.Parameter
    gradient_mean: Tensor
    square_mean: Tensor
    n_steps: Tensor


class Optimizer(ABC):
    """Moves parameters against their gradients.

    Weight decay leaves parameters of fewer than two axes alone: biases and norms.

    Parameters
    ----------
    parameters : iterable of nn.Parameter
        What to learn; those that need no gradient are left out.
    weight_decay : float
        Strength of the pull towards 0, as the subclass defines it.
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

    @final
    def clear(self) -> None:
        """Forget the gradients."""
        for _, learned in self._groups:
            for one in learned:
                one.parameter.grad = None

    @final
    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move every parameter that has a gradient."""
        for weight_decay, learned in self._groups:
            moving = [(one, g) for one in learned if (g := one.parameter.grad) is not None]
            if moving:
                self._move(
                    [one for one, _ in moving], [g for _, g in moving], learning_rate, weight_decay
                )

    @abstractmethod
    def _move(
        self,
        learned: list[_Learned],
        gradients: list[Tensor],
        learning_rate: float,
        weight_decay: float,
    ) -> None:
        """Take a step with these parameters."""

    @final
    def state(self) -> dict[str, Tensor]:
        """Running moments by name; with the parameters they decide all further steps."""
        return {
            f"{group}.{place}.{name}": held
            for group, (_, learned) in enumerate(self._groups)
            for place, one in enumerate(learned)
            for name, held in (
                ("gradient_mean", one.gradient_mean),
                ("square_mean", one.square_mean),
                ("n_steps", one.n_steps),
            )
        }

    @final
    @torch.no_grad()
    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take the running moments that `state` gave, of the same parameters."""
        for name, held in self.state().items():
            held.copy_(state[name])


@final
class AdamW(Optimizer):
    """Adam whose decay takes a share of the learning rate off every weight.

    References
    ----------
    .. [1] Loshchilov and Hutter. "Decoupled Weight Decay Regularization." ICLR 2019.
    """

    def _move(
        self,
        learned: list[_Learned],
        gradients: list[Tensor],
        learning_rate: float,
        weight_decay: float,
    ) -> None:
        """See `Optimizer._move`."""
        adamw(
            [one.parameter for one in learned],
            gradients,
            [one.gradient_mean for one in learned],
            [one.square_mean for one in learned],
            [],
            [one.n_steps for one in learned],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=learning_rate,
            weight_decay=weight_decay,
            eps=1e-8,
            maximize=False,
        )


@final
class Adam(Optimizer):
    """Adam whose decay is a part of the gradient.

    References
    ----------
    .. [1] Kingma and Ba. "Adam: A Method for Stochastic Optimization." ICLR 2015.
    """

    def _move(
        self,
        learned: list[_Learned],
        gradients: list[Tensor],
        learning_rate: float,
        weight_decay: float,
    ) -> None:
        """See `Optimizer._move`."""
        adam(
            [one.parameter for one in learned],
            gradients,
            [one.gradient_mean for one in learned],
            [one.square_mean for one in learned],
            [],
            [one.n_steps for one in learned],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=learning_rate,
            weight_decay=weight_decay,
            eps=1e-8,
            maximize=False,
        )


@final
class SGD(Optimizer):
    """Gradient descent with Nesterov's momentum of .9; its decay is a part of the gradient.

    References
    ----------
    .. [1] Sutskever et al. "On the Importance of Initialization and Momentum in Deep Learning."
       ICML 2013.
    """

    def _move(
        self,
        learned: list[_Learned],
        gradients: list[Tensor],
        learning_rate: float,
        weight_decay: float,
    ) -> None:
        """See `Optimizer._move`."""
        buffers: list[Tensor | None] = [one.gradient_mean for one in learned]
        sgd(
            [one.parameter for one in learned],
            gradients,
            buffers,
            fused=True,
            weight_decay=weight_decay,
            momentum=0.9,
            lr=learning_rate,
            dampening=0.0,
            nesterov=True,
            maximize=False,
        )


_BY_NAME: dict[str, type[Optimizer]] = {"adamw": AdamW, "adam": Adam, "sgd": SGD}


def optimizer_of(
    name: str, parameters: Iterable[nn.Parameter], *, weight_decay: float
) -> Optimizer:
    """Optimizer called `name`: adamw, adam or sgd."""
    return _BY_NAME[name](parameters, weight_decay=weight_decay)
