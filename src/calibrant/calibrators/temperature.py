"""Temperature scaling: one number that softens or sharpens every row."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.calibrators.base import FittedMap
from calibrant.calibrators.roots import root_of
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.calibrators.slopes import Chunk, Slopes, held, slopes_of
from calibrant.errors import FitError, InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form, Logits, PositiveLogits, PositiveProbs
from calibrant.statistics.threads import threads

__all__ = ["Temperature", "TemperatureScaling"]

MANY = 1 << 20  # scores, from twice as many on a part of the rows says where to start
FEWER = 12  # one row of so many
PRECISE = 1e-11  # of the temperature


@dataclass(frozen=True, kw_only=True)
class Temperature(FittedMap):
    """Fitted calibrator: divides log-probabilities by `value` and renormalises.

    Attributes
    ----------
    value : float
        Temperature; above 1 softens, below 1 sharpens. Ranks of classes stay.
    """

    method: ClassVar[str] = "temperature"
    value: float

    def __post_init__(self) -> None:
        if not 0 < self.value < math.inf:
            remedy = "Fit the calibrator again."
            raise InputError("temperature", "be finite and above 0", f"{self.value}", remedy)

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as logits."""
        return _scaled(form, 1 / self.value)

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        if abs(math.log(self.value)) < 0.01:
            return f"temperature {self.value:.4f}, which changes next to nothing"
        effect = "softens" if self.value > 1 else "sharpens"
        return f"temperature {self.value:.4f}, which {effect} the probabilities"


@dataclass(frozen=True, slots=True)
class TemperatureScaling(ShardedCalibrator[Temperature]):
    r"""Finds the temperature with the least log loss on held-out rows.

    Log loss is convex in :math:`\beta = 1/T`: Newton's method with a bracket around the root
    of the slope finds the only minimum in a few passes, in float64, without a learning rate.
    Weights and soft labels count.

    A penalty of :math:`\lambda (\beta - 1 - \log \beta)` draws the temperature towards 1. It
    is convex, least at 1 and infinite at both ends, so that rows all classified rightly have a
    finite temperature too. It is added to the total log loss, not to the mean, and so counts
    for less the more rows there are: :math:`e^{-\lambda (\beta - 1 - \log \beta)}` is, up to a
    factor, the density of a gamma distribution of :math:`\beta` with shape
    :math:`\lambda + 1` and rate :math:`\lambda`, whose mode is 1 [2]_.

    Parameters
    ----------
    bounds : tuple of float, default (0.01, 100.0)
        Least and greatest temperature to consider; the fit fails beyond them.
    penalty : float, default 0.0
        :math:`\lambda`, in nats, at least 0. With 0 log loss alone decides; 2 keeps small
        validation parts from harm.

    References
    ----------
    .. [1] Guo et al. "On Calibration of Modern Neural Networks." ICML 2017, section 4.2.
    .. [2] Gelman et al. "Bayesian Data Analysis." 3rd edition, 2013, section 13.2: a penalty
       as a prior, the penalised optimum as a posterior mode.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[10.0] * 5, labels=[1, 1, 1, 1, 0])
    >>> round(TemperatureScaling().fit(rows).value, 4)  # 10 / ln(4): odds of 4 to 1
    7.2135
    >>> right = cal.predictions(logits=[0.0, 3.0], labels=[1, 1])  # slope: -3 / (1 + e**3b)
    >>> round(TemperatureScaling(penalty=2.0).fit(right).value, 4)  # + 2 (1 - 1/b) = 0
    0.9406
    """

    bounds: tuple[float, float] = (0.01, 100.0)
    penalty: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.bounds[0] < self.bounds[1] < math.inf:
            rule, remedy = "be two positive numbers in rising order", "(0.01, 100.0) is wide."
            raise InputError("bounds", rule, f"{self.bounds}", remedy)
        if not 0 <= self.penalty < math.inf:
            remedy = "0 is none; 2 suits a network."
            raise InputError("penalty", "be finite and at least 0", f"{self.penalty}", remedy)

    def fitted_over(self, shards: Shards) -> Temperature:
        """See `ShardedCalibrator.fitted_over`.

        Raises
        ------
        FitError
            If no temperature within `bounds` has the least log loss: rows all classified
            rightly, a model worse than chance, or labels that the model rules out. With a
            penalty, if the least penalised log loss lies beyond the bounds, or a label is
            ruled out.
        """
        low, high = 1 / self.bounds[1], 1 / self.bounds[0]
        rows = shards.whole
        loss = _Penalised(shards, self.penalty, None if rows is None else held(rows))
        root = root_of(loss.slopes, low, high, loss.start(low, high), PRECISE)
        if root is None:
            why = loss.why_none(low)
            sought = "penalised log loss" if self.penalty else "log loss"
            raise FitError(
                f"no temperature between {self.bounds[0]:g} and {self.bounds[1]:g} has the least "
                f"{sought} on {shards.n} rows: {why}. Use more held-out rows, or leave the "
                "probabilities as they are."
            )
        return Temperature(n_classes=shards.n_classes, n=shards.n, value=1 / root)


