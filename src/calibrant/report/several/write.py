"""`calibrant.write_comparison`: several models on one page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase

from calibrant.errors import InputError
from calibrant.files import write_whole
from calibrant.metrics.evaluation import Evaluation
from calibrant.prediction.arrays import ArrayLike
from calibrant.prediction.rows import Rows
from calibrant.report.html import html_of
from calibrant.report.numbers import count
from calibrant.report.several.model import Given, Model, Wanted
from calibrant.report.several.page import Several, page_of, several_of
from calibrant.report.verdict import verdict_of
from calibrant.statistics.bundle import Tallies

__all__ = ["write_comparison", "write_several"]


def write_comparison(
    models: Mapping[str, Given] | Sequence[Given],
    path: str | Path,
    *,
    reference: str | None = None,
    metrics: Wanted | None = None,
    level: float = 0.95,
    independent: bool = False,
    clusters: ArrayLike | None = None,
) -> None:
    """Write several models to `path`, side by side, as one HTML file that needs nothing else.

    The page has the metrics of all with their intervals, the differences from a reference with
    intervals and p values, what each is better for in sentences that the intervals choose, forest
    plots, and reliability diagrams side by side.

    Parameters
    ----------
    models : mapping or sequence
        Two or more models: labelled predictions, decisions or numbers (`calibrant.predictions`
        and its like), tallies, or evaluations, in any mix. A mapping names them; else they are
        called A, B, C, ...
    path : str or Path
        File to write, whole or not at all; an older one is replaced.
    reference : str, optional
        Name of the model that all others are compared with; else the first.
    metrics : sequence of str or Metric, optional
        What is shown; else a set that fits.
    level : float, default 0.95
        Coverage of the intervals, in (0, 1); of differences, of those of one metric together.
    independent : bool, default False
        Say that rows which are not paired are other rows, of other units. Their differences then
        have shorter intervals.
    clusters : array of shape (row,), optional
        Unit of every row, such as a patient; see `calibrant.compare`.

    Notes
    -----
    Predictions of the same rows in the same order are compared row by row, as `calibrant.compare`
    does. Tallies and evaluations keep no rows, and predictions of other rows have no pairs: then
    a difference lies between the farthest ends of both intervals, whatever rows they share, and
    has no p value; see `calibrant.comparison.unpaired`.

    Raises
    ------
    InputError
        If there are fewer than two models, they have other classes, one is of another type, or a
        metric cannot be told.
    OutputError
        When `path` cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import calibrant as cal
    >>> labels = [1, 1, 0, 0, 1, 0]
    >>> a = cal.predictions(probs=[0.9, 0.8, 0.1, 0.2, 0.7, 0.3], labels=labels)
    >>> b = cal.predictions(probs=[0.6, 0.7, 0.4, 0.3, 0.6, 0.5], labels=labels)
    >>> place = Path(tempfile.mkdtemp()) / "comparison.html"
    >>> write_comparison({"sharp": a, "blunt": b}, place, metrics=["brier_binary"])
    >>> "blunt does worse than sharp" in place.read_text()
    True
    """
    several = several_of(
        [_model(name, one, clusters) for name, one in _named(models).items()],
        reference=reference,
        metrics=metrics,
        level=level,
        independent=independent,
    )
    write_several(path, several)


def write_several(path: str | Path, several: Several) -> tuple[str, ...]:
    """Write `several` to `path` as one HTML file, whole or not at all; the verdict that opens it.

    Raises
    ------
    OutputError
        When `path` cannot be written.
    """
    page = page_of(several)
    write_whole(path, html_of(page))
    return verdict_of(page)


def _named(models: object) -> dict[str, object]:
    """Models by name."""
    if isinstance(models, Mapping):
        return {str(name): one for name, one in models.items()}
    if isinstance(models, (Evaluation, Tallies, Rows, str)) or not isinstance(models, Sequence):
        remedy = "Pass them in a list, or by name: {'network': ..., 'forest': ...}."
        raise InputError("models", "be two or more", type(models).__name__, remedy)
    if len(models) > len(ascii_uppercase):
        remedy = "Name them: {'network': ..., 'forest': ...}."
        raise InputError("models", "be at most 26 without names", f"{len(models)}", remedy)
    return dict(zip(ascii_uppercase, models, strict=False))


def _model(name: str, given: object, clusters: ArrayLike | None) -> Model:
    """Model of what was given; rows are in the order in which those of the others are."""
    if isinstance(given, Evaluation):
        return Model(name=name, given=given, source=f"evaluation of {count(given.n)} rows")
    if isinstance(given, Tallies):
        return Model(name=name, given=given, source=f"sums over {count(given.n)} {given.kind}")
    if isinstance(given, Rows):
        source = f"{count(len(given))} {given.kind}"
        return Model(name=name, given=given, source=source, clusters=clusters)
    rule, remedy = "be predictions, tallies or an evaluation", "See calibrant.predictions."
    raise InputError(name, rule, type(given).__name__, remedy)
