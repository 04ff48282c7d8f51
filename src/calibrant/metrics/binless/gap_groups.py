"""Gaps of groups of equal mass, squared: how far by chance, of rows alone and in clusters."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int64
from scipy.special import chdtrc
from torch import Tensor

from calibrant.metrics.binned.equal_mass import bin_of_groups
from calibrant.metrics.inference.blocks import Blocks
from calibrant.metrics.inference.consistency import calibrated_gaps, chance_of
from calibrant.metrics.inference.sign_flips import chance_of_flips, flipped
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.tally import Tally

__all__ = ["GapGroups", "gap_groups"]

LEAST = 1 - 1e-9  # expected of a group: with less the sum of squares is far from chi-squared
NOTHING = 1e-15  # variance of a group, over its weight, that leaves nothing to chance
WRONG = 1e-9  # gap of such a group, over its weight

Sums = Float64[np.ndarray, " group"]


@dataclass(frozen=True, slots=True, eq=False)
class GapGroups:
    """Sums of the rows of every group that leaves something to chance.

    Attributes
    ----------
    of_cell : Int64[Tensor, "cell"]
        Group of every cell of the score grid, among all groups.
    held : Bool[Tensor, "all"]
        Which groups leave something to chance.
    mass, stated, known, gap : Float64[ndarray, "group"]
        Weight, sums of p and of p (1 - p), and what came out less what was stated.
    wrong : bool
        Whether a group that is stated 0 or 1 throughout came out otherwise.
    """

    of_cell: Int64[Tensor, " cell"]
    held: Bool[Tensor, " all"]
    mass: Sums
    stated: Sums
    known: Sums
    gap: Sums
    wrong: bool

    @property
    def number(self) -> int:
        """How many groups say something."""
        return len(self.mass) + self.wrong

    @property
    def squares(self) -> float:
        """Sum of the squared gaps over what they would vary if the rows of a group were alike."""
        return math.inf if self.wrong else float(self._squares(self.gap[:, None])[0])

    @property
    def expect_few(self) -> bool:
        """Whether a group expects less than one of either outcome."""
        return bool((np.minimum(self.stated, self.mass - self.stated) < LEAST).any())

    def by_chi_squared(self, df: float) -> float:
        """Chance of as large a sum of squares from normal gaps; NaN without a degree of freedom."""
        return float(chdtrc(df, self.squares)) if df > 0 else math.nan

    def by_draws(self) -> float:
        """Chance of as large a sum of squares from outcomes that are drawn as stated.

        A weight counts as so many rows.
        """
        if self.wrong or not len(self.mass):
            return 0.0 if self.wrong else math.nan
        drawn = calibrated_gaps(self.mass, self.mass, self.stated, self.known)
        return chance_of(self._squares(drawn), self.squares)

    def by_blocks(self, blocks: Blocks) -> float:
        """Chance of as large a sum of squares from blocks of clusters whose signs are drawn."""
        if self.wrong or not len(self.mass):
            return 0.0 if self.wrong else math.nan
        gaps = np.stack([self._sum(part["wy"] - part["wp"]) for part in blocks.tallies])
        return chance_of_flips(self._squares(flipped(gaps)), self.squares)

    def _squares(self, gap: Float64[np.ndarray, "group draw"]) -> Float64[np.ndarray, " draw"]:
        return (1 / (self.stated * (1 - self.stated / self.mass))) @ gap**2

    def _sum(self, cells: Float64[Tensor, " cell"]) -> Sums:
        return sum_by(self.of_cell, cells, len(self.held))[self.held].numpy()


def gap_groups(tally: Tally, n_groups: int) -> GapGroups | None:
    """Groups of equal weight of the cells of a score grid; None for no rows.

    Examples
    --------
    >>> import calibrant as cal
    >>> from calibrant.statistics.bundle import tally_rows
    >>> from calibrant.statistics.score_grid import ScoreGrid
    >>> rows = cal.events(probs=[0.25] * 4 + [0.75] * 4, outcomes=[1, 1, 0, 0, 1, 1, 1, 0])
    >>> grid = ScoreGrid("positive")
    >>> gap_groups(tally_rows(rows, [grid]).tally_of(grid), 2).gap
    array([1., 0.])
    """
    if not float(tally["w"].sum()) > 0:
        return None
    of_cell = bin_of_groups(tally["w"], n_groups)
    mass, stated, square, came = (
        sum_by(of_cell, tally[name], n_groups) for name in ("w", "wp", "wpp", "wy")
    )
    held = stated * (1 - stated / torch.where(mass > 0, mass, 1)) > NOTHING * mass
    wrong = bool(((came - stated)[~held].abs() > WRONG * mass[~held]).any())
    kept = [each[held].numpy() for each in (mass, stated, stated - square, came - stated)]
    return GapGroups(of_cell, held, *kept, wrong=wrong)
