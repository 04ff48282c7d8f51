"""What rows state of a number besides a point, as the metrics of it read it."""

import math
from typing import TypeVar

import torch
from jaxtyping import Float64
from scipy.special import ndtri
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.prediction.spreads import Ensemble, NormalSpread, Quantiles, Spread

__all__ = [
    "central",
    "members_of",
    "quantile_at",
    "quantiles_of",
    "spread_of",
    "std_of",
    "truth_of",
]

Kind = TypeVar("Kind", bound=Spread)


def truth_of(rows: Rows) -> tuple[Numbers, Float64[Tensor, " row"]]:
    """The rows as numbers, and what came out."""
    assert isinstance(rows, Numbers)  # checked where rows are tallied
    assert rows.targets is not None
    return rows, rows.targets


def std_of(rows: Numbers, what: str) -> Float64[Tensor, " row"]:
    """Standard deviation of every row.

    Raises
    ------
    InputError
        If none is stated, with the remedy; `what` names the metric.
    """
    remedy = "Pass std= to calibrant.numbers."
    return _stated(rows, NormalSpread, "std", what, remedy).std


def members_of(rows: Numbers, what: str) -> Float64[Tensor, "row member"]:
    """Members of every row's ensemble; raises as `std_of` does."""
    remedy = "Pass members= to calibrant.numbers."
    return _stated(rows, Ensemble, "members", what, remedy).members


def quantiles_of(rows: Numbers, what: str) -> Quantiles:
    """Quantiles of every row; raises as `std_of` does."""
    remedy = "Pass quantiles={level: array} to calibrant.numbers."
    return _stated(rows, Quantiles, "quantiles", what, remedy)


def spread_of(rows: Numbers, what: str) -> Spread:
    """Spread of every row, of any kind; raises as `std_of` does."""
    if rows.spread is None:
        remedy = "Pass std=, members= or quantiles= to calibrant.numbers."
        raise InputError("a spread", f"be stated for {what}", "points alone", remedy)
    return rows.spread


def quantile_at(spread: Spread, rows: Numbers, level: float, what: str) -> Float64[Tensor, " row"]:
    r"""Quantile that a spread states at a level.

    Of a normal distribution :math:`\mu + \sigma \Phi^{-1}(q)`; of m members in ascending order the
    value at place :math:`(m + 1) q`, interpolated, and the outermost beyond them: if the target is
    one more such draw, it lies below with probability q; of quantiles the one of that very level.

    Raises
    ------
    InputError
        If quantiles are stated, but not at this level.
    """
    if isinstance(spread, NormalSpread):
        return rows.predicted + spread.std * float(ndtri(level))
    if isinstance(spread, Ensemble):
        return _between(spread.members, level)
    assert isinstance(spread, Quantiles)
    found = spread.at(level)
    if found is None:
        rule, got = f"be stated at level {level:g} for {what}", spread.what
        remedy = f"Add quantiles[{level:g}], or ask for a level that is stated."
        raise InputError("quantiles", rule, got, remedy)
    return found


def central(rows: Numbers, level: float, what: str) -> Float64[Tensor, "row 2"]:
    """Ends of the central interval of `level`: half of the rest lies on either side."""
    spread, tail = spread_of(rows, what), (1 - level) / 2
    ends = [quantile_at(spread, rows, round(q, 12), what) for q in (tail, 1 - tail)]
    return torch.stack(ends, dim=1)


def _between(members: Float64[Tensor, "row member"], level: float) -> Float64[Tensor, " row"]:
    """Value at place (m + 1) q of the members in ascending order: Weibull's plotting position."""
    ordered, last = members.sort(dim=1).values, members.shape[1] - 1
    place = min(max((last + 2) * level - 1, 0.0), float(last))
    below = math.floor(place + 1e-9)  # 0.3 * 10 is a hair below 3
    share = max(place - below, 0.0)
    low, high = ordered[:, below], ordered[:, min(below + 1, last)]
    return low if share < 1e-9 else low + share * (high - low)


def _stated(rows: Numbers, kind: type[Kind], argument: str, what: str, remedy: str) -> Kind:
    if not isinstance(rows.spread, kind):
        got = "points alone" if rows.spread is None else rows.spread.what
        raise InputError(argument, f"be stated for {what}", got, remedy)
    return rows.spread
