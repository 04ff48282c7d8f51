"""How many rows show a paired difference of two models, and what difference some rows show."""

import math
from dataclasses import asdict, dataclass

import torch
from scipy.special import ndtri

from calibrant.comparison.same_rows import check_same_rows
from calibrant.errors import InputError
from calibrant.metrics.base import LEVEL, Metric
from calibrant.metrics.means import MeanScore
from calibrant.metrics.resolving import resolve
from calibrant.metrics.settings import checked_level
from calibrant.prediction.base import Predictions

__all__ = ["DifferencePlan", "plan_difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferencePlan:
    """Rows, and the difference in a mean score that they show. Printing gives sentences.

    Attributes
    ----------
    metric : str
        Mean score that is compared.
    difference : float
        Size of the true difference.
    n : int
        Rows, scored by both models.
    power : float
        Chance that a test at 1 - `level` then shows a difference.
    level : float
        Coverage of the interval of the difference.
    spread : float
        Standard deviation of the rows' own differences in the pilot.
    n_pilot : int
        Rows of the pilot.
    n_effective : float
        Rows of equal weight that tell as much as the pilot's.
    """

    metric: str
    difference: float
    n: int
    power: float
    level: float
    spread: float
    n_pilot: int
    n_effective: float

    @property
    def words(self) -> str:
        """The plan as sentences."""
        return (
            f"{self.n:,} rows, scored by both models, show a true difference of "
            f"{self.difference:.3g} in {self.metric} with a chance of {100 * self.power:g} % "
            f"(test at {100 * (1 - self.level):.3g} %). The differences of the pilot's "
            f"{self.n_pilot:,} rows have a standard deviation of {self.spread:.3g}."
        )

    def __str__(self) -> str:
        return self.words

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {**asdict(self), "words": self.words}


def plan_difference(
    a: Predictions,
    b: Predictions,
    metric: str | Metric = "log_loss",
    *,
    difference: float | None = None,
    n: int | None = None,
    power: float = 0.8,
    level: float = LEVEL,
) -> DifferencePlan:
    r"""Rows that show a given difference of two models, or the least one that `n` rows show.

    For models that score the same rows: with :math:`s` the standard deviation of the rows' own
    differences in a pilot, a true difference :math:`d` is shown by n rows with chance `power`
    where :math:`d = (z_{(1 + level)/2} + z_{power}) \, s / \sqrt n`.

    Parameters
    ----------
    a, b : Predictions
        Two models' probabilities for the same rows of a pilot, in the same order.
    metric : str or Metric, default "log_loss"
        A mean of scores of rows, such as log_loss, brier or accuracy.
    difference : float, optional
        True difference to be shown, above 0; give this or neither.
    n : int, optional
        Rows to come; without it, and without `difference`, as many as the pilot has.
    power : float, default 0.8
        Chance to show it, in (0.5, 1).
    level : float, default 0.95
        Coverage of the interval of the difference.

    Raises
    ------
    InputError
        If the rows are not the same, come in clusters, or have scores that are infinite or differ
        alike; or the metric is no mean of scores of rows.

    References
    ----------
    .. [1] Chow, Shao, Wang, Lokhnygina. "Sample Size Calculations in Clinical Research." Third
       edition, 2018, section 3.1.

    Examples
    --------
    >>> import calibrant as cal
    >>> labels = [1, 0] * 50
    >>> a = cal.predictions(probs=[0.75, 0.25] * 50, labels=labels)
    >>> b = cal.predictions(probs=[0.75, 0.75] * 50, labels=labels)  # wrong at every other row
    >>> found = plan_difference(a, b, "accuracy")
    >>> round(found.difference, 3)  # (1.96 + .842) * .5025 / 10
    0.141
    """
    level = checked_level(level)
    if not 0.5 < power < 1:
        raise InputError("power", "lie above 0.5 and below 1", f"{power!r}", "0.8 is customary.")
    if difference is not None and n is not None:
        remedy = "Give one: the other follows."
        raise InputError("difference", "stand alone", "n beside it", remedy)
    if difference is not None and not 0 < difference < math.inf:
        remedy = "Pass the size of the difference."
        raise InputError("difference", "be a finite number above 0", f"{difference!r}", remedy)
    if n is not None and n < 2:
        raise InputError("n", "be 2 or more", f"{n!r}", "Pass a number of rows.")
    check_same_rows(a, b)
    if a.clusters is not None:
        remedy = "Plan with one row of each cluster."
        raise InputError("a", "hold rows that do not depend on each other", "clusters", remedy)
    chosen = resolve(metric, a.n_classes) if isinstance(metric, str) else metric
    if not isinstance(chosen, MeanScore):
        remedy = "Choose one such as log_loss, brier or accuracy."
        raise InputError("metric", "be a mean of scores of rows", f"{metric}", remedy)
    spread, effective, many = _spread(a.present(), b.present(), chosen, str(metric))
    reach = float(ndtri((1 + level) / 2) + ndtri(power)) * spread
    part = effective / many  # what weights leave of a row
    if difference is None:
        rows = many if n is None else n
        difference = reach / math.sqrt(rows * part)
    else:
        rows = max(2, math.ceil((reach / difference) ** 2 / part))
    return DifferencePlan(
        metric=str(metric),
        difference=difference,
        n=rows,
        power=power,
        level=level,
        spread=spread,
        n_pilot=many,
        n_effective=effective,
    )


def _spread(
    a: Predictions, b: Predictions, metric: MeanScore, name: str
) -> tuple[float, float, int]:
    """Standard deviation of the rows' own differences, effective rows, and rows."""
    first, second, weight = metric.score.of(a), metric.score.of(b), a.weight()
    infinite = int((~torch.isfinite(first) | ~torch.isfinite(second)).sum())
    if infinite:
        remedy = "Bound the probabilities away from 0, or choose brier."
        raise InputError("a and b", f"have finite {name}", f"{infinite:,} rows infinite", remedy)
    share = weight / weight.sum()
    effective = float(1 / share.square().sum())
    each = first - second
    mean = (share * each).sum()
    variance = float((share * (each - mean).square()).sum())
    if effective <= 1 + 1e-9 or variance <= 1e-20:
        remedy = "Pass a pilot in which the models differ from row to row."
        raise InputError("a and b", "differ from row to row", "none or alike", remedy)
    return math.sqrt(variance * effective / (effective - 1)), effective, len(a)
