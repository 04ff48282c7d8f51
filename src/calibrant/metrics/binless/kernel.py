"""Kernel calibration error: gaps of all classes at once, compared over all pairs of rows."""

import math
from dataclasses import dataclass
from numbers import Integral
from typing import ClassVar, final

from calibrant.errors import InputError
from calibrant.metrics.base import MemoryMetric
from calibrant.metrics.binless.pairs import PairSums, pair_sums
from calibrant.metrics.binned.noise_floor import SOFT
from calibrant.metrics.estimate import Estimate
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows

__all__ = ["KernelCalibrationError", "SquaredKernelCalibrationError"]

MOST = 1 << 63  # what a generator of random numbers takes
BIASED = "not available: near a calibrated model it is far from normal; see the p value"


@dataclass(frozen=True, slots=True)
class _OfPairs(MemoryMetric):
    """What both forms share: their settings, and the sums over pairs."""

    most_rows: int = 10_000
    seed: int = 0
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        settings: tuple[tuple[str, object, int], ...]
        settings = (("most_rows", self.most_rows, 2), ("seed", self.seed, 0))
        for argument, value, least in settings:
            if value is True or not isinstance(value, Integral) or not least <= int(value) < MOST:
                rule = f"be a whole number, at least {least} and below 2**63"
                raise InputError(argument, rule, f"{value!r}", "Leave it out for the default.")

    @property
    @final
    def reads(self) -> tuple[type[Rows], ...]:
        """See `Metric.reads`."""
        return (Predictions,)

    def sums(self, rows: Rows) -> PairSums:
        """Sums over pairs; refuses more rows than asked for."""
        assert isinstance(rows, Predictions)  # checked where rows are evaluated
        if len(rows) > self.most_rows:
            name = type(self).__name__
            rule = f"number at most {self.most_rows:,}, since all pairs are taken"
            remedy = f"Evaluate a sample, or pass {name}(most_rows={len(rows)}) and wait."
            raise InputError("rows", rule, f"{len(rows):,}", remedy)
        return pair_sums(rows, self.seed)


@dataclass(frozen=True, slots=True)
class KernelCalibrationError(_OfPairs):
    r"""Root of the mean over all pairs of rows of their gaps' product, weighted by nearness.

    .. math:: \mathrm{KCE}^2 = \frac{1}{W^2} \sum_{i,j} w_i w_j \, e^{-|p_i - p_j| / \nu}
       (y_i - p_i)^T (y_j - p_j)

    with the mean distance of two rows as bandwidth :math:`\nu`. At least 0, at most
    :math:`\sqrt 2`; 0, in the limit, only if every class comes out as stated, in whatever
    combination of probabilities: the strong sense of calibration, which the top label or each
    class by itself cannot tell. The value depends on the kernel: compare it over models, on the
    same rows, and read it beside its noise floor. `details` has the p value of the test that the
    model is calibrated.

    Parameters
    ----------
    most_rows : int, default 10,000
        Rows beyond which it is refused: time grows with their square.
    seed : int, default 0
        Of the signs of the test.

    Notes
    -----
    The noise floor is the root of what :math:`\mathrm{KCE}^2` is on average if the model is
    calibrated, :math:`\sum_i w_i^2 \sum_k p_{ik} (1 - p_{ik}) / W^2`, exactly. The test compares
    the sum over pairs of different rows with 499 that have their gaps' signs flipped at random,
    row by row (a wild bootstrap): under calibration both have mean 0 and the same spread.

    References
    ----------
    .. [1] Widmann, Lindsten, Zachariah. "Calibration Tests in Multi-Class Classification: A
       Unifying Framework." NeurIPS 2019.
    .. [2] Leucht, Neumann. "Dependent Wild Bootstrap for Degenerate U- and V-Statistics."
       Journal of Multivariate Analysis 117, 2013.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.5, 0.5], [0.5, 0.5]], labels=[0, 0])
    >>> round(KernelCalibrationError()(rows).value, 4)  # both gaps (.5, -.5): root of .5
    0.7071
    """

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `MemoryMetric.estimate_rows`."""
        del level
        sums = self.sums(rows)
        value = math.sqrt(max(sums.pairs + sums.alone, 0.0)) / sums.weight
        floor, note, details = None, SOFT, _told(sums)
        if sums.expected is not None and sums.upper is not None:
            floor, note = math.sqrt(sums.expected) / sums.weight, ""
            upper = math.sqrt(max(sums.upper + sums.expected, 0.0)) / sums.weight
            details = {"noise_floor_95": upper, **details}
        return Estimate(
            *(value, None, None, None, len(rows), BIASED),
            noise_floor=floor,
            note=note,
            details=details,
        )


@dataclass(frozen=True, slots=True)
class SquaredKernelCalibrationError(_OfPairs):
    r"""Unbiased square of `KernelCalibrationError`: over pairs of different rows, signed.

    :math:`\sum_{i \ne j} w_i w_j h_{ij} / \sum_{i \ne j} w_i w_j`, in [-2, 2]; 0 on average if
    the model is calibrated, and then below 0 in more than half of all samples. Undefined for one
    row.

    Parameters
    ----------
    most_rows, seed
        As for `KernelCalibrationError`.

    References
    ----------
    .. [1] Widmann, Lindsten, Zachariah. "Calibration Tests in Multi-Class Classification: A
       Unifying Framework." NeurIPS 2019: the unbiased estimator of the squared error.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.5, 0.5], [0.5, 0.5]], labels=[0, 1])
    >>> round(SquaredKernelCalibrationError()(rows).value, 4)  # (.5, -.5) and (-.5, .5)
    -0.5
    """

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `MemoryMetric.estimate_rows`."""
        del level
        sums, n = self.sums(rows), len(rows)
        if not sums.weight_of_pairs > 0:
            why = "it takes two rows"
            method, note = f"not available: {why}", f"undefined: {why}"
            return Estimate(math.nan, None, None, None, n, method, note=note)
        details = _told(sums)
        if sums.upper is not None:
            details = {"noise_floor_95": sums.upper / sums.weight_of_pairs, **details}
        value = sums.pairs / sums.weight_of_pairs
        return Estimate(value, None, None, None, n, BIASED, details=details)


def _told(sums: PairSums) -> dict[str, float]:
    """What a sum over pairs tells, whatever the labels."""
    return {"p_value": sums.p_value, "bandwidth": sums.bandwidth}
