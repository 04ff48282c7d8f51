"""Difference of two numbers that jump as rows come and go: a bootstrap over blocks of rows."""

import math

import numpy as np
import torch
from jaxtyping import Float64
from numpy import ndarray
from scipy.sparse import csr_array, vstack

from calibrant.comparison.by_blocks import dealt, n_blocks_of
from calibrant.comparison.difference import Difference, students, unsure
from calibrant.comparison.pair import Pair
from calibrant.comparison.pair_blocks import PairBlocks
from calibrant.metrics.base import MemoryMetric, TallyMetric
from calibrant.prediction.rows import Rows
from calibrant.statistics.blocks import MOST_BLOCKS
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.tally import Tally

__all__ = ["difference_by_resampling"]

METHOD = "bootstrap over blocks of rows, paired (t)"
OF_CLUSTERS = "bootstrap over blocks of clusters, paired (t)"
N_REPLICATES = 400
SEED = 20_240_229  # any would do; a fixed one gives the same digits everywhere
TOGETHER = 16  # replicates whose sums are held at once
Weights = Float64[ndarray, "replicate block"]
Values = Float64[ndarray, " replicate"]

UNDEFINED = "in some replicates of the rows the value of one is undefined"
STILL = "no replicate of the rows moves one more than the other"


def difference_by_resampling(
    metric: TallyMetric | MemoryMetric, value: float, pair: Pair, level: float
) -> Difference:
    r"""Value of the first model less that of the second, of a metric that no gradient tells.

    Best and fixed thresholds, shares of the top and medians jump as one row comes or goes, so that
    leaving rows out tells nothing of their variance, and drawing rows anew does. Rows, or
    clusters, fall into at most 200 blocks; in each of 400 replicates every block has an
    exponential weight, the same for both models. The standard error is the deviation of the
    replicates' differences times :math:`\sqrt{(m + 1) / (m - 1)}`, since m such weights scatter by
    that much less than m rows do; the interval and the p value are Student's.

    References
    ----------
    .. [1] Rubin. "The Bayesian Bootstrap." Annals of Statistics 9, 1981. Praestgaard, Wellner.
       "Exchangeably Weighted Bootstraps of the General Empirical Process." Annals of
       Probability 21, 1993.
    """
    n_blocks = MOST_BLOCKS
    if isinstance(metric, TallyMetric):
        n_blocks = n_blocks_of(metric.statistic, pair.a.n_classes)
    blocks = dealt(pair, n_blocks)
    if isinstance(blocks, str):
        return unsure(value, pair.n, pair.n_effective, blocks)
    drawn = replicates(metric, blocks)
    if not np.isfinite(drawn).all():
        return unsure(value, pair.n, pair.n_effective, UNDEFINED)
    m, freedom = len(blocks), blocks.n_effective - 1
    error = float(drawn.std(ddof=1)) * math.sqrt((m + 1) / (m - 1))
    if error <= 1e-13 * max(1.0, abs(value)):
        return unsure(value, pair.n, pair.n_effective, STILL)
    method = METHOD if pair.units is None else OF_CLUSTERS
    n, n_effective = pair.n, pair.n_effective
    return students(value, error, freedom, n=n, n_effective=n_effective, level=level, method=method)


def replicates(
    metric: TallyMetric | MemoryMetric, blocks: PairBlocks
) -> Float64[ndarray, " replicate"]:
    """Differences of the values of both models where blocks have other weights."""
    generator = np.random.Generator(np.random.PCG64(SEED))
    weight = generator.standard_exponential((N_REPLICATES, len(blocks)))

    def of(rows: Rows) -> Values:
        if isinstance(metric, TallyMetric):
            return _of_sums(metric, blocks, rows, weight)
        return _of_rows(metric, blocks, rows, weight)

    return of(blocks.a) - of(blocks.b)


def _of_sums(metric: TallyMetric, blocks: PairBlocks, rows: Rows, weight: Weights) -> Values:
    """Values of replicates of a tally, read side by side."""
    statistic = metric.statistic
    n_columns, *buckets = statistic.zero(rows.n_classes).table.shape
    parts = [tally_rows(part, [statistic]).tally_of(statistic).table for part in blocks.each(rows)]
    sparse = vstack([csr_array(part.reshape(1, -1).numpy()) for part in parts], format="csr")
    found: list[Values] = []
    for start in range(0, len(weight), TOGETHER):
        sums = np.asarray(weight[start : start + TOGETHER] @ sparse)
        table = torch.from_numpy(sums).reshape(len(sums), n_columns, *buckets).transpose(0, 1)
        found.append(metric.read(Tally(statistic, table)).double().numpy())
    return np.concatenate(found)


def _of_rows(metric: MemoryMetric, blocks: PairBlocks, rows: Rows, weight: Weights) -> Values:
    """Values of rows with other weights."""
    own, block = rows.weight(), torch.from_numpy(blocks.block)
    others = (own * torch.from_numpy(each)[block].to(own.device) for each in weight)
    return np.array([float(metric(rows.reweighted(other))) for other in others])
