"""Estimate: a number, how sure it is, and how that was found out. Plain data."""

import math
from dataclasses import dataclass, field

__all__ = ["Estimate", "Matrix", "Value", "Vector"]

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]
Value = float | Vector | Matrix


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric's value with its interval, or with the reason why it has none.

    Attributes
    ----------
    value : float, tuple or tuple of tuples
        A number; a vector with an entry a class; or a matrix. NaN where it is undefined.
    low, high : like `value`, or None
        Ends of the interval; None where `method` says why there is none.
    level : float or None
        Coverage of the interval, such as 0.95.
    n : int
        Number of rows behind the value, ignored ones left out.
    method : str
        How the interval was found, or ``"not available: ..."``.
    noise_floor : float or None
        For a plug-in calibration error, its expected value if the model were perfectly
        calibrated, at this n and these scores. No value below it means anything.
    names : tuple of str
        Class, or what else it stands for, of every entry of a vector or matrix.
    support : tuple of float
        Weight of the rows of every class, for vectors.
    note : str
        What a reader should know besides.
    bound : float or None
        Where the value was read from cells: how far it may lie, at most, from that of the rows.
    details : dict
        Numbers that belong to the value, by name, such as the ``p_value`` of a test.
    """

    value: Value
    low: float | Vector | None
    high: float | Vector | None
    level: float | None
    n: int
    method: str
    noise_floor: float | None = None
    names: tuple[str, ...] = ()
    support: Vector = ()
    note: str = ""
    bound: float | None = None
    details: dict[str, float] = field(default_factory=dict["str", "float"], hash=False)

    def __float__(self) -> float:
        """Value of a scalar estimate."""
        if not isinstance(self.value, float):
            raise TypeError("a vector or matrix of estimates has no single value")
        return self.value

    @property
    def is_scalar(self) -> bool:
        """Whether the value is one number."""
        return isinstance(self.value, float)

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON: numbers that JSON cannot hold become None, with a reason."""
        out: dict[str, object] = {
            "value": _plain(self.value),
            "low": _plain(self.low),
            "high": _plain(self.high),
            "level": self.level,
            "n": self.n,
            "method": self.method,
        }
        if self.noise_floor is not None:
            out["noise_floor"] = _plain(self.noise_floor)
        if self.bound is not None:
            out["bound"] = _plain(self.bound)
        if self.details:
            out["details"] = {name: _plain(number) for name, number in self.details.items()}
        if self.names:
            out["names"] = list(self.names)
        if self.support:
            out["support"] = list(self.support)
        if isinstance(self.value, float) and not math.isfinite(self.value):
            state = "undefined" if math.isnan(self.value) else "infinite"
            out["reason"] = self.note or f"{state}; {self.method}"
        elif self.note:
            out["note"] = self.note
        return out


def _plain(value: Value | None) -> object:
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value if value is not None and math.isfinite(value) else None
