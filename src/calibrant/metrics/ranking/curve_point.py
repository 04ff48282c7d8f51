"""Points of curves: numbers at a threshold that is itself an estimate, and their intervals."""

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, final

from jaxtyping import Int
from torch import Tensor

from calibrant.metrics.inference.resampling import N_REPLICATES, percentile_interval
from calibrant.metrics.intervals import Interval
from calibrant.metrics.ranking.rounded import ROUNDING
from calibrant.metrics.ranking.step_metric import StepMetric
from calibrant.metrics.ranking.steps import Masses, Steps
from calibrant.metrics.ranking.thinned import narrowed, replicated_steps, thinned

__all__ = ["FEWEST", "UNBIASED", "CurvePoint", "effective", "too_few", "unbiased_best"]

FEWEST = 10  # effective rows of either side
OF_EACH = float(FEWEST), float(FEWEST)

UNBIASED = "freed of optimism by the Bayesian bootstrap"

Curve = Callable[[Steps], Masses]


class CurvePoint(StepMetric):
    r"""A number of a ranking that hangs on one step, where a share or a rate is reached.

    The interval lies between percentiles of the Bayesian bootstrap. Replicates are drawn of some
    two hundred steps: the others, at which no replicate finds the number, are put together. The
    median of such replicates is that of the data, and the distribution of a number of this kind
    about the true one is theirs about the data, as it is of a quantile.

    References
    ----------
    .. [1] Rubin. "The Bayesian Bootstrap." Annals of Statistics 9, 1981.
    .. [2] Gu, Ghosal, Roy. "Bayesian Bootstrap Estimation of ROC Curve." Statistics in Medicine
       27, 2008.
    """

    sides: ClassVar[tuple[str, str]] = ("positive", "negative")

    @abstractmethod
    def place_of(self, steps: Steps) -> Int[Tensor, "*replicate"]:
        """Index of the step that the number hangs on."""

    @final
    def interval_from(self, steps: Steps, value: float, level: float) -> Interval:
        """See `StepMetric.interval_from`."""
        del value
        few = too_few(steps, self.sides)
        if few:
            return Interval.missing(few)
        end, few = self.resampled(steps, level), too_few(steps, self.sides, self.takes())
        return Interval.missing(few) if few and end.low is not None else end

    def takes(self) -> tuple[float, float]:
        """Effective rows of either side, of fewer of which replicates show too little spread."""
        return OF_EACH

    def resampled(self, steps: Steps, level: float) -> Interval:
        """Interval from replicates, of which none has an empty side."""
        some = narrowed(steps, self.place_of)
        draws = self.value_of(replicated_steps(some, N_REPLICATES)).numpy()
        end = percentile_interval(draws, level)
        if end.low is None or end.high is None or end.high - end.low > ROUNDING * abs(end.high):
            return end
        return percentile_interval(draws[:1], level)  # they differ by rounding alone


def too_few(steps: Steps, sides: tuple[str, str], takes: tuple[float, float] = OF_EACH) -> str:
    """What there is too little of to tell a spread, or nothing."""
    both = (steps.up, steps.down), (steps.up_twice, steps.down_twice)
    for side, least, up, twice in zip(sides, takes, *both, strict=True):
        if math.isinf(least):
            return f"a single {side} row decides, however many there are"
        if effective(up, twice) < least - 1e-9:
            return f"too few {side} rows: an interval takes {least:g} effective ones"
    return ""


def effective(weight: Masses, square: Masses) -> float:
    """Effective number of the rows of some steps."""
    total = float(square.sum())
    return float(weight.sum()) ** 2 / total if total > 0 else 0.0


def unbiased_best(steps: Steps, curve: Curve) -> tuple[float, Steps, int]:
    r"""Greatest value of a smooth curve over the steps, freed of the optimism of the choice.

    Returns the value, the steps that it was read from, and the one that it is found at.

    Parameters
    ----------
    steps : Steps
        Of one ranking.
    curve : callable
        Value of the curve at every step, of replicates too.

    Notes
    -----
    Near its top the true curve falls with the square of the distance, and its estimate wanders
    like a random walk. Then the greatest value of n rows lies above the true one by some b, and b
    grows with the noise to the power 2/3 of its variance. Replicates have twice the variance of
    the data: their greatest values lie :math:`2^{2/3} b` above the true one on average, and the
    data's own curve at their places :math:`2^{2/3} b / 3` above it: of noise :math:`\sigma^2`
    the curve falls by a third of b at the place found, and the noise there is 4/3 of b, of which
    half is the data's. Hence half again the second less half the first is free of b; both are
    means over replicates, and wander less than the greatest value itself.

    References
    ----------
    .. [1] Kim, Pollard. "Cube Root Asymptotics." Annals of Statistics 18, 1990.
    """
    few, _ = thinned(steps)
    own, drawn = curve(few), curve(replicated_steps(few, N_REPLICATES))
    best = drawn.max(-1)
    value = 1.5 * float(own[best.indices].mean()) - 0.5 * float(best.values.mean())
    return value, few, int(own.argmax())
