"""Single numbers of estimates: of a vector its entries, of a matrix its cells."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from calibrant.metrics.estimate import Estimate, Matrix, Value, Vector

__all__ = ["SingleNumber", "frame_of", "matrix_of", "numbers_of"]


@dataclass(frozen=True, slots=True)
class SingleNumber:
    """One number of an estimate; `low` and `high` are None where there is no interval."""

    label: str
    value: float
    low: float | None
    high: float | None


def numbers_of(name: str, estimate: Estimate, *, cells: bool = False) -> Iterator[SingleNumber]:
    """Every single number of an estimate; those of a matrix only with `cells`."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if not isinstance(value, tuple):
        yield SingleNumber(name, value, _end(low), _end(high))
        return
    grid = matrix_of(estimate)
    if grid is None:
        for k, entry in enumerate(value):
            if isinstance(entry, float):
                label = f"{name}[{_called(estimate.names, k)}]"
                yield SingleNumber(label, entry, _end_at(low, k), _end_at(high, k))
        return
    for i, row in enumerate(grid if cells else ()):
        for j, entry in enumerate(row):
            called = f"{_called(estimate.names, i)}, {_called(estimate.names, j)}"
            yield SingleNumber(f"{name}[{called}]", entry, None, None)


def matrix_of(estimate: Estimate) -> Matrix | None:
    """Value of an estimate if it is a matrix."""
    value = estimate.value
    rows = tuple(row for row in value if isinstance(row, tuple)) if isinstance(value, tuple) else ()
    return rows or None


def frame_of(estimates: Mapping[str, Estimate], *, cells: bool = False) -> pd.DataFrame:
    """One row a number, by its label."""
    rows = [
        {
            "metric": one.label,
            "value": one.value,
            "low": one.low,
            "high": one.high,
            "level": estimate.level,
            "n": estimate.n,
            "noise_floor": estimate.noise_floor,
            "method": estimate.method,
            "bound": estimate.bound,
            "note": estimate.note,
        }
        for name, estimate in estimates.items()
        for one in numbers_of(name, estimate, cells=cells)
    ]
    return pd.DataFrame(rows).set_index("metric") if rows else pd.DataFrame()


def _called(names: tuple[str, ...], k: int) -> str:
    return names[k] if k < len(names) else f"{k}"


def _end(end: Value | None) -> float | None:
    return None if not isinstance(end, float) or math.isnan(end) else end


def _end_at(ends: float | Vector | None, k: int) -> float | None:
    return _end(ends[k]) if isinstance(ends, tuple) else None
