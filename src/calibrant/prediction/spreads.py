"""Spreads: what a row of numbers states besides a point, so that it says how sure it is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import cast

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, to_tensor

__all__ = ["Ensemble", "NormalSpread", "Quantiles", "Spread", "StatedSpread", "read_spread"]

SAME_LEVEL = 1e-9  # levels nearer to each other than this are one


class Spread(ABC):
    """What is stated of every row besides a point."""

    @abstractmethod
    def take(self, rows: slice | Tensor) -> "Spread":
        """Of some of the rows."""

    @property
    @abstractmethod
    def n_entries(self) -> int:
        """Numbers stated for one row."""

    @property
    @abstractmethod
    def what(self) -> str:
        """In words, for messages."""


@dataclass(frozen=True, slots=True, eq=False)
class NormalSpread(Spread):
    """Standard deviation of a normal distribution about the point."""

    std: Float64[Tensor, " row"]

    def take(self, rows: slice | Tensor) -> "NormalSpread":
        """See `Spread.take`."""
        return NormalSpread(self.std[rows])

    @property
    def n_entries(self) -> int:
        """See `Spread.n_entries`."""
        return 1

    @property
    def what(self) -> str:
        """See `Spread.what`."""
        return "a normal distribution (std)"


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble(Spread):
    """Draws, in any order."""

    members: Float64[Tensor, "row member"]

    def take(self, rows: slice | Tensor) -> "Ensemble":
        """See `Spread.take`."""
        return Ensemble(self.members[rows])

    @property
    def n_entries(self) -> int:
        """See `Spread.n_entries`."""
        return self.members.shape[1]

    @property
    def what(self) -> str:
        """See `Spread.what`."""
        return "members"


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles(Spread):
    """Quantiles at some levels, in ascending order; none lies below that of a lower level."""

    levels: tuple[float, ...]
    values: Float64[Tensor, "row level"]

    def take(self, rows: slice | Tensor) -> "Quantiles":
        """See `Spread.take`."""
        return Quantiles(self.levels, self.values[rows])

    @property
    def n_entries(self) -> int:
        """See `Spread.n_entries`."""
        return len(self.levels)

    @property
    def what(self) -> str:
        """See `Spread.what`."""
        return f"quantiles at levels {', '.join(f'{level:g}' for level in self.levels)}"

    @property
    def is_symmetric(self) -> bool:
        """Whether the levels are one half and pairs about it."""
        mirrored = reversed(self.levels)
        pairs = all(abs(a + b - 1) < SAME_LEVEL for a, b in zip(self.levels, mirrored, strict=True))
        return pairs and len(self.levels) % 2 == 1

    def at(self, level: float) -> Float64[Tensor, " row"] | None:
        """Quantiles of a level; None if it is not stated."""
        for k, stated in enumerate(self.levels):
            if abs(stated - level) < SAME_LEVEL:
                return self.values[:, k]
        return None


@dataclass(frozen=True, slots=True, eq=False)
class StatedSpread:
    """A spread as it came in: its numbers, not yet checked, and what they are.

    `values` has the shape of the rows; for members and quantiles with an axis for them at 1.
    """

    argument: str
    values: Tensor
    levels: tuple[float, ...] = ()

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of one number a row."""
        shape = tuple(self.values.shape)
        return shape if self.argument == "std" else shape[:1] + shape[2:]

    def centre(self) -> Tensor | None:
        """Point that the spread implies: mean of the members, or the median if it is stated."""
        if self.argument == "members":
            return self.values.double().mean(dim=1)
        for k, level in enumerate(self.levels):
            if abs(level - 0.5) < SAME_LEVEL:
                return self.values[:, k]
        return None

    def checked(self, where: checks.Where, device: torch.device) -> tuple[Spread, Tensor]:
        """Spread by rows in float64, and its numbers for checks of size.

        Raises
        ------
        InputError
            If a number is not finite, a standard deviation not above 0, or quantiles cross.
        """
        values = self.values
        if self.argument == "std":
            wide = values.reshape(-1).double().to(device)
            checks.check_stds(wide, where)
            return NormalSpread(wide), wide
        rows = values if values.ndim == 2 else values.movedim(1, -1).reshape(-1, values.shape[1])
        wide = rows.double().to(device)
        checks.check_numbers(self.argument, wide, where)
        if self.argument == "members":
            return Ensemble(wide), wide
        eps = torch.finfo(values.dtype).eps if values.is_floating_point() else 0.0
        checks.check_ascending(wide, self.levels, eps, where)
        return Quantiles(self.levels, wide.cummax(dim=1).values), wide  # rounding may not cross


def read_spread(
    std: ArrayLike | None, members: ArrayLike | None, quantiles: object
) -> StatedSpread | None:
    """The one spread that is stated, or None.

    Raises
    ------
    InputError
        If there are several, or quantiles are not a mapping from levels to arrays of one shape.
    """
    given = {"std": std, "members": members, "quantiles": quantiles}
    stated = [name for name, values in given.items() if values is not None]
    if len(stated) > 1:
        rule, remedy = "not be given together", "State one; evaluate the others by themselves."
        raise InputError(" and ".join(stated), rule, f"{len(stated)} of them", remedy)
    if std is not None:
        return StatedSpread("std", to_tensor("std", std))
    if members is not None:
        values = to_tensor("members", members)
        if values.ndim < 2 or not values.numel():
            rule, got = "have shape (row, member)", f"{tuple(values.shape)}"
            raise InputError("members", rule, got, "Stack the members along axis 1.")
        return StatedSpread("members", values)
    return None if quantiles is None else _read_quantiles(quantiles)


def _read_quantiles(quantiles: object) -> StatedSpread:
    if not isinstance(quantiles, Mapping) or not quantiles:
        got = "an empty mapping" if isinstance(quantiles, Mapping) else type(quantiles).__name__
        remedy = "Pass {0.05: low, 0.5: median, 0.95: high}."
        raise InputError("quantiles", "be a mapping from level to array", got, remedy)
    by_level = cast("Mapping[object, ArrayLike]", quantiles)
    read = sorted((_level(level), level) for level in by_level)
    levels = tuple(level for level, _ in read)
    for low, high in pairwise(levels):
        if high - low < SAME_LEVEL:
            raise InputError("quantiles", "have distinct levels", f"{low} and {high}", "Drop one.")
    columns = [to_tensor(f"quantiles[{level:g}]", by_level[key]) for level, key in read]
    shape = tuple(columns[0].shape)
    for level, column in zip(levels, columns, strict=True):
        if tuple(column.shape) != shape or not shape or not column.numel():
            rule = f"have shape {shape}, that of the others" if shape else "hold one number a row"
            got = f"{tuple(column.shape)}"
            raise InputError(f"quantiles[{level:g}]", rule, got, "Pass one number a row.")
    dtype = columns[0].dtype
    for column in columns[1:]:
        dtype = torch.promote_types(dtype, column.dtype)
    together = [column.to(columns[0].device, dtype) for column in columns]
    return StatedSpread("quantiles", torch.stack(together, dim=1), levels)


def _level(level: object) -> float:
    if isinstance(level, bool) or not isinstance(level, Real) or not 0 < float(level) < 1:
        rule = "have levels between 0 and 1"
        raise InputError("quantiles", rule, f"{level!r}", "0.5 is the level of the median.")
    return float(level)
