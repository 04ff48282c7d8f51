"""Bayesian binning into quantiles: many histograms, weighed by how well they explain the rows."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64, Int64
from scipy.special import expit, gammaln

from calibrant.calibrators.curves.bins import (
    BinCurves,
    Bins,
    edges_before,
    mass_cuts,
    put_together,
)
from calibrant.calibrators.curves.class_scores import Scale
from calibrant.calibrators.curves.groups import Groups, groups_of
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.errors import InputError

__all__ = ["BayesianBinning", "BayesianBins"]

LEAST = 1e-3  # of the weight of the best histogram; those below are left out
ROWS = 2.0  # of the prior, in every bin
NEAREST = 2.0**-53  # to 0 and 1 that the middle of a bin may lie


@dataclass(frozen=True, kw_only=True, eq=False)
class BayesianBins(BinCurves):
    """Fitted calibrator: the average of many histograms, itself one of finer bins."""

    method: ClassVar[str] = "bbq"


@dataclass(frozen=True, slots=True)
class BayesianBinning(ShardedCalibrator[BayesianBins]):
    r"""Averages histograms of equal weight, by the evidence for each number of bins.

    Of :math:`n` rows histograms of :math:`n^{1/3}/C` to :math:`C n^{1/3}` bins are considered.
    In each bin outcomes have a beta prior worth two rows with mean :math:`p_b`, the middle of the
    bin; the marginal likelihood of all bins is the weight of the histogram, and a bin states
    :math:`(k_b + 2 p_b) / (n_b + 2)`, which is never 0 or 1 [1]_. Histograms below a thousandth of
    the best weight are left out. For more than two classes one curve a class is fitted against
    the rest, and probabilities are divided by their sum.

    Parameters
    ----------
    spread : float, default 10.0
        :math:`C`, at least 1.

    Notes
    -----
    With weights, the sum of weights stands for the number of rows: scale them so that it is about
    that. Ties are not split. More than 2**26 scores are cut along the cells of a score grid.

    References
    ----------
    .. [1] Naeini, Cooper, Hauskrecht. "Obtaining Well Calibrated Probabilities Using Bayesian
       Binning." AAAI 2015.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.25, 0.75], labels=[0, 0])
    >>> fitted = BayesianBinning(spread=1.0).fit(rows)  # 1 or 2 bins
    >>> fitted.prob  # 1/4 of one bin, 1/6 and 1/2 of two; evidence 16 to 9
    tensor([0.2200, 0.3400], dtype=torch.float64)
    """

    spread: float = 10.0

    def __post_init__(self) -> None:
        if not 1 <= self.spread < math.inf:
            remedy = "The paper takes 10."
            raise InputError("spread", "be finite and at least 1", f"{self.spread}", remedy)

    def fitted_over(self, shards: Shards) -> BayesianBins:
        """See `ShardedCalibrator.fitted_over`."""
        scale: Scale = "prob"
        curves: list[Bins] = []
        for groups in groups_of(shards):
            curves.append(_averaged(groups, self.spread))
            scale = groups.scale
        start, edge, prob = put_together(curves)
        return BayesianBins(
            n_classes=shards.n_classes, n=shards.n, start=start, edge=edge, prob=prob, scale=scale
        )


def _averaged(groups: Groups, spread: float) -> Bins:
    """Average histogram of one curve."""
    root = float(groups.w.sum()) ** (1 / 3)
    counts = np.arange(max(1, math.floor(root / spread)), math.ceil(spread * root) + 1)
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))  # bin of every histogram
    within = np.arange(counts.sum()) - np.repeat(first, counts)
    start = mass_cuts(groups, within / np.repeat(counts, counts))
    start[first] = 0
    end = np.append(start[1:], 0)
    end[np.append(first[1:], len(start)) - 1] = len(groups.w)
    stated, evidence = _posterior(groups, start, end)
    weight = np.add.reduceat(evidence, first)
    weight = np.exp(weight - weight.max())
    weight[weight < LEAST] = 0
    part = np.repeat(weight / weight.sum(), counts) * stated
    rise = part.copy()
    rise[1:] -= part[:-1]
    rise[first] = part[first]
    steps = np.zeros(len(groups.w) + 1)
    np.add.at(steps, start, rise)
    cuts = np.unique(start[np.repeat(weight, counts) > 0])
    cuts = cuts[(cuts > 0) & (cuts < len(groups.w))]
    prob = np.cumsum(steps)[np.append(0, cuts)]
    return Bins(edges_before(groups, cuts), np.clip(prob, 0, 1))


def _posterior(
    groups: Groups, start: Int64[np.ndarray, " bin"], end: Int64[np.ndarray, " bin"]
) -> tuple[Float64[np.ndarray, " bin"], Float64[np.ndarray, " bin"]]:
    """What bins state, and the logarithms of their marginal likelihoods; 0 for an empty one."""
    inner = np.arange(1, len(groups.w))
    edge = edges_before(groups, inner).astype(np.float64)
    edge = expit(edge) if groups.scale == "log-odds" else edge
    limit = np.concatenate(([0.0], edge, [1.0]))
    middle = np.clip((limit[start] + limit[end]) / 2, NEAREST, 1 - NEAREST)
    w, wy = (np.append(0, np.cumsum(each)) for each in (groups.w, groups.wy))
    n, yes = w[end] - w[start], wy[end] - wy[start]
    yes = np.clip(yes, 0, n)
    high, low = ROWS * middle, ROWS * (1 - middle)
    evidence = gammaln(ROWS) - gammaln(n + ROWS)
    evidence += gammaln(yes + high) - gammaln(high) + gammaln(n - yes + low) - gammaln(low)
    return (yes + high) / (n + ROWS), evidence
