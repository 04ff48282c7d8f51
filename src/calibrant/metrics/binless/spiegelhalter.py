"""Spiegelhalter's test of calibration, which needs no bins."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float64
from scipy.special import erfc, stdtr
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS, Blocks
from calibrant.metrics.settings import check_view
from calibrant.statistics.score_grid import View
from calibrant.statistics.spiegelhalter_sums import SpiegelhalterSums
from calibrant.statistics.tally import Tally

__all__ = ["CONSERVATIVE", "OF_ROWS", "SpiegelhalterP", "SpiegelhalterZ", "too_few"]

CONSERVATIVE = "soft labels scatter less than outcomes of 0 and 1: the p value is too large"
OF_ROWS = "of independent rows; its p value is that of rows in clusters"
ALIKE = "no p value: clusters do not differ, which leaves nothing to chance"
ROUNDING = 1e-12  # of a sum of slopes
FLAT = "undefined: every row is stated 0, 1/2 or 1, where the Brier score has no slope or no spread"


@dataclass(frozen=True, slots=True)
class SpiegelhalterZ(TallyMetric):
    r"""Spiegelhalter's z, standard normal if every stated probability is true.

    .. math:: z = \frac{\sum w (y - p)(1 - 2p)}{\sqrt{\sum w (1 - 2p)^2 p (1 - p)}}

    The Brier score less what it would be on average, in standard errors: above 0 where the model
    is too sure of itself, below 0 where it is too modest. Exact from rows and from tallies.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.

    Notes
    -----
    A weight counts as so many equal rows, as in every value here, so that z grows with the root
    of the weights. Where weights say how much a row matters instead, ``z_importance`` and
    ``p_value_importance`` among the details have :math:`w^2` in the variance and do not depend on
    the scale of the weights. Of rows in clusters z stays as it is, and the p value is Student's of
    the mean of :math:`(y - p)(1 - 2p)`, whose standard error blocks of clusters tell: ``t`` and
    ``df`` stand in the details.

    References
    ----------
    .. [1] Spiegelhalter. "Probabilistic Prediction in Patient Management and Clinical Trials."
       Statistics in Medicine 5, 1986.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.8, 0.4, 0.6], labels=[1, 0, 1])
    >>> round(SpiegelhalterZ()(rows).value, 4)  # -.28 / sqrt(.0768)
    -1.0104
    """

    view: View = "positive"
    higher_is_better: ClassVar[bool | None] = None

    def __post_init__(self) -> None:
        check_view(self.view)

    @property
    def statistic(self) -> SpiegelhalterSums:
        """See `TallyMetric.statistic`."""
        return SpiegelhalterSums(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where the variance is 0."""
        return _z(tally, "wv")

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the p value stands among the details."""
        del level, class_names
        return _estimate(tally, float(self.read(tally)), "z")

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`: z as it is, and the p value of clusters."""
        del level
        if math.isnan(float(plain)):
            return plain
        found, why = _student(blocks)
        return replace(plain, note=why or OF_ROWS, details=found)


@dataclass(frozen=True, slots=True)
class SpiegelhalterP(TallyMetric):
    r"""Two-sided p value of `SpiegelhalterZ`, in [0, 1].

    The chance of a z as far from 0 if every stated probability is true; small values speak
    against calibration. Of rows in clusters that of a ``t`` of blocks of clusters.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        As for `SpiegelhalterZ`.

    References
    ----------
    .. [1] As for `SpiegelhalterZ`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.8, 0.4, 0.6], labels=[1, 0, 1])
    >>> round(SpiegelhalterP()(rows).value, 4)  # 2 * (1 - Phi(1.0104))
    0.3123
    """

    view: View = "positive"
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        check_view(self.view)

    @property
    def statistic(self) -> SpiegelhalterSums:
        """See `TallyMetric.statistic`."""
        return SpiegelhalterSums(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where the variance is 0."""
        return torch.tensor(_two_sided(float(_z(tally, "wv"))), dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; z stands among the details."""
        del level, class_names
        return _estimate(tally, float(self.read(tally)), "p")

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`: Student's of blocks of clusters."""
        del level
        if math.isnan(float(plain)):
            return plain
        found, why = _student(blocks)
        value = found.pop("p_value", math.nan)
        return replace(plain, value=value, note=f"undefined: {why}" if why else "", details=found)


def too_few(blocks: Blocks) -> str:
    """Why a test of rows in clusters has no p value."""
    number = f"{blocks.n_effective:.1f} of equal weight"
    return f"no p value of too few clusters, {number}: fewer than {FEWEST_CLUSTERS}"


def _z(tally: Tally, variance: str) -> Float64[Tensor, ""]:
    """Slope of the Brier score in units of its spread; NaN where that is 0."""
    spread = tally[variance]
    return torch.where(spread > 0, tally["wa"] / spread.sqrt(), torch.nan)


def _student(blocks: Blocks) -> tuple[dict[str, float], str]:
    """Details with the p value of clusters, and why there is none."""
    found = {"n_clusters": blocks.n_effective}
    if blocks.n_effective < FEWEST_CLUSTERS:
        return found, too_few(blocks)
    share = blocks.weight / blocks.weight.sum()
    slopes = np.array([float(part["wa"]) for part in blocks.tallies])
    off = slopes - share * slopes.sum()
    error = math.sqrt(float(off @ off) / (1 - float(share @ share)))
    if not error > ROUNDING * float(np.abs(slopes).sum()):
        return found, ALIKE
    t, df = float(slopes.sum()) / error, blocks.n_effective - 1
    return found | {"t": t, "df": df, "p_value": float(2 * stdtr(df, -abs(t)))}, ""


def _two_sided(z: float) -> float:
    return float(erfc(abs(z) / math.sqrt(2)))


def _estimate(tally: Tally, value: float, which: str) -> Estimate:
    n = int(tally["count"])
    if math.isnan(value):
        note = FLAT if n else "undefined: no rows"
        why = "not available: there is no value"
        return Estimate(value, None, None, None, n, why, note=note)
    z = float(_z(tally, "wv"))
    details = {"p_value": _two_sided(z)} if which == "z" else {"z": z}
    if not math.isclose(float(tally["w"]), n) or not math.isclose(float(tally["ww"]), n):
        effective = float(_z(tally, "wwv"))
        details |= {"z_importance": effective, "p_value_importance": _two_sided(effective)}
    note = CONSERVATIVE if float(tally["soft"]) > 1e-9 * float(tally["w"]) else ""
    why = "not available: a test statistic is its own measure of chance"
    return Estimate(value, None, None, None, n, why, note=note, details=details)
