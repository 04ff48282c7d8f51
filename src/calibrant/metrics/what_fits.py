"""Which metrics some rows, or tallies of rows, can tell."""

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.catalogue.entry import Entry
from calibrant.metrics.registry import METRICS
from calibrant.metrics.resolving import resolve
from calibrant.prediction.base import Predictions
from calibrant.prediction.decisions import UNORDERED, Decisions
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.prediction.spreads import Ensemble, NormalSpread, Quantiles, Spread
from calibrant.statistics.bundle import Tallies

__all__ = ["fitting"]

FEW = 10_000  # rows up to which metrics of all pairs are taken


def fitting(rows: Rows | Tallies) -> tuple[str, ...]:
    """Names of all metrics that `rows` can tell, in the order of the catalogue.

    Of tallies, those whose sums they hold. Metrics of all pairs of rows are left out beyond
    10,000 rows.

    Examples
    --------
    >>> import calibrant as cal
    >>> names = fitting(cal.predictions(probs=[0.25, 0.75], labels=[0, 1]))
    >>> "positive_ece" in names, "rmse" in names
    (True, False)
    """
    if isinstance(rows, Tallies):
        return tuple(name for name, entry in METRICS.items() if _is_held(entry, rows))
    offered = _offers(rows)
    return tuple(
        name
        for name, entry in METRICS.items()
        if rows.kind in entry.kinds and offered.issuperset(entry.needs)
    )


def _is_held(entry: Entry, tallies: Tallies) -> bool:
    classes = {"two classes", "three classes", "order"}
    if tallies.kind not in entry.kinds:
        return False
    offered = _of_classes(tallies.n_classes) | _order_of(tallies)
    if not offered.issuperset(classes.intersection(entry.needs)):
        return False
    metric = resolve(entry.name, tallies.n_classes)
    return isinstance(metric, TallyMetric) and tallies.holds(metric.statistic)


def _offers(rows: Rows) -> frozenset[str]:
    """What metrics may need, in the words of their entries."""
    if isinstance(rows, Numbers):
        return _of_spread(rows.spread) | _of_targets(rows)
    offered = _of_classes(rows.n_classes)
    if isinstance(rows, (Predictions, Decisions)):
        offered |= _order_of(rows)
        if len(rows) <= FEW:
            offered |= {"few rows"}
        layout = rows.layout
        if layout is not None and len(layout.row_shape) > 1:
            offered |= {"images"}
    return offered


def _of_spread(spread: Spread | None) -> frozenset[str]:
    """What a spread offers; points alone are taken for any quantile."""
    match spread:
        case NormalSpread():
            return frozenset({"spread", "distribution", "std", "median", "ends of 90 %"})
        case Ensemble():
            two = {"two members"} if spread.members.shape[1] > 1 else set[str]()
            return frozenset({"spread", "distribution", "members", "median", "ends of 90 %"} | two)
        case Quantiles():
            middle = spread.at(0.5) is not None
            ends = spread.at(0.05) is not None and spread.at(0.95) is not None
            told = {
                "spread": True,
                "quantiles": True,
                "median": middle,
                "ends of 90 %": ends,
                "pairs about the median": spread.is_symmetric,
            }
            return frozenset(need for need, holds in told.items() if holds)
        case _:
            return frozenset({"median"})


def _of_targets(rows: Numbers) -> frozenset[str]:
    """What the numbers themselves offer; all of it where targets are still to come."""
    counted = rows.present()
    targets, predicted = counted.targets, counted.predicted
    if targets is None:
        return frozenset({"targets other than 0", "numbers above -1", "counts", "amounts"})
    least, least_predicted = float(targets.min()), float(predicted.min())
    told = {
        "targets other than 0": bool((targets != 0).all()),
        "numbers above -1": min(least, least_predicted) > -1,
        "counts": least >= 0 and least_predicted > 0,
        "amounts": min(least, least_predicted) > 0,
    }
    return frozenset(need for need, holds in told.items() if holds)


def _order_of(rows: Rows | Tallies) -> frozenset[str]:
    return frozenset() if UNORDERED in rows.notes else frozenset({"order"})


def _of_classes(n_classes: int) -> frozenset[str]:
    two = {"two classes"} if n_classes == 2 else set[str]()
    return frozenset(two | ({"three classes"} if n_classes > 2 else set()))
