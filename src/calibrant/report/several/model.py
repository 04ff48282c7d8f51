"""Model: one of several that are set side by side, and what is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calibrant.comparison.compare import USUAL
from calibrant.errors import InputError
from calibrant.metrics.base import Metric
from calibrant.metrics.binned.reliability import ReliabilityTable, reliability_table
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.prediction.arrays import ArrayLike
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.score_grid import ScoreGrid, View

__all__ = ["Given", "Model", "Wanted", "table_of"]

N_BINS = 15

Given = Rows | Tallies | Evaluation
Wanted = Sequence[str | Metric]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """One of several models.

    Attributes
    ----------
    name : str
        What it is called.
    given : Rows, Tallies or Evaluation
        Labelled predictions, their sums, or their estimates.
    source : str
        Where that comes from, in words.
    test_rows : str
        Of models whose texts here are equal, row k of the one is row k of the other.
    clusters : array of shape (row,) or None
        Unit of every row.
    recipe : mapping of str to str
        Settings that it was made with; empty where they are not known.
    """

    name: str
    given: Given
    source: str
    test_rows: str = ""
    clusters: ArrayLike | None = None
    recipe: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes; none where numbers are predicted."""
        return self.given.class_names

    def evaluation(self, metrics: Wanted | None, level: float) -> Evaluation:
        """Estimates at `level`; of an evaluation that was given, those that it has, at its own.

        Raises
        ------
        InputError
            If a metric cannot be told from what is given.
        """
        given = self.given
        if isinstance(given, Evaluation):
            return given
        if metrics is None and not isinstance(given, Tallies):
            return evaluate(given, _usual(given), level=level)
        return evaluate(given, metrics, level=level)


def table_of(model: Model, level: float) -> ReliabilityTable | None:
    """Reliability of the positive class of two, or else of the likeliest; None where unknown."""
    given = model.given
    if isinstance(given, Evaluation) or given.kind not in ("predictions", "events"):
        return None
    two = given.kind == "predictions" and len(given.class_names) == 2
    views: tuple[View, ...] = ("positive", "top_label") if two else ("top_label",)
    for view in views:
        if isinstance(given, Tallies) and not given.holds(ScoreGrid.holding(view, N_BINS)):
            continue
        return reliability_table(given, view=view, n_bins=N_BINS, level=level)
    return None


def _usual(rows: Rows) -> tuple[str, ...]:
    """Metrics of rows where none are named: those that pairs can tell, and of numbers R2."""
    if rows.kind == "predictions" and len(rows.class_names) == 2:
        return USUAL["two classes"]
    if rows.kind == "numbers":
        return (*USUAL["numbers"], "rmse", "r2")
    if rows.kind not in USUAL:
        remedy = "Pass predictions, decisions or numbers; or an evaluation of these."
        raise InputError("models", "be of rows that can be compared", rows.kind, remedy)
    return USUAL[rows.kind]
