"""What blocks of clusters tell of the noise of savings that isotonic recalibration finds."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from calibrant.metrics.inference.block_noise import heavier
from calibrant.metrics.inference.blocks import Blocks
from calibrant.metrics.inference.once import shared
from calibrant.metrics.proper.groups import SUMS, Groups
from calibrant.metrics.proper.isotonic import isotonic_blocks
from calibrant.metrics.proper.losses_of_events import Loss
from calibrant.metrics.proper.merging import Merged

__all__ = ["ClusterNoise", "Inflation", "error_of_mean", "groups_of_blocks", "inflation"]

Sums = Float64[np.ndarray, " group"]
ByBlock = Float64[np.ndarray, "block group"]


@dataclass(frozen=True, slots=True, eq=False)
class ClusterNoise:
    """Sums of blocks of clusters, group by group.

    Attributes
    ----------
    w, wy : Float64[ndarray, "block group"]
        Weight of the rows of every block in every group, and the part of it that came out.
    weight : Float64[ndarray, "block"]
        Weight of all rows of a block.
    n_effective : float
        Number of blocks of equal weight that tell as much.
    """

    w: ByBlock
    wy: ByBlock
    weight: Float64[np.ndarray, " block"]
    n_effective: float

    def error(self, cells: Merged, of_hit: Sums, of_miss: Sums) -> float:
        """Standard error of the mean of what rows save, by group, for both outcomes."""
        w, wy = (np.add.reduceat(each, cells.start, axis=1) for each in (self.w, self.wy))
        return error_of_mean(wy @ of_hit + (w - wy) @ of_miss, self.weight)

    def heavier(self, level: float) -> float:
        """How much wider Student's interval is than the normal one."""
        return heavier(self.n_effective, level)


def groups_of_blocks(blocks: Blocks) -> tuple[Groups, ClusterNoise]:
    """Cells of the score grids of all blocks as groups, and the blocks group by group."""
    total = blocks.total
    held: Bool[np.ndarray, " cell"] = (total["count"] > 0).numpy()
    sums = {column: total[column].numpy()[held] for column in ("count", *SUMS)}
    groups = Groups(**sums, single=np.ones(len(sums["w"]), dtype=bool))
    w, wy = (
        np.stack([part[name].numpy()[held] for part in blocks.tallies]) for name in ("w", "wy")
    )
    return groups, ClusterNoise(w, wy, blocks.weight, blocks.n_effective)


def error_of_mean(
    sums: Float64[np.ndarray, " block"], weight: Float64[np.ndarray, " block"]
) -> float:
    r"""Standard error of a mean of rows whose sums are told by block.

    With :math:`e_m = (S_m - w_m \bar s) / W` it is the root of
    :math:`\sum_m e_m^2 / (1 - \sum_m (w_m / W)^2)`.

    Examples
    --------
    >>> error_of_mean(np.array([1.0, 3.0]), np.ones(2))  # 1 and 3: half their difference
    1.0
    """
    share = weight / weight.sum()
    off = sums / weight.sum() - share * (sums.sum() / weight.sum())
    return math.sqrt(float(off @ off) / (1 - float(share @ share)))


@dataclass(frozen=True, slots=True)
class Inflation:
    """How much more than of independent rows noise gains.

    Attributes
    ----------
    mean : float
        Of the mean gain, as a factor; at least 1: clusters do not scatter less.
    extra : float
        Variance of the gain beyond that of independent rows, as much inflated.
    doubt : float
        Standard error of the factor, over it.
    """

    mean: float
    extra: float
    doubt: float

    def of(self, mean: float, deviation: float) -> tuple[float, float]:
        """Mean and deviation of a gain, from those of independent rows."""
        own, unsure = self.mean * deviation, self.doubt * self.mean * mean
        return self.mean * mean, math.sqrt(own**2 + self.extra + unsure**2)

    def of_draws(self, gains: Float64[np.ndarray, " draw"]) -> Float64[np.ndarray, " draw"]:
        """Draws of a gain, from those of independent rows."""
        usual, spread = float(gains.mean()), float(gains.std())
        mean, deviation = self.of(usual, spread)
        return mean + (gains - usual) * (deviation / spread if spread > 0 else 1.0)


def inflation(noise: ClusterNoise, cells: Merged, loss: Loss, *, against_base: bool) -> Inflation:
    r"""How much more than of independent rows noise gains.

    Notes
    -----
    The mean gain is an integral of the variance that noise gives the blocks of the regression (see
    `part_interval`), whether groups depend on each other or not. With :math:`r_m` what came out
    beyond the recalibrated probabilities, by block of the regression, of block m of clusters, the
    covariance :math:`C = \sum_m r_m r_m'`, and M of :math:`\kappa_b / w_b`, half the curvature of
    the least loss over the weight, it grows by :math:`\mathrm{tr}\,M C` over the same of single
    rows. Against the base rate M is less by what that gains. What fixed blocks gain together has
    the variance :math:`2\,\mathrm{tr}\,(M C)^2 / W^2`, which m blocks of clusters overstate by
    :math:`2\,(\mathrm{tr}\,M C)^2 / m W^2`. That of a regression scatters less, so that only what
    C has beyond independent rows is added to the variance of draws: mostly one number, as
    clusters are good or bad as a whole.
    """
    found = shared(isotonic_blocks, cells.w, cells.wy)
    starts = cells.start[found.start]
    w, wy = (np.add.reduceat(each, starts, axis=1) for each in (noise.w, noise.wy))
    ww, wwy = (np.add.reduceat(each, found.start) for each in (cells.ww, cells.wwy))
    share, row, total = found.wy / found.w, ww / found.w, float(found.w.sum())
    gain = np.diag(loss.bend((found.wy + row / 2) / (found.w + row)) / found.w)
    if against_base:
        gain -= loss.bend(found.wy.sum(keepdims=True) / total) / total
    rest, number = wy - w * share, len(w)
    alone = gain * (wwy * (1 - share) ** 2 + (ww - wwy) * share**2)
    joint = gain @ (rest.T @ rest)
    seen, usual = float(np.trace(joint)), float(np.trace(alone))
    if not usual > 0:
        return Inflation(1.0, 0.0, 0.0)
    mean = max(1.0, seen / usual)
    square = max(0.0, float((joint * joint.T).sum()) - seen**2 / number) * number / (number + 1)
    apart = float((alone * alone.T).sum())
    extra = 2 * max(0.0, square - mean**2 * apart) / total**2
    return Inflation(mean, extra, math.sqrt(2 * max(square, apart) / number) / seen)
