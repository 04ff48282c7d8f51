"""EarlyStopping: the best state so far, and how long nothing better has come."""

import math
from dataclasses import dataclass

from torch import Tensor, nn

__all__ = ["Best", "EarlyStopping", "Memory"]


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """Epoch with the lowest score, and a copy of the network's state then; epoch 0 is none yet."""

    epoch: int
    score: float
    state: dict[str, Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """All that an `EarlyStopping` remembers: the best epoch, the last gain, and the wait since."""

    best: Best
    last_gain: float
    waited: int


class EarlyStopping:
    """Memory of the epoch with the lowest score, and of the epochs since the last gain.

    The state that is kept is that of the lowest score, however small its lead. Patience is
    counted apart: a gain is a score that is lower by more than `min_gain` than that of the last
    gain, so that many small steps add up to one.

    Parameters
    ----------
    patience : int
        Epochs without a gain after which it is over.
    min_gain : float
        Gains up to this do not count.

    References
    ----------
    .. [1] Prechelt. "Early Stopping - But When?" Neural Networks: Tricks of the Trade, 1998.
    """

    def __init__(self, *, patience: int, min_gain: float) -> None:
        self.patience, self.min_gain = patience, min_gain
        self.best = Best(epoch=0, score=math.inf, state={})
        self._last_gain = math.inf
        self._waited = 0

    def see(self, epoch: int, score: float, network: nn.Module) -> None:
        """Take the score of an epoch, and the state of `network` if it is the lowest so far."""
        if score < self.best.score:
            state = {name: held.detach().clone() for name, held in network.state_dict().items()}
            self.best = Best(epoch, score, state)
        if score < self._last_gain - self.min_gain:
            self._last_gain, self._waited = score, 0
        else:
            self._waited += 1

    @property
    def memory(self) -> Memory:
        """What is remembered; another one that is given it goes on as this one."""
        return Memory(self.best, self._last_gain, self._waited)

    def remember(self, memory: Memory) -> None:
        """Take the memory of another one."""
        self.best, self._last_gain, self._waited = memory.best, memory.last_gain, memory.waited

    @property
    def is_over(self) -> bool:
        """Whether `patience` epochs have gone by without a gain."""
        return self._waited >= self.patience
