"""Calibration error that no single binning decides."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binned.bins import equal_width
from calibrant.metrics.binned.calibration import NO_ROWS
from calibrant.metrics.binned.debiased import SCATTER, debiased_sum
from calibrant.metrics.binned.finer import Hidden, hidden_error
from calibrant.metrics.binned.noise_floor import SOFT, hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.redrawn import shown_by_chance
from calibrant.metrics.settings import check_view
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["MultiResolutionCalibrationError"]

N_BINS = 15
CHOSEN = "not available: the resolution is chosen from the same rows"


@dataclass(frozen=True, slots=True)
class MultiResolutionCalibrationError(TallyMetric):
    r"""Mean gap without noise over bins as fine as the rows bear, in [0, 1].

    The 15 bins of `DebiasedCalibrationError`, and those cut into 2, 4, ... 32 parts each. Finer
    bins count where their error is significantly more than noise makes of it; the greatest of those
    that count is the estimate. What it aims at is :math:`E |E[y | p] - p|`, of which every binning
    sees a part: gaps of unlike sign in a bin cancel.

    Parameters
    ----------
    view : {"top_label", "positive"}, default "top_label"
        Event of a row: its likeliest class is right, or the positive class came out.

    Notes
    -----
    `details` hold the number of bins behind the value. Finer bins are believed by chance in less
    than one calibrated sample in a hundred; see the documentation for how it was tried.

    References
    ----------
    .. [1] Lee et al. "T-Cal: An Optimal Test for the Calibration of Predictive Models." JMLR 24,
       2023: many resolutions, as a test. The estimate itself: see `calibrant.metrics.binned.finer`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.75] * 8, outcomes=[1, 1, 1, 1, 1, 0, 0, 1])
    >>> MultiResolutionCalibrationError()(rows).value  # six of eight: as stated
    0.0
    """

    view: View = "top_label"
    higher_is_better: ClassVar[bool | None] = False
    rough: ClassVar[str] = "chance adds to it: blocks would not tell how far it is off"

    def __post_init__(self) -> None:
        check_view(self.view)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        return torch.tensor(self._found(tally).value, dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise comes with it, an interval does not."""
        del level, class_names
        found, n = self._found(tally), int(tally["count"].sum())
        hard = hard_labels(tally)
        note = NO_ROWS if not n else "" if hard else f"{SCATTER}; {SOFT}"
        under = shown_by_chance(self.read, tally) if n and hard else None
        noise = {} if under is None else under.details
        return Estimate(
            *(found.value, None, None, None, n, CHOSEN),
            noise_floor=None if under is None else under.mean,
            note=note,
            details={"n_bins": float(found.n_parts), **noise},
        )

    def _found(self, tally: Tally) -> Hidden:
        plain = debiased_sum(equal_width(tally, N_BINS), hard=hard_labels(tally))
        finer = hidden_error(tally, N_BINS)
        return finer if finer is not None and finer.value > plain else Hidden(N_BINS, plain)
