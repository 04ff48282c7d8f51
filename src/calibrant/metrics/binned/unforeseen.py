"""Room above the size of the gaps of bins, for outcomes that were not foreseen."""

import math

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.binned.bins import Bins
from calibrant.metrics.inference.room import Foretold, room_above

__all__ = ["room_of"]


def room_of(
    bins: Bins,
    deviation: Float64[Tensor, "*class bin"],
    level: float,
    *,
    error: float | None = None,
    root: bool = False,
    side: float | None = None,
) -> float:
    """What the upper end of a size of gaps has beyond that of normal noise; see `room_above`.

    Parameters
    ----------
    bins : Bins
        Of hard labels of one event, or of every class: the size is then the mean over classes.
    deviation : Float64[Tensor, "*class bin"]
        Standard deviations of `bins.gap`.
    level : float
        Coverage, in (0, 1).
    error : float, optional
        Standard deviation of the sum of the gaps with their signs, over classes if there are any;
        by default that of independent ones.
    root : bool
        Whether the size is the root of the mean square, rather than the sum of sizes.
    side : {1, -1}, optional
        That of the gaps that are summed, if those of one side are: 1 where too much is stated.
    """
    total, weight = bins.total, bins["w"]
    held = weight > 0
    n_effective = total.square() / bins["ww"].sum(dim=-1, keepdim=True)
    columns = (bins.share, bins["wp"] / weight, (bins["wp"] - bins["wpp"]) / total, bins.rows)
    share, stated, spread, rows = (each[held].numpy() for each in columns)
    told = Foretold(share, stated, spread, rows, float(n_effective.flatten()[0]))
    jump = told.jump(bins.gap[held].numpy(), deviation[held].numpy(), side)
    jump *= told.concentration if root else 1.0
    n_classes = len(weight) if weight.ndim > 1 else 0
    if n_classes:
        jump *= 2 / n_classes  # one error is one of two classes
    if error is None:
        error = math.sqrt(float(deviation.square().sum())) / max(1, n_classes)
    return room_above(error, jump, level)
