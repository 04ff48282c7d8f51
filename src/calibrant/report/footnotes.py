"""Footnotes of a table: where its intervals come from, each way told once."""

import re

from calibrant.metrics.estimate import Estimate

__all__ = ["estimate_told", "mended", "method_told", "note_of", "reason_of", "why_none"]

_INFINITE = re.compile(r"infinite: (\d+) of (\d+) rows (give|have) (.+)")
_INFINITE_ROWS = re.compile(r"(\d+) rows? (?:is|are) infinite")


def method_told(method: str, level: float | None) -> str:
    """Sentence that says where an interval comes from, or why there is none.

    Examples
    --------
    >>> method_told("not available: one row tells nothing", None)
    'No interval: one row tells nothing.'
    >>> method_told("Wilson", 0.95)
    '95 % interval: Wilson.'
    """
    reason = method.removeprefix("not available:").strip().rstrip(".")
    return f"No interval: {reason}." if level is None else f"{100 * level:g} % interval: {reason}."


def why_none(estimate: Estimate) -> str:
    """Why `estimate` has no interval, in few words; nothing where it has one.

    Examples
    --------
    >>> method = "not available: one row tells nothing"
    >>> why_none(Estimate(0.5, None, None, None, 1, method))
    'one row tells nothing'
    >>> method, note = "not available: 1 rows are infinite", "infinite: 1 of 2000 rows give 0"
    >>> why_none(Estimate(float("inf"), None, None, None, 2000, method, note=note))
    '1 of 2,000 rows gives 0'
    """
    if estimate.low is None and _INFINITE.fullmatch(estimate.note):
        return mended(estimate.note).removeprefix("infinite: ")
    reason = estimate.method.removeprefix("not available:").strip().rstrip(".")
    return reason if estimate.low is None else ""


def mended(note: str) -> str:
    """Note on infinite rows, one of them in the singular; others as they are.

    Examples
    --------
    >>> mended("infinite: 1 of 2000 rows have an infinite score")
    'infinite: 1 of 2,000 rows has an infinite score'
    >>> mended("undefined: it takes positive rows")
    'undefined: it takes positive rows'
    """
    found = _INFINITE.fullmatch(note)
    if not found:
        return note
    many, n = int(found[1]), int(found[2])
    verb = {"give": "gives", "have": "has"}[found[3]] if many == 1 else found[3]
    return f"infinite: {many:,} of {n:,} rows {verb} {found[4]}"


def reason_of(name: str, method: str) -> str:
    """Why the metric of this name has no interval, by its method; rows are not infinite, it is.

    Examples
    --------
    >>> reason_of("log_loss", "not available: 1 row is infinite")
    'the log_loss of 1 row is infinite'
    >>> reason_of("auroc", "not available: it takes positive and negative rows")
    'it takes positive and negative rows'
    """
    reason = method.removeprefix("not available: ")
    found = _INFINITE_ROWS.fullmatch(reason)
    if not found:
        return reason
    n = int(found[1])
    return f"the {name} of {n:,} row{'' if n == 1 else 's'} is infinite"


def estimate_told(estimate: Estimate) -> str:
    """Sentences on where the interval comes from, or why there is none, and on what is noted.

    A note that says nothing but why there is none is not repeated.
    """
    why = why_none(estimate)
    told = f"No interval: {why}." if why else method_told(estimate.method, estimate.level)
    note = estimate.note
    if not note or (why and _INFINITE.fullmatch(note)):
        return told
    return f"{told} {note[:1].upper()}{note[1:].rstrip('.')}."


def note_of(told: str, footnotes: list[str]) -> int:
    """Number of `told` among `footnotes`, from 1; it is added where it is new."""
    if told not in footnotes:
        footnotes.append(told)
    return footnotes.index(told) + 1
