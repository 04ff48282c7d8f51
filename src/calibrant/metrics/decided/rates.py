"""Rates of the rows rightly left alone, and of errors: what the other margins tell."""

from dataclasses import dataclass
from typing import ClassVar

from calibrant.metrics.decided.class_ratio import ClassRatio
from calibrant.metrics.decided.terms import Terms

__all__ = [
    "FalseDiscoveryRate",
    "FalseNegativeRate",
    "FalseOmissionRate",
    "FalsePositiveRate",
    "NegativePredictiveValue",
    "Specificity",
]


@dataclass(frozen=True, slots=True)
class Specificity(ClassRatio):
    """Share of the rows not of a class that were not given it, in [0, 1]: TN / (TN + FP).

    Parameters
    ----------
    average, absent
        See `ClassRatio`. With accuracy a of K classes the micro average is
        1 - (1 - a) / (K - 1): every error is a false alarm of one class of K - 1.

    References
    ----------
    .. [1] Yerushalmy. "Statistical Problems in Assessing Methods of Medical Diagnosis." Public
       Health Reports 62, 1947.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 0], labels=[1, 0, 0, 0])
    >>> round(Specificity("positive")(rows).value, 4)  # 2 of the 3 negatives
    0.6667
    """

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(0, 0, 0, 1), beside=(0, 0, 1, 0))


@dataclass(frozen=True, slots=True)
class NegativePredictiveValue(ClassRatio):
    """Share of the rows not given a class that are not of it, in [0, 1]: TN / (TN + FN).

    Parameters
    ----------
    average, absent
        See `ClassRatio`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 0, 0, 0], labels=[1, 0, 0, 1])
    >>> round(NegativePredictiveValue("positive")(rows).value, 4)  # 2 of the 3 cleared
    0.6667
    """

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(0, 0, 0, 1), beside=(0, 1, 0, 0))


@dataclass(frozen=True, slots=True)
class FalsePositiveRate(ClassRatio):
    """Share of the rows not of a class that were given it, in [0, 1]: FP / (FP + TN).

    Parameters
    ----------
    average, absent
        See `ClassRatio`. One less `Specificity`, where there are such rows.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 0, 0], labels=[1, 0, 0, 0])
    >>> round(FalsePositiveRate("positive")(rows).value, 4)  # 1 of the 3 negatives
    0.3333
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(0, 0, 1, 0), beside=(0, 0, 0, 1))


@dataclass(frozen=True, slots=True)
class FalseNegativeRate(ClassRatio):
    """Share of the rows of a class that were not given it, in [0, 1]: FN / (FN + TP).

    Parameters
    ----------
    average, absent
        See `ClassRatio`. One less `Recall`, where there are such rows.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 0, 0, 0], labels=[1, 1, 1, 1])
    >>> FalseNegativeRate("positive")(rows).value  # 3 of 4
    0.75
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(0, 1, 0, 0), beside=(1, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class FalseDiscoveryRate(ClassRatio):
    """Share of the rows given a class that are not of it, in [0, 1]: FP / (FP + TP).

    Parameters
    ----------
    average, absent
        See `ClassRatio`. One less `Precision`, where the class was chosen.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 1, 1, 1], labels=[1, 0, 0, 0])
    >>> FalseDiscoveryRate("positive")(rows).value  # 3 of 4 alarms
    0.75
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(0, 0, 1, 0), beside=(1, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class FalseOmissionRate(ClassRatio):
    """Share of the rows not given a class that are of it, in [0, 1]: FN / (FN + TN).

    Parameters
    ----------
    average, absent
        See `ClassRatio`. One less `NegativePredictiveValue`, where rows were left alone.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.decisions(predicted=[1, 0, 0, 0, 0], labels=[1, 1, 0, 0, 0])
    >>> FalseOmissionRate("positive")(rows).value  # 1 of the 4 cleared
    0.25
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def terms(self) -> Terms:
        """See `ClassRatio.terms`."""
        return Terms(above=(0, 1, 0, 0), beside=(0, 0, 0, 1))
