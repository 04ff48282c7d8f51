"""Calibration errors over bins that hold the same weight of rows."""

from dataclasses import dataclass, replace
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import MemoryMetric, RowMetric
from calibrant.metrics.binned.bins import Bins, Norm, size_of
from calibrant.metrics.binned.calibration import plug_in
from calibrant.metrics.binned.equal_mass import (
    equal_mass_of_blocks,
    equal_mass_of_cells,
    equal_mass_of_rows,
)
from calibrant.metrics.binned.equal_mass_cuts import (
    blocks_in_pairs,
    in_pairs,
    noise_of_cuts,
    noise_of_cuts_in_blocks,
)
from calibrant.metrics.binned.equal_mass_interval import root_interval
from calibrant.metrics.binned.evidence import error_interval
from calibrant.metrics.binned.in_clusters import error_of_blocks
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.binned.squared import Variance, squared_estimate
from calibrant.metrics.bounds import from_grid
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import Blocks, refused
from calibrant.metrics.settings import check_bins, check_choice, check_view
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.joint import Joint
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally
from calibrant.statistics.ties import TieMarks

__all__ = ["EqualMassCalibrationError", "EqualMassSquaredCalibrationError"]

SINGLE = "clustered rows, and blocks tell too little of single bins"


@dataclass(frozen=True, slots=True)
class EqualMassCalibrationError(RowMetric):
    r"""Size of the gaps of bins that hold the same weight of rows, in [0, 1].

    Rows are sorted by score and cut at :math:`k / B` of all weight. Rows of one score stay
    together, in the bin in which the middle of their weight lies, so that the order of the rows
    does not matter and weights are repetition. Fewer scores than bins leave bins empty.

    From rows it is exact. From a tally, cells of the grid stay together, and the estimate bounds
    what that changes: by the rows of cells that a cut goes through.

    Parameters
    ----------
    view : {"top_label", "positive"}, default "top_label"
        Event of a row: its likeliest class is right, or the positive class came out.
    n_bins : int, default 15
        Number of bins.
    norm : {"l1", "l2", "max"}, default "l1"
        Mean of absolute gaps, root of their mean square, or the largest.

    Notes
    -----
    Biased upwards as all plug-in errors are; no bin is nearly empty, so the largest gap means more
    than over equal widths. Where scores crowd, a bin may be so narrow that it resolves nothing
    that matters, and the others wide.

    References
    ----------
    .. [1] Nguyen, O'Connor. "Posterior Calibration and Exploratory Analysis for Natural Language
       Processing Models." EMNLP 2015. Nixon et al. "Measuring Calibration in Deep Learning." CVPR
       workshops 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.125, 0.25, 0.375, 0.5], outcomes=[0, 0, 0, 1])
    >>> EqualMassCalibrationError(n_bins=2)(rows).value  # (|.375 - 0| + |.875 - 1|) / 4
    0.125
    """

    view: View = "top_label"
    n_bins: int = 15
    norm: Norm = "l1"
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        check_view(self.view)
        check_bins(self.n_bins)
        check_choice("norm", self.norm, ("l1", "l2", "max"))

    @property
    def statistic(self) -> Joint:
        """See `TallyMetric.statistic`: the score grid, and marks that tell ties."""
        return Joint((ScoreGrid(self.view), TieMarks(self.view)))

    @property
    def block_statistic(self) -> ScoreGrid:
        """See `TallyMetric.block_statistic`: the score grid alone."""
        return ScoreGrid(self.view)

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`."""
        if plain.value != plain.value:  # undefined
            return plain
        if self.norm == "max":
            return refused(plain, SINGLE)
        half = equal_mass_of_blocks(blocks, 2 * self.n_bins)
        of_cuts = noise_of_cuts_in_blocks(half) if self.norm == "l1" else None
        bins = blocks_in_pairs(half)
        return error_of_blocks(plain, blocks, bins, self.norm, level, of_cuts=of_cuts)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        grid, _ = self.statistic.split(tally)
        return size_of(equal_mass_of_cells(grid, self.n_bins).bins, self.norm)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise floor comes with it."""
        del class_names
        grid, marks = self.statistic.split(tally)
        single = TieMarks(self.view).single(marks, grid["count"])
        found, half = (equal_mass_of_cells(grid, k * self.n_bins, single) for k in (1, 2))
        n, hard = int(grid["count"].sum()), hard_labels(grid)
        estimate = self._estimate(half.bins, n, hard=hard, level=level)
        if not n:
            return estimate
        bound = found.bound(self.norm, float(estimate))
        return from_grid(estimate, bound, "an error over bins of equal mass")

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        half = equal_mass_of_rows(rows, self.view, 2 * self.n_bins)
        return self._estimate(half, len(rows), hard=hard_labels(half), level=level)

    def _estimate(self, half: Bins, n: int, *, hard: bool, level: float) -> Estimate:
        bins, ends = in_pairs(half), None
        if n and self.norm == "l2":
            ends = root_interval(bins, hard=hard, level=level)
        elif n and self.norm == "l1":
            of_cuts = noise_of_cuts(half, hard=hard)
            ends = error_interval(bins, "l1", hard=hard, level=level, of_cuts=of_cuts)
        return plug_in(bins, self.norm, n, hard=hard, level=level, ends=ends)


@dataclass(frozen=True, slots=True)
class EqualMassSquaredCalibrationError(MemoryMetric):
    """Mean squared gap less its variance, over bins of equal mass; signed, below 1.

    See `calibrant.metrics.SquaredCalibrationError` for the correction and
    `EqualMassCalibrationError` for the bins. Of rows in memory alone: the noise of a bin whose
    edges are not known has no useful bound.

    Parameters
    ----------
    view, n_bins
        As for `EqualMassCalibrationError`.
    variance : {"gaps", "outcomes"}, default "gaps"
        Spread of what the noise is taken from.

    References
    ----------
    .. [1] Kumar et al. "Verified Uncertainty Calibration." NeurIPS 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.5, 0.5, 0.5], outcomes=[1, 1, 0])
    >>> round(EqualMassSquaredCalibrationError()(rows).value, 4)  # 1/36 - (2/3)(1/3) / 2
    -0.0833
    """

    view: View = "top_label"
    n_bins: int = 15
    variance: Variance = "gaps"
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        check_view(self.view)
        check_bins(self.n_bins)
        check_choice("variance", self.variance, ("gaps", "outcomes"))

    @property
    def reads(self) -> tuple[type[Rows], ...]:
        """See `Metric.reads`."""
        return (Predictions, Events)

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `MemoryMetric.estimate_rows`."""
        bins = equal_mass_of_rows(rows, self.view, self.n_bins)
        plain = squared_estimate(bins, self.variance, len(rows), level=level, root=False)
        if plain.low is None:
            return plain
        ends = root_interval(bins, hard=hard_labels(bins), level=level)
        low, high = (None if end is None else end**2 for end in (ends.low, ends.high))
        return replace(plain, low=low, high=high)
