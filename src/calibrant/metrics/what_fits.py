"""Which metrics some rows, or tallies of rows, can tell."""

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.catalogue.entry import Entry
from calibrant.metrics.registry import METRICS
from calibrant.metrics.resolving import resolve
from calibrant.prediction.base import Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.prediction.spreads import Ensemble, NormalSpread, Quantiles
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
    classes = {"two classes", "three classes"}
    if tallies.kind not in entry.kinds:
        return False
    if not _of_classes(tallies.n_classes).issuperset(classes.intersection(entry.needs)):
        return False
    metric = resolve(entry.name, tallies.n_classes)
    return isinstance(metric, TallyMetric) and tallies.holds(metric.statistic)


def _offers(rows: Rows) -> frozenset[str]:
    """What metrics may need, in the words of their entries."""
    if isinstance(rows, Numbers):
        match rows.spread:
            case NormalSpread():
                return frozenset({"spread", "distribution", "std"})
            case Ensemble():
                return frozenset({"spread", "distribution", "members"})
            case Quantiles():
                return frozenset({"spread", "quantiles"})
            case _:
                return frozenset()
    offered = _of_classes(rows.n_classes)
    if isinstance(rows, (Predictions, Decisions)):
        offered |= {"order", "few rows"} if len(rows) <= FEW else {"order"}
        layout = rows.layout
        if layout is not None and len(layout.row_shape) > 1:
            offered |= {"images"}
    return offered


def _of_classes(n_classes: int) -> frozenset[str]:
    two = {"two classes"} if n_classes == 2 else set[str]()
    return frozenset(two | ({"three classes"} if n_classes > 2 else set()))
