"""Histogram binning: the share that came out in each bin of scores."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
import torch
from jaxtyping import Float64

from calibrant.calibrators.curves.bins import (
    BinCurves,
    Bins,
    edges_before,
    mass_cuts,
    put_together,
    stated_in,
)
from calibrant.calibrators.curves.class_scores import Scale, class_scores, n_curves
from calibrant.calibrators.curves.groups import Groups, groups_of
from calibrant.calibrators.curves.outcomes import outcomes
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.errors import InputError
from calibrant.statistics.cells import cell_of

__all__ = ["Histogram", "HistogramBinning", "check_bins"]

CHUNK = 1 << 20  # scores that are looked at together
Sums = Float64[np.ndarray, " bin"]
Equal = Literal["mass", "width"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Histogram(BinCurves):
    """Fitted calibrator: the bin of a score states one probability."""

    method: ClassVar[str] = "histogram"


@dataclass(frozen=True, slots=True)
class HistogramBinning(ShardedCalibrator[Histogram]):
    r"""Finds the share that came out in bins of equal weight, or of equal width.

    A bin states :math:`(k + m \bar p) / (n + m)`: of its weight :math:`n` the part :math:`k`
    came out, and :math:`m` more rows are put in of which the mean stated probability
    :math:`\bar p` came out. So a bin of few rows stays near what the model says, and states
    neither 0 nor 1. For more than two classes one curve a class is fitted against the rest, and
    probabilities are divided by their sum.

    Parameters
    ----------
    n_bins : int, default 15
        Most bins; bins of equal weight are fewer where scores are tied, for ties are not split.
    equal : "mass" or "width", default "mass"
        Bins of equal weight [1]_, or of equal width.
    prior : float, default 2.0
        :math:`m`, at least 0. Two rows a bin are the prior of Bayesian binning [2]_; with 0 a
        bin states the plain share [1]_, and may state 0 or 1.

    Notes
    -----
    A bin of equal width without rows states its middle, as does one whose mean stated
    probability is exactly 0 or 1 for the :math:`\bar p` of the prior. Bins of equal weight of
    more than 2**26 scores are cut along the cells of a score grid.

    References
    ----------
    .. [1] Zadrozny and Elkan. "Obtaining Calibrated Probability Estimates from Decision Trees and
       Naive Bayesian Classifiers." ICML 2001.
    .. [2] Naeini, Cooper, Hauskrecht. "Obtaining Well Calibrated Probabilities Using Bayesian
       Binning." AAAI 2015.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.2, 0.6, 0.8], labels=[0, 1, 1, 1])
    >>> HistogramBinning(n_bins=2, prior=0.0).fit(rows).prob
    tensor([0.5000, 1.0000], dtype=torch.float64)
    >>> HistogramBinning(n_bins=2).fit(rows).prob  # (1 + 2 * .15) / 4 and (2 + 2 * .7) / 4
    tensor([0.3250, 0.8500], dtype=torch.float64)
    """

    n_bins: int = 15
    equal: Equal = "mass"
    prior: float = 2.0

    def __post_init__(self) -> None:
        check_bins(self.n_bins)
        if self.equal not in get_args(Equal):
            rule, remedy = "be 'mass' or 'width'", "'mass' puts as many rows into each bin."
            raise InputError("equal", rule, f"{self.equal!r}", remedy)
        if not 0 <= self.prior < math.inf:
            remedy = "2 is two rows a bin; 0 is none."
            raise InputError("prior", "be finite and at least 0", f"{self.prior}", remedy)

    def fitted_over(self, shards: Shards) -> Histogram:
        """See `ShardedCalibrator.fitted_over`."""
        scale: Scale = "prob"
        if self.equal == "width":
            curves = [self._of_width(*sums) for sums in _sums_by_width(shards, self.n_bins)]
        else:
            curves: list[Bins] = []
            for groups in groups_of(shards):
                curves.append(self._of_mass(groups))
                scale = groups.scale
        start, edge, prob = put_together(curves)
        return Histogram(
            n_classes=shards.n_classes, n=shards.n, start=start, edge=edge, prob=prob, scale=scale
        )

    def _of_width(self, w: Sums, wy: Sums, wp: Sums) -> Bins:
        limits = np.arange(self.n_bins + 1) / self.n_bins
        return Bins(limits[1:-1], self._stated(w, wy, wp, (limits[:-1] + limits[1:]) / 2))

    def _of_mass(self, groups: Groups) -> Bins:
        cuts = mass_cuts(groups, np.arange(1, self.n_bins) / self.n_bins)
        cuts = np.unique(cuts[(cuts > 0) & (cuts < len(groups.w))])
        first = np.append(0, cuts)
        stated = stated_in(groups)
        w, wy, wp = (
            np.add.reduceat(each, first) for each in (groups.w, groups.wy, groups.w * stated)
        )
        ends = np.append(cuts, len(stated)) - 1
        low, high = np.append(0, stated[ends[:-1]]), np.append(stated[cuts], 1)
        return Bins(edges_before(groups, cuts), self._stated(w, wy, wp, (low + high) / 2))

    def _stated(self, w: Sums, wy: Sums, wp: Sums, middle: Sums) -> Sums:
        """What bins of given sums state."""
        full = w > 0
        mean = np.where(full, wp / np.where(full, w, 1), middle)
        mean = np.where((mean > 0) & (mean < 1), mean, middle)
        weight = w + self.prior
        share = (wy + self.prior * mean) / np.where(weight > 0, weight, 1)
        return np.clip(np.where(weight > 0, share, middle), 0, 1)


def _sums_by_width(shards: Shards, n_bins: int) -> list[tuple[Sums, Sums, Sums]]:
    """Weight of the bins of every curve, the part that came out, weight times statement."""
    count = n_curves(shards.n_classes)
    total = torch.zeros(3, count, n_bins, dtype=torch.float64)
    for shard in shards:
        for rows in shard.chunks(CHUNK):
            prob = class_scores(rows.declared).on("prob").values.cpu()
            outcome, weight = outcomes(rows).cpu(), rows.weight().cpu()
            for k in range(count):
                column = prob[:, k].contiguous()
                cell = cell_of(column, n_bins)
                terms = (weight, weight * outcome[:, k], weight * column.double())
                for row, term in enumerate(terms):
                    total[row, k].scatter_add_(0, cell, term)
    w, wy, wp = total.numpy()
    return list(zip(w, wy, wp, strict=True))


def check_bins(n_bins: int) -> None:
    """Raise `InputError` unless there is a bin."""
    if n_bins < 1:
        raise InputError("n_bins", "be at least 1", f"{n_bins}", "15 is usual.")
