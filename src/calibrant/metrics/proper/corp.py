"""CORP: any proper score as miscalibration less discrimination plus uncertainty."""

import math
from abc import ABC
from dataclasses import dataclass, replace
from typing import ClassVar, final

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import RowMetric
from calibrant.metrics.bounds import from_grid
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS, Blocks, too_few_clusters
from calibrant.metrics.inference.once import shared
from calibrant.metrics.proper.cluster_noise import groups_of_blocks
from calibrant.metrics.proper.groups import Groups, groups_of_cells, groups_of_rows
from calibrant.metrics.proper.in_clusters import counted, uncertainty_in_clusters
from calibrant.metrics.proper.isotonic import best_case, isotonic_blocks
from calibrant.metrics.proper.losses_of_events import LOSSES, Score
from calibrant.metrics.proper.parts_interval import Part, part_interval
from calibrant.metrics.proper.scores import NegativeLogLikelihood
from calibrant.metrics.proper.spherical import Direction
from calibrant.metrics.proper.top_label import OfTopLabel
from calibrant.metrics.settings import check_choice, check_view
from calibrant.prediction.rows import Rows
from calibrant.statistics.joint import Joint
from calibrant.statistics.moments import Moments, RowScore
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally
from calibrant.statistics.ties import TieMarks

__all__ = ["Discrimination", "Miscalibration", "Part", "Score", "Uncertainty"]

Sums = Float64[np.ndarray, " group"]

N_BINS = 15  # of blocks of clusters that tell a base rate alone
ROW_SCORES: dict[Score, RowScore] = {"log_loss": NegativeLogLikelihood(), "spherical": Direction()}


