"""From rows, or from tallies of rows, to the curves of a report."""

import math
from collections.abc import Mapping, Sequence

from calibrant.errors import InputError
from calibrant.metrics.bands.curve import ReliabilityCurve
from calibrant.metrics.bands.door import reliability_curve
from calibrant.metrics.base import LEVEL
from calibrant.metrics.binned.reliability import ReliabilityTable, reliability_table
from calibrant.metrics.binned.reliability_clusters import binned_sums
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS
from calibrant.metrics.ranking.curve_bands import precision_recall_band, roc_band
from calibrant.metrics.ranking.curves import threshold_table
from calibrant.metrics.ranking.decision_curve import decision_curve
from calibrant.metrics.ranking.of_class import no_spread, steps_of_view
from calibrant.metrics.selective.curve import risk_coverage_curve
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.rows import Rows
from calibrant.report.evidence.closer import choices_of
from calibrant.report.evidence.curves import Curves, DecisionEvidence, GroupBins, Ranking
from calibrant.report.evidence.kept import kept_of
from calibrant.report.evidence.worst_classes import worst_classes
from calibrant.statistics.blocks import Blocked, Size
from calibrant.statistics.bundle import Tallies, tally_rows
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.score_grid import N_CELLS, ScoreGrid, View

__all__ = ["curves_of"]

BINS = (5, 10, 15, 20, 30, 50, 100)
COVERED = (0.5, 0.7, 0.8, 0.9, 0.95)
KEPT = 0.8  # share of the rows beside which the others are looked at
COSTS = (0.25, 1.0, 4.0, 9.0, 19.0, 99.0)  # of a miss, in false alarms
MOST_CLASSES = 12
MOST_GROUPS = 50
THRESHOLDS = 200


def curves_of(
    rows: Rows | Tallies, *, level: float = LEVEL, costs: Sequence[int | float] = COSTS
) -> Curves:
    """Curves of rows that state probabilities; of others there are none.

    Parameters
    ----------
    rows : Predictions, Events, Decisions, Numbers or Tallies
        Labelled rows, or tallies of such; of tallies there is what they hold.
    level : float, default 0.95
        Coverage of the intervals and bands.
    costs : sequence of float
        What a miss costs in false alarms, each above 0: decisions are shown at these.

    Raises
    ------
    InputError
        If a cost is none, or rows that a calibrator was fitted on are among them.
    """
    rows = others_than_fit(rows, allow_fit_rows=False)
    views = _views(rows)
    if not views:
        return Curves()
    binary = "positive" in views or isinstance(rows, Events)
    return Curves(
        tables={view: reliability_table(rows, view=view, level=level) for view in views},
        isotonic=_isotonic(rows, views, level),
        smooth=_smooth(rows, views[-1], level),
        by_class=_by_class(rows, level),
        by_group=_by_group(rows, views[-1], level),
        rankings=_rankings(rows, level, binary=binary),
        decisions=_decisions(rows, level, costs) if "positive" in views else None,
        coverage=risk_coverage_curve(rows) if "top_label" in views else None,
        accepted=_accepted(rows, level) if "top_label" in views else {},
        kept=kept_of(rows, KEPT, level=level) if "top_label" in views else None,
        binnings=_binnings(rows, views[-1], level),
        choices=choices_of(rows, views, level=level),
    )


def _views(rows: Rows | Tallies) -> tuple[View, ...]:
    """Views of which the rows tell the score grid."""
    if isinstance(rows, Tallies):
        both: tuple[View, ...] = ("top_label", "positive")
        return tuple(view for view in both if ScoreGrid(view) in rows.parts)
    if isinstance(rows, Predictions):
        return ("top_label", "positive") if rows.n_classes == 2 else ("top_label",)
    return ("top_label",) if isinstance(rows, Events) else ()


def _isotonic(
    rows: Rows | Tallies, views: Sequence[View], level: float
) -> dict[str, ReliabilityCurve]:
    """Rising curves with consistency bands; none of rows in clusters or with soft labels."""
    if no_spread(rows, steps_of_view(rows, views[0])):
        return {}
    return {
        view: reliability_curve(rows, view=view, kind="isotonic", band="consistency", level=level)
        for view in views
    }


def _smooth(rows: Rows | Tallies, view: View, level: float) -> ReliabilityCurve | None:
    """Kernel regression with its consistency band; none where there is no rising curve."""
    if no_spread(rows, steps_of_view(rows, view)):
        return None
    return reliability_curve(rows, view=view, kind="smooth", band="consistency", level=level)


