"""Schedules: settings and factors of losses that change from epoch to epoch."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, final

from calibrant.errors import InputError
from calibrant.losses.spec import Call, Number, Value

__all__ = ["Ramp", "Schedule", "Switch", "schedule_of"]


class Schedule(ABC):
    """Value that depends on the epoch; prints as in a spec."""

    @abstractmethod
    def at(self, epoch: Number) -> Value:
        """Value in an epoch, counted from 1; infinity is when it changes no more."""

    @property
    @abstractmethod
    def ends(self) -> tuple[Value, Value]:
        """First and last value; numbers in between lie between them."""

    @abstractmethod
    def with_ends(self, first: Value, last: Value) -> "Schedule":
        """The same course between other values."""


@final
@dataclass(frozen=True, slots=True)
class Ramp(Schedule):
    """Number that goes from `start` in the first epoch to `end`, reached in epoch `epochs`.

    Parameters
    ----------
    start, end : float
        First and last value, finite.
    epochs : int
        Epoch from which on the value is `end`; at least 2.
    shape : "linear" or "cosine", default "linear"
        Steps of one size, or small ones at both ends.

    Examples
    --------
    >>> gamma = Ramp(0, 2, epochs=5)
    >>> [gamma.at(epoch) for epoch in (1, 2, 3, 5, 100)]
    [0.0, 0.5, 1.0, 2.0, 2.0]
    """

    start: Number
    end: Number
    epochs: int
    shape: Literal["linear", "cosine"] = "linear"

    def __post_init__(self) -> None:
        for name, number in (("start", self.start), ("end", self.end)):
            if not _is_finite(number):
                raise InputError(name, "be a finite number", repr(number), _RAMP)
        if not isinstance(self.epochs, int) or self.epochs < 2:  # pyright: ignore[reportUnnecessaryIsInstance]
            rule = "be a whole number, at least 2"
            raise InputError("epochs", rule, repr(self.epochs), "A ramp takes two epochs to climb.")
        if self.shape not in ("linear", "cosine"):
            raise InputError("shape", "be linear or cosine", repr(self.shape), _RAMP)

    def at(self, epoch: Number) -> float:
        """See `Schedule.at`."""
        share = min(max((epoch - 1) / (self.epochs - 1), 0), 1)
        if self.shape == "cosine":
            share = (1 - math.cos(math.pi * share)) / 2
        return self.start + share * (self.end - self.start) if share < 1 else float(self.end)

    @property
    def ends(self) -> tuple[Number, Number]:
        """See `Schedule.ends`."""
        return self.start, self.end

    def with_ends(self, first: Value, last: Value) -> "Ramp":
        """See `Schedule.with_ends`."""
        assert isinstance(first, int | float)
        assert isinstance(last, int | float)
        return Ramp(first, last, self.epochs, self.shape)

    def __str__(self) -> str:
        shape = () if self.shape == "linear" else (self.shape,)
        return str(Call("ramp", (self.start, self.end, self.epochs, *shape)))


@final
@dataclass(frozen=True, slots=True)
class Switch(Schedule):
    """Value that is `before` in the epochs before `epoch`, and `after` from it on.

    ``Switch(None, "balanced", epoch=80)`` as class weights is deferred re-weighting.

    Parameters
    ----------
    before, after : number, word, list of numbers or None
        What a setting may be.
    epoch : int
        First epoch of `after`; at least 2.

    References
    ----------
    .. [1] Cao et al. "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss."
       NeurIPS 2019, algorithm 1 (deferred re-weighting).

    Examples
    --------
    >>> [Switch(0, 1, epoch=3).at(epoch) for epoch in (1, 2, 3, 4)]
    [0, 0, 1, 1]
    """

    before: Value
    after: Value
    epoch: int

    def __post_init__(self) -> None:
        if not isinstance(self.epoch, int) or self.epoch < 2:  # pyright: ignore[reportUnnecessaryIsInstance]
            rule = "be a whole number, at least 2"
            raise InputError("epoch", rule, repr(self.epoch), "The first epoch is 1.")

    def at(self, epoch: Number) -> Value:
        """See `Schedule.at`."""
        return self.after if epoch >= self.epoch else self.before

    @property
    def ends(self) -> tuple[Value, Value]:
        """See `Schedule.ends`."""
        return self.before, self.after

    def with_ends(self, first: Value, last: Value) -> "Switch":
        """See `Schedule.with_ends`."""
        return Switch(first, last, self.epoch)

    def __str__(self) -> str:
        return str(Call("switch", (self.before, self.after, self.epoch)))


def schedule_of(call: Call) -> Schedule | None:
    """Schedule that a call in a spec means; None if its name is that of none.

    Raises
    ------
    InputError
        If the values in its brackets make no schedule.

    Examples
    --------
    >>> schedule_of(Call("ramp", (0, 2, 10)))
    Ramp(start=0, end=2, epochs=10, shape='linear')
    """
    example = _EXAMPLES.get(call.name)
    if example is None:
        return None
    if call.names:
        raise InputError(call.name, f"be written {example}, without names", str(call), "")
    match call:
        case Call("ramp", (int() | float() as start, int() | float() as end, int() as epochs)):
            return Ramp(start, end, epochs)
        case Call(
            "ramp",
            (
                int() | float() as start,
                int() | float() as end,
                int() as epochs,
                "linear" | "cosine" as shape,
            ),
        ):
            return Ramp(start, end, epochs, shape)
        case Call("switch", (before, after, int() as epoch)):
            return Switch(before, after, epoch)
        case _:
            raise InputError(call.name, f"be written {example}", str(call), "")


_RAMP = "It goes from start in the first epoch to end in epoch `epochs`."
_EXAMPLES: Mapping[str, str] = {
    "ramp": "ramp(start, end, epochs) or ramp(start, end, epochs, cosine)",
    "switch": "switch(before, after, epoch)",
}


def _is_finite(number: object) -> bool:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return math.isfinite(number)
