"""Report of an evaluation that stands alone."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from calibrant.errors import InputError
from calibrant.files import write_whole
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.rows import Rows
from calibrant.report.evidence.gathering import COSTS
from calibrant.report.html import html_of
from calibrant.report.pages.evaluation_page import evaluation_page
from calibrant.report.terms import with_terms
from calibrant.statistics.bundle import Tallies

__all__ = ["write_report"]

_TOLD_BY = ("log_loss", "brier", "accuracy", "mse", "mae")  # which rows were evaluated


def write_report(
    evaluation: Evaluation,
    path: str | Path,
    *,
    rows: Rows | Tallies | None = None,
    before: Rows | Tallies | None = None,
    costs: Sequence[int | float] | None = None,
    title: str = "Evaluation",
    allow_fit_rows: bool = False,
) -> None:
    """Write `evaluation` to `path` as one HTML file that needs nothing else.

    An evaluation holds numbers, not the curves behind them. With `rows` the page holds these too:
    reliability diagrams, ranking, thresholds and decisions, when to abstain, the rows that were
    most wrong. From tallies it holds all but single rows, at the same size and in the same time
    whatever their number.

    Parameters
    ----------
    evaluation : Evaluation
        What `calibrant.evaluate` returned.
    path : str or Path
        File to write, whole or not at all; an older one is replaced.
    rows : Predictions, Events, Decisions, Numbers or Tallies, optional
        What was evaluated.
    before : Predictions or Tallies, optional
        The same rows before calibration, to be shown beside; they are evaluated by the same
        metrics.
    costs : sequence of float, optional
        What a miss costs in false alarms, of two classes: decisions are shown at these. By default
        at 1/4, 1, 4, 9, 19 and 99.
    title : str, default "Evaluation"
        Heading of the page.
    allow_fit_rows : bool, default False
        Accept rows that a calibrator was fitted on; see `calibrant.evaluate`.

    Raises
    ------
    InputError
        When `evaluation` is not one (`calibrant.write_comparison` takes several), `rows` are not
        those of the evaluation, `before` comes without `rows` or is of others, or a cost is not
        above 0.
    OutputError
        When `path` cannot be written.

    Examples
    --------
    >>> import tempfile, calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.6, 0.9], labels=[0, 1, 0, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "report.html"
    ...     write_report(cal.evaluate(rows), path, rows=rows)
    ...     "decision curve" in path.read_text(encoding="utf-8")
    True
    """
    _check_one(evaluation)
    if before is not None and rows is None:
        remedy = "Pass rows=, what was evaluated, too."
        raise InputError("before", "come with rows", "none", remedy)
    rows, before = (others_than_fit(one, allow_fit_rows=allow_fit_rows) for one in (rows, before))
    for name, one in (("rows", rows), ("before", before)):
        _check_same(name, one, evaluation)
    _check_values(rows, evaluation)
    _check_costs(costs, evaluation)
    page = evaluation_page(evaluation, rows, before, title=title, costs=costs or COSTS)
    write_whole(path, html_of(with_terms(page)))


def _check_one(evaluation: object) -> None:
    """Raise where `evaluation` is something else, or several."""
    if isinstance(evaluation, Evaluation):
        return
    remedy = "Pass what cal.evaluate returned, and what it is of as rows=."
    got = type(evaluation).__name__
    if isinstance(evaluation, list | tuple | Mapping):
        remedy = "cal.write_comparison puts several models on one page; else pass one of them."
        got = f"{got} of {len(evaluation)}"  # pyright: ignore[reportUnknownArgumentType]
    raise InputError("evaluation", "be one Evaluation", got, remedy)


def _check_same(name: str, rows: Rows | Tallies | None, evaluation: Evaluation) -> None:
    """Raise where rows are others than those of the evaluation, as far as can be seen."""
    if rows is None:
        return
    n = rows.n if isinstance(rows, Tallies) else rows.n_present
    seen = (n, rows.class_names)
    expected = (evaluation.n, evaluation.class_names)
    if seen == expected:
        return
    rule = f"be the rows of the evaluation, {evaluation.n:,} of {_classes(evaluation.class_names)}"
    got = f"{n:,} of {_classes(rows.class_names)}"
    raise InputError(name, rule, got, "Pass what was evaluated.")


def _check_values(rows: Rows | Tallies | None, evaluation: Evaluation) -> None:
    """Raise where a metric of the rows is another than that of the evaluation."""
    name = next((one for one in _TOLD_BY if one in evaluation), None)
    if rows is None or name is None:
        return
    found, expected = evaluate(rows, [name])[name].value, evaluation[name].value
    if not isinstance(found, float) or not isinstance(expected, float):
        return
    if found == expected or math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12):
        return
    rule = f"be the rows of the evaluation, whose {name} is {expected:.6g}"
    raise InputError("rows", rule, f"rows with {found:.6g}", "Pass what was evaluated.")


def _check_costs(costs: object, evaluation: Evaluation) -> None:
    """Raise where there is no cost, one number in place of several, or no class that is missed."""
    if costs is None:
        return
    if not isinstance(costs, Sequence) or isinstance(costs, str) or not costs:
        remedy = "Give what a miss costs in false alarms, such as costs=[1, 9]."
        raise InputError("costs", "be a list of one or more numbers", repr(costs), remedy)
    if len(evaluation.class_names) != 2:
        got = f"an evaluation of {_classes(evaluation.class_names)}"
        raise InputError("costs", "be of two classes", got, "Leave costs out.")


def _classes(names: Sequence[str]) -> str:
    """Classes in few words."""
    return f"{len(names):,} classes" if names else "numbers"
