"""Opening of a page: the verdict in words and the numbers that matter most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.reliability import ReliabilityTable
from calibrant.report.blocks import Cell
from calibrant.report.glossary import entry_of
from calibrant.report.numbers import count, number
from calibrant.report.shapes import Scalar, scalar
from calibrant.report.summary import TrueCalibrationError
from calibrant.report.tables import measured
from calibrant.report.wording import (
    Lean,
    calibration_error,
    confidence,
    headline,
    lean_of,
    log_loss_alone,
    log_loss_change,
    mean_stated,
)

__all__ = ["Opening", "evaluation_opening", "run_opening", "subject", "truth_sentence"]

_TILES = ("log_loss", "ece", "accuracy", "auroc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Headline, sentences and numbers of the first screen."""

    headline: str
    sentences: Sequence[str]
    numbers: Sequence[tuple[str, Cell, str]]


def subject(evaluation: Evaluation) -> str:
    """Line that says what was evaluated."""
    n_classes = len(evaluation.class_names)
    classes = f"{n_classes:,} classes, " if n_classes else ""
    return f"{classes}{count(evaluation.n)} test rows"


def run_opening(
    before: Evaluation,
    after: Evaluation | None,
    tables_before: Mapping[str, ReliabilityTable],
    tables_after: Mapping[str, ReliabilityTable] | None,
) -> Opening:
    """Return the opening of a run: confidence, change of log loss, calibration error."""
    old, new = _scalars(before), _scalars(before if after is None else after)
    sentences: list[str] = []
    leans: list[Lean] = []
    moments = [("Uncalibrated", old, tables_before)]
    if after is not None and tables_after is not None:
        moments = [
            ("Before calibration", old, tables_before),
            ("After calibration", new, tables_after),
        ]
    for when, scalars, tables in moments:
        right, table = scalars.get("accuracy"), tables.get("top_label")
        if right is not None and table is not None:
            stated = mean_stated(table)
            leans.append(lean_of(stated, right))
            sentences.append(confidence(stated, right, when=when))
    if "log_loss" in new and after is None:
        sentences.append(log_loss_alone(new["log_loss"]))
    elif "log_loss" in new and "log_loss" in old:
        sentences.append(log_loss_change(old["log_loss"], new["log_loss"]))
    if "ece" in new:
        sentences.append(calibration_error(new["ece"]))
    verdict = headline(leans[0], leans[1] if len(leans) > 1 else None) if leans else ""
    numbers = [
        _tile(name, new[name], None if after is None else old[name])
        for name in _TILES
        if name in new and name in old
    ]
    return Opening(headline=verdict, sentences=sentences, numbers=numbers)


def evaluation_opening(evaluation: Evaluation) -> Opening:
    """Return the opening of an evaluation that stands alone: log loss and calibration error."""
    scalars = _scalars(evaluation)
    sentences = [
        say(scalars[name])
        for name, say in (("log_loss", log_loss_alone), ("ece", calibration_error))
        if name in scalars
    ]
    numbers = [_tile(name, scalars[name], None) for name in _TILES if name in scalars]
    return Opening(headline="", sentences=sentences, numbers=numbers)


def truth_sentence(truth: TrueCalibrationError) -> str:
    """Sentence about the true calibration error of generated data."""
    told = f"{number(truth.before)} before calibration"
    if truth.after is not None:
        told = f"{told} and {number(truth.after)} after it"
    return (
        f"These rows are generated, so the truth is known: the true calibration error is {told}, "
        f"over {count(truth.n)} fresh rows."
    )


def _tile(name: str, now: Scalar, was: Scalar | None) -> tuple[str, Cell, str]:
    """Label, value and interval of one number, and what it was before calibration."""
    cell = measured(now)
    if now.level is not None and now.low is not None:
        cell = replace(cell, below=f"{100 * now.level:g} % interval {cell.below}")
    elif now.floor is not None:
        cell = replace(cell, below=f"about {number(now.floor)} by chance alone")
    if was is None:
        return entry_of(name).label, cell, ""
    before = number(was.value)
    changed = f"was {before} before calibration"
    return entry_of(name).label, cell, "as before calibration" if before == cell.text else changed


def _scalars(evaluation: Evaluation) -> dict[str, Scalar]:
    """Estimates of one number by the names that an opening asks for."""
    found = {name: evaluation[name] for name in _TILES if name in evaluation}
    return {name: one for name, estimate in found.items() if (one := scalar(estimate)) is not None}
