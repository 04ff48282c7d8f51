r"""Intervals of the parts of a proper score that isotonic recalibration tells.

Miscalibration is the greatest of the savings :math:`S(p) - S(q)` over all rising q, and
discrimination the greatest of :math:`S(\bar y) - S(q)`. Both are too high by what the best q gains
from noise, which outcomes drawn at a rising function tell: one that is steep gains most, one with
flat steps least. Where the true function falls, its blocks are fewer than those of such draws, and
the gain is less in proportion.
"""

import math
from typing import Literal

import numpy as np
from jaxtyping import Float64
from scipy.special import ndtri

from calibrant.metrics.inference.effective import rows_behind
from calibrant.metrics.inference.once import shared
from calibrant.metrics.inference.uneven import FEW_OF_UNEVEN, too_uneven
from calibrant.metrics.intervals import Interval, wilson
from calibrant.metrics.proper.cluster_noise import ClusterNoise, Inflation, inflation
from calibrant.metrics.proper.groups import Groups
from calibrant.metrics.proper.isotonic import isotonic_blocks
from calibrant.metrics.proper.losses_of_events import LOSSES, Loss, Score
from calibrant.metrics.proper.merging import Merged, merged, merged_by_change
from calibrant.metrics.proper.overfit import (
    base_rates,
    block_gains,
    fitted,
    gain_of_blocks,
    gains,
    smoothed,
)
from calibrant.metrics.proper.savings import growth, saved

__all__ = ["Part", "of_base_rates", "part_interval", "uncertainty_interval"]

Part = Literal["miscalibration", "discrimination", "uncertainty"]
METHOD = "savings of the best rising function, freed of what it gains from noise"
SOFT = "outcomes are drawn anew, which takes hard labels"
FEWEST = 10  # effective rows of either outcome
FEWEST_UNFORESEEN = 5.0  # outcomes against the odds; fewer leave open how many there will be
N_DRAWS = 100  # of a rising truth
BEYOND = 2.0  # deviations of the sum of blocks that are chance

Sums = Float64[np.ndarray, " group"]


