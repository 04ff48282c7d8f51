"""The columns of a score grid: sums of w^a p^b y^c for a in {1, 2} and b + c at most 2.

Where labels are hard (``y * y == y``) or weights are 1, several columns are equal: fewer
sums are taken, and copied.
"""

import torch
from jaxtyping import Bool, Float64, Int
from torch import Tensor

from calibrant.kernel.tables import add_events

__all__ = ["COLUMNS", "add_by", "add_power_sums", "add_sparsely", "sum_by"]

COLUMNS = (
    "count",
    *("w", "wp", "wy", "wpp", "wpy", "wyy"),
    *("ww", "wwp", "wwy", "wwpp", "wwpy", "wwyy"),
)


def sum_by(
    bucket: Int[Tensor, " row"], values: Float64[Tensor, " row"] | None, n_buckets: int
) -> Float64[Tensor, " bucket"]:
    """Sum of `values` in every bucket; of ones if None."""
    if values is None:
        return torch.bincount(bucket, minlength=n_buckets).double()
    zero = torch.zeros(n_buckets, dtype=torch.float64, device=bucket.device)
    return zero.scatter_add_(0, bucket, values)


def add_by(
    total: Float64[Tensor, " bucket"],
    bucket: Int[Tensor, " row"],
    values: Float64[Tensor, " row"] | None,
) -> None:
    """Add `values` (ones if None) to their buckets, in place, whatever the number of buckets."""
    if values is None:
        values = torch.ones((), dtype=torch.float64, device=bucket.device).expand_as(bucket)
    total.scatter_add_(0, bucket, values)


def add_power_sums(
    table: Float64[Tensor, "column bucket"],
    bucket: Int[Tensor, " row"],
    prob: Float64[Tensor, " row"],
    outcome: Bool[Tensor, " row"] | Float64[Tensor, " row"],
    weight: Float64[Tensor, " row"] | None,
) -> None:
    """Add the columns of some rows to `table`, in place; `weight` None is 1 for every row."""
    if add_events(table, bucket, prob, outcome, weight):
        return
    n_buckets = table.shape[1]
    if outcome.dtype == torch.bool:
        bucket = bucket + n_buckets * outcome
        _add_hard(table, bucket, prob, weight, n_buckets)
        return
    square = prob * prob
    table[0] += sum_by(bucket, None, n_buckets)
    powers = (None, prob, outcome, square, prob * outcome, outcome * outcome)
    for a in (1, 2):
        factor = None if weight is None else weight**a
        for k, power in enumerate(powers):
            term = factor if power is None else power if factor is None else factor * power
            table[6 * a - 5 + k] += sum_by(bucket, term, n_buckets)


def add_sparsely(
    table: Float64[Tensor, "column bucket"],
    bucket: Int[Tensor, " row"],
    prob: Float64[Tensor, " row"],
    outcome: Bool[Tensor, " row"] | Float64[Tensor, " row"],
    weight: Float64[Tensor, " row"] | None,
) -> None:
    """See `add_power_sums`: for many more buckets than rows, of which few are touched."""
    one, came = torch.ones_like(prob), outcome.double()
    powers = (one, prob, came, prob * prob, prob * came, came * came)
    once = powers if weight is None else tuple(weight * power for power in powers)
    twice = once if weight is None else tuple(weight * power for power in once)
    for column, values in zip(table, (one, *once, *twice), strict=True):
        add_by(column, bucket, values)


def _add_hard(
    table: Float64[Tensor, "column bucket"],
    bucket: Int[Tensor, " row"],
    prob: Float64[Tensor, " row"],
    weight: Float64[Tensor, " row"] | None,
    n_buckets: int,
) -> None:
    """Sums by bucket and outcome; `bucket` counts misses first, then hits."""
    count = sum_by(bucket, None, 2 * n_buckets)
    table[0] += count[:n_buckets] + count[n_buckets:]
    once = _hard_sums(bucket, prob, weight, n_buckets, count)
    twice = once if weight is None else _hard_sums(bucket, prob, weight.square(), n_buckets, count)
    table[1:7] += once
    table[7:13] += twice


def _hard_sums(
    bucket: Int[Tensor, " row"],
    prob: Float64[Tensor, " row"],
    weight: Float64[Tensor, " row"] | None,
    n_buckets: int,
    count: Float64[Tensor, " both"],
) -> Float64[Tensor, "column bucket"]:
    """Sums of w, wp, wy, wpp, wpy and wyy, where y is 0 in the first half of the buckets."""
    first = prob if weight is None else weight * prob
    sums = torch.stack(
        (
            count if weight is None else sum_by(bucket, weight, 2 * n_buckets),
            sum_by(bucket, first, 2 * n_buckets),
            sum_by(bucket, first * prob, 2 * n_buckets),
        )
    )
    hits = sums[:, n_buckets:]
    whole = sums[:, :n_buckets] + hits
    return torch.stack((whole[0], whole[1], hits[0], whole[2], hits[1], hits[0]))
