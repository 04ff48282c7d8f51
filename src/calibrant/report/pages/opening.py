"""Opening of a page: the verdict in words and the numbers that matter most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from calibrant.comparison.difference import Difference
from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.miscalibration import Evidence, evidence_of
from calibrant.report.blocks import Cell
from calibrant.report.glossary import entry_of
from calibrant.report.numbers import count, noise, number
from calibrant.report.shapes import Scalar, scalar
from calibrant.report.summary import SplitSizes, TrueCalibrationError
from calibrant.report.tables import measured
from calibrant.report.wording.classes import (
    Lean,
    calibration_error,
    confidence,
    evidence_alone,
    headline,
    lean_of,
    log_loss_alone,
    log_loss_change,
    mean_stated,
)

__all__ = [
    "Opening",
    "evaluation_opening",
    "run_opening",
    "run_subject",
    "scalars",
    "subject",
    "tile",
    "truth_sentence",
]

MOST = 4  # numbers, where none of these was asked for
_TILES = ("log_loss", "ece", "accuracy", "auroc", "r2", "rmse", "mae", "mse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Headline, sentences and numbers of the first screen."""

    headline: str
    sentences: Sequence[str]
    numbers: Sequence[tuple[str, Cell, str]]


def subject(evaluation: Evaluation, counted: str = "") -> str:
    """Line that says what was evaluated, and in words how the rows were `counted`."""
    n_classes = len(evaluation.class_names)
    classes = f"{n_classes:,} classes, " if n_classes else ""
    told = f"{classes}{count(evaluation.n)} test row{'' if evaluation.n == 1 else 's'}"
    return f"{told}, {counted}" if counted else told


def run_subject(evaluation: Evaluation, split: SplitSizes) -> str:
    """Line that says what was evaluated, and how where there are several folds."""
    told = subject(evaluation)
    if split.folds == 1:
        return told
    return f"{told}, each predicted by networks that had not seen it ({split.folds} folds)"


def run_opening(
    before: Evaluation,
    after: Evaluation | None,
    tables_before: Mapping[str, ReliabilityTable],
    tables_after: Mapping[str, ReliabilityTable] | None,
    change: Difference | None,
    *,
    alone: str = "Uncalibrated",
) -> Opening:
    """Return the opening of a run: confidence, change of log loss, calibration error.

    `alone` says which probabilities these are where there is no `after`; it is empty where
    nobody knows whether they were calibrated.
    """
    old, new = scalars(before), scalars(before if after is None else after)
    sentences: list[str] = []
    leans: list[Lean] = []
    moments = [(alone, old, tables_before)]
    if after is not None and tables_after is not None:
        moments = [
            ("Before calibration", old, tables_before),
            ("After calibration", new, tables_after),
        ]
    for when, found, tables in moments:
        right, table = found.get("accuracy"), tables.get("top_label")
        if right is not None and table is not None:
            stated = mean_stated(table)
            leans.append(lean_of(stated, right))
            sentences.append(confidence(stated, right, when=when))
    if "log_loss" in new and (after is None or change is None):
        sentences.append(log_loss_alone(new["log_loss"]))
    elif "log_loss" in new and "log_loss" in old and change is not None:
        sentences.append(log_loss_change(old["log_loss"], new["log_loss"], change))
    sentence, evidence = _calibration(before if after is None else after)
    sentences += sentence
    after_lean = leans[1] if len(leans) > 1 else None
    why = next((one["accuracy"].why for one in (old, new) if "accuracy" in one), "")
    verdict = evidence_alone(evidence)
    if leans:
        verdict = headline(leans[0], after_lean, evidence, why=why)
    numbers = [
        tile(name, one, "" if after is None else _was(one, old[name]))
        for name, one in new.items()
        if name in old
    ]
    return Opening(headline=verdict, sentences=sentences, numbers=numbers)


def evaluation_opening(evaluation: Evaluation) -> Opening:
    """Return the opening of an evaluation that stands alone: log loss and calibration error."""
    found = scalars(evaluation)
    sentence, evidence = _calibration(evaluation)
    sentences = [log_loss_alone(found["log_loss"])] if "log_loss" in found else []
    numbers = [tile(name, one, "") for name, one in found.items()]
    return Opening(
        headline=evidence_alone(evidence), sentences=[*sentences, *sentence], numbers=numbers
    )


def _calibration(evaluation: Evaluation) -> tuple[list[str], Evidence]:
    """Sentence about the ECE, or else the first of its kind, and what it shows."""
    floors = (name for name, each in evaluation.items() if each.noise_floor is not None)
    name = "ece" if "ece" in evaluation else next(floors, None)
    error = None if name is None else scalar(evaluation[name])
    if name is None or error is None:
        return [], "unknown"
    evidence = evidence_of(error.low, error.p_value, level=error.level)
    return [calibration_error(error, entry_of(name).label)], evidence


def truth_sentence(truth: TrueCalibrationError) -> str:
    """Sentence about the true calibration error of generated data."""
    told = f"{number(truth.before)} before calibration"
    if truth.after is not None:
        told = f"{told} and {number(truth.after)} after it"
    return (
        f"These rows are generated, so the truth is known: the true calibration error is {told}, "
        f"over {count(truth.n)} fresh rows."
    )


def tile(name: str, now: Scalar, beside: str) -> tuple[str, Cell, str]:
    """Label, value and interval of one number, or why there is none, and what stands beside it."""
    cell = measured(now)
    if now.level is not None and now.low is not None:
        cell = replace(cell, below=f"{100 * now.level:g} % interval {cell.below}")
    else:
        none = f"no interval: {now.why}" if now.why else "no interval"
        by_chance = noise(now.floor, now.floor_95)
        by_chance = f"about {by_chance} by chance alone" if by_chance else ""
        cell = replace(cell, below="; ".join(text for text in (none, by_chance) if text))
    return entry_of(name).label, cell, beside


def scalars(evaluation: Evaluation) -> dict[str, Scalar]:
    """Estimates of one number that an opening shows: in its order, or else the first."""
    every = ((name, scalar(estimate)) for name, estimate in evaluation.items())
    told = {name: one for name, one in every if one is not None}
    return {name: told[name] for name in _TILES if name in told} or dict(islice(told.items(), MOST))


def _was(now: Scalar, was: Scalar) -> str:
    """What a number was before calibration."""
    before = number(was.value)
    same = before == number(now.value)
    return "as before calibration" if same else f"was {before} before calibration"