def _by_class(rows: Rows | Tallies, level: float) -> dict[str, ReliabilityTable]:
    """Bins of every class against the rest; of three to twelve classes whose grids there are."""
    if not 3 <= len(rows.class_names) <= MOST_CLASSES:
        return {}
    if isinstance(rows, Tallies):
        sums = rows
    elif isinstance(rows, Predictions):
        sums = tally_rows(rows, binned_sums(rows, [ClassGrids()], [(10, "width")]))
    else:
        return {}
    if ClassGrids() not in sums.parts:
        return {}
    return {
        name: reliability_table(sums, class_name=k, level=level, n_bins=10)
        for k, name in enumerate(rows.class_names)
    }


def _by_group(rows: Rows | Tallies, view: View, level: float) -> GroupBins | None:
    """Bins of the largest groups, in the order of their names; None without groups."""
    grouped = (
        [(name, one.n, one) for name, one in rows.slices.items()]
        if isinstance(rows, Tallies)
        else [(name, one.n_present, one) for name, one in rows.by_group()]
    )
    if not grouped:
        return None
    largest = {name for name, *_ in sorted(grouped, key=lambda one: -one[1])[:MOST_GROUPS]}
    parts = {name: one for name, _, one in grouped if name in largest}
    why = "" if _clustered(rows) else no_spread(rows, steps_of_view(rows, view))
    whole = {} if why else _tables(parts, view, level, n_bins=1)
    return GroupBins(
        view=view,
        tables=_tables(parts, view, level, n_bins=10),
        whole=whole,
        why=why or _none_told(whole),
    )


def _clustered(rows: Rows | Tallies) -> bool:
    """Whether the rows depend on each other."""
    return rows.holds(Blocked(Size())) if isinstance(rows, Tallies) else rows.clusters is not None


def _none_told(whole: Mapping[str, ReliabilityTable]) -> str:
    """Why no group of rows in clusters has an interval; empty where one has."""
    if any(one.low[0] <= one.high[0] for one in whole.values()):  # no NaN
        return ""
    if any(one.n_clusters for one in whole.values()):
        return f"the rows of each come in fewer than {FEWEST_CLUSTERS} effective clusters"
    return next((one.note for one in whole.values() if one.note), "")


def _tables(
    parts: Mapping[str, Rows | Tallies], view: View, level: float, *, n_bins: int
) -> dict[str, ReliabilityTable]:
    """Bins of every part."""
    return {
        name: reliability_table(one, view=view, level=level, n_bins=n_bins)
        for name, one in parts.items()
    }


def _rankings(rows: Rows | Tallies, level: float, *, binary: bool) -> tuple[Ranking, ...]:
    """Ranking of the positive class of two, or of the three classes recognised worst."""
    if binary:
        return (_ranking(rows, None, rows.class_names[-1], level),)
    if isinstance(rows, Tallies) and ClassGrids() not in rows.parts:
        return ()
    return tuple(_ranking(rows, k, rows.class_names[k], level) for k in worst_classes(rows))


def _ranking(rows: Rows | Tallies, k: int | None, name: str, level: float) -> Ranking:
    """Curves of one class against the rest."""
    table = threshold_table(rows, class_name=k, at_most=1)  # all rows
    held = table.tp + table.fn
    total = held + table.fp + table.tn
    return Ranking(
        class_name=name,
        roc=roc_band(rows, class_name=k, level=level),
        precision_recall=precision_recall_band(rows, class_name=k, level=level),
        prevalence=float(held[-1] / total[-1]) if len(total) else float("nan"),
    )


def _decisions(
    rows: Rows | Tallies, level: float, costs: Sequence[int | float]
) -> DecisionEvidence:
    """What acting is worth at even thresholds, and at those that the costs call for."""
    called = sorted({_threshold(float(cost), rows) for cost in costs})
    return DecisionEvidence(
        curve=decision_curve(rows, level=level),
        at_costs=decision_curve(rows, thresholds=called, level=level),
        table=threshold_table(rows, at_most=THRESHOLDS),
    )


def _threshold(cost: float, rows: Rows | Tallies) -> float:
    """Probability from which acting is worth it; of tallies the nearest edge of a cell."""
    if not 0 < cost < math.inf:
        remedy = "Give the cost of a miss over that of a false alarm."
        raise InputError("costs", "be above 0 and finite", f"{cost!r}", remedy)
    exact = 1 / (1 + cost)
    if not isinstance(rows, Tallies):
        return exact
    return min(max(round(exact * N_CELLS), 1), N_CELLS - 1) / N_CELLS


def _accepted(rows: Rows | Tallies, level: float) -> dict[float, Estimate]:
    """Accuracy of the surest rows, by their share."""
    names = {share: f"accuracy_at_coverage_{share}" for share in COVERED}
    found = evaluate(rows, list(names.values()), level=level)
    return {share: found[name] for share, name in names.items()}


def _binnings(rows: Rows | Tallies, view: View, level: float) -> Evaluation:
    """Calibration error of a view with several numbers of bins."""
    return evaluate(rows, [f"{view}_ece_{n}" for n in BINS], level=level)
