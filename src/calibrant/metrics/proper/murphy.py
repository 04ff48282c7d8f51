"""Murphy's parts of the Brier score: reliability, resolution and uncertainty."""

import math
from abc import ABC
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, final

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import RowMetric
from calibrant.metrics.binned.in_clusters import error_in_clusters
from calibrant.metrics.bounds import with_bound
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import Blocks, refused
from calibrant.metrics.intervals import Interval
from calibrant.metrics.proper.groups import SUMS, Groups, groups_of_cells, groups_of_rows
from calibrant.metrics.proper.in_clusters import resolution_in_clusters, uncertainty_in_clusters
from calibrant.metrics.proper.murphy_interval import reliability_noise, square_interval_of_groups
from calibrant.metrics.proper.parts_interval import uncertainty_interval
from calibrant.metrics.settings import check_bins, check_view
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.joint import Joint
from calibrant.statistics.score_grid import ScoreGrid, View, coarsen
from calibrant.statistics.tally import Statistic, Tally
from calibrant.statistics.ties import TieMarks

__all__ = ["BrierReliability", "BrierResolution", "BrierUncertainty", "Part"]

Part = Literal["reliability", "resolution", "uncertainty"]
ALONE = "no two rows state the same, so that each is a group; set n_bins to group them"
UNTOLD = "clustered rows, of which blocks keep bins apart; set n_bins to group them"
N_BINS = 15  # of blocks of clusters that tell a base rate alone
SEVERAL = "rows of a cell state several probabilities; set n_bins to group them"


