"""Over- and underconfidence: the calibration error parted by the sign of the gaps."""

from abc import ABC
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.binned.bins import equal_width
from calibrant.metrics.binned.calibration import NO_ROWS, EqualWidthMetric
from calibrant.metrics.binned.evidence import NONE, against_chance, error_interval, foretold
from calibrant.metrics.binned.noise_floor import SOFT, floor_of_mean, hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.statistics.tally import Tally

__all__ = ["Overconfidence", "Underconfidence"]


@dataclass(frozen=True, slots=True)
class _OneSided(EqualWidthMetric, ABC):
    sign: ClassVar[Literal[1, -1]]
    rough: ClassVar[str] = "chance adds to it: blocks would not tell how far it is off"

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        gap = self.sign * equal_width(tally, self.n_bins).gap
        return gap.clamp(min=0).sum()  # keeps NaN

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise floor comes with it."""
        del class_names
        value, n = float(self.read(tally)), int(tally["count"].sum())
        if not n:
            return Estimate(value, None, None, None, n, NONE, note=NO_ROWS)
        bins, hard = equal_width(tally, self.n_bins), hard_labels(tally)
        kind = "over" if self.sign > 0 else "under"
        ends, known = error_interval(bins, kind, hard=hard, level=level), foretold(bins, hard=hard)
        half = float(floor_of_mean(bins.stated_noise, bins.stated_spread)) / 2
        return Estimate(
            *(value, ends.low, ends.high, None if ends.low is None else level, n, ends.method),
            noise_floor=half if known else None,
            note="" if hard else SOFT,
            details=against_chance(bins, kind) if known else {},
        )


@dataclass(frozen=True, slots=True)
class Overconfidence(_OneSided):
    r"""Sum of the gaps of bins where more was stated than came out, by weight, in [0, 1].

    :math:`\sum_b \max(\sum_b w (p - y), 0) / \sum w`. With `Underconfidence` it adds up to the
    expected calibration error; less it, to mean stated less mean observed.

    Parameters
    ----------
    view, n_bins, closed
        As for `ExpectedCalibrationError`.

    Notes
    -----
    Biased upwards: of noise alone half of the error goes to either side, which is the noise
    floor of both.

    References
    ----------
    .. [1] The parts of the error of Naeini et al. "Obtaining Well Calibrated Probabilities
       Using Bayesian Binning." AAAI 2015.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.25, 0.75], outcomes=[1, 0])
    >>> Overconfidence("positive", n_bins=2)(rows).value  # .75 of one row in two
    0.375
    """

    sign: ClassVar[Literal[1, -1]] = 1


@dataclass(frozen=True, slots=True)
class Underconfidence(_OneSided):
    r"""Sum of the gaps of bins where less was stated than came out, by weight, in [0, 1].

    :math:`\sum_b \max(\sum_b w (y - p), 0) / \sum w`; see `Overconfidence`.

    Parameters
    ----------
    view, n_bins, closed
        As for `ExpectedCalibrationError`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.25, 0.75], outcomes=[1, 1])
    >>> Underconfidence("positive", n_bins=2)(rows).value  # (.75 + .25) / 2
    0.5
    """

    sign: ClassVar[Literal[1, -1]] = -1
