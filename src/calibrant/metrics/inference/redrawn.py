"""Tallies of the same scores whose outcomes came as stated, for errors of no closed form."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from torch import Tensor, from_numpy

from calibrant.metrics.inference.consistency import calibrated_gaps, chance_of, upper_point
from calibrant.statistics.tally import Tally

__all__ = ["N_DRAWS", "UnderCalibration", "came_as_stated", "redrawn", "shown_by_chance"]

N_DRAWS = 200


@dataclass(frozen=True, slots=True)
class UnderCalibration:
    """An error of a model whose every probability is true.

    Attributes
    ----------
    mean, upper : float
        Its expectation, and its 95th percentile.
    p_value : float
        Chance of one as great as was seen.
    """

    mean: float
    upper: float
    p_value: float

    @classmethod
    def of(cls, draws: Float64[np.ndarray, " draw"], seen: float) -> "UnderCalibration":
        """Of draws of it, and what was seen."""
        return cls(float(draws.mean()), upper_point(draws), chance_of(draws, seen))

    @property
    def details(self) -> dict[str, float]:
        """As details of an estimate."""
        return {"noise_floor_95": self.upper, "p_value": self.p_value}


def shown_by_chance(read: Callable[[Tally], Tensor], tally: Tally) -> UnderCalibration:
    """What a metric shows of `redrawn` tallies, beside what it shows of this one.

    References
    ----------
    .. [1] Brocker, Smith. "Increasing the Reliability of Reliability Diagrams." Weather and
       Forecasting 22, 2007: consistency resampling.
    """
    draws = np.array([float(read(each)) for each in redrawn(tally)])
    return UnderCalibration.of(draws, float(read(tally)))


def redrawn(tally: Tally) -> Iterator[Tally]:
    """Tallies of a score grid whose rows are those that there are, and come out as they state.

    Each outcome counts as much, and states what the rows of its cell do in the mean.
    """
    held = np.flatnonzero(tally["count"].numpy())
    w, ww, wp = (tally[name].numpy()[held] for name in ("w", "ww", "wp"))
    columns = tally.statistic.columns
    for came in came_as_stated(tally):
        twice = came * ww / w
        sums = {"wy": came, "wyy": came, "wpy": came * wp / w}
        sums |= {"wwy": twice, "wwyy": twice, "wwpy": twice * wp / w}
        table = tally.table.clone()
        for name, values in sums.items():
            table[columns.index(name), held] = from_numpy(values)
        yield Tally(tally.statistic, table)


def came_as_stated(tally: Tally) -> Float64[np.ndarray, "draw cell"]:
    """Weight that came out in every cell that holds rows, drawn as in `calibrated_gaps`."""
    held = np.flatnonzero(tally["count"].numpy())
    w, ww, wp, wwp, wwpp = (tally[name].numpy()[held] for name in ("w", "ww", "wp", "wwp", "wwpp"))
    gaps = calibrated_gaps(w, ww, wp, np.maximum(wwp - wwpp, 0))[:, :N_DRAWS]
    return np.clip(wp[:, None] - gaps, 0, w[:, None]).T
