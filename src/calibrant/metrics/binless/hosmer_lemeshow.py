"""Hosmer and Lemeshow's test of calibration, over groups of equal mass."""

import math
from dataclasses import dataclass, replace
from numbers import Integral
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binless.gap_groups import gap_groups
from calibrant.metrics.binless.spiegelhalter import CONSERVATIVE, OF_ROWS, too_few
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS, Blocks
from calibrant.metrics.settings import check_view
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["HosmerLemeshow", "HosmerLemeshowP"]

WHY = "not available: a test statistic is its own measure of chance"
DRAWN = "p value of outcomes drawn as stated: a group expects less than one of either"
ROUGH = "rough p value: a group expects less than one of either outcome"
WRONG = "infinite: a group is stated 0 or 1 throughout and came out otherwise"
SURE = "no p value: every group is stated 0 or 1 throughout"
NO_DEGREE = "undefined: no degree of freedom is left"
FITTED = "no p value of clusters that the model was fitted to"
NO_ROWS = Estimate(
    math.nan, None, None, None, 0, "not available: no rows", note="undefined: no rows"
)


@dataclass(frozen=True, slots=True)
class HosmerLemeshow(TallyMetric):
    r"""Hosmer and Lemeshow's chi-squared statistic, at least 0.

    .. math:: \sum_g \frac{(O_g - E_g)^2}{E_g (1 - E_g / n_g)}

    Rows are sorted by score into groups of equal weight; O counts what came out, E what was
    stated, n the rows. A cell of the score grid, and so a tie, is never split: it joins the group
    that holds the middle of its weight. Groups may stay empty.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.
    n_groups : int, default 10
        Number of groups.
    fitted : bool, default False
        Whether the model was fitted to these very rows: two degrees of freedom less than groups.
        On other rows, the default, there are as many as groups.

    Notes
    -----
    Under calibration near chi-squared; the ``p_value`` and the degrees of freedom ``df`` stand in
    the details. Where a group expects less than one of either outcome it is far from chi-squared,
    whose ``p_value_chi_squared`` then stands beside a ``p_value`` of 4,096 draws of outcomes as
    stated; on the rows of the fit it is kept, and a note calls it rough. A weight counts as so many
    equal rows. Of rows in clusters the p value is that of blocks whose signs are drawn, see
    `calibrant.metrics.inference.sign_flips`; there is none on the rows of the fit. Infinite where a
    group is stated 0 or 1 throughout and came out otherwise; a group stated 0 or 1 that is right
    adds nothing and has no degree of freedom.

    References
    ----------
    .. [1] Hosmer, Lemeshow. "Goodness of Fit Tests for the Multiple Logistic Regression Model."
       Communications in Statistics 9, 1980. Hosmer, Lemeshow, Sturdivant. "Applied Logistic
       Regression." 2013: as many degrees of freedom as groups on new rows. Cochran. "Some Methods
       for Strengthening the Common Chi-Squared Tests." Biometrics 10, 1954: expectations below one.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.2] * 5 + [0.8] * 5, labels=[1, 1, 0, 0, 0, 1, 1, 1, 1, 0])
    >>> round(HosmerLemeshow(n_groups=2)(rows).value, 4)  # (2 - 1)^2 / .8 + (4 - 4)^2 / .8
    1.25
    """

    view: View = "positive"
    n_groups: int = 10
    fitted: bool = False
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        _check(self.view, self.n_groups, fitted=self.fitted)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for no rows."""
        found = _found(tally, self.n_groups, fitted=self.fitted)
        return torch.tensor(found.value if found else math.nan, dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; p value and degrees of freedom stand in the details."""
        del level, class_names
        found = _found(tally, self.n_groups, fitted=self.fitted)
        return found.estimate(tally, found.value, p_value=found.p_value) if found else NO_ROWS

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`: the value as it is, and the p value of clusters."""
        del level
        if math.isnan(float(plain)):
            return plain
        p_value, why = _in_clusters(blocks, self.n_groups, fitted=self.fitted)
        details = {"n_clusters": blocks.n_effective} | ({} if why else {"p_value": p_value})
        return replace(plain, note=why or OF_ROWS, details=details)


@dataclass(frozen=True, slots=True)
class HosmerLemeshowP(TallyMetric):
    """P value of `HosmerLemeshow`, in [0, 1]: small values speak against calibration.

    By chi-squared, by draws or by blocks of clusters, as `HosmerLemeshow` says. Undefined where no
    degree of freedom is left.

    Parameters
    ----------
    view, n_groups, fitted
        As for `HosmerLemeshow`.

    References
    ----------
    .. [1] As for `HosmerLemeshow`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.2] * 5 + [0.8] * 5, labels=[1, 1, 0, 0, 0, 1, 1, 1, 1, 0])
    >>> round(HosmerLemeshowP(n_groups=2)(rows).value, 4)  # of two degrees: exp(-1.25 / 2)
    0.5353
    """

    view: View = "positive"
    n_groups: int = 10
    fitted: bool = False
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        _check(self.view, self.n_groups, fitted=self.fitted)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where no degree of freedom is left."""
        found = _found(tally, self.n_groups, fitted=self.fitted)
        return torch.tensor(found.p_value if found else math.nan, dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the statistic stands in the details."""
        del level, class_names
        found = _found(tally, self.n_groups, fitted=self.fitted)
        return found.estimate(tally, found.p_value, chi_squared=found.value) if found else NO_ROWS

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`: of blocks whose signs are drawn."""
        del level
        if math.isnan(float(plain)):
            return plain
        value, why = _in_clusters(blocks, self.n_groups, fitted=self.fitted)
        details = {"chi_squared": plain.details["chi_squared"], "n_clusters": blocks.n_effective}
        return replace(plain, value=value, note=why and f"undefined: {why}", details=details)


def _check(view: str, n_groups: object, *, fitted: bool) -> None:
    check_view(view)
    least = 3 if fitted else 1
    if n_groups is True or not isinstance(n_groups, Integral) or int(n_groups) < least:
        rule = f"be a whole number, at least {least}"
        raise InputError("n_groups", rule, f"{n_groups!r}", "10 is customary.")


@dataclass(frozen=True, slots=True)
class _Found:
    """Statistic, its degrees of freedom and its p value: NaN where there is none."""

    value: float
    df: float
    p_value: float
    note: str
    by_chi_squared: float | None = None

    def estimate(self, tally: Tally, value: float, **beside: float) -> Estimate:
        """Estimate of one of the numbers, with others beside."""
        n = int(tally["count"].sum())
        details = {"df": self.df} | {k: v for k, v in beside.items() if not math.isnan(v)}
        if self.by_chi_squared is not None:
            details["p_value_chi_squared"] = self.by_chi_squared
        note = NO_DEGREE if math.isnan(value) else self.note
        if note == WRONG and math.isfinite(value):
            note = f"the statistic is {WRONG}"
        if not hard_labels(tally):
            note = f"{note}; {CONSERVATIVE}" if note else CONSERVATIVE
        return Estimate(value, None, None, None, n, WHY, note=note, details=details)


def _found(tally: Tally, n_groups: int, *, fitted: bool) -> _Found | None:
    """What the groups of rows say; None for no rows."""
    groups = gap_groups(tally, n_groups)
    if groups is None:
        return None
    df = float(groups.number - 2 * fitted)
    usual = groups.by_chi_squared(df)
    if groups.wrong:
        return _Found(math.inf, df, usual, WRONG)
    if math.isnan(usual) or not groups.expect_few:
        return _Found(groups.squares, df, usual, "")
    if fitted:
        return _Found(groups.squares, df, usual, ROUGH)
    return _Found(groups.squares, df, groups.by_draws(), DRAWN, usual)


def _in_clusters(blocks: Blocks, n_groups: int, *, fitted: bool) -> tuple[float, str]:
    """P value of rows in clusters, and why there is none."""
    groups = gap_groups(blocks.total, n_groups)
    if blocks.n_effective < FEWEST_CLUSTERS:
        return math.nan, too_few(blocks)
    if fitted or groups is None or not groups.number:
        return math.nan, FITTED if fitted else SURE
    return groups.by_blocks(blocks), ""
