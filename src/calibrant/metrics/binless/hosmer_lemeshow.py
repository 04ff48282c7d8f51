"""Hosmer and Lemeshow's test of calibration, over groups of equal mass."""

import math
from dataclasses import dataclass
from numbers import Integral
from typing import ClassVar

import torch
from jaxtyping import Float64
from scipy.special import chdtrc
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binless.spiegelhalter import CONSERVATIVE
from calibrant.metrics.binned.equal_mass import bin_of_groups
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.settings import check_view
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["HosmerLemeshow", "HosmerLemeshowP"]

WHY = "not available: a test statistic is its own measure of chance"


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
    the details. A weight counts as so many equal rows. Infinite where a group is stated 0 or 1
    throughout and came out otherwise; a group stated 0 or 1 that is right adds nothing and has no
    degree of freedom.

    References
    ----------
    .. [1] Hosmer, Lemeshow. "Goodness of Fit Tests for the Multiple Logistic Regression Model."
       Communications in Statistics 9, 1980. Hosmer, Lemeshow, Sturdivant. "Applied Logistic
       Regression." 2013: as many degrees of freedom as groups on new rows.

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
    rough: ClassVar[str] = "it tests independent rows"

    def __post_init__(self) -> None:
        _check(self.view, self.n_groups, fitted=self.fitted)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for no rows."""
        return torch.tensor(_chi_squared(tally, self.n_groups)[0], dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; p value and degrees of freedom stand in the details."""
        del level, class_names
        value, n_held = _chi_squared(tally, self.n_groups)
        df = n_held - 2 * self.fitted
        details = {"df": float(df)}
        if df > 0:
            details["p_value"] = _tail(value, df)
        return _estimate(tally, value, details)


@dataclass(frozen=True, slots=True)
class HosmerLemeshowP(TallyMetric):
    """P value of `HosmerLemeshow`, in [0, 1]: small values speak against calibration.

    Undefined where no degree of freedom is left.

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
    rough: ClassVar[str] = "it tests independent rows"

    def __post_init__(self) -> None:
        _check(self.view, self.n_groups, fitted=self.fitted)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where no degree of freedom is left."""
        value, n_held = _chi_squared(tally, self.n_groups)
        df = n_held - 2 * self.fitted
        return torch.tensor(_tail(value, df) if df > 0 else math.nan, dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the statistic stands in the details."""
        del level, class_names
        value, n_held = _chi_squared(tally, self.n_groups)
        details = {"df": float(n_held - 2 * self.fitted), "chi_squared": value}
        return _estimate(tally, float(self.read(tally)), details)


def _check(view: str, n_groups: object, *, fitted: bool) -> None:
    check_view(view)
    least = 3 if fitted else 1
    if n_groups is True or not isinstance(n_groups, Integral) or int(n_groups) < least:
        rule = f"be a whole number, at least {least}"
        raise InputError("n_groups", rule, f"{n_groups!r}", "10 is customary.")


def _chi_squared(tally: Tally, n_groups: int) -> tuple[float, int]:
    """Statistic, and the number of groups that have a variance."""
    w = tally["w"]
    if not float(w.sum()) > 0:
        return math.nan, 0
    group = bin_of_groups(w, n_groups)
    mass, stated, seen = (
        w.new_zeros(n_groups).scatter_add_(0, group, tally[column]) for column in ("w", "wp", "wy")
    )
    variance = stated * (1 - stated / torch.where(mass > 0, mass, 1))
    held = variance > 1e-15 * mass
    gap = seen - stated
    value = float((gap[held].square() / variance[held]).sum())
    if bool((gap[~held].abs() > 1e-9 * mass[~held]).any()):
        return math.inf, int(held.sum()) + 1
    return value, int(held.sum())


def _tail(value: float, df: int) -> float:
    return float(chdtrc(df, value))


def _estimate(tally: Tally, value: float, details: dict[str, float]) -> Estimate:
    n = int(tally["count"].sum())
    if not n:
        why = "not available: no rows"
        return Estimate(math.nan, None, None, None, 0, why, note="undefined: no rows")
    if math.isnan(value):
        note = "undefined: no degree of freedom is left"
    elif math.isinf(value):
        note = "infinite: a group is stated 0 or 1 throughout and came out otherwise"
    else:
        note = "" if hard_labels(tally) else CONSERVATIVE
    return Estimate(value, None, None, None, n, WHY, note=note, details=details)