@dataclass(frozen=True, slots=True)
class _MurphyPart(RowMetric, ABC):
    """A part of the Brier score; `details` of the estimate hold the others and the score.

    Parameters
    ----------
    view : "positive" or "top_label", default "positive"
        Event of a row: the positive class of two came out, or the likeliest class is right.
    n_bins : int, optional
        Number of equal-width bins; groups of equal probabilities if None.
    """

    view: View = "positive"
    n_bins: int | None = None
    part: ClassVar[Part]

    def __post_init__(self) -> None:
        check_view(self.view)
        if self.n_bins is not None:
            check_bins(self.n_bins)

    @property
    @final
    def statistic(self) -> Statistic:
        """See `TallyMetric.statistic`."""
        if self.n_bins is not None:
            return ScoreGrid.holding(self.view, self.n_bins)
        return Joint((ScoreGrid(self.view), TieMarks(self.view)))

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        groups = self._summed(tally)[0]
        value = _parts(groups, binned=self.n_bins is not None)[self.part] if groups.n else math.nan
        return torch.tensor(value, dtype=torch.float64)

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names
        groups, bound = self._summed(tally)
        found = self._estimate(groups, level)
        if self.n_bins is not None or not found.n:
            return found
        off = 0.0 if self.part == "uncertainty" else bound
        return with_bound(found, off + groups.rounding)

    @property
    @final
    def block_statistic(self) -> ScoreGrid:
        """See `TallyMetric.block_statistic`: its own bins."""
        return ScoreGrid(self.view, self.n_bins or N_BINS)

    @final
    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`."""
        if not plain.n:
            return plain
        if self.part == "uncertainty":
            return uncertainty_in_clusters(plain, blocks, "brier", level)
        if self.n_bins is None:
            return refused(plain, UNTOLD)
        if self.part == "reliability":
            return error_in_clusters(plain, blocks, self.n_bins, "square", level)
        return resolution_in_clusters(plain, blocks, self.n_bins, level)

    @final
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        if self.n_bins is None:
            groups = groups_of_rows(rows, self.view)
            found = self._estimate(groups, level)
            return replace(found, note=ALONE) if 1 < groups.n == len(groups.w) else found
        tally = tally_rows(rows, [self.statistic]).tally_of(self.statistic)
        return self.estimate(tally, level=level, class_names=rows.class_names)

    def _summed(self, tally: Tally) -> tuple[Groups, float]:
        """Groups of a tally, and how much resolution they may hide at most."""
        statistic = tally.statistic
        if isinstance(statistic, Joint):
            groups = groups_of_cells(*statistic.split(tally))
            hidden = groups.spread[~groups.single].sum()
            return groups, float(hidden) / groups.weight if groups.n else 0.0
        assert self.n_bins is not None
        names = ("count", *SUMS)
        sums = {column: coarsen(tally, column, self.n_bins).numpy() for column in names}
        return Groups(**sums, single=np.zeros(self.n_bins, dtype=bool)).occupied, 0.0

    def _estimate(self, groups: Groups, level: float) -> Estimate:
        if not groups.n:
            method, note = "not available: no rows", "undefined: no rows"
            return Estimate(math.nan, None, None, None, 0, method, note=note)
        parts = _parts(groups, binned=self.n_bins is not None)
        value = parts.pop(self.part)
        noise, floor = dict[str, float](), None
        if self.part == "reliability" and groups.hard:
            floor, noise = reliability_noise(groups, value)
        if self.part == "uncertainty":
            end = uncertainty_interval("brier", groups, level)
        elif self.n_bins is None and not groups.single.all():
            end = Interval.missing(SEVERAL)
        else:
            end = square_interval_of_groups(self.part, groups, level)
        return Estimate(
            *(value, end.low, end.high, level if end.low is not None else None, groups.n),
            end.method,
            noise_floor=floor,
            details={**parts, **noise},
        )


@dataclass(frozen=True, slots=True)
class BrierReliability(_MurphyPart):
    r"""How far stated probabilities lie from what came out, squared, in [0, 1]: 0 is best.

    One of Murphy's parts of the Brier score (0 to 1 form), which is reliability less resolution
    plus uncertainty.

    Rows that state the same probability :math:`p_g` form a group of weight :math:`w_g` (all
    weights sum to 1) in which a share :math:`\bar y_g` came out:

    .. math:: \underbrace{\sum_g w_g (p_g - \bar y_g)^2}_{reliability}
        - \underbrace{\sum_g w_g (\bar y_g - \bar y)^2}_{resolution}
        + \underbrace{\bar y (1 - \bar y)}_{uncertainty}

    Of soft labels uncertainty is their variance. All three lie in [0, 1]. Where hardly two rows
    state the same, each row is a group of its own: reliability is then the Brier score itself,
    and bins, or the isotonic parts, tell more. From a tally, cells of the grid are the groups;
    a cell whose rows state several probabilities counts as one, which the bound allows for. It
    is great where hardly two rows state the same, and does not warn.

    With `n_bins`, rows are grouped by equal-width bins of the probability. Two terms more keep
    the sum exact: the variance of the probabilities within bins less twice their covariance
    with the outcomes; `details` hold them. Rows and tallies agree.

    Parameters
    ----------
    view : "positive" or "top_label", default "positive"
        Event of a row: the positive class of two came out, or the likeliest class is right.
    n_bins : int, optional
        Number of equal-width bins; groups of equal probabilities if None.

    References
    ----------
    .. [1] Murphy. "A New Vector Partition of the Probability Score." Journal of Applied
       Meteorology 12, 1973.
    .. [2] Stephenson, Coelho, Jolliffe. "Two Extra Components in the Brier Score
       Decomposition." Weather and Forecasting 23, 2008.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.25, 0.25, 0.75, 0.75], outcomes=[0, 1, 1, 1])
    >>> found = BrierReliability()(rows)  # came out: .5 and 1, .75 of all
    >>> found.value, found.details["resolution"], found.details["uncertainty"]
    (0.0625, 0.0625, 0.1875)
    >>> found.details["brier"]  # (.0625 + .5625 + .0625 + .0625) / 4
    0.1875
    """

    part: ClassVar[Part] = "reliability"
    higher_is_better: ClassVar[bool | None] = False


@dataclass(frozen=True, slots=True)
class BrierResolution(_MurphyPart):
    r"""How far what came out differs between groups of equal probabilities, squared.

    In [0, uncertainty], higher is better: :math:`\sum_g w_g (\bar y_g - \bar y)^2`. For
    parameters, groups and bins see `BrierReliability`. Where each row is a group of its own it
    equals uncertainty, and says nothing.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.25, 0.25, 0.75, 0.75], outcomes=[0, 1, 1, 1])
    >>> BrierResolution()(rows).value  # .5 and 1 about .75
    0.0625
    """

    part: ClassVar[Part] = "resolution"
    higher_is_better: ClassVar[bool | None] = True


@dataclass(frozen=True, slots=True)
class BrierUncertainty(_MurphyPart):
    r"""Brier score of stating the base rate, :math:`\bar y (1 - \bar y)`, in [0, 1/4].

    It belongs to the rows and not to the model. Of soft labels it is their variance. For
    parameters see `BrierReliability`.

    Examples
    --------
    >>> import calibrant as cal
    >>> BrierUncertainty()(cal.events(probs=[0.5] * 4, outcomes=[0, 1, 1, 1])).value  # .75 * .25
    0.1875
    """

    part: ClassVar[Part] = "uncertainty"
    higher_is_better: ClassVar[bool | None] = None


def _parts(groups: Groups, *, binned: bool) -> dict[str, float]:
    """The score and all its parts, by name."""
    total, brier, uncertainty = groups.weight, groups.squared_error, groups.uncertainty
    came = groups.wy / groups.w
    far = came - float(groups.wy.sum()) / total
    resolution = float((groups.w * far * far).sum()) / total
    parts = {"brier": brier, "resolution": resolution, "uncertainty": uncertainty}
    if not binned:
        return {**parts, "reliability": max(brier - uncertainty + resolution, 0.0)}
    gap = groups.wp / groups.w - came
    variance = float((groups.wpp - groups.wp**2 / groups.w).sum()) / total
    covariance = float((groups.wpy - groups.wp * came).sum()) / total
    return {
        **parts,
        "reliability": float((groups.w * gap * gap).sum()) / total,
        "within_bin_variance": max(variance, 0.0),
        "within_bin_covariance": covariance,
    }
