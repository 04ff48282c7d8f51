"""Losses from text: `get`."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from importlib import import_module
from math import isfinite

from calibrant.errors import InputError
from calibrant.losses.base import Loss, WeightedSum
from calibrant.losses.registry import available
from calibrant.losses.scheduled import Scheduled
from calibrant.losses.schedules import Schedule, schedule_of
from calibrant.losses.settings import Setting, settings_of
from calibrant.losses.single import SingleLoss
from calibrant.losses.spec import Argument, Call, Spec, Term, Value, parse, suggestion, write_term
from calibrant.losses.weight_rules import RULES, rule_of

__all__ = ["get"]


def get(spec: str) -> Loss:
    """Loss that a spec describes; nothing is evaluated.

    Parameters
    ----------
    spec : str
        Losses of `available` joined by ``+``, each with a factor before it if need be and its
        settings after it in brackets: ``0.5*ce(balanced) + 0.5*soft_f1``, ``focal(gamma=2)``.
        Settings go by name or, its own, by place; a rule for class weights needs no name. What
        changes over epochs is a schedule: ``focal(gamma=ramp(0, 2, 10))``, ``ramp(0, 1, 5)*dice``.

    Raises
    ------
    InputError
        If the spec is wrong: the message shows where, and what could stand there.

    Examples
    --------
    >>> get("0.5*ce(balanced) + 0.5*soft_f1")
    0.5 * CrossEntropyLoss(class_weight='balanced') + 0.5 * SoftF1Loss()
    >>> get("focal(2)").spec
    'focal(gamma=2)'
    >>> get("focal(gamma=ramp(0, 2, 5))").at(epoch=3)
    FocalLoss(gamma=1.0)
    """
    parsed = parse(spec)
    terms = [(term.factor, _loss(parsed, term)) for term in parsed.terms]
    only_one = len(terms) == 1 and parsed.terms[0].factor == 1
    return terms[0][1] if only_one else WeightedSum(terms)


def _loss(spec: Spec, term: Term) -> Loss:
    """Loss of one term, without its factor."""
    if not isfinite(term.factor):
        remedy = "Losses are minimised, so a factor is a number at least 0."
        spec.refuse(term.at, rule="have finite factors", got=f"{term.factor}", remedy=remedy)
    cls = _class_of(spec, term)
    settings = settings_of(cls)
    by_place = [name for name, setting in settings.items() if not setting.shared]
    values: dict[str, Value] = {}
    schedules: dict[str, Schedule] = {}
    for argument in term.arguments:
        name = argument.name or _name_by_place(argument, by_place)
        if name not in settings:
            got = argument.name or argument.value
            remedy = suggestion(f"{got}", settings if argument.name else [*settings, *RULES])
            rule = f"set what {term.name} has"
            spec.refuse(argument.name_at, rule=rule, got=_shown(got), remedy=remedy)
        if name in values:
            rule, got = "set everything once", f"{name} twice"
            spec.refuse(argument.name_at, rule=rule, got=got, remedy="Leave one of the two out.")
        rule, remedy = settings[name].rule, settings[name].remedy
        schedule = _schedule(spec, argument)
        ends = (argument.value,) if schedule is None else schedule.ends
        ends = [_meant(spec, argument, end, settings[name]) for end in ends]
        for value in ends:
            if not settings[name].accepts(value):
                got = _shown(value)
                spec.refuse(argument.value_at, what=name, rule=rule, got=got, remedy=remedy)
            values[name] = value
        if schedule is not None:
            schedules[name] = schedule.with_ends(ends[0], ends[-1])
        by_place = [other for other in by_place if other != name]
    missing = [s.name for s in settings.values() if s.default is MISSING and s.name not in values]
    if missing:
        got = f"{term.name} without {', '.join(missing)}"
        remedy = f"Write it like {available()[term.name].example}."
        spec.refuse(term.at, rule="have all settings that have no default", got=got, remedy=remedy)
    factor = None if term.schedule is None else _schedule(spec, term.schedule)
    if term.schedule is not None and factor is None:
        got = _shown(term.schedule.value)
        remedy = "There are: ramp(start, end, epochs), switch(before, after, epoch)."
        spec.refuse(
            term.schedule.value_at,
            rule="have a number or a schedule before *",
            got=got,
            remedy=remedy,
        )
    try:
        loss = _made(cls, values)
        return Scheduled(loss, schedules, factor=factor) if schedules or factor else loss
    except InputError as error:
        rule = "have settings that go together"
        spec.refuse(term.at, rule=rule, got=write_term(term.name, values), remedy=f"{error}")


def _class_of(spec: Spec, term: Term) -> type[SingleLoss]:
    """Class of losses by its registered name."""
    entries = available()
    if term.name not in entries:
        remedy = f"{suggestion(term.name, entries)} `calibrant losses` lists them."
        spec.refuse(term.at, rule="name a loss that exists", got=f"'{term.name}'", remedy=remedy)
    module, _, name = entries[term.name].home.partition(":")
    cls: object = getattr(import_module(module), name)
    assert isinstance(cls, type)
    assert issubclass(cls, SingleLoss)
    return cls


def _schedule(spec: Spec, argument: Argument) -> Schedule | None:
    """Schedule that a value means; None where it is none."""
    if not isinstance(argument.value, Call):
        return None
    try:
        return schedule_of(argument.value)
    except InputError as error:
        spec.refuse(
            argument.value_at,
            what=error.argument,
            rule=error.rule,
            got=error.got,
            remedy=error.remedy,
        )


def _meant(spec: Spec, argument: Argument, value: Value, setting: Setting) -> Value:
    """Value as the setting has it: a call may be a rule, and none a word."""
    if value is None and not setting.accepts(None):
        return "none"
    if not isinstance(value, Call):
        return value
    try:
        return rule_of(value) or value
    except InputError as error:
        spec.refuse(
            argument.value_at,
            what=error.argument,
            rule=error.rule,
            got=error.got,
            remedy=error.remedy,
        )


def _shown(value: Value) -> str:
    """Value in an error message: a call as it is written."""
    return f"{value}" if isinstance(value, Call) else repr(value)


def _name_by_place(argument: Argument, by_place: list[str]) -> str:
    """Name of a setting that goes by its place; empty if no place is left."""
    value = argument.value
    word = value.name if isinstance(value, Call) else value
    is_rule = isinstance(word, str) and word in RULES
    return "class_weight" if is_rule else next(iter(by_place), "")


def _made(make: Callable[..., SingleLoss], settings: Mapping[str, Value]) -> SingleLoss:
    """Loss with settings whose types its own annotations have accepted."""
    return make(**settings)
