"""Precision, recall, the F-scores and Jaccard's index, and the confusion matrix itself."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.decided.class_ratio import ClassRatio
from calibrant.metrics.decided.terms import Terms
from calibrant.metrics.estimate import Estimate
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.tally import Tally

__all__ = ["ConfusionMatrix", "F1Score", "FBetaScore", "Jaccard", "Precision", "Recall"]

GREATEST_BETA = 1e6  # beyond, it is recall to the last digit that matters


@dataclass(frozen=True, slots=True)
class Precision(ClassRatio):
    """Share of the rows given a class that are of it, in [0, 1]: TP / (TP + FP).

    Parameters
    ----------
    average, absent
        See `ClassRatio`; the micro average is accuracy. A class that is present but never
        chosen has 0 under "zero" and "skip".

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 1], labels=[1, 0, 0, 1])
    >>> round(Precision("positive")(rows).value, 4)  # 2 of the 3 chosen
    0.6667
    """

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(1, 0, 0, 0), beside=(0, 0, 1, 0))


@dataclass(frozen=True, slots=True)
class Recall(ClassRatio):
    """Share of the rows of a class that were given it, in [0, 1]: TP / (TP + FN).

    Parameters
    ----------
    average, absent
        See `ClassRatio`; the micro average is accuracy, the macro average balanced accuracy.
        scikit-learn's leaves classes without rows out: ``absent="undefined"``.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 0], labels=[1, 0, 0, 1])
    >>> Recall("positive")(rows).value  # 1 of the 2 present
    0.5
    """

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(1, 0, 0, 0), beside=(0, 1, 0, 0))


@dataclass(frozen=True, slots=True)
class F1Score(ClassRatio):
    r"""Harmonic mean of precision and recall, in [0, 1]: 2 TP / (2 TP + FP + FN); Dice's index.

    Parameters
    ----------
    average, absent
        See `ClassRatio`; the micro average is accuracy.

    Notes
    -----
    With :math:`J = TP / (TP + FP + FN)`, a proportion, :math:`F_1 = 2J / (1 + J)` rises
    with :math:`J`: the ends of Wilson's interval of :math:`J` give those of :math:`F_1`.

    References
    ----------
    .. [1] van Rijsbergen. "Information Retrieval." 1979, chapter 7. The relation to the
       proportion of Jaccard 1912 is algebra.
    .. [2] Dice. "Measures of the Amount of Ecologic Association Between Species." Ecology 26,
       1945: the same ratio for two sets.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 0], labels=[1, 0, 0, 1])
    >>> F1Score("positive")(rows).value  # 2 / (2 + 1 + 1)
    0.5
    """

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(2, 0, 0, 0), beside=(0, 1, 1, 0))


@dataclass(frozen=True, slots=True)
class FBetaScore(ClassRatio):
    r"""F-score that holds recall `beta` times as dear as precision, in [0, 1].

    .. math:: F_\beta = (1 + \beta^2) TP / ((1 + \beta^2) TP + \beta^2 FN + FP)

    Parameters
    ----------
    average, absent
        See `ClassRatio`; the micro average is accuracy.
    beta : float, default 2
        Above 0. At 1 it is `F1Score`; below, precision counts more.

    Notes
    -----
    Away from 1 it is no proportion of rows: misses and false alarms add different amounts.
    Its interval comes from the variance to first order, on the scale of the log-odds.

    References
    ----------
    .. [1] van Rijsbergen. "Information Retrieval." 1979, chapter 7.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 0, 0, 0], labels=[1, 1, 0, 0])
    >>> round(FBetaScore("positive")(rows).value, 4)  # 5 / (5 + 4 * 1)
    0.5556
    """

    beta: int | float = 2

    def __post_init__(self) -> None:
        ClassRatio.__post_init__(self)  # a class with slots is made twice: super() finds neither
        if not 0 < float(self.beta) <= GREATEST_BETA:
            rule, remedy = "lie above 0, and be at most 1e6", "1 is F1; 2 values recall more."
            raise InputError("beta", rule, f"{self.beta!r}", remedy)

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        square = float(self.beta) ** 2
        return Terms(above=(1 + square, 0, 0, 0), beside=(0, square, 1, 0))


@dataclass(frozen=True, slots=True)
class Jaccard(ClassRatio):
    r"""Hits among the rows of a class, given it, or both, in [0, 1]: TP / (TP + FP + FN).

    Intersection over union of the two sets; :math:`F_1 / (2 - F_1)`.

    Parameters
    ----------
    average, absent
        See `ClassRatio`; with accuracy a the micro average is a / (2 - a).

    References
    ----------
    .. [1] Jaccard. "The Distribution of the Flora in the Alpine Zone." New Phytologist 11, 1912.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 0], labels=[1, 0, 0, 1])
    >>> round(Jaccard("positive")(rows).value, 4)  # 1 of 3
    0.3333
    """

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(1, 0, 0, 0), beside=(0, 1, 1, 0))


@dataclass(frozen=True, slots=True)
class ConfusionMatrix(TallyMetric):
    """Weight of the rows by true class (first axis) and chosen class (second axis).

    Examples
    --------
    >>> import calibrant as cal
    >>> ConfusionMatrix()(cal.decisions(predicted=[0, 1, 1], labels=[0, 0, 1])).value
    ((1.0, 1.0), (0.0, 1.0))
    """

    higher_is_better: ClassVar[bool | None] = None

    @property
    def statistic(self) -> Confusion:
        """See `TallyMetric.statistic`."""
        return Confusion()

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        return tally["w"]

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del level
        value = tuple(tuple(row) for row in self.read(tally).tolist())
        why, n = "not available: counts, not an estimate", round(float(tally["count"].sum()))
        return Estimate(value, None, None, None, n, why, names=class_names)
