"""Difference of two numbers that move smoothly with the rows: a jackknife over blocks of rows."""

import numpy as np
import torch

from calibrant.comparison.by_influence import UNMOVED, difference_by_units
from calibrant.comparison.difference import Difference, unsure
from calibrant.comparison.pair import Pair
from calibrant.comparison.pair_blocks import PairBlocks, blocks_of_pair
from calibrant.metrics.base import MemoryMetric, Metric, TallyMetric
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS
from calibrant.metrics.inference.remainders import less
from calibrant.prediction.rows import Rows
from calibrant.statistics.blocks import FEWEST_BLOCKS, Blocked
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.tally import Statistic

__all__ = ["dealt", "difference_by_blocks", "n_blocks_of"]

METHOD = "jackknife over blocks of rows, paired (t)"
OF_CLUSTERS = "jackknife over blocks of clusters, paired (t)"
IN_MEMORY = 40  # blocks where every value is found from the rows anew
WHOLE = "it is a mean over whole images, which blocks of rows would cut"
LARGE = "its sums are too large to be kept by block of rows"
ROUNDING = 1e-14  # of values, or of their differences
UNDEFINED = "without some of the rows the value of one is undefined"


def difference_by_blocks(
    metric: TallyMetric | MemoryMetric, value: float, pair: Pair, level: float
) -> Difference:
    r"""Value of the first model less that of the second, of any metric that is smooth in the rows.

    Rows, or clusters, fall into at most 200 blocks; into 40 where no sums tell the metric, which is
    then evaluated anew for each. With :math:`\delta_{-b}` the difference over all rows but those of
    block b, and m blocks, the variance is
    :math:`\frac{m - 1}{m} \sum_b (\delta_{-b} - \bar\delta)^2`. Both models lose the same rows, so
    that what they have in common cancels. Degrees of freedom are Satterthwaite's.

    References
    ----------
    .. [1] Kott. "Delete-a-Group Jackknife." Journal of Official Statistics 17, 2001. Shao, Tu. "The
       Jackknife and Bootstrap." Springer, 1995, chapter 2: when it is consistent.
    """
    n_blocks = IN_MEMORY
    if isinstance(metric, TallyMetric):
        if any(leaf.whole for leaf in metric.statistic.leaves()):
            return unsure(value, pair.n, pair.n_effective, WHOLE)
        n_blocks = n_blocks_of(metric.statistic, pair.a.n_classes)
    blocks = dealt(pair, n_blocks)
    if isinstance(blocks, str):
        return unsure(value, pair.n, pair.n_effective, blocks)
    of = _left_of_sums if isinstance(metric, TallyMetric) else _left_of_rows
    first, second = (np.array(of(metric, blocks, rows)) for rows in (blocks.a, blocks.b))
    left = first - second
    if not np.isfinite(left).all():
        return unsure(value, pair.n, pair.n_effective, UNDEFINED)
    m = len(blocks)
    moved = np.sqrt((m - 1) / m) * (left.mean() - left)
    if np.abs(moved).max() <= ROUNDING * max(1.0, np.abs(first).max()):
        return unsure(value, pair.n, pair.n_effective, UNMOVED)
    method = METHOD if pair.units is None else OF_CLUSTERS
    return difference_by_units(value, moved, pair, level, method)


def n_blocks_of(statistic: Statistic, n_classes: int) -> int:
    """Blocks of which sums can be kept."""
    return min(Blocked(leaf).n_blocks(n_classes) for leaf in statistic.leaves())


def dealt(pair: Pair, n_blocks: int) -> PairBlocks | str:
    """Blocks of the rows of a pair, or why these tell nothing."""
    if n_blocks < FEWEST_BLOCKS:
        return LARGE
    blocks = blocks_of_pair(pair, n_blocks)
    if blocks.n_effective >= FEWEST_CLUSTERS:
        return blocks
    what = "rows" if pair.units is None else "clusters"
    number = f"{blocks.n_effective:.1f} of equal weight"
    return f"too few {what}, {number}: fewer than {FEWEST_CLUSTERS}"


def _left_of_sums(metric: Metric, blocks: PairBlocks, rows: Rows) -> list[float]:
    """Value of one model over all blocks but each, from sums less those of one."""
    assert isinstance(metric, TallyMetric)
    statistic = metric.statistic
    total = tally_rows(rows, [statistic]).tally_of(statistic)
    parts = (tally_rows(part, [statistic]).tally_of(statistic) for part in blocks.each(rows))
    return [float(metric.read(less(total, part))) for part in parts]


def _left_of_rows(metric: Metric, blocks: PairBlocks, rows: Rows) -> list[float]:
    """The same from the rows that are left."""
    block = torch.from_numpy(blocks.block).to(rows.device)
    return [float(metric(rows.take(block != number))) for number in range(len(blocks))]
