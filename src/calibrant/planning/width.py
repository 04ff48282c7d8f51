"""How many rows pin a metric to an interval of a given width, read from a pilot's sums."""

import math
import warnings
from numbers import Real

from calibrant.errors import CalibrantWarning, InputError
from calibrant.metrics.base import LEVEL, Metric, TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import wilson
from calibrant.metrics.means import MeanScore
from calibrant.metrics.resolving import resolve
from calibrant.metrics.settings import checked_level
from calibrant.metrics.unclustered import check_unclustered
from calibrant.planning.plan import Plan
from calibrant.planning.scaled import check_scalable, scaled
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies, check_rows, tally_rows

__all__ = ["plan"]

MOST = 1e6  # times the rows of the pilot
FEWEST = 10.0  # rows that a plan may name
CLOSE = 0.002  # on the scale of the logarithm of n


def plan(
    pilot: Rows | Tallies | None = None,
    metric: str | Metric = "ece",
    *,
    width: float,
    level: float = LEVEL,
    share: float | None = None,
) -> Plan:
    """Number of rows at which the interval of a metric is as narrow as `width`.

    Parameters
    ----------
    pilot : Predictions, Events, Decisions, Numbers or Tallies, optional
        Labelled rows like those to come, or tallies of such. Only proportions can be planned
        without.
    metric : str or Metric, default "ece"
        What is to be known.
    width : float
        From the lower end of the interval to the upper one, above 0.
    level : float, default 0.95
        Coverage of the interval.
    share : float, optional
        Without a pilot, the proportion to expect; else 0.5, which needs the most rows.

    Raises
    ------
    InputError
        If the metric has no interval to be read from sums, the pilot does not hold them, or a
        million times its rows would not do.

    Notes
    -----
    Every interval is read from sums over rows. Those of n rows like the pilot's are its sums
    times n over its rows, sums of squared weights included, as if each row came so many times.
    The interval is read from them again, and n sought until it is as narrow as asked for. So the
    plan knows what the interval itself knows, corners included, and nothing that the pilot did
    not see: the value it takes for true is the pilot's, chance and all. Of a calibration error
    whose interval reaches 0 the plan is on the safe side: in simulations the interval of fresh
    rows was .65 to .95 times as wide as planned, elsewhere within a tenth. Fewer rows than the
    pilot's are not planned for such errors, to which chance adds the more the fewer the rows.

    Examples
    --------
    >>> found = plan(metric="accuracy", width=0.1)
    >>> found.n  # Wilson: 4 * 1.96**2 * .25 / .01, less 1.96**2
    381
    """
    level = checked_level(level)
    if isinstance(width, bool) or not isinstance(width, Real) or not 0 < float(width) < math.inf:  # pyright: ignore[reportUnnecessaryIsInstance]
        rule = "be a finite number above 0"
        raise InputError("width", rule, f"{width!r}", "Pass the width of the interval to have.")
    if pilot is None:
        return _without_pilot(metric, float(width), level, share)
    if share is not None:
        remedy = "Leave it out: the pilot tells it."
        raise InputError("share", "stand alone", "a pilot beside it", remedy)
    if not isinstance(pilot, Tallies):
        check_rows(pilot)
    check_unclustered("pilot", pilot, "a plan", "Plan with one row of each cluster.")
    chosen = resolve(metric, pilot.n_classes) if isinstance(metric, str) else metric
    summed = check_scalable(chosen, str(metric))
    tallies = pilot if isinstance(pilot, Tallies) else tally_rows(pilot, [summed.statistic])
    if not tallies.holds(summed.statistic):
        remedy = "Tally the pilot with it among the metrics."
        raise InputError("pilot", f"hold the sums of {metric}", "tallies of others", remedy)
    return _from_pilot(tallies, summed, str(metric), float(width), level)


def _from_pilot(
    tallies: Tallies, metric: TallyMetric, name: str, width: float, level: float
) -> Plan:
    """Search on the scale of the logarithm of n; widths fall as it rises."""
    tally = tallies.tally_of(metric.statistic)

    def at(factor: float) -> Estimate:
        names = tallies.class_names
        with warnings.catch_warnings():  # what cells cost is no matter of width
            warnings.simplefilter("ignore", CalibrantWarning)
            return metric.estimate(scaled(tally, factor), level=level, class_names=names)

    own = at(1.0)
    least, most = min(1.0, FEWEST / tallies.n), MOST
    widest = at(most)
    if not math.isfinite(_width(widest)):
        remedy = "Plan by another metric; see its page."
        raise InputError("metric", "have an interval from sums", f"{name}: {widest.method}", remedy)
    if _width(widest) > width:
        got = f"{width:g}, and {_width(widest):.3g} at {MOST * tallies.n:,.0f} rows"
        remedy = "Ask for a wider interval, or bring a larger pilot."
        raise InputError("width", f"be one that rows bring {name} to", got, remedy)
    is_error = own.noise_floor is not None or "p_value" in own.details
    if is_error and _width(own) <= width:
        most = 1.0
    low, high = math.log(1.0 if is_error else least), math.log(most)
    while high - low > CLOSE:
        middle = (low + high) / 2
        low, high = (low, middle) if _width(at(math.exp(middle))) <= width else (middle, high)
    n = max(1, math.ceil(tallies.n * math.exp(high)))
    reached = _width(at(n / tallies.n))
    own_width = _width(own)
    return Plan(
        metric=name,
        width=width,
        level=level,
        n=n,
        reached=reached,
        n_pilot=tallies.n,
        pilot_width=own_width if math.isfinite(own_width) else None,
        method=at(n / tallies.n).method,
        note=_caution(own) if is_error else "",
    )


def _caution(own: Estimate) -> str:
    """What an error of calibration leaves open: chance in the pilot reads as error."""
    if own.low == 0:
        return (
            "The pilot's interval reaches 0: its chance is planned for as error, and fewer rows "
            "may do"
        )
    return "Fewer rows than the pilot's are not planned for an error that chance adds to"


def _without_pilot(metric: str | Metric, width: float, level: float, share: float | None) -> Plan:
    """Rows for a proportion, by Wilson's interval."""
    chosen = resolve(metric, 2) if isinstance(metric, str) else metric
    if not isinstance(chosen, MeanScore) or not chosen.is_share:
        remedy = "Pass labelled rows like those to come; of proportions, such as accuracy, none."
        raise InputError("pilot", f"be given to plan {metric}", "none", remedy)
    expected = 0.5 if share is None else share
    if not 0 <= expected <= 1:
        raise InputError("share", "lie in [0, 1]", f"{share!r}", "0.5 needs the most rows.")

    def at(n: int) -> float:
        found = wilson(expected, float(n), level)
        return math.inf if found.low is None or found.high is None else found.high - found.low

    low, high = 0, 1
    while at(high) > width:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle) <= width else (middle, high)
    worst = share is None
    note = "a proportion of one half needs the most rows" if worst else f"expects {share:g}"
    method = "Wilson"
    return Plan(
        metric=str(metric),
        width=width,
        level=level,
        n=high,
        reached=at(high),
        method=method,
        note=note,
    )


def _width(estimate: Estimate) -> float:
    """Width of the interval, of the widest entry of several; infinite where there is none."""
    low, high = estimate.low, estimate.high
    if low is None or high is None:
        return math.inf
    if isinstance(low, tuple) and isinstance(high, tuple):
        widths = [b - a for a, b in zip(low, high, strict=True)]
        return math.inf if any(math.isnan(each) for each in widths) else max(widths)
    assert isinstance(low, float)
    assert isinstance(high, float)
    return high - low
