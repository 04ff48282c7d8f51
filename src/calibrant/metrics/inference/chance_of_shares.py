"""Gaps of means of weighted rows: how they vary, and how shares do beneath their squares."""

import math

import numpy as np
from jaxtyping import Float64

__all__ = ["centred", "rows_of_shares", "variance_of_shares"]

Sums = Float64[np.ndarray, " group"]


def centred(gap: Sums, share: Sums, number: Sums, square: Sums, lean: Sums) -> tuple[Sums, Sums]:
    r"""Variance of gaps of means about themselves, and their covariance with weight, over it.

    Parameters
    ----------
    gap, share, number : Float64[ndarray, "group"]
        As for `variance_of_shares`; shares above 0.
    square, lean : Float64[ndarray, "group"]
        :math:`\sum w^2 u^2` and :math:`\sum w^2 u` of what the rows add to a gap, over the square
        of the weight of all rows.

    Examples
    --------
    >>> half, one = np.array([0.5]), np.ones(1)  # two rows, off by 0 and by 1: 1 / 4 / 2
    >>> [float(each[0]) for each in centred(half, one, 2 * one, one / 4, one / 4)]
    [0.125, 0.0]
    """
    square, lean = square / share**2, lean / share**2
    return np.maximum(square - 2 * gap * lean + gap**2 / number, 0), lean - gap / number


def variance_of_shares(
    gap: Sums, share: Sums, number: Sums, variance: Sums, lean: Sums
) -> tuple[float, float]:
    r"""What chance in the shares of groups adds to the variance of the sum of squares, over it.

    Parameters
    ----------
    gap, share : Float64[ndarray, "group"]
        Gap of means :math:`\delta_g` and share of weight :math:`P_g` of every group.
    number : Float64[ndarray, "group"]
        Effective rows behind its weight, :math:`n_g`.
    variance, lean : Float64[ndarray, "group"]
        Variance of its gap, :math:`v_g`, and covariance of that with its weight, over the weight,
        :math:`c_g`: 0 where weights have nothing to do with gaps.

    Returns
    -------
    tuple of float
        With :math:`f_g = \delta_g^2 - S` of the sum S it is :math:`\sum_g P_g^2 (f_g^2 / n_g + 4
        \delta_g f_g c_g)` over :math:`S^2`, of which the second term is the covariance with the
        noise of the gaps. Where that is below 0, the second number is what it leaves of the
        variance :math:`4 \sum_g P_g^2 \delta_g^2 v_g` of the noise, as a share; else 1.

    Examples
    --------
    >>> gap, share = np.array([0.3, 0.1]), np.full(2, 0.5)  # a hundred rows, half in either
    >>> number, nothing = np.full(2, 50.0), np.zeros(2)
    >>> found = variance_of_shares(gap, share, number, nothing, nothing)
    >>> [round(each, 4) for each in found]  # (.09 - .05)^2 / 100 / .05^2
    [0.0064, 1.0]
    """
    square = float(share @ gap**2)
    if square <= 0:
        return 0.0, 1.0
    off = gap**2 - square
    own = float(share**2 @ (4 * gap**2 * variance))
    both = float(share**2 @ (off**2 / number + 4 * gap * off * lean))
    return max(both, 0.0) / square**2, max(0.0, 1 + both / own) if both < 0 < own else 1.0


def rows_of_shares(gap: Sums, share: Sums, shares: float) -> float:
    r"""Rows whose shares would add as much by chance, were weights alike: infinite for none.

    Of n rows they add :math:`\sum_g P_g (\delta_g^2 / S - 1)^2 / n`.
    """
    square = float(share @ gap**2)
    spread = float(share @ (gap**2 / square - 1) ** 2) if square > 0 else 0.0
    return spread / shares if shares > 0 else math.inf