@dataclass(frozen=True, slots=True)
class _IsotonicPart(RowMetric, ABC):
    """A part of a proper score; `details` of the estimate hold the others and the score.

    Parameters
    ----------
    score : "brier", "log_loss" or "spherical", default "brier"
        What is taken apart.
    view : "positive" or "top_label", default "positive"
        Event of a row: the positive class of two came out, or the likeliest class is right.
    """

    score: Score = "brier"
    view: View = "positive"
    part: ClassVar[Part]

    def __post_init__(self) -> None:
        check_choice("score", self.score, tuple(LOSSES))
        check_view(self.view)

    @property
    @final
    def statistic(self) -> Joint:
        """See `TallyMetric.statistic`."""
        grid = ScoreGrid(self.view), TieMarks(self.view)
        score = self._row_score
        return Joint(grid if score is None else (*grid, Moments(score)))

    @property
    def _row_score(self) -> RowScore | None:
        """Score of the row whose mean is taken apart; None where the grid holds it."""
        score = ROW_SCORES.get(self.score)
        return OfTopLabel(score) if score is not None and self.view == "top_label" else score

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        groups = groups_of_cells(*self._cells(tally))
        stated, _ = self._stated(tally, groups)
        value = self._parts(groups, stated)[self.part] if groups.n else math.nan
        return torch.tensor(value, dtype=torch.float64)

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names
        groups = shared(groups_of_cells, *self._cells(tally))
        stated, infinite = self._stated(tally, groups)
        found = self._estimate(groups, stated, level, infinite)
        if not found.n:
            return found
        bound = groups.rounding * max(1.0, min(stated, 1e3))
        if self.part != "uncertainty":
            most = min(self._recalibrated(groups.w, groups.wy), stated)
            bound += max(most - self._recalibrated(*best_case(groups)), 0.0)
        return from_grid(found, bound, f"{self.part} of {self.score}")

    @property
    @final
    def block_statistic(self) -> ScoreGrid:
        """See `TallyMetric.block_statistic`: without scores of rows."""
        return ScoreGrid(self.view, N_BINS) if self.part == "uncertainty" else ScoreGrid(self.view)

    @final
    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`."""
        if not plain.n:
            return plain
        if self.part == "uncertainty":
            return uncertainty_in_clusters(plain, blocks, self.score, level)
        bare = counted(plain, blocks)
        if blocks.n_effective < FEWEST_CLUSTERS:
            return too_few_clusters(bare, blocks)
        groups, clusters = shared(groups_of_blocks, blocks)
        value = float(plain)
        end, noise, floor = part_interval(
            self.part, self.score, groups, value, level, clusters=clusters
        )
        found = end.low is not None
        return replace(
            bare,
            low=end.low,
            high=end.high,
            level=level if found else None,
            method=f"clusters: {end.method}, noise of blocks" if found else end.method,
            noise_floor=floor,
            details={**bare.details, **noise},
        )

    @final
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        groups, score = shared(groups_of_rows, rows, self.view), self._row_score
        if score is None:
            return self._estimate(groups, groups.expected_squared_error, level)
        scores, weight = score.of(rows), rows.weight()
        mean = float((weight * scores).sum() / weight.sum())
        return self._estimate(groups, self._loss(mean), level, int(scores.isinf().sum()))

    def _cells(self, tally: Tally) -> tuple[Tally, Tally]:
        """Sums of the cells, and which of them hold ties."""
        grid, marks, *_ = self.statistic.split(tally)
        return grid, marks

    def _stated(self, tally: Tally, groups: Groups) -> tuple[float, int]:
        """The loss as it stands, and the number of rows that make it infinite."""
        _, _, *moments = self.statistic.split(tally)
        if not moments or not groups.n:
            return groups.expected_squared_error if groups.n else math.nan, 0
        infinite = int(moments[0]["infinite_count"])
        mean = math.inf if infinite else float(moments[0]["wv"] / moments[0]["w"])
        return self._loss(mean), infinite

    def _loss(self, mean: float) -> float:
        """Mean score, turned so that less is better."""
        return 1 - mean if self.score == "spherical" else mean

    def _recalibrated(self, w: Sums, wy: Sums) -> float:
        """Mean loss of hard labels, once recalibrated."""
        blocks = shared(isotonic_blocks, w, wy)
        return float(LOSSES[self.score].least(blocks.w, blocks.wy).sum()) / float(w.sum())

    def _parts(self, groups: Groups, stated: float) -> dict[str, float]:
        """The score and all its parts, by name."""
        recalibrated = self._recalibrated(groups.w, groups.wy)
        recalibrated = min(recalibrated, stated)  # leaving all as it is rises too
        whole = groups.w.sum(keepdims=True), groups.wy.sum(keepdims=True)
        base = float(LOSSES[self.score].least(*whole)[0]) / groups.weight
        # soft labels add their own spread to every squared error alike
        shift = groups.squared_error - groups.expected_squared_error
        shift = shift if self.score == "brier" else 0.0
        return {
            self.score: self._loss(stated + shift),
            "miscalibration": stated - recalibrated,
            "discrimination": max(base - recalibrated, 0.0),
            "uncertainty": max(base + shift, 0.0),
        }

    def _estimate(self, groups: Groups, stated: float, level: float, infinite: int = 0) -> Estimate:
        if not groups.n:
            method, note = "not available: no rows", "undefined: no rows"
            return Estimate(math.nan, None, None, None, 0, method, note=note)
        parts = self._parts(groups, stated)
        value, note = parts.pop(self.part), ""
        if math.isinf(value):
            note = f"infinite: {infinite} of {groups.n} rows give probability 0 to what came out"
        end, noise, floor = part_interval(self.part, self.score, groups, value, level)
        return Estimate(
            *(value, end.low, end.high, level if end.low is not None else None, groups.n),
            end.method,
            noise_floor=floor,
            note=note,
            details={**parts, **noise},
        )


@dataclass(frozen=True, slots=True)
class Miscalibration(_IsotonicPart):
    r"""What recalibration would save of a proper score, at least 0, lower is better.

    One of the CORP parts of the score, which is miscalibration less discrimination plus
    uncertainty. With :math:`\hat q`, the rising function of the stated probability that scores
    best on these rows (isotonic regression; ties have one value), and the base rate
    :math:`\bar y`:

    .. math:: MCB = S(p) - S(\hat q), \quad DSC = S(\bar y) - S(\hat q), \quad UNC = S(\bar y)

    None is negative. Miscalibration is what recalibration would save, discrimination what the
    ranking is worth, uncertainty what is lost without a model. There are no bins to choose.
    Fitted and scored on the same rows, both of the first two read too high: of a perfectly
    calibrated model miscalibration falls to 0 only as the rows grow. The Brier score is the 0 to
    1 form, log loss in nats (0 log 0 is 0, so that recalibrated 0 and 1 stay finite), and of the
    spherical score 1 less the score is taken apart.

    From a tally, rows of a cell count as ties, and the score itself is exact. The true
    recalibrated score lies between that of the cells and that of the best case, in which each
    cell ranks its negatives below its positives: their distance is the bound. Cells of which
    all rows state one probability are ties in truth.

    Parameters
    ----------
    score : "brier", "log_loss" or "spherical", default "brier"
        What is taken apart.
    view : "positive" or "top_label", default "positive"
        Event of a row: the positive class of two came out, or the likeliest class is right.

    References
    ----------
    .. [1] Dimitriadis, Gneiting, Jordan. "Stable Reliability Diagrams for Probabilistic
       Classifiers." PNAS 118, 2021.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.2, 0.4, 0.6], outcomes=[0, 1, 0])  # recalibrated 0, .5, .5
    >>> found = Miscalibration()(rows)
    >>> round(found.value, 6)  # (.04 + .36 + .36 - .25 - .25) / 3
    0.086667
    >>> round(found.details["discrimination"], 6)  # 2/9 - 1/6
    0.055556
    """

    part: ClassVar[Part] = "miscalibration"
    higher_is_better: ClassVar[bool | None] = False


@dataclass(frozen=True, slots=True)
class Discrimination(_IsotonicPart):
    r"""What the ranking saves of a proper score against the base rate, once recalibrated.

    :math:`S(\bar y) - S(\hat q)`, from 0 to the uncertainty, higher is better; it does not change
    when the probabilities are recalibrated by a rising function. For parameters, bias and tallies
    see `Miscalibration`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.2, 0.4, 0.6, 0.8], outcomes=[0, 0, 1, 1])
    >>> Discrimination()(rows).value  # all of it: the ranking is perfect
    0.25
    """

    part: ClassVar[Part] = "discrimination"
    higher_is_better: ClassVar[bool | None] = True


@dataclass(frozen=True, slots=True)
class Uncertainty(_IsotonicPart):
    r"""A proper score of stating the base rate :math:`\bar y` of these rows, at least 0.

    It belongs to the rows and not to the model: :math:`\bar y (1 - \bar y)` for the Brier score,
    the entropy for log loss. For parameters see `Miscalibration`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.5, 0.5], outcomes=[0, 1])
    >>> round(Uncertainty("log_loss")(rows).value, 6)  # ln 2
    0.693147
    """

    part: ClassVar[Part] = "uncertainty"
    higher_is_better: ClassVar[bool | None] = None
