"""Curves of one set of rows, as plain data: what the figures of a report are drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calibrant.metrics.bands.curve import ReliabilityCurve
from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.ranking.curve_bands import CurveBand
from calibrant.metrics.ranking.curves import ThresholdTable
from calibrant.metrics.ranking.decision_curve import DecisionCurve
from calibrant.metrics.selective.curve import RiskCoverageCurve
from calibrant.report.evidence.closer import Choice
from calibrant.report.evidence.kept import Kept

__all__ = ["Curves", "DecisionEvidence", "GroupBins", "Ranking"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """How well the rows of one class are ranked above the others.

    `prevalence` is the share of the rows that are of the class.
    """

    class_name: str
    roc: CurveBand
    precision_recall: CurveBand
    prevalence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEvidence:
    """What acting on the positive class of two is worth, threshold by threshold.

    `curve` is of even thresholds, `at_costs` of those that some costs call for, and `table` says
    what every threshold chooses.
    """

    curve: DecisionCurve
    at_costs: DecisionCurve
    table: ThresholdTable


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBins:
    """Reliability of every group of rows, in one view.

    `whole` has one bin, of all rows of a group; none with soft labels, of which the interval of a
    share is not known. Of rows in clusters that interval is of clusters, and NaN where they are too
    few. `why` says why no group has one, where that is so.
    """

    view: str
    tables: Mapping[str, ReliabilityTable]
    whole: Mapping[str, ReliabilityTable]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """What can be drawn of one set of rows; empty, or None, where the rows do not tell.

    Attributes
    ----------
    tables : mapping
        Bins by view: "top_label", and "positive" of two classes.
    isotonic : mapping
        Rising curves with consistency bands, by view.
    smooth : ReliabilityCurve or None
        Kernel regression of the last view, with its consistency band.
    by_class : mapping
        Bins of every class against the rest, of three to twelve classes.
    by_group : GroupBins or None
        Bins of every group.
    rankings : sequence of Ranking
        The positive class of two, or the classes of more that are recognised worst.
    decisions : DecisionEvidence or None
        Of two classes.
    coverage : RiskCoverageCurve or None
        Errors among the rows accepted.
    accepted : mapping
        Accuracy of the surest rows, by their share.
    kept : Kept or None
        Accuracy of the surest rows beside that of the others, for one share.
    binnings : Evaluation or None
        A calibration error with several numbers of bins.
    choices : sequence of Choice
        Bins of several events, classes and groups, each in several ways.
    """

    tables: Mapping[str, ReliabilityTable] = field(default_factory=dict[str, ReliabilityTable])
    isotonic: Mapping[str, ReliabilityCurve] = field(default_factory=dict[str, ReliabilityCurve])
    smooth: ReliabilityCurve | None = None
    by_class: Mapping[str, ReliabilityTable] = field(default_factory=dict[str, ReliabilityTable])
    by_group: GroupBins | None = None
    rankings: Sequence[Ranking] = ()
    decisions: DecisionEvidence | None = None
    coverage: RiskCoverageCurve | None = None
    accepted: Mapping[float, Estimate] = field(default_factory=dict[float, Estimate])
    kept: Kept | None = None
    binnings: Evaluation | None = None
    choices: Sequence[Choice] = ()