def part_interval(
    part: Part,
    score: Score,
    groups: Groups,
    value: float,
    level: float,
    *,
    clusters: ClusterNoise | None = None,
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
    clusters : ClusterNoise, optional
        What clusters tell of the noise of these groups, where rows depend on each other.

    Notes
    -----
    With T the savings seen, s the standard error of the mean saving of a row, O the gain from
    noise under the null hypothesis (outcomes at the stated probabilities, or at the base rate),
    and A and B those at the recalibrated probabilities, joined by straight lines, and as they
    are: the lower end is 0 if T lies within the central draws of O, and else
    :math:`T - E A - z \sqrt{s^2 + \mathrm{var} A}`. The upper end is the greatest x for which
    :math:`T \ge x + E B - z \sqrt{x s^2 / T + \mathrm{var} B}`, since the variance grows with
    what there is to save; T is no less here than :math:`E B`.

    A and B are corrected. A gain from normal noise has the mean :math:`\int_0^1 D_t \, dt`, where
    :math:`D_t` is the mean sum, over the blocks of the regression, of the variance that noise of t
    times the variance gives them: whatever the truth, rising or not. So the gain is near to that
    of the draws, times the sum over the blocks that were found, over its mean in the draws
    (`gain_of_blocks`). Two deviations of that ratio are chance, and are taken off the square of
    its distance to 1. Groups that were put together gain less than all: for the lower end A is
    also multiplied by the sum over the blocks of all, over that of the others.

    Of rows in clusters, s is that of means of blocks of clusters, all gains grow by as much as
    clusters give the blocks of the regression more variance (`inflation`), and z is Student's.

    References
    ----------
    .. [1] Meyer, Woodroofe. "On the Degrees of Freedom in Shape-Restricted Regression." Annals of
       Statistics 28, 2000: the divergence, and the number of blocks.
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
    loss, cells, against_base = LOSSES[score], shared(merged, groups), part == "discrimination"
    nothing_to_save = _stated if part == "miscalibration" else base_rates
    null = shared(nothing_to_save, cells)
    noise = shared(gains, null, cells, loss, against_base=against_base)
    fine, more = shared(merged_by_change, groups), Inflation(1.0, 0.0, 0.0)
    if clusters is not None:
        more = shared(inflation, clusters, fine, loss, against_base=against_base)
        noise = more.of_draws(noise)
    seen, _ = saved(null, shared(_best, cells), cells, loss)
    details, floor = nothing, None
    if part == "miscalibration":
        chance = (1 + float((noise >= seen - 1e-12).sum())) / (1 + len(noise))
        finer = value - seen  # gained inside the groups that were put together
        details = {"noise_floor_95": float(np.quantile(noise, 0.95)) + finer, "p_value": chance}
        floor = float(noise.mean()) + finer
    best, few = shared(_best, fine), ""
    if min(numbers) < FEWEST - 1e-9:
        which = "came" if numbers[0] < numbers[1] else "did not come"
        few = f"too few rows {which} out: an interval takes {FEWEST} effective ones"
    elif _unforeseen(fine, best) < FEWEST_UNFORESEEN:
        few = f"too few outcomes were unforeseen: an interval takes {FEWEST_UNFORESEEN:g}"
    if few:
        return Interval.missing(few), details, floor
    rising, stated = (shared(_steep, fine), best), shared(nothing_to_save, fine)
    _, error = saved(stated, best, fine, loss, clusters)
    steep, flat = (more.of(*shared(_freed, truth, fine, loss)) for truth in rising)
    errors = [error, error]
    if error > 0:
        errors = [error / growth(each, stated, fine, loss, n_draws=N_DRAWS) for each in rising]
    z = float(ndtri(0.5 + level / 2)) * (1.0 if clusters is None else clusters.heavier(level))
    low = 0.0
    if seen > float(np.quantile(noise, 0.5 + level / 2)):
        finest = shared(_of_blocks, groups, loss) / shared(_of_blocks, fine, loss)
        low = max(0.0, value - finest * steep[0] - z * math.hypot(errors[0], finest * steep[1]))
    slope = z * z * (errors[1] ** 2 / value if min(error, value) > 0 else 2 / groups.n_effective)
    middle, spread = max(value - flat[0], 0.0), z * flat[1]
    high = middle + slope / 2 + math.sqrt(slope**2 / 4 + slope * middle + spread**2)
    if part == "discrimination":  # at most the uncertainty, which is greatest at a half
        high = min(high, float(loss.least(np.ones(1), np.array([0.5]))[0]))
    if not high > low:
        return Interval.missing("neither noise nor rows show a spread"), details, floor
    return Interval(low, high, METHOD), details, floor


def uncertainty_interval(score: Score, groups: Groups, level: float) -> Interval:
    """Wilson's interval of the base rate, carried over to the score of stating it."""
    if not groups.hard:
        return Interval.missing("the spread of soft labels takes more than their sums")
    base = min(float(groups.wy.sum()) / groups.weight, 1.0)
    came = float(groups.wwy.sum())
    rest = max(float(groups.ww.sum()) - came, 0.0)
    if too_uneven(float(groups.n), groups.n_effective):
        return Interval.missing(FEW_OF_UNEVEN)
    ends = wilson(base, rows_behind(base, came, rest, groups.weight), level)
    assert ends.low is not None
    assert ends.high is not None
    return Interval(*of_base_rates(score, ends.low, ends.high), "Wilson, of the base rate")


def of_base_rates(score: Score, low: float, high: float) -> tuple[float, float]:
    """Least and greatest score of stating a base rate that lies between two.

    Examples
    --------
    >>> of_base_rates("brier", 0.2, 0.6)  # greatest at one half
    (0.16000000000000003, 0.25)
    """
    rates = np.array([low, high, min(max(0.5, low), high)])
    found = LOSSES[score].least(np.ones(3), rates)
    return float(found.min()), float(found.max())


def _unforeseen(cells: Merged, best: Sums) -> float:
    """Effective outcomes against the odds, as stated or as recalibrated, whichever are more.

    Where a model is sure, its errors make up all that varies, and as many say how many there are.
    """
    stated = _stated(cells)
    row = cells.ww.sum() / cells.w.sum()
    return max(float((cells.w * q * (1 - q)).sum()) for q in (stated, best)) / float(row)


def _stated(cells: Merged) -> Sums:
    """Stated probability of every group."""
    return cells.wp / cells.w


def _best(cells: Merged) -> Sums:
    """Recalibrated probability of every group."""
    return fitted((cells.wy / cells.w)[None], cells.w)[0]


def _steep(cells: Merged) -> Sums:
    """The recalibrated probabilities joined by straight lines."""
    return smoothed(shared(_best, cells), cells.w)


def _freed(truth: Sums, cells: Merged, loss: Loss) -> tuple[float, float]:
    """Mean and deviation of the gain from noise: that at a rising truth, corrected by blocks."""
    drawn = gains(truth, cells, loss, n_draws=N_DRAWS)
    usual = block_gains(truth, cells, loss, n_draws=N_DRAWS)
    mean = float(usual.mean())
    off, chance = shared(_of_blocks, cells, loss) / mean - 1, BEYOND * float(usual.std()) / mean
    times = 1 + math.copysign(math.sqrt(max(off**2 - chance**2, 0.0)), off)
    return times * float(drawn.mean()), times * float(drawn.std())


def _of_blocks(groups: Groups | Merged, loss: Loss) -> float:
    """Sum of the gains of all blocks, each alone, over all weight."""
    blocks = shared(isotonic_blocks, groups.w, groups.wy)
    squares, hits = (np.add.reduceat(each, blocks.start) for each in (groups.ww, groups.wwy))
    return float(gain_of_blocks(blocks.w, blocks.wy, squares, hits, loss).sum() / groups.w.sum())
