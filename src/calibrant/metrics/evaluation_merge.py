"""Whether two evaluations are of the same rows, as far as they can tell."""

from collections.abc import Iterable, Mapping
from dataclasses import fields

from calibrant.errors import InputError
from calibrant.metrics.base import Metric
from calibrant.metrics.estimate import Estimate

__all__ = ["check_evaluation", "check_no_clash", "check_same", "named"]

MOST = 120  # letters of what an estimate holds, in a message


def check_same(what: str, own: object, theirs: object, *, known: bool = True) -> None:
    """Raise `InputError` where something differs that is `known` of both."""
    if known and own != theirs:
        rule = f"be of the same {what}, {own}"
        remedy = "Merge evaluations of the same rows alone."
        raise InputError("other", rule, f"{theirs}", remedy)


def check_evaluation(other: object, kind: type) -> None:
    """Raise `InputError` unless `other` is an evaluation."""
    if not isinstance(other, kind):
        remedy = "Pass what calibrant.evaluate returns."
        raise InputError("other", "be an evaluation", f"{type(other).__name__}", remedy)


def named(names: Iterable[str]) -> str:
    """Names in an order of their own."""
    return ", ".join(sorted(names)) or "none"


def check_no_clash(
    own: Mapping[str, Estimate],
    theirs: Mapping[str, Estimate],
    own_metrics: Mapping[str, Metric],
    their_metrics: Mapping[str, Metric],
) -> None:
    """Raise `InputError` where a metric, under whatever name, has two estimates."""
    for name, estimate in own.items():
        for other in theirs:
            if other != name and not _is_same(own_metrics.get(name), their_metrics.get(other)):
                continue
            differs = _difference(estimate, theirs[other])
            if differs:
                field, held, got = differs
                alias = "" if other == name else f" as of '{name}'"
                rule = f"hold the same {field} of '{other}'{alias}, {held}"
                remedy = "Leave it out of one of them: evaluation.filter(...)."
                raise InputError("other", rule, got, remedy)


def _is_same(metric: Metric | None, other: Metric | None) -> bool:
    return metric is not None and type(metric) is type(other) and metric == other


def _difference(own: Estimate, theirs: Estimate) -> tuple[str, str, str] | None:
    """First field that differs, and what each holds of it, to the last digit; nan is nan."""
    for field in fields(Estimate):
        held, got = (repr(getattr(each, field.name)) for each in (own, theirs))
        if held != got:
            return field.name, _short(held), _short(got)
    return None


def _short(text: str) -> str:
    return text if len(text) < MOST else f"{text[: MOST - 3]}..."
