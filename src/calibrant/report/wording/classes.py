"""Sentences about measurements, each chosen by its interval and none stronger than it."""

import math
from typing import Literal

from calibrant.comparison.comparison_table import p_in_words
from calibrant.comparison.difference import Difference
from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.metrics.miscalibration import Evidence, evidence_of
from calibrant.report.numbers import in_percent, number, percents
from calibrant.report.shapes import Scalar

__all__ = [
    "Lean",
    "bins_apart",
    "calibration_error",
    "confidence",
    "headline",
    "lean_of",
    "log_loss_alone",
    "log_loss_change",
    "mean_stated",
]

Lean = Literal["over", "under", "none", "few", "unknown"]

WIDEST = 0.5  # of an interval of the accuracy that allows "no sign"

_PHRASES: dict[Lean, str] = {
    "over": "overconfident",
    "under": "underconfident",
    "none": "no sign of over- or underconfidence",
    "few": "too few rows to tell over- from underconfidence",
    "unknown": "no verdict without an interval",
}

_FOUND: dict[Evidence, str] = {
    "found": "evidence of miscalibration",
    "not found": "no evidence of miscalibration",
    "unclear": "the interval and p disagree, so whether it is miscalibrated is unclear",
}


def mean_stated(table: ReliabilityTable) -> float:
    """Mean stated probability over the rows of `table`, in [0, 1]; NaN without rows."""
    bins = [(w, s) for w, s in zip(table.weight, table.stated, strict=True) if w > 0]
    weight = math.fsum(w for w, _ in bins)
    return math.fsum(w * s for w, s in bins) / weight if bins else math.nan


def lean_of(stated: float, right: Scalar | None) -> Lean:
    """Which way stated confidence leans away from how often it is right.

    Only a mean stated probability outside the interval of `right`, the accuracy, is a lean. That
    interval knows the chance in the outcomes and ignores that the same rows state the mean,
    which makes it too wide rather than too narrow for this use: for a calibrated model the
    variance of outcome minus statement is that of the outcome less that of the statement. Where
    nothing leans and that interval is wider than one half, there are too few rows for a verdict.
    """
    if right is None or right.low is None or right.high is None or math.isnan(stated):
        return "unknown"
    if stated > right.high:
        return "over"
    if stated < right.low:
        return "under"
    return "few" if right.high - right.low > WIDEST else "none"


def headline(
    before: Lean, after: Lean | None, evidence: Evidence = "unknown", *, why: str = ""
) -> str:
    """Verdict in a few words; `after` is None when there was no calibration.

    `why` says why the accuracy has no interval, where that is why there is no verdict.
    `evidence` is what the calibration error shows at the end: probabilities that are right on
    average may be wrong in every bin.
    """
    told = _headline(before, after)
    final = before if after is None else after
    if why and final == "unknown":
        told = f"{told[:-1]} of the accuracy: {why}."
    return f"{told[:-1]}, yet miscalibrated." if (final, evidence) == ("none", "found") else told


def _headline(before: Lean, after: Lean | None) -> str:
    """Verdict on the means alone."""
    first = _PHRASES[before].capitalize()
    if after is None:
        return f"{first}."
    if before in {"over", "under"} and after == "none":
        return f"{first} before calibration; no sign of it after."
    if before != after:
        return f"{first} before calibration; {_PHRASES[after]} after it."
    join = " or " if before == "none" else " and "
    return f"{first}, before{join}after calibration."


def confidence(stated: float, right: Scalar, *, when: str) -> str:
    """Sentence about mean stated confidence; `when` begins it: "Before calibration".

    Without `when` it begins with what it says.
    """
    told = _confidence(stated, right)
    if when:
        return f"{when}, {told}"
    told = told if "the model" in told else told.replace("it stated", "the model stated", 1)
    return f"{told[:1].upper()}{told[1:]}"


def _confidence(stated: float, right: Scalar) -> str:
    """The sentence, without its beginning."""
    lean = lean_of(stated, right)
    told = f"on average it stated {in_percent(stated)} and was right {in_percent(right.value)}"
    if right.low is None or right.high is None:
        why = f"There is no interval: {right.why}. " if right.why else ""
        told = told.replace("it stated", "the model stated", 1)
        return f"{told} of the time. {why}Without an interval nothing more can be said."
    told = f"{told} ({percents(right.low, right.high)}) of the time"
    if lean in {"over", "under"}:
        return f"the model was {_PHRASES[lean]}: {told}."
    if lean == "few":
        return f"there are {_PHRASES[lean]}: {told}."
    return f"there is {_PHRASES['none']}: {told}."


