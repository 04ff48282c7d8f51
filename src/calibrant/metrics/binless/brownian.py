"""Chances of a Brownian motion on [0, 1]: how far it gets from 0, and how wide its range is.

Cumulative differences of outcomes and true probabilities, divided by their standard deviation,
tend to it as rows grow many.
"""

import numpy as np
from scipy.special import ndtr

__all__ = ["MEAN_RANGE", "MEAN_REACH", "range_beyond", "reach_beyond"]

MEAN_REACH = float(np.sqrt(np.pi / 2))  # of max |B|
MEAN_RANGE = float(2 * np.sqrt(2 / np.pi))  # of max B - min B
CERTAIN = 0.15  # below this all but 1e-20 of the paths reach further


def reach_beyond(x: float) -> float:
    r"""Chance that :math:`\max |B|` exceeds `x`, by reflection: alternating normal tails.

    References
    ----------
    .. [1] Feller. "An Introduction to Probability Theory and Its Applications." Volume 2, 1971,
       section X.5.

    Examples
    --------
    >>> round(reach_beyond(2.2414), 4)  # 4 (1 - Phi(2.2414)), less 4 (1 - Phi(6.72))
    0.05
    """
    if x < CERTAIN:
        return 1.0
    odd = 2 * np.arange(int(20 / x) + 1) + 1
    signs = np.where(odd % 4 == 1, 1.0, -1.0)
    return float(np.clip(4 * (signs * ndtr(-odd * x)).sum(), 0, 1))


def range_beyond(x: float) -> float:
    r"""Chance that :math:`\max B - \min B` exceeds `x`.

    References
    ----------
    .. [1] Feller. "The Asymptotic Distribution of the Range of Sums of Independent Random
       Variables." Annals of Mathematical Statistics 22, 1951.

    Examples
    --------
    >>> round(range_beyond(2.4977), 3)  # 8 (1 - Phi(2.4977)), less 16 (1 - Phi(4.9954))
    0.05
    """
    if x < 2 * CERTAIN:
        return 1.0
    k = np.arange(1, int(40 / x) + 2)
    signs = np.where(k % 2 == 1, 1.0, -1.0)
    return float(np.clip(8 * (signs * k * ndtr(-k * x)).sum(), 0, 1))
