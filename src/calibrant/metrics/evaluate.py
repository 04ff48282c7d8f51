"""From rows, or from tallies of rows, to an evaluation."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeGuard

from calibrant.errors import InputError
from calibrant.metrics.base import (
    LEVEL,
    MemoryMetric,
    Metric,
    RowMetric,
    TallyMetric,
    blocks_of,
    check_order,
    in_clusters,
    sums_of,
)
from calibrant.metrics.binned.reliability import ReliabilityTable, reliability_of
from calibrant.metrics.binned.reliability_clusters import block_grids
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.inference.once import once
from calibrant.metrics.registry import defaults
from calibrant.metrics.resolving import resolve
from calibrant.metrics.settings import checked_level
from calibrant.metrics.what_fits import fitting
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.rows import Rows
from calibrant.statistics.blocks import Blocked, Size, blocked
from calibrant.statistics.bundle import Tallies, Totals, check_rows, tally_rows
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Statistic

__all__ = ["evaluate", "tally"]

MOST_TOLD = 8  # names in a message
N_BINS = 10  # of the reliability that an evaluation shows

Wanted = Sequence[str | Metric]
Progress = Callable[[int, int], None]


def evaluate(
    rows: Rows | Tallies,
    metrics: Wanted | None = None,
    *,
    level: float = LEVEL,
    progress: Progress | None = None,
    allow_fit_rows: bool = False,
) -> Evaluation:
    """Estimates of metrics, with intervals, from one pass over the rows.

    Parameters
    ----------
    rows : Predictions, Events, Decisions, Numbers or Tallies
        What `calibrant.predictions` and the other doors return, or tallies of it. With rows,
        metrics that have an exact form use it; from tallies they state a bound. Rows that came
        with groups, or tallies of such, are evaluated group by group besides; intervals of rows
        that came with clusters are those of clusters that are independent of each other.
    metrics : sequence of str or Metric, optional
        Names (see `calibrant.metrics.available`) or metrics; else a set that fits the rows, or
        what the tallies were taken for. `calibrant.metrics.fitting` names all that rows can tell.
    level : float, default 0.95
        Coverage of the intervals.
    progress : callable, optional
        Called with the number of groups of rows done and of all, after each.
    allow_fit_rows : bool, default False
        Accept rows that a calibrator which these went through was fitted on. Numbers of such rows
        are too good; a note says how many there are.

    Raises
    ------
    InputError
        If labels are missing, a name is unknown, a metric cannot be told from these rows, there
        are more than 10,000 groups, or rows that their calibrator was fitted on are
        among them and not allowed.

    Examples
    --------
    >>> import calibrant as cal
    >>> evaluation = evaluate(cal.predictions(probs=[0.2, 0.9], labels=[0, 1]), ["brier_binary"])
    >>> round(evaluation["brier_binary"].value, 4)  # (.2**2 + .1**2) / 2
    0.025
    """
    level = checked_level(level)
    if not isinstance(rows, Tallies):
        check_rows(rows)
        rows = others_than_fit(rows, allow_fit_rows=allow_fit_rows)
    chosen = _choose(rows, metrics)
    if isinstance(rows, Tallies):
        return _of_tallies(rows, chosen, level)
    summed = [statistic for m in chosen.values() for statistic in sums_of(rows, m)]
    if rows.clusters is not None:
        summed += _reliability_blocks(summed, rows.n_classes)
    totals = Totals(rows, summed)
    groups = {
        name: Evaluation(
            _estimates(chosen, level, part, group), chosen, rows.class_names, len(group)
        )
        for name, group, part in _counted(totals, rows, progress)
    }
    present, whole = rows.present(), totals.of_all()
    estimates = _estimates(chosen, level, whole, present)
    bins = _reliability(whole, level)
    return Evaluation(estimates, chosen, rows.class_names, len(present), rows.notes, groups, bins)


def tally(rows: Rows, metrics: Wanted | None = None, *, allow_fit_rows: bool = False) -> Tallies:
    """Sums from which the metrics can be read, to be saved, merged by ``+`` and evaluated.

    Parameters
    ----------
    rows : Predictions, Events, Decisions or Numbers
        A batch or a shard; its size does not matter.
    metrics : sequence of str or Metric, optional
        What is to be read from the tallies; else the default set of `evaluate`.
    allow_fit_rows : bool, default False
        See `evaluate`.

    Raises
    ------
    InputError
        If labels are missing, a name is unknown, a metric cannot be told from these rows, or rows
        that their calibrator was fitted on are among them and not allowed.

    Examples
    --------
    >>> import calibrant as cal
    >>> halves = [cal.predictions(probs=[p], labels=[1]) for p in (0.5, 1.0)]
    >>> whole = tally(halves[0]) + tally(halves[1])
    >>> evaluate(whole)["brier_binary"].value  # (.5**2 + 0) / 2
    0.125
    """
    check_rows(rows)
    rows = others_than_fit(rows, allow_fit_rows=allow_fit_rows)
    chosen = _choose(rows, metrics)
    for name, metric in chosen.items():
        if isinstance(metric, MemoryMetric):
            rule, remedy = "be such as sums can tell", "Evaluate the rows themselves for it."
            raise InputError("metrics", rule, f"'{name}'", remedy)
    summed = [m for m in chosen.values() if isinstance(m, TallyMetric)]
    sums = [m.statistic for m in summed]
    if rows.clusters is not None:
        sums += blocks_of(summed, rows.n_classes)
    return tally_rows(rows, sums)


def _counted(
    totals: Totals, rows: Rows, progress: Progress | None
) -> Iterator[tuple[str, Rows, Tallies]]:
    """Groups of the rows one by one; `progress` hears of each once it was evaluated."""
    n_groups = 0 if rows.groups is None else len(rows.groups.names)
    for done, group in enumerate(totals.by_group(), start=1):
        yield group
        if progress is not None:
            progress(done, n_groups)


def _of_tallies(tallies: Tallies, chosen: dict[str, Metric], level: float) -> Evaluation:
    """Evaluation of tallies and of their slices."""
    groups = {name: _of_tallies(part, chosen, level) for name, part in tallies.slices.items()}
    estimates = _estimates(chosen, level, tallies, None)
    names, notes = tallies.class_names, tallies.notes
    bins = _reliability(tallies, level)
    return Evaluation(estimates, chosen, names, tallies.n, notes, groups, bins)


def _reliability(tallies: Tallies, level: float) -> ReliabilityTable | None:
    """Bins of the positive class of two, or else of the likeliest, where they were tallied."""
    view = _reliability_view(tallies.parts, tallies.n_classes)
    return None if view is None else reliability_of(tallies, view, n_bins=N_BINS, level=level)


def _reliability_blocks(sums: Iterable[Statistic], n_classes: int) -> Iterable[Statistic]:
    """What tells the intervals of these bins, of rows in clusters."""
    view = _reliability_view([leaf for each in sums for leaf in each.leaves()], n_classes)
    if view is None:
        return ()
    grid = ScoreGrid.holding(view, N_BINS)
    return blocked(block_grids(grid, N_BINS, "width")[:1], n_classes)


def _reliability_view(sums: Collection[Statistic], n_classes: int) -> View | None:
    """Event whose bins are shown, of those that were tallied."""
    views: tuple[View, ...] = ("positive", "top_label")
    for view in views if n_classes == 2 else views[1:]:
        if ScoreGrid.holding(view, N_BINS) in sums:
            return view
    return None


def _estimates(
    chosen: dict[str, Metric], level: float, tallies: Tallies, present: Rows | None
) -> dict[str, Estimate]:
    """Estimates by name: from rows where they are at hand and the metric asks for them."""
    estimates: dict[str, Estimate] = {}
    with once():
        for name, metric in chosen.items():
            if isinstance(metric, TallyMetric) and (present is None or _is_summed(metric)):
                tally = tallies.tally_of(metric.statistic)
                names = tallies.class_names
                estimates[name] = metric.estimate(tally, level=level, class_names=names)
            else:
                assert isinstance(metric, (RowMetric, MemoryMetric))
                assert present is not None
                estimates[name] = metric.estimate_rows(present, level=level)
            if tallies.holds(Blocked(Size())):
                estimates[name] = in_clusters(metric, estimates[name], tallies, level)
    return estimates


def _is_summed(metric: Metric) -> TypeGuard[TallyMetric]:
    """Whether the metric is read from sums even where rows are at hand."""
    return isinstance(metric, TallyMetric) and not isinstance(metric, RowMetric)


def _choose(rows: Rows | Tallies, metrics: object) -> dict[str, Metric]:
    """Metrics by the names asked for; refuses those that the rows cannot tell."""
    wanted = defaults(rows.kind, rows.n_classes) if metrics is None else _listed(metrics)
    chosen = {
        metric if isinstance(metric, str) else repr(metric): resolve(metric, rows.n_classes)
        if isinstance(metric, str)
        else metric
        for metric in wanted
    }
    able = {name: metric for name, metric in chosen.items() if _can_tell(rows, metric)}
    if metrics is None and isinstance(rows, Tallies):
        told = able or {name: resolve(name, rows.n_classes) for name in fitting(rows)}
        if told:
            return told
    for name, metric in chosen.items():
        if name not in able:
            raise _unfit(rows, name, metric)
        check_order(metric, rows.notes, rows.class_names)
    return able


def _unfit(rows: Rows | Tallies, name: str, metric: Metric) -> InputError:
    """Error for a metric that the rows cannot tell: what they can, and how to have it."""
    of = " or ".join(kind.kind for kind in metric.reads)
    if not isinstance(rows, Tallies):
        usual = ", ".join(defaults(rows.kind, rows.n_classes)) or "none"
        rule, remedy = f"be such as {rows.kind} can tell", f"By default they give {usual}."
        return InputError("metrics", rule, f"'{name}', which is of {of}", remedy)
    rule = f"be such as tallies of {rows.kind} can tell"
    if rows.kind not in of.split(" or "):
        return InputError("metrics", rule, f"'{name}', which is of {of}", f"Tally {of} for it.")
    names = fitting(rows)
    rest = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    told = f"They hold {', '.join(names[:MOST_TOLD])}{rest}. " if names else ""
    again = "Evaluate the rows themselves for it."
    if isinstance(metric, TallyMetric):
        again = "Tally the rows again with it among the metrics."
    return InputError("metrics", rule, f"'{name}', which they were not taken for", told + again)


def _listed(metrics: object) -> list[str | Metric]:
    """Names and metrics, where nothing else was given."""
    if isinstance(metrics, (str, Metric)) or not isinstance(metrics, Iterable):
        got = f"{metrics!r}"
        remedy = f"Pass [{got}]." if isinstance(metrics, (str, Metric)) else "Pass a list."
        raise InputError("metrics", "be a sequence of names or metrics", got, remedy)
    wanted: list[str | Metric] = []
    for metric in metrics:
        if not isinstance(metric, (str, Metric)):
            a_class = isinstance(metric, type)
            got = f"the class {metric.__name__}" if a_class else f"{metric!r}"
            remedy = f"Pass {metric.__name__}()." if a_class else "See calibrant.metrics.available."
            raise InputError("metrics", "be names or metrics", got, remedy)
        wanted.append(metric)
    if not wanted:
        remedy = "Leave metrics out for a set that fits the rows."
        raise InputError("metrics", "name at least one", "none", remedy)
    return wanted


def _can_tell(rows: Rows | Tallies, metric: Metric) -> bool:
    if isinstance(rows, Tallies):
        return isinstance(metric, TallyMetric) and rows.holds(metric.statistic)
    return isinstance(rows, metric.reads)
