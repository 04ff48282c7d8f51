r"""Intervals of the parts of a proper score that isotonic recalibration tells.

Miscalibration is the greatest of the savings :math:`S(p) - S(q)` over all rising q, and
discrimination the greatest of :math:`S(\bar y) - S(q)`. Both are too high by what the best q gains
from noise, which outcomes drawn at a rising function tell: one that is steep gains most, one with
flat steps least.
"""

import math
from typing import Literal

import numpy as np
from jaxtyping import Float64
from scipy.special import ndtri

from calibrant.metrics.inference.once import shared
from calibrant.metrics.intervals import Interval, wilson
from calibrant.metrics.proper.groups import Groups
from calibrant.metrics.proper.losses_of_events import LOSSES, Loss, Score
from calibrant.metrics.proper.overfit import Merged, base_rates, fitted, gains, merged, smoothed

__all__ = ["Part", "part_interval", "uncertainty_interval"]

Part = Literal["miscalibration", "discrimination", "uncertainty"]
METHOD = "savings of the best rising function, freed of what it gains from noise"
SOFT = "outcomes are drawn anew, which takes hard labels"
FEWEST = 10  # effective rows of either outcome

Sums = Float64[np.ndarray, " group"]


def part_interval(
    part: Part, score: Score, groups: Groups, value: float, level: float
) -> tuple[Interval, dict[str, float], float | None]:
    r"""Interval of a part; of miscalibration also its noise: details, and the mean.

    Parameters
    ----------
    part, score : str
        Of which score which part.
    groups : Groups
        Rows by stated probability.
    value : float
        The part, of all groups.
    level : float
        Coverage.

    Notes
    -----
    With T the savings seen, s the standard error of the mean saving of a row, O the gain from
    noise under the null hypothesis (outcomes at the stated probabilities, or at the base rate),
    and A and B those at the recalibrated probabilities, joined by straight lines, and as they
    are: the lower end is 0 if T lies within the central draws of O, and else
    :math:`T - E A - z \sqrt{s^2 + \mathrm{var} A}`. The upper end is the greatest x for which
    :math:`T \ge x + E B - z \sqrt{x s^2 / T + \mathrm{var} B}`, since the variance grows with
    what there is to save.
    """
    nothing = dict[str, float]()
    if part == "uncertainty":
        return uncertainty_interval(score, groups, level), nothing, None
    if math.isinf(value):
        return Interval.missing("the score is infinite"), nothing, None
    if not groups.hard:
        return Interval.missing(SOFT), nothing, None
    hits = float(groups.wwy.sum())
    numbers = (
        float(groups.wy.sum()) ** 2 / hits if hits > 0 else 0.0,
        float((groups.w - groups.wy).sum()) ** 2 / max(float(groups.ww.sum()) - hits, 1e-300),
    )
    loss, cells = LOSSES[score], shared(merged, groups)
    null = shared(_stated if part == "miscalibration" else base_rates, cells)
    noise = shared(gains, null, cells, loss, against_base=part == "discrimination")
    best = shared(_best, cells)
    seen, error = _saved(null, best, cells, loss)
    details, floor = nothing, None
    if part == "miscalibration":
        chance = (1 + float((noise >= seen - 1e-12).sum())) / (1 + len(noise))
        finer = value - seen  # gained inside the groups that were put together
        details = {"noise_floor_95": float(np.quantile(noise, 0.95)) + finer, "p_value": chance}
        floor = float(noise.mean()) + finer
    if min(numbers) < FEWEST - 1e-9:
        which = "came" if numbers[0] < numbers[1] else "did not come"
        few = f"too few rows {which} out: an interval takes {FEWEST} effective ones"
        return Interval.missing(few), details, floor
    steep, flat = (shared(gains, truth, cells, loss) for truth in (shared(_steep, cells), best))
    z = float(ndtri(0.5 + level / 2))
    low = 0.0
    if seen > float(np.quantile(noise, 0.5 + level / 2)):
        low = max(0.0, seen - float(steep.mean()) - z * math.hypot(error, float(steep.std())))
    slope = z * z * (error**2 / seen if error > 0 else 2 / groups.n_effective)
    middle, spread = seen - float(flat.mean()), z * float(flat.std())
    root = max(slope**2 / 4 + slope * middle + spread**2, 0.0)
    high = max(middle + slope / 2 + math.sqrt(root), low)
    if not high > low:
        return Interval.missing("neither noise nor rows show a spread"), details, floor
    return Interval(low, high, METHOD), details, floor


def uncertainty_interval(score: Score, groups: Groups, level: float) -> Interval:
    """Wilson's interval of the base rate, carried over to the score of stating it."""
    if not groups.hard:
        return Interval.missing("the spread of soft labels takes more than their sums")
    base = min(float(groups.wy.sum()) / groups.weight, 1.0)
    ends = wilson(base, groups.n_effective, level)
    assert ends.low is not None
    assert ends.high is not None
    rates = np.array([ends.low, ends.high])
    low, high = sorted(LOSSES[score].least(np.ones(2), rates).tolist())
    if ends.low <= 0.5 <= ends.high:
        high = float(LOSSES[score].least(np.ones(1), np.array([0.5]))[0])
    return Interval(low, high, "Wilson, of the base rate")


def _stated(cells: Merged) -> Sums:
    """Stated probability of every group."""
    return cells.wp / cells.w


def _best(cells: Merged) -> Sums:
    """Recalibrated probability of every group."""
    return fitted((cells.wy / cells.w)[None], cells.w)[0]


def _steep(cells: Merged) -> Sums:
    """The recalibrated probabilities joined by straight lines."""
    return smoothed(shared(_best, cells), cells.w)


def _saved(null: Sums, best: Sums, cells: Merged, loss: Loss) -> tuple[float, float]:
    """Mean saving of stating `best` rather than `null`, and its standard error."""
    total = float(cells.w.sum())
    sides = (
        (loss.of_hit, cells.wy, cells.wwy),
        (loss.of_miss, cells.w - cells.wy, cells.ww - cells.wwy),
    )
    mean = square = twice = 0.0
    for of, w, ww in sides:
        held = w > 1e-12 * cells.w
        saving = of(null[held]) - of(best[held])
        mean += float((w[held] * saving).sum()) / total
        twice += float((ww[held] * saving).sum())
        square += float((ww[held] * saving**2).sum())
    spread = square - 2 * mean * twice + mean**2 * float(cells.ww.sum())
    return max(mean, 0.0), math.sqrt(max(spread, 0.0)) / total