@dataclass(frozen=True, slots=True)
class _Penalised:
    """Total log loss of shards with its penalty, as a function of the inverse temperature."""

    shards: Iterable[Predictions]
    penalty: float
    few: Chunk | None = None

    def slopes(self, beta: float) -> tuple[float, float]:
        """First and second derivative."""
        found, n = self._found(beta)
        if found.n_impossible:
            raise FitError(
                f"log loss is infinite at every temperature: {found.n_impossible} of {n} rows give "
                "probability 0 to what came out. Use a model that rules nothing out, "
                "or a calibrator that reads ranks, such as isotonic."
            )
        if not self.penalty:
            return found.slope, found.curvature
        slope = found.slope + self.penalty * (1 - 1 / beta)
        return slope, found.curvature + self.penalty / beta**2

    def _found(self, beta: float) -> tuple[Slopes, int]:
        """Derivatives of log loss, and the number of rows.

        By one thread: to wake others for what lies in the cache takes longer than the work.
        """
        with threads(1):
            if self.few is not None:
                return self.few.slopes(beta), len(self.few.scores)
            found, n = Slopes(), 0
            for rows in self.shards:
                found += slopes_of(rows, beta)
                n += len(rows)
        return found, n

    def start(self, low: float, high: float) -> float:
        """Where to look first: what some rows of the first shard say, where it has very many."""
        plain = 1.0 if low < 1.0 < high else math.sqrt(low * high)
        rows = next(iter(self.shards))
        every = len(rows) * rows.n_classes // MANY
        if every < 2:
            return plain
        some = rows.take(torch.arange(0, len(rows), min(every, FEWER), device=rows.device))
        try:
            found = root_of(_Penalised((some,), self.penalty).slopes, low, high, plain, 1e-4)
        except FitError:
            return plain
        return found or plain

    def why_none(self, low: float) -> str:
        """Why no inverse temperature from `low` on is best within the bounds."""
        if not self.penalty:
            slope, curvature = self.slopes(0.0)
            if not curvature > 0:
                return "the model rates the classes of every row alike"
            if slope >= 0:
                return "the model is no better than chance, so even odds are best"
        if self.slopes(low)[0] >= 0:
            return "the best one is greater, for the model states far more than it knows"
        if not self.penalty and self.slopes(math.inf)[0] == 0:
            return "the model separates the classes without an error"
        return "the best one is smaller, for the model knows far more than it states"


def _scaled(form: Form, beta: float) -> Form:
    """Logits of the form, times `beta`, in float32 or the wider dtype declared."""
    wide = torch.promote_types(form.values.dtype, torch.float32)
    if isinstance(form, (Logits, PositiveLogits)):
        return type(form)(form.values * beta)
    values: Float[Tensor, "row *class"] = form.values.double()
    if isinstance(form, PositiveProbs):
        return PositiveLogits((beta * values.logit()).to(wide))
    return Logits((beta * values.log()).to(wide))
