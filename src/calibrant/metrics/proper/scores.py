"""Proper scores: least, on average, for who states the true probabilities."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.means import MeanScore
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore, Stated
from calibrant.statistics.views import n_decided

__all__ = ["Brier", "BrierBinary", "LogLoss", "NegativeLogLikelihood", "SquaredError"]


@dataclass(frozen=True, slots=True)
class NegativeLogLikelihood(RowScore):
    """Minus the log of the probability stated for what came out, in nats; may be infinite."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Events)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`; of soft labels the cross entropy."""
        if isinstance(rows, Events):
            outcome, stated = rows.outcome.double(), rows.stated
            return -(torch.xlogy(outcome, stated) + torch.special.xlog1py(1 - outcome, -stated))
        assert isinstance(rows, Predictions)  # checked where rows are tallied
        if rows.soft is None:
            return -rows.log_p_true
        log_probs = rows.declared.log_probs
        return -torch.where(rows.soft > 0, rows.soft * log_probs, 0).sum(dim=-1)

    def n_read(self, rows: Rows) -> int:
        """See `RowScore.n_read`."""
        return n_decided(rows)

    def stated(self, rows: Rows) -> Stated:
        """See `RowScore.stated`."""
        if isinstance(rows, Events):
            probs = torch.stack((rows.stated, 1 - rows.stated), dim=-1).double()
            logs = torch.stack((rows.stated.log(), (-rows.stated).log1p()), dim=-1).double()
        else:
            assert isinstance(rows, Predictions)  # checked where rows are tallied
            probs, logs = rows.full_probs.double(), rows.declared.log_probs
        logs = torch.where(probs > 0, logs, 0)
        return -(probs * logs).sum(dim=-1), (probs * logs.square()).sum(dim=-1)


@dataclass(frozen=True, slots=True)
class SquaredError(RowScore):
    """Squared distance between stated probabilities and what came out.

    Parameters
    ----------
    positive : bool, default False
        Of the positive class alone, in [0, 1], rather than summed over classes, in [0, 2].
    """

    positive: bool = False
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Events)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        if isinstance(rows, Events):
            square = (rows.stated - rows.outcome.double()).square()
            return square if self.positive else 2 * square
        assert isinstance(rows, Predictions)  # checked where rows are tallied
        if self.positive and rows.n_classes != 2:
            rule, got = "have two classes for brier_binary", f"{rows.n_classes}"
            raise InputError("predictions", rule, got, "Use brier, the sum over classes.")
        if self.positive or rows.is_positive:
            if rows.n_classes == 2 and rows.soft is None:
                square = rows.miss.square()
            else:
                event = rows.positive()
                square = (event.stated - event.outcome.double()).square()
            return square if self.positive else 2 * square
        if rows.soft is not None:
            return (rows.full_probs.double() - rows.soft).square().sum(dim=-1)
        return (rows.squared_norm - 2 * rows.p_true + 1).clamp(min=0)

    def stated(self, rows: Rows) -> Stated:
        """See `RowScore.stated`."""
        if isinstance(rows, Events):
            prob = rows.stated.double()
        else:
            assert isinstance(rows, Predictions)  # checked where rows are tallied
            if rows.n_classes != 2:
                probs, norm = rows.full_probs.double(), rows.squared_norm
                cubes = probs.pow(3).sum(dim=-1)
                return 1 - norm, (1 + norm) * (1 - 3 * norm) + 4 * cubes
            prob = rows.declared.positive.double()
        mean = prob * (1 - prob)
        square = mean * (prob.pow(3) + (1 - prob).pow(3))
        return (mean, square) if self.positive else (2 * mean, 4 * square)


@dataclass(frozen=True, slots=True)
class LogLoss(MeanScore):
    r"""Mean of :math:`-\log p_y` over rows, in nats, at least 0: cross entropy.

    Taken in float64 from the declared form, never clipped: a row that gives probability 0
    to what came out makes it infinite, and the estimate says how many do. The interval is that of
    `calibrant.metrics.intervals.score_interval`; of more than some 130,000 probabilities
    Student's, from the moments of the rows.

    References
    ----------
    .. [1] Good. "Rational Decisions." JRSS B 14, 1952.

    Examples
    --------
    >>> import calibrant as cal
    >>> LogLoss()(cal.predictions(probs=[0.5, 0.5], labels=[0, 1])).value  # ln 2
    0.6931471805599453
    """

    higher_is_better: ClassVar[bool | None] = False
    infinite: ClassVar[str] = "give probability 0 to what came out"

    @property
    def score(self) -> NegativeLogLikelihood:
        """See `MeanScore.score`."""
        return NegativeLogLikelihood()


@dataclass(frozen=True, slots=True)
class Brier(MeanScore):
    r"""Mean of :math:`\sum_k (p_k - y_k)^2` over rows, in [0, 2], at every number of classes.

    References
    ----------
    .. [1] Brier. "Verification of Forecasts Expressed in Terms of Probability." Monthly
       Weather Review 78, 1950: the sum form.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.75, 0.25], [0.25, 0.75]], labels=[0, 0])
    >>> Brier()(rows).value  # (2 * .25**2 + 2 * .75**2) / 2
    0.625
    """

    higher_is_better: ClassVar[bool | None] = False
    most: ClassVar[float] = 2.0

    @property
    def score(self) -> SquaredError:
        """See `MeanScore.score`."""
        return SquaredError()


@dataclass(frozen=True, slots=True)
class BrierBinary(MeanScore):
    r"""Mean of :math:`(p_1 - y)^2` over rows, in [0, 1]: half of `Brier`, for two classes.

    References
    ----------
    .. [1] As for `Brier`; the halved form is that of scikit-learn's ``brier_score_loss``.
    """

    higher_is_better: ClassVar[bool | None] = False
    most: ClassVar[float] = 1.0

    @property
    def score(self) -> SquaredError:
        """See `MeanScore.score`."""
        return SquaredError(positive=True)
