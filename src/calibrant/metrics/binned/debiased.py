"""Expected calibration error without what noise adds to it."""

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.binned.bins import Bins, equal_width
from calibrant.metrics.binned.calibration import NO_ROWS, EqualWidthMetric
from calibrant.metrics.binned.evidence import (
    NONE,
    against_chance,
    deviation_of,
    error_interval,
    foretold,
)
from calibrant.metrics.binned.finer import hidden_note
from calibrant.metrics.binned.in_clusters import Size
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.consistency import calibrated_gaps, upper_point
from calibrant.metrics.inference.firm import sum_of_true_gaps, sums_of_true_gaps
from calibrant.metrics.inference.once import shared
from calibrant.statistics.tally import Tally

__all__ = ["SCATTER", "DebiasedCalibrationError", "debiased_sum"]

N_DRAWS = 512
SCATTER = "soft labels: how far they scatter is taken from the rows alone"


@dataclass(frozen=True, slots=True)
class DebiasedCalibrationError(EqualWidthMetric):
    r"""Expected calibration error without what noise adds to it, in [0, 1].

    The gaps of the bins of `ExpectedCalibrationError` are shrunk by their noise, the small ones to
    0, until the error that was seen is the middle one of those that such gaps would show. A model
    that is perfectly calibrated reads 0 in more than half of the samples.

    Parameters
    ----------
    view, n_bins, closed
        As for `ExpectedCalibrationError`.

    Notes
    -----
    The variance of a gap is what the outcomes show, raised to what the stated probabilities
    foretell where few rows of the rarer outcome are: ten of those count as much as all that are
    there. Soft labels foretell nothing, so theirs is what the rows show. The noise floor is what a
    calibrated model of the same scores would read.

    Mean value with 15 bins, probabilities uniform and true: .017 for 100 rows, .011 for 300 and
    .007 for 1,000, where the plug-in reads .122, .070 and .039. It is low where all bins are off
    by no more than their noise: see the documentation. Weights change how many rows count, so
    that a row of weight 2 is not two rows.

    References
    ----------
    .. [1] For what the plug-in hides: Brocker. "Estimating Reliability and Resolution of
       Probability Forecasts through Decomposition of the Empirical Score." Climate Dynamics 39,
       2012. The estimate itself: see `calibrant.metrics.inference.firm`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.75] * 8, outcomes=[1, 1, 1, 1, 1, 0, 0, 1])
    >>> DebiasedCalibrationError()(rows).value  # six of eight: as stated
    0.0
    """

    @final
    @property
    def size(self) -> Size:
        """See `EqualWidthMetric.size`."""
        return "l1"

    @final
    @property
    def freed(self) -> bool:
        """See `EqualWidthMetric.freed`."""
        return True

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        value = debiased_sum(equal_width(tally, self.n_bins), hard=hard_labels(tally))
        return torch.tensor(value, dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; a note says so where finer bins show more."""
        del class_names
        value, n = float(self.read(tally)), int(tally["count"].sum())
        if not n:
            return Estimate(value, None, None, None, n, NONE, note=NO_ROWS)
        bins, hard = equal_width(tally, self.n_bins), hard_labels(tally)
        ends = shared(error_interval, bins, "l1", hard=hard, level=level)
        under = _under_calibration(bins) if foretold(bins, hard=hard) else None
        soft = "" if hard else SCATTER
        note = "; ".join(filter(None, (soft, hidden_note(tally, self.n_bins, value))))
        return Estimate(
            *(value, ends.low, ends.high, None if ends.low is None else level, n, ends.method),
            noise_floor=None if under is None else float(under.mean()),
            note=note,
            details={} if under is None else _chance(bins, under),
        )


def debiased_sum(bins: Bins, *, hard: bool) -> float:
    """Sum of the absolute true gaps of bins of one event; NaN without rows."""
    total = float(bins.total)
    if total == 0:
        return np.nan
    deviation = deviation_of(bins, hard=hard)
    n_effective = total**2 / float(bins["ww"].sum())
    gap, lean = bins.gap.numpy(), bins.lean.numpy()
    return sum_of_true_gaps(gap, deviation.numpy(), n_effective, lean)


def _under_calibration(bins: Bins) -> Float64[np.ndarray, " draw"]:
    """What is left of the noise of outcomes that come as stated, draw by draw."""
    drawn = bins.off_by(calibrated_gaps(*bins.as_counts)[:, :N_DRAWS].T)
    return sums_of_true_gaps(drawn.gap.numpy(), deviation_of(drawn, hard=True).numpy())


def _chance(bins: Bins, under: Float64[np.ndarray, " draw"]) -> dict[str, float]:
    p_value = shared(against_chance, bins, "l1")["p_value"]
    return {"noise_floor_95": upper_point(under), "p_value": p_value}
