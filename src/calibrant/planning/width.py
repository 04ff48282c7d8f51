"""How many rows pin a metric to an interval of a given width, read from a pilot's sums."""

import math

from calibrant.comparison.metric_range import range_of
from calibrant.errors import InputError
from calibrant.metrics.base import LEVEL, Metric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import wilson
from calibrant.metrics.means import MeanScore
from calibrant.metrics.resolving import resolve
from calibrant.metrics.settings import checked_level
from calibrant.planning.pilot import Pilot, pilot_of
from calibrant.planning.plan import Plan
from calibrant.planning.settings import checked_number, checked_share
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies, check_rows

__all__ = ["plan"]

MOST = 1e6  # times the rows of the pilot
FEWEST = 10.0  # rows that a plan may name
CLOSE = 0.002  # on the scale of the logarithm of n
CLUSTERS = "Clusters to come are taken to be as large; fewer than the pilot's are not planned"


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
        From the lower end of the interval to the upper one, above 0 and below the range of the
        metric.
    level : float, default 0.95
        Coverage of the interval.
    share : float, optional
        Without a pilot, the proportion to expect; else 0.5, which needs the most rows.

    Raises
    ------
    InputError
        If a number lies outside its range, the metric has no interval to be read from sums, the
        pilot does not hold them or comes in fewer than ten effective clusters, or a million times
        its rows would not do.

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

    Of a pilot in clusters the interval is that of clustered rows, and clusters to come are taken
    to be as large: blocks of these are multiplied so that their sums and their covariance are those
    of so many clusters. Fewer than the pilot's are not planned.

    Means over classes, such as classwise_ece, take the rows themselves: classes share them, so that
    the noise of all classes together is scaled.

    Examples
    --------
    >>> found = plan(metric="accuracy", width=0.1)
    >>> found.n  # Wilson: 4 * 1.96**2 * .25 / .01, less 1.96**2
    381
    """
    level = checked_level(level)
    rule, remedy = "be a finite number above 0", "Pass the width of the interval to have."
    width = checked_number("width", width, rule, (0.0, math.inf), remedy)
    if pilot is None:
        return _without_pilot(metric, width, level, share)
    if share is not None:
        remedy = "Leave it out: the pilot tells it."
        raise InputError("share", "stand alone", "a pilot beside it", remedy)
    if not isinstance(pilot, Tallies):
        check_rows(pilot)
    chosen = resolve(metric, pilot.n_classes) if isinstance(metric, str) else metric
    _check_narrow(width, chosen, str(metric))
    held = pilot_of(pilot, chosen, str(metric), level)
    return _from_pilot(held, str(metric), width, level)


def _from_pilot(pilot: Pilot, name: str, width: float, level: float) -> Plan:
    """Search on the scale of the logarithm of n; widths fall as it rises."""
    at, most = pilot.at, MOST
    own, widest = at(1.0), at(most)
    if not math.isfinite(_width(widest)):
        remedy = "Plan by another metric; see its page."
        raise InputError("metric", "have an interval from sums", f"{name}: {widest.method}", remedy)
    if _width(widest) > width:
        got = f"{width:g}, and {_width(widest):.3g} at {MOST * pilot.n:,.0f} rows"
        remedy = "Ask for a wider interval, or bring a larger pilot."
        raise InputError("width", f"be one that rows bring {name} to", got, remedy)
    is_error = own.noise_floor is not None or "p_value" in own.details
    not_fewer = is_error or pilot.in_clusters
    if not_fewer and _width(own) <= width:
        most = 1.0
    low = math.log(1.0 if not_fewer else min(1.0, FEWEST / pilot.n))
    high = math.log(most)
    while high - low > CLOSE:
        middle = (low + high) / 2
        low, high = (low, middle) if _width(at(math.exp(middle))) <= width else (middle, high)
    n = max(1, math.ceil(pilot.n * math.exp(high)))
    reached, own_width, n_clusters = at(n / pilot.n), _width(own), pilot.n_clusters
    return Plan(
        metric=name,
        width=width,
        level=level,
        n=n,
        reached=_width(reached),
        n_pilot=pilot.n,
        pilot_width=own_width if math.isfinite(own_width) else None,
        method=reached.method,
        note=_caution(own, pilot, is_error=is_error),
        n_clusters=None if n_clusters is None else math.ceil(n_clusters * n / pilot.n),
        n_pilot_clusters=n_clusters,
    )


def _caution(own: Estimate, pilot: Pilot, *, is_error: bool) -> str:
    """What clusters, and chance that in the pilot reads as an error of calibration, leave open."""
    told = CLUSTERS if pilot.in_clusters else ""
    if not is_error:
        return told
    if own.low != 0:
        return (
            told or "Fewer rows than the pilot's are not planned for an error that chance adds to"
        )
    zero = "The pilot's interval reaches 0: its chance is planned for as error"
    return f"{zero}. {told}" if told else f"{zero}, and fewer rows may do"


def _without_pilot(metric: str | Metric, width: float, level: float, share: float | None) -> Plan:
    """Rows for a proportion, by Wilson's interval."""
    chosen = resolve(metric, 2) if isinstance(metric, str) else metric
    if not isinstance(chosen, MeanScore) or not chosen.is_share:
        remedy = "Pass labelled rows like those to come; of proportions, such as accuracy, none."
        raise InputError("pilot", f"be given to plan {metric}", "none", remedy)
    _check_narrow(width, chosen, str(metric))
    expected = 0.5 if share is None else checked_share(share)

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
    note = "a proportion of one half needs the most rows" if worst else f"expects {expected:g}"
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


def _check_narrow(width: float, metric: Metric, name: str) -> None:
    """Raise unless the width says more than the range of the metric does without any rows."""
    low, high = range_of(metric)
    if width >= high - low:
        rule = f"be below {high - low:g}, the range of {name}"
        got, remedy = f"{width:g}", "Ask for a narrower interval, such as 0.1 or 0.02."
        raise InputError("width", rule, got, remedy)


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
