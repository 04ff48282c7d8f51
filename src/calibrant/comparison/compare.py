"""From predictions of several models on the same rows to their comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from string import ascii_uppercase

from calibrant.comparison.comparison import Comparison
from calibrant.comparison.contrast import Contrast
from calibrant.comparison.methods import difference_of
from calibrant.comparison.pair import Pair
from calibrant.comparison.same_rows import check_same_rows
from calibrant.comparison.several import holm, level_of_each
from calibrant.comparison.shared_clusters import notes_of, units_of
from calibrant.errors import InputError
from calibrant.metrics.base import LEVEL, Metric
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.registry import defaults
from calibrant.metrics.settings import checked_level
from calibrant.prediction.arrays import ArrayLike
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies

__all__ = ["compare"]

USUAL = {
    "two classes": (
        *("accuracy", "f1", "mcc", "auroc", "average_precision", "log_loss", "brier"),
        *("ece", "positive_ece", "smooth_ece"),
    ),
    "predictions": ("accuracy", "f1", "auroc", "log_loss", "brier", "ece", "classwise_ece"),
    "decisions": ("accuracy", "precision", "recall", "f1", "mcc"),
    "numbers": ("mse", "mae"),
}
"""Metrics where none are named, by kind of rows; else those of an evaluation."""

Models = Rows | Mapping[str, Rows]


def compare(
    *models: Models,
    metrics: Sequence[str | Metric] | None = None,
    level: float = LEVEL,
    clusters: ArrayLike | None = None,
    baseline: str | None = None,
    allow_fit_rows: bool = False,
) -> Comparison:
    """Differences of metrics between models on the very same rows, with intervals and p values.

    Parameters
    ----------
    *models : Predictions, Events, Decisions or Numbers, or one mapping
        Two or more models' predictions of the same rows in the same order, which are called A, B,
        C, ...; or a mapping from names to them.
    metrics : sequence of str or Metric, optional
        Names or metrics of one number; else a set that fits the rows, of events that of
        `calibrant.evaluate`.
    level : float, default 0.95
        Coverage of the intervals, in (0, 1); a difference is called one at ``1 - level``.
    clusters : array of shape (row,), optional
        Unit of every row, such as a patient; else the clusters that any of the models came with,
        which hold for all. Rows of one unit may depend on each other.
    baseline : str, optional
        Name of the model that all others are compared with, each less the baseline; else every
        pair is, in the order of the models.
    allow_fit_rows : bool, default False
        Accept rows that a calibrator was fitted on; see `calibrant.evaluate`.

    Notes
    -----
    Everything is paired: what tells is how the two models differ row by row. Each contrast names
    its method. Nothing is drawn at random: the same rows give the same digits.

    Raises
    ------
    InputError
        If there are fewer than two models, their rows or clusters are not the same, or a metric is
        unknown, has several numbers, or cannot be told from such rows; for tallies, which keep no
        rows; and for rows that a calibrator was fitted on, where these are not allowed.

    Examples
    --------
    >>> import calibrant as cal
    >>> labels = [1, 1, 0, 0, 1, 0]
    >>> a = cal.predictions(probs=[0.9, 0.8, 0.1, 0.2, 0.7, 0.3], labels=labels)
    >>> b = cal.predictions(probs=[0.6, 0.7, 0.4, 0.3, 0.6, 0.5], labels=labels)
    >>> found = compare({"sharp": a, "blunt": b}, metrics=["brier_binary"])
    >>> found["brier_binary"].verdict
    'sharp is better'
    """
    level = checked_level(level)
    named = {
        name: others_than_fit(rows, allow_fit_rows=allow_fit_rows, argument=name)
        for name, rows in _named(models).items()
    }
    (first_name, first), *others = named.items()
    pairs = _pairs(tuple(named), baseline)
    wanted = _usual(first) if metrics is None else metrics
    for name, other in others:
        check_same_rows(first, other, names=(first_name, name))
    units = units_of(named, clusters)
    values = {name: _evaluated(rows, wanted, level) for name, rows in named.items()}
    notes = [note for one in values.values() for note in one.notes]
    sides = {name: rows.present() for name, rows in named.items()}
    contrasts: list[Contrast] = []
    for a, b in pairs:
        pair = Pair(sides[a], sides[b], units)
        contrasts += [
            Contrast(
                metric=name,
                first=a,
                second=b,
                first_value=_number(name, values[a]),
                second_value=_number(name, values[b]),
                difference=difference_of(
                    metric,
                    (_number(name, values[a]), _number(name, values[b])),
                    pair,
                    level_of_each(level, len(pairs)),
                ),
                adjusted_p=None,
                alpha=1 - level,
                higher_is_better=metric.higher_is_better,
            )
            for name, metric in values[a].metrics.items()
        ]
    return Comparison(
        contrasts=_adjusted(contrasts),
        models=tuple(named),
        baseline=baseline,
        level=level,
        n=first.n_present,
        n_clusters=None if units is None else int(units.max()) + 1,
        notes=tuple(dict.fromkeys((*notes, *notes_of(named, clusters)))),
    )


def _named(models: tuple[Models, ...]) -> dict[str, Rows]:
    """Models by name."""
    found: dict[str, object] = {}
    if len(models) == 1 and isinstance(models[0], Mapping):
        found = {str(name): rows for name, rows in models[0].items()}
    elif len(models) <= len(ascii_uppercase):
        found = dict(zip(ascii_uppercase, models, strict=False))
    else:
        remedy = "Name them: compare({'network': ..., 'forest': ...})."
        raise InputError("models", "be at most 26 without names", f"{len(models)}", remedy)
    for name, rows in found.items():
        if isinstance(rows, (Tallies, Evaluation)):
            what = "tallies" if isinstance(rows, Tallies) else "an evaluation"
            remedy = "Pass the predictions of both: a pair needs both scores of every row."
            raise InputError(name, "be rows in memory", f"{what}, which keep no rows", remedy)
        if not isinstance(rows, Rows):
            remedy = "Declare them: calibrant.predictions(probs=...) or (logits=...)."
            raise InputError(name, "be predictions", type(rows).__name__, remedy)
    if len(found) < 2:
        remedy = "Pass two models' predictions of the same rows."
        raise InputError("models", "be two or more", f"{len(found)}", remedy)
    return {name: rows for name, rows in found.items() if isinstance(rows, Rows)}


def _pairs(names: tuple[str, ...], baseline: str | None) -> list[tuple[str, str]]:
    """Pairs to compare: every other with the baseline, or all."""
    if baseline is None:
        return list(combinations(names, 2))
    if baseline not in names:
        remedy = "Name one of them, or leave it out to compare all pairs."
        raise InputError("baseline", f"be one of {', '.join(names)}", f"{baseline!r}", remedy)
    return [(name, baseline) for name in names if name != baseline]


def _usual(rows: Rows) -> tuple[str, ...]:
    """Metrics where none are named."""
    kind = "two classes" if rows.kind == "predictions" and rows.n_classes == 2 else rows.kind
    return USUAL[kind] if kind in USUAL else defaults(rows.kind, rows.n_classes)


def _evaluated(rows: Rows, wanted: Sequence[str | Metric], level: float) -> Evaluation:
    """Metrics of one model, of all its rows together."""
    if isinstance(rows, (Predictions, Events, Decisions, Numbers)):
        rows = replace(rows, groups=None)
    return evaluate(rows, wanted, level=level)


def _number(name: str, evaluation: Evaluation) -> float:
    """Value of a metric, which must be one number."""
    value = evaluation.estimates[name].value
    if not isinstance(value, float):
        got = f"{name!r}, which has several"
        remedy = "Choose an average of it, such as the macro or the positive form."
        raise InputError("metrics", "be of one number to be compared", got, remedy)
    return value


def _adjusted(contrasts: Sequence[Contrast]) -> tuple[Contrast, ...]:
    """The same with p values that hold for all pairs of a metric together."""
    result = list(contrasts)
    for metric in dict.fromkeys(one.metric for one in contrasts):
        at = [k for k, one in enumerate(contrasts) if one.metric == metric]
        p_values = holm([contrasts[k].difference.p_value for k in at])
        for k, p_value in zip(at, p_values, strict=True):
            result[k] = replace(contrasts[k], adjusted_p=p_value)
    return tuple(result)