def log_loss_alone(loss: Scalar) -> str:
    """Sentence about a log loss that has nothing beside it."""
    if math.isinf(loss.value):
        return "Log loss is infinite: probability 0 was stated for something that came out."
    return f"Log loss is {_with_interval(loss)}, in nats; lower is better."


def log_loss_change(before: Scalar, after: Scalar, change: Difference) -> str:
    """Sentence about the log loss before and after calibration.

    The rows are the same, so `change`, after less before row by row, tells more than the two
    intervals, which are as wide as rows differ among each other.
    """
    told = f"{_with_interval(before)} before and {_with_interval(after)} after calibration"
    if change.low is None or change.high is None or change.level is None:
        return f"Log loss was {told}; without a paired interval, no claim that it changed."
    change_told = f"{number(change.low)} to {number(change.high)}"
    paired = f"row by row the change is {number(change.value)} ({change_told})"
    if change.high < 0:
        return f"Calibration lowered the log loss: {told}; {paired}."
    if change.low > 0:
        return f"Calibration raised the log loss: {told}; {paired}. Prefer the model as it was."
    return f"Log loss was {told}; {paired}: no evidence that it changed."


def evidence_alone(evidence: Evidence) -> str:
    """Verdict in a few words, where nothing tells how sure the model was on average."""
    return {"found": "Miscalibrated.", "not found": "No sign of miscalibration."}.get(evidence, "")


def calibration_error(error: Scalar, label: str = "ECE") -> str:
    """Sentence about a plug-in calibration error beside what chance alone would show.

    The interval is of the true error, and starts at 0 just where chance may explain what was seen.
    """
    told = f"{label[:1].upper()}{label[1:]} is {_with_interval(error)}"
    beside: list[str] = []
    if error.floor is not None:
        beside.append(f"about {number(error.floor)} on this many rows")
    if error.p_value is not None:
        beside.append(f"as much as was seen with {_chance(error.p_value)}")
    if beside:
        told = f"{told}; a perfectly calibrated model would show {', and '.join(beside)}"
    found = evidence_of(error.low, error.p_value, level=error.level)
    if found != "unknown":
        return f"{told}: {_FOUND[found]}."
    if error.floor is None:
        return f"{told}. Chance alone makes it larger than zero, the more so the fewer the rows."
    if error.value <= error.floor:
        return f"{told}: {_FOUND['not found']}."
    excess = f"{error.value - error.floor:.4f}"
    return f"{told}. No interval tells how much of the {excess} above that is chance."


def bins_apart(table: ReliabilityTable) -> str:
    """Sentence about the bins whose mean stated probability lies outside their interval."""
    used = [b for b in range(len(table.n)) if table.weight[b] > 0]
    known = [b for b in used if table.low[b] <= table.high[b]]  # no NaN
    note = f" {table.note[:1].upper()}{table.note[1:]}." if table.note else ""
    if not used:
        return "No bin holds a row."
    if not known:
        return f"No bin has an interval.{note}"
    apart = [b for b in known if not table.low[b] <= table.stated[b] <= table.high[b]]
    which = "hold rows" if len(known) == len(used) else "have an interval"
    if not apart:
        told = f"In all bins that {which} ({len(known)}), what was stated lies inside the interval."
        return f"{told}{note}"
    largest = max(apart, key=lambda b: table.weight[b])
    one = "It" if len(apart) == 1 else "The one of them with the most rows"
    stated, came = in_percent(table.stated[largest]), in_percent(table.observed[largest])
    return (
        f"In {len(apart)} of {len(known)} bins that {which}, what was stated lies outside the "
        f"{100 * table.level:g} % interval; chance alone would put about "
        f"{(1 - table.level) * len(known):.1f} there. {one} stated {stated} and "
        f"came true {came} of the time ({percents(table.low[largest], table.high[largest])})."
        f"{note}"
    )


def _chance(p_value: float) -> str:
    """A p value as part of a sentence."""
    text = p_in_words(p_value)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def _with_interval(measured: Scalar) -> str:
    """Value, and the interval in brackets where there is one."""
    value = number(measured.value)
    if measured.low is None or measured.high is None:
        return value
    return f"{value} ({number(measured.low)} to {number(measured.high)})"
