"""Versus: one metric of a model less that of the reference, and how the rows allow to tell it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from calibrant.comparison.compare import compare
from calibrant.comparison.difference import Difference
from calibrant.comparison.same_rows import check_same_rows
from calibrant.comparison.unpaired import unpaired_difference
from calibrant.errors import InputError
from calibrant.metrics.evaluation import Evaluation
from calibrant.prediction.base import Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.numbers import Numbers
from calibrant.report.several.model import Model, Wanted

__all__ = ["Finding", "Versus", "apart", "unpaired_because"]

Finding = Literal["better", "worse", "higher", "lower", "none", "same", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """One metric of a model beside that of the reference.

    Attributes
    ----------
    metric : str
        Name of the metric.
    name, reference : str
        Names of the two.
    values : tuple of float
        Of the model and of the reference.
    difference : Difference
        The model less the reference.
    p_value : float or None
        Holm's, for all models that are paired with the reference in this metric together.
    alpha : float
        Where the p value calls it a difference.
    higher_is_better : bool or None
        Which values are good.
    """

    metric: str
    name: str
    reference: str
    values: tuple[float, float]
    difference: Difference
    p_value: float | None
    alpha: float
    higher_is_better: bool | None

    @property
    def finding(self) -> Finding:
        """What the interval and the p value both allow to be said of the model."""
        told, ends = self.difference, (self.difference.low, self.difference.high)
        if all(told.n_infinite):
            return "unknown"
        if any(told.n_infinite):
            return "worse" if told.n_infinite[0] else "better"
        if ends[0] is None or ends[1] is None:
            same = told.value == 0 and "not available: both" in told.method
            return "same" if same else "unknown"
        if ends[0] <= 0 <= ends[1] or (self.p_value is not None and self.p_value > self.alpha):
            return "none"
        if self.higher_is_better is None:
            return "higher" if ends[0] > 0 else "lower"
        return "better" if (ends[0] > 0) == self.higher_is_better else "worse"

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        first, second = (v if math.isfinite(v) else None for v in self.values)
        return {
            "metric": self.metric,
            "model": self.name,
            "reference": self.reference,
            "value": first,
            "reference_value": second,
            "difference": self.difference.to_dict(),
            "adjusted_p": self.p_value,
            "finding": self.finding,
        }


def unpaired_because(model: Model, reference: Model) -> str:
    """Why rows of the two cannot be paired; nothing where they can."""
    for one in (model, reference):
        if not isinstance(one.given, (Predictions, Decisions, Numbers)):
            what = "an evaluation" if isinstance(one.given, Evaluation) else "tallies"
            return f"{one.name} is {what}, without its rows"
    if model.test_rows != reference.test_rows:
        return "they were tested on other rows"
    assert isinstance(model.given, (Predictions, Decisions, Numbers))
    assert isinstance(reference.given, (Predictions, Decisions, Numbers))
    try:
        check_same_rows(reference.given, model.given)
    except InputError as error:
        return f"rows that can be paired {error.rule}, and here are {error.got}"
    return ""


def apart(
    models: Sequence[Model],
    evaluations: Mapping[str, Evaluation],
    *,
    reference: Model,
    metrics: Wanted,
    level: float,
    independent: bool,
) -> list[Versus]:
    """All models but the reference, less it, metric by metric.

    Rows that can be paired are; of the others the two intervals tell what they can. All
    intervals of one metric hold together at `level`, but for evaluations that came with a level
    of their own.
    """
    others = [model for model in models if model is not reference]
    paired = [model for model in others if not unpaired_because(model, reference)]
    found = _paired(paired, reference, metrics, evaluations, 1 - (1 - level) / len(others))
    share = 1 if independent else 2  # of two intervals each may fail
    wide = 1 - (1 - level) / (share * len(others))
    rest = [model for model in others if model not in paired]
    again = {one.name: one.evaluation(metrics, wide) for one in (rest and [*rest, reference])}
    for model in rest:
        for name in _names(metrics):
            first, second = again[model.name], again[reference.name]
            if not (_is_number(name, first) and _is_number(name, second)):
                continue
            difference = unpaired_difference(first[name], second[name], independent=independent)
            found.append(
                Versus(
                    metric=name,
                    name=model.name,
                    reference=reference.name,
                    values=(float(first[name]), float(second[name])),
                    difference=difference,
                    p_value=None,
                    alpha=1 - level,
                    higher_is_better=_direction(name, first, second),
                )
            )
    order, place = [model.name for model in others], _names(metrics)
    return sorted(found, key=lambda one: (place.index(one.metric), order.index(one.name)))


def _paired(
    models: Sequence[Model],
    reference: Model,
    metrics: Wanted,
    evaluations: Mapping[str, Evaluation],
    each: float,
) -> list[Versus]:
    """Those whose rows are those of the reference, each interval at the level `each`."""
    sides = {one.name: one.given for one in (reference, *models)}
    rows = {k: v for k, v in sides.items() if isinstance(v, (Predictions, Decisions, Numbers))}
    held = evaluations[reference.name]
    numbers = [one for one in metrics if _is_number(_name(one), held)]
    if not models or not numbers:
        return []
    found = compare(
        rows,
        metrics=numbers,
        level=1 - (1 - each) * len(models),
        clusters=reference.clusters,
        baseline=reference.name,
    )
    return [
        Versus(
            metric=one.metric,
            name=one.first,
            reference=one.second,
            values=(one.first_value, one.second_value),
            difference=one.difference,
            p_value=one.adjusted_p,
            alpha=one.alpha,
            higher_is_better=one.higher_is_better,
        )
        for one in found
    ]


def _name(metric: object) -> str:
    return metric if isinstance(metric, str) else repr(metric)


def _names(metrics: Wanted) -> list[str]:
    return [_name(metric) for metric in metrics]


def _is_number(name: str, evaluation: Evaluation) -> bool:
    """Whether a metric was measured and is one number."""
    return name in evaluation and evaluation[name].is_scalar


def _direction(name: str, *evaluations: Evaluation) -> bool | None:
    """Which values are good, if the metric is known."""
    for one in evaluations:
        metric = one.metrics.get(name)
        if metric is not None:
            return metric.higher_is_better
    return None
