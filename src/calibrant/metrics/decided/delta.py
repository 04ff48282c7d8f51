"""Intervals of functions of a confusion matrix, from their gradient by its cells."""

from collections.abc import Callable

import torch
from jaxtyping import Float64
from scipy.special import ndtri
from torch import Tensor

from calibrant.metrics.intervals import Interval
from calibrant.statistics.tally import Tally

__all__ = ["FEWEST", "delta_interval"]

FEWEST = 10  # effective rows of every class, true and chosen
ROUNDING = 1e-12  # of a share, and of a standard error: what sums of weights are off by
ENOUGH = 100  # and of one where all or none are right, which shows no spread

Matrix = Float64[Tensor, "true chosen"]


def delta_interval(
    of: Callable[[Matrix], Tensor],
    tally: Tally,
    level: float,
    *,
    least: float = 0.0,
    bias: float = 0.0,
) -> Interval:
    r"""Interval of ``of(matrix)``, which lies between `least` and 1.

    A function that does not change when all weights are scaled has, to first order, the
    variance :math:`\sum_c W_c^{(2)} g_c^2` over cells c, with the sums of squared weights
    and the gradient by the sums of weights. The interval is symmetric on the scale of the
    log-odds of the value's place between `least` and 1, about that place less `bias`: how much
    the value lies too high on average, by :math:`\frac12 \sum_c W_c^{(2)} g_{cc}`, its second
    order.

    Notes
    -----
    The bias of a mean over K classes is that of one class, of the order of 1 over the rows of a
    class; but the standard error falls with the root of K, too. Of a hundred classes of fifty rows
    the macro :math:`F_1` is a third of a standard error too low, and its interval about the value
    covered 92 % where 95 are promised, with more misses below the truth. What the estimate of
    the bias adds to the variance is smaller by the order of the rows of a class, and left out.
    Where the bias is large and the level small, the value itself may lie outside.

    There is none where a class came out, or was chosen, in fewer than `FEWEST` effective rows:
    its ratios are then as good as unknown. Nor where all or none of fewer than `ENOUGH` are
    right: that hides their share of the variance. With soft labels the
    variance is too large rather than too small: a row is counted as if it came whole to each
    of its classes in turn.

    References
    ----------
    .. [1] Takahashi, Yamamoto, Kuchiba, Koyama. "Confidence interval for micro-averaged F1
       and macro-averaged F1 scores." Applied Intelligence 52, 2022: this, for F1, without the bias.
    .. [2] Oehlert. "A Note on the Delta Method." The American Statistician 46, 1992: the bias as
       the second order of the delta method.
    """
    weights, twice = tally["w"], tally["ww"]
    for dim in (1, 0):
        rows, squares = weights.sum(dim=dim), twice.sum(dim=dim)
        effective = rows.square() / torch.where(squares > 0, squares, 1)
        share = weights.diagonal() / torch.where(rows > 0, rows, 1)
        if bool((effective < FEWEST).any()):
            return Interval.missing(f"a class came out or was chosen fewer than {FEWEST} times")
        if bool(((effective < ENOUGH) & ((share <= 0) | (share >= 1))).any()):
            return Interval.missing(f"all or none of fewer than {ENOUGH} rows of a class are right")
    with torch.inference_mode(mode=False), torch.enable_grad():
        matrix = weights.clone().requires_grad_()
        number = of(matrix)
        (gradient,) = torch.autograd.grad(number, matrix)
    value = float(number.detach())
    variance = float((twice * gradient.square()).sum()) / (1 - least) ** 2
    place = (value - least) / (1 - least)
    if not ROUNDING < place < 1 - ROUNDING or not variance > ROUNDING**2:
        return Interval.missing(f"at {value:.3g} the estimated variance is 0")
    slope = place * (1 - place)
    centre = torch.tensor(place, dtype=torch.float64).logit() - bias / (1 - least) / slope
    half = float(ndtri(0.5 + level / 2)) * variance**0.5 / slope
    low, high = (least + (1 - least) * float((centre + side * half).sigmoid()) for side in (-1, 1))
    return Interval(low, high, "delta method, on log-odds")
