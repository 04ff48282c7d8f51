"""How many rows show a paired difference of two models, and what difference some rows show."""

import math
from dataclasses import asdict, dataclass

from scipy.special import ndtri

from calibrant.comparison.pair import pair_of
from calibrant.errors import InputError
from calibrant.metrics.base import LEVEL, Metric
from calibrant.metrics.resolving import resolve
from calibrant.metrics.settings import checked_level
from calibrant.planning.clustered import check_clusters
from calibrant.planning.plan import counted
from calibrant.planning.settings import checked_number, checked_rows
from calibrant.planning.spread import spread_of
from calibrant.prediction.base import Predictions
from calibrant.statistics.bundle import check_evaluable

__all__ = ["DifferencePlan", "plan_difference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferencePlan:
    """Rows, and the difference in a metric that they show. Printing gives sentences.

    Attributes
    ----------
    metric : str
        What is compared.
    difference : float
        Size of the true difference.
    n : int
        Rows, scored by both models.
    power : float
        Chance that a test at 1 - `level` then shows a difference.
    level : float
        Coverage of the interval of the difference.
    spread : float
        Standard deviation of the rows' own differences in the pilot; where these are not the
        difference's mean, or come in clusters, what independent rows would need to have for the
        same standard error.
    standard_error : float
        That of the difference in the pilot.
    method : str
        How it was found.
    n_pilot : int
        Rows of the pilot.
    n_effective : float
        Rows of equal weight that tell as much as the pilot's.
    n_clusters, n_pilot_clusters : int or None
        Clusters among `n` rows, as large as the pilot's, and in the pilot; None without clusters.
    """

    metric: str
    difference: float
    n: int
    power: float
    level: float
    spread: float
    standard_error: float
    method: str
    n_pilot: int
    n_effective: float
    n_clusters: int | None = None
    n_pilot_clusters: int | None = None

    @property
    def words(self) -> str:
        """The plan as sentences."""
        among = "" if self.n_clusters is None else f" in {counted(self.n_clusters, 'cluster')}"
        told = (
            f"{counted(self.n, 'row')}{among}, scored by both models, show a true difference of "
            f"{self.difference:.3g} in {self.metric} with a chance of {100 * self.power:g} % "
            f"(test at {100 * (1 - self.level):.3g} %)."
        )
        if self.n_pilot_clusters is None and self.method == "moments of rows":
            return (
                f"{told} The differences of the pilot's {self.n_pilot:,} rows have a standard "
                f"deviation of {self.spread:.3g}."
            )
        of = (
            ""
            if self.n_pilot_clusters is None
            else f" in {counted(self.n_pilot_clusters, 'cluster')}"
        )
        return (
            f"{told} The pilot's {self.n_pilot:,} rows{of} tell it with a standard error of "
            f"{self.standard_error:.3g} ({self.method})."
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

    For models that score the same rows: with :math:`\sigma` the standard error of the difference
    in a pilot of m rows, a true difference :math:`d` is shown by n rows with chance `power` where
    :math:`d = (z_{(1 + level)/2} + z_{power}) \, \sigma \sqrt{m / n}`. Of a mean of scores of rows
    :math:`\sigma \sqrt m` is the standard deviation of the rows' own differences.

    Parameters
    ----------
    a, b : Predictions
        Two models' probabilities for the same rows of a pilot, in the same order. Where `a` has
        clusters, clusters to come are taken to be as large.
    metric : str or Metric, default "log_loss"
        What `calibrant.compare` has an interval for. Of a calibration error both models must have
        more in the pilot than chance would show.
    difference : float, optional
        True difference to be shown, above 0; give this or neither.
    n : int, optional
        Rows to come; without it, and without `difference`, as many as the pilot has.
    power : float, default 0.8
        Chance to show it, in (0.5, 1.0).
    level : float, default 0.95
        Coverage of the interval of the difference.

    Raises
    ------
    InputError
        If the rows are not the same, come in fewer than ten effective clusters, or have scores
        that are infinite or differ alike; a number is none, or lies outside its range; or the
        metric has no paired interval in the pilot, or is a calibration error that may be chance.

    Notes
    -----
    Intervals of calibration errors come from a test whose noise is not quite that of a normal
    number: their half width over the normal quantile stands for the standard error.

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
    power = checked_number(
        "power", power, "lie above 0.5 and below 1", (0.5, 1.0), "0.8 is customary."
    )
    if difference is not None and n is not None:
        remedy = "Give one: the other follows."
        raise InputError("difference", "stand alone", "n beside it", remedy)
    if difference is not None:
        rule, remedy = "be a finite number above 0", "Pass the size of the difference."
        difference = checked_number("difference", difference, rule, (0.0, math.inf), remedy)
    many = None if n is None else checked_rows("n", n)
    pair = pair_of(a, b)
    n_clusters = None if pair.units is None else int(pair.units.max()) + 1
    if n_clusters is not None:
        check_clusters("a", pair.n_effective)
    chosen = resolve(metric, a.n_classes) if isinstance(metric, str) else metric
    if not isinstance(chosen, Metric):  # pyright: ignore[reportUnnecessaryIsInstance]
        remedy = "Choose one such as log_loss, brier or accuracy."
        raise InputError("metric", "be a name or a metric", f"{metric!r}", remedy)
    for rows in (a, b):
        check_evaluable(rows, chosen.reads, str(metric))
    error, method = spread_of(pair, chosen, str(metric), level)
    reach = float(ndtri((1 + level) / 2) + ndtri(power)) * error * math.sqrt(pair.n)
    if difference is None:
        many = pair.n if many is None else many
        difference = reach / math.sqrt(many)
    else:
        many = max(2, math.ceil((reach / difference) ** 2))
    effective = float(pair.weight.sum() ** 2 / (pair.weight**2).sum())
    return DifferencePlan(
        metric=str(metric),
        difference=difference,
        n=many,
        power=power,
        level=level,
        spread=error * math.sqrt(effective),
        standard_error=error,
        method=method,
        n_pilot=pair.n,
        n_effective=effective,
        n_clusters=None if n_clusters is None else math.ceil(n_clusters * many / pair.n),
        n_pilot_clusters=n_clusters,
    )
