"""Calibration error over as many bins of equal mass as leave the observed shares rising."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binned.bins import size_of
from calibrant.metrics.binned.calibration import NO_ROWS
from calibrant.metrics.binned.equal_mass import SNAP, equal_mass_of_cells
from calibrant.metrics.binned.noise_floor import SOFT, hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.redrawn import UnderCalibration, came_as_stated
from calibrant.metrics.settings import check_view
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["SweepCalibrationError", "rising_bins"]

MOST = 1000  # bins
CHOSEN = "not available: the number of bins is chosen from the same rows"

Sums = Float64[np.ndarray, " cell"]


@dataclass(frozen=True, slots=True)
class SweepCalibrationError(TallyMetric):
    """Mean gap over the most bins of equal mass whose observed shares rise with the score, 0 to 1.

    From one bin upwards, as long as the share that came out falls from no bin to the next, and to
    1,000 at most. Rows in the same of the 14,640 cells of the score grid are never parted, in
    memory as in tallies.

    Parameters
    ----------
    view : {"top_label", "positive"}, default "top_label"
        Event of a row: its likeliest class is right, or the positive class came out.

    Notes
    -----
    It takes for granted that a higher score is never worse. `details` hold the number of bins
    that hold rows.
    Less biased than with 15 bins where few rows or many bear that; a plug-in all the same. Its
    noise floor, the 95th percentile of that and the p value are those of two hundred sets of
    outcomes that come as stated, each with a number of bins of its own.

    References
    ----------
    .. [1] Roelofs et al. "Mitigating Bias in Calibration Error Estimation." AISTATS 2022.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.125, 0.25, 0.75, 0.875], outcomes=[1, 0, 1, 1])
    >>> SweepCalibrationError()(rows).value  # 2 bins: (|.375 - 1| + |1.625 - 2|) / 4; 3 fall
    0.25
    """

    view: View = "top_label"
    higher_is_better: ClassVar[bool | None] = False
    rough: ClassVar[str] = "the number of its bins moves with the rows"

    def __post_init__(self) -> None:
        check_view(self.view)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        return size_of(equal_mass_of_cells(tally, rising_bins(tally)).bins, "l1")

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise comes with it, an interval does not."""
        del level, class_names
        n_bins, n = rising_bins(tally), int(tally["count"].sum())
        bins = equal_mass_of_cells(tally, n_bins).bins
        note = NO_ROWS if not n else "" if hard_labels(tally) else SOFT
        value = float(size_of(bins, "l1"))
        under = None if note else _noise(tally, value)
        noise = {} if under is None else under.details
        return Estimate(
            *(value, None, None, None, n, CHOSEN),
            noise_floor=None if under is None else under.mean,
            note=note,
            details={"n_bins": float((bins["w"] > 0).sum()), **noise},
        )


def rising_bins(tally: Tally) -> int:
    """Most bins of equal mass, all fewer too, over which observed shares never fall."""
    weight, came = tally["w"].numpy(), tally["wy"].numpy()
    held = weight > 0
    return _Sweep(weight[held]).rising(came[held])


class _Sweep:
    """Bins of equal mass, more and more, of cells of some weight."""

    def __init__(self, weight: Sums) -> None:
        self._weight, self._edges = weight, dict[int, Int64[np.ndarray, " edge"]]()
        end = weight.cumsum()
        self._middle = (end - weight / 2) / end[-1] if weight.size else end
        self._passed = np.concatenate(([0.0], end))

    def edges(self, n_bins: int) -> Int64[np.ndarray, " edge"]:
        """First cell of every bin that holds some, and one beyond the last."""
        if n_bins not in self._edges:
            parts = (np.arange(1, n_bins) + SNAP) / n_bins
            cuts = np.searchsorted(self._middle, parts, side="right")
            self._edges[n_bins] = np.unique(np.concatenate(([0], cuts, [self._weight.size])))
        return self._edges[n_bins]

    def rising(self, came: Sums) -> int:
        """See `rising_bins`."""
        if not came.size or _rises(came / self._weight):
            return MOST
        reached = np.concatenate(([0.0], came.cumsum()))
        for n_bins in range(2, MOST + 1):
            edges = self.edges(n_bins)
            if not _rises(np.diff(reached[edges]) / np.diff(self._passed[edges])):
                return n_bins - 1
        return MOST

    def error(self, excess: Sums, came: Sums) -> float:
        """Mean gap over these bins, of stated less observed by cell."""
        sums = np.add.reduceat(excess, self.edges(self.rising(came))[:-1])
        return float(np.abs(sums).sum() / self._passed[-1])


def _noise(tally: Tally, value: float) -> UnderCalibration:
    """What the error would be if every probability were true."""
    held = (tally["w"] > 0).numpy()
    stated, sweep = tally["wp"].numpy()[held], _Sweep(tally["w"].numpy()[held])
    drawn = [sweep.error(stated - came, came) for came in came_as_stated(tally)]
    return UnderCalibration.of(np.array(drawn), value)


def _rises(share: Float64[np.ndarray, " bin"]) -> bool:
    return bool((np.diff(share) >= -1e-12).all())
