"""Proper scores of distributions: CRPS of a normal or an ensemble, log score of a normal."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.regression.ensemble_crps import crps_ensemble
from calibrant.losses.regression.gaussian import gaussian_nll
from calibrant.losses.regression.normal_crps import crps_normal
from calibrant.metrics.means import MeanScore
from calibrant.metrics.numbers.stated import members_of, spread_of, std_of, truth_of
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.prediction.spreads import Ensemble, NormalSpread
from calibrant.statistics.moments import RowScore

__all__ = ["CRPS", "FairCRPS", "GaussianNLL"]


@dataclass(frozen=True, slots=True)
class RankedProbability(RowScore):
    """Continuous ranked probability score of a normal distribution or an ensemble.

    Parameters
    ----------
    fair : bool
        Of an ensemble, estimate the score of the distribution that the members come from.
    """

    fair: bool
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        if self.fair:
            members = members_of(numbers, "fair_crps")
            if members.shape[1] < 2:
                rule, got = "be at least two a row for fair_crps", f"{members.shape[1]}"
                raise InputError("members", rule, got, "State more, or use crps.")
            return crps_ensemble(members, targets, fair=True)
        spread = spread_of(numbers, "crps")
        if isinstance(spread, NormalSpread):
            both = torch.stack((numbers.predicted, spread.std), dim=1)
            return crps_normal(both, targets, scale="std")
        if isinstance(spread, Ensemble):
            return crps_ensemble(spread.members, targets, fair=False)
        remedy = "Quantiles leave the tails open: use mean_pinball or weighted_interval_score."
        raise InputError("std or members", "be stated for crps", spread.what, remedy)


@dataclass(frozen=True, slots=True)
class NormalLogScore(RowScore):
    """Minus the log density of the normal distribution at what came out, in nats."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        both = torch.stack((numbers.predicted, std_of(numbers, "gaussian_nll")), dim=1)
        return gaussian_nll(both, targets, scale="std", full=True)


@dataclass(frozen=True, slots=True)
class CRPS(MeanScore):
    r"""Mean over rows of :math:`\int (F(x) - 1[x \ge t])^2 dx`, at least 0, in the target's unit.

    F is the distribution that a row states. Of a normal distribution it is taken in closed form; of
    m members, each of probability :math:`1 / m`, it is
    :math:`\frac1m \sum_i |x_i - t| - \frac1{2 m^2} \sum_{i, j} |x_i - x_j|`, in m log m steps: the
    score of the members as they are, which falls as they become more (see `FairCRPS`). Of a
    distribution without spread it is the absolute error. The interval is Student's.

    References
    ----------
    .. [1] Gneiting and Raftery. "Strictly Proper Scoring Rules, Prediction, and Estimation." JASA
       102, 2007, equations 20 and 21.
    .. [2] Gneiting et al. "Calibrated Probabilistic Forecasting Using Ensemble Model Output
       Statistics and Minimum CRPS Estimation." Monthly Weather Review 133, 2005, equation 5.

    Examples
    --------
    >>> import calibrant as cal
    >>> CRPS()(cal.numbers(members=[[1.0, 4.0]], targets=[3.0])).value  # (2 + 1) / 2 - 6 / 8
    0.75
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def score(self) -> RankedProbability:
        """See `MeanScore.score`."""
        return RankedProbability(fair=False)


@dataclass(frozen=True, slots=True)
class FairCRPS(MeanScore):
    r"""`CRPS` of an ensemble without the reward for its size, in the target's unit.

    :math:`\frac1m \sum_i |x_i - t| - \frac1{2 m (m - 1)} \sum_{i, j} |x_i - x_j|` estimates,
    without bias, the score of the distribution that the members are drawn from, so that ensembles
    of different sizes compare. Single rows, and a mean over few, may lie below 0. The interval is
    Student's.

    References
    ----------
    .. [1] Ferro. "Fair Scores for Ensemble Forecasts." Quarterly Journal of the Royal
       Meteorological Society 140, 2014.

    Examples
    --------
    >>> import calibrant as cal
    >>> FairCRPS()(cal.numbers(members=[[1.0, 4.0]], targets=[3.0])).value  # (2 + 1) / 2 - 6 / 4
    0.0
    """

    higher_is_better: ClassVar[bool | None] = False
    signed: ClassVar[bool] = True

    @property
    def score(self) -> RankedProbability:
        """See `MeanScore.score`."""
        return RankedProbability(fair=True)


@dataclass(frozen=True, slots=True)
class GaussianNLL(MeanScore):
    r"""Mean of :math:`\log \sigma + (t - \mu)^2 / 2 \sigma^2 + \log(2 \pi) / 2` over rows, in nats.

    Minus the log of a density, which has the inverse of the target's unit: another unit adds a
    constant, and the value may lie below 0. One row that is far off in units of its own standard
    deviation can outweigh all others. The interval is Student's.

    References
    ----------
    .. [1] Good. "Rational Decisions." JRSS B 14, 1952.
    .. [2] Gneiting and Raftery. "Strictly Proper Scoring Rules, Prediction, and Estimation." JASA
       102, 2007, section 4.1.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0], std=[1.0], targets=[3.0])
    >>> round(GaussianNLL()(rows).value, 4)  # 2**2 / 2 + ln(2 pi) / 2
    2.9189
    """

    higher_is_better: ClassVar[bool | None] = False
    signed: ClassVar[bool] = True

    @property
    def score(self) -> NormalLogScore:
        """See `MeanScore.score`."""
        return NormalLogScore()
