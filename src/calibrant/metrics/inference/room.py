"""Room above an interval for outcomes that were not foreseen.

Where a model is sure, errors are few, and whether none or three came is chance: the noise that was
seen, and that which was stated, says little of the noise that there is.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.special import ndtri

__all__ = ["Foretold", "room_above"]

FEW = 10.0  # rows of the rarer outcome, up to which the side of a gap within its noise is open

Gaps = Float64[ndarray, " gap"]


class Foretold(NamedTuple):
    """What rows of gaps state.

    Attributes
    ----------
    share : Float64[ndarray, "gap"]
        Their share of weight.
    stated : Float64[ndarray, "gap"]
        Mean of their probabilities p.
    spread : Float64[ndarray, "gap"]
        Mean of :math:`p (1 - p)` times the share.
    rows : Float64[ndarray, "gap"]
        Effective number.
    n_effective : float
        Of all of them.
    """

    share: Gaps
    stated: Gaps
    spread: Gaps
    rows: Gaps
    n_effective: float

    def jump(self, gap: Gaps, deviation: Gaps, side: float | None = None) -> float:
        r"""What one more outcome that was not foreseen adds to the sum of the sizes of gaps.

        Parameters
        ----------
        gap, deviation : Float64[ndarray, "gap"]
            Stated less observed, times the share, and its standard deviation.
        side : {1, -1}, optional
            That of the gaps that are summed, if those of one side are: 1 where too much is stated.

        Notes
        -----
        A row adds its share of weight times the skewness of what comes out, :math:`2 p - 1` of a
        row stated p: outcomes of even odds are off by as much on either side. Rows count by the
        outcomes that they foretold, :math:`p (1 - p)`, and one row by what is stated, for rows that
        foretell none. Skewness counts in the direction of the gap; of a gap within its deviation,
        whose direction is open, in either where few outcomes are behind it, and less the more
        there are: what skews the gaps of many on both sides of 0 adds nothing to their sizes.
        """
        skewed = 2 * self.stated - 1
        if side is None:
            number = deviation * self.rows / np.where(self.share > 0, self.share, 1)
            either = np.abs(skewed) * FEW / (number**2 + FEW)
            towards = np.where(np.abs(gap) > deviation, np.sign(gap) * skewed, either)
        else:
            towards = side * skewed
        mass = self._mass
        total = float(mass.sum())
        return max(0.0, float(mass @ towards) / total) / self.n_effective if total > 0 else 0.0

    @property
    def concentration(self) -> float:
        r"""By how much a jump of the sum of sizes is greater of the root of their mean square.

        One row of a share P of all adds :math:`1 / (P n)` to the gap of means, and
        :math:`1 / (\sqrt P n)` to the root of the mean square: in the mean over the rows.
        """
        held = self.share > 0
        mass = self._mass[held]
        return float((mass / np.sqrt(self.share[held])).sum() / mass.sum())

    @property
    def _mass(self) -> Gaps:
        """Outcomes that were foretold, and one row by what is stated."""
        return np.maximum(self.spread, 0) + self.share / self.n_effective


def room_above(error: float, jump: float, level: float) -> float:
    r"""What an upper end has beyond the normal one, of a sum whose noise is that of rare counts.

    Parameters
    ----------
    error : float
        Standard deviation of the sum, as seen.
    jump : float
        By how much one more count raises it.
    level : float
        Coverage, in (0, 1).

    Notes
    -----
    Of k counts Wilson's upper end of their mean is
    :math:`k + z^2 / 2 + z \sqrt{k + z^2 / 4}`: the noise is that of the end and not that of what
    was seen. With the error for :math:`\sqrt k` and the jump for the unit, what it has beyond
    :math:`k + z \sqrt k` is the room. It is :math:`z^2` jumps where nothing was seen, and half of
    that in the long run.

    References
    ----------
    .. [1] Wilson. "Probable Inference, the Law of Succession, and Statistical Inference." JASA 22,
       1927; of rare counts as in Brown, Cai, DasGupta. "Interval Estimation in Exponential
       Families." Statistica Sinica 13, 2003.

    Examples
    --------
    >>> round(room_above(0.0, 1.0, 0.95), 2)  # an exact upper end of no count is 3.69
    3.84
    >>> round(4 + 1.96 * 2 + room_above(2.0, 1.0, 0.95), 2)  # and one of four counts is 10.24
    10.29
    """
    quantile = float(ndtri((1 + level) / 2))
    half = jump * quantile / 2
    return quantile * (half + math.hypot(error, half) - error)
