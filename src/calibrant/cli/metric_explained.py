"""One metric explained: what it measures, formula, range, settings, names, sources."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from types import MappingProxyType

from calibrant.cli.formulas import (
    block_formula,
    inline_formulas,
    introduction,
    one_line,
    unmarked,
)
from calibrant.cli.metric_listing import listed_record, page_of, range_in_words
from calibrant.metrics.catalogue.entry import Entry

__all__ = ["explained", "explained_record"]

NOTHING: Mapping[str, object] = MappingProxyType({})
GOOD = {
    "lower": "low values are good",
    "higher": "high values are good",
    "zero": "values near 0 are good",
    "none": "no value is better than another",
}


Asked = Mapping[str, object]
"""Settings that a name asks for by its number."""


def explained_record(entry: Entry, asked: Asked = NOTHING) -> dict[str, object]:
    """What is known of a metric, with the settings that its name asks for, as plain data."""
    cls = _class_of(entry)
    return {
        "name": entry.name,
        **listed_record([entry])[entry.name],
        "python": _python(entry, asked),
        "formula": _formula(cls.__doc__ or ""),
        "settings": _settings(cls, {**entry.settings, **asked}),
    }


def explained(entry: Entry, asked: Asked = NOTHING) -> str:
    """The same as text."""
    cls = _class_of(entry)
    record = listed_record([entry])[entry.name]
    lists = {key: value for key, value in record.items() if isinstance(value, list)}
    facts = {
        "family": record["family"],
        "also": ", ".join(lists["aliases"]),
        "two classes": ", ".join(lists["aliases_for_two_classes"]),
        "beyond": ", ".join(lists["aliases_beyond_two_classes"]),
        "formula": _formula(cls.__doc__ or ""),
        "range": f"{range_in_words(entry)}; {GOOD[entry.direction]}",
        "reads": entry.statistic,
        "rows": ", ".join(entry.kinds),
        "slow": f"10,000 rows take {entry.slow}" if entry.slow else "",
        "needs": ", ".join(entry.needs),
        "number": f"{entry.name}_N sets {entry.number}" if entry.number else "",
        "in Python": _python(entry, asked),
        "source": entry.source,
        "page": page_of(entry),
    }
    lines = [f"  {fact + ':':13}{text}" for fact, text in facts.items() if text]
    settings = [("setting", "value"), *_settings(cls, {**entry.settings, **asked}).items()]
    width = max(len(name) for name, _ in settings)
    table = [f"{name:{width}}  {value}" for name, value in settings]
    return "\n".join(
        (f"{entry.name}: {entry.says}", "", *lines, *(["", *table] * (len(table) > 1)))
    )


def _class_of(entry: Entry) -> type:
    module, _, name = entry.home.partition(":")
    cls: object = getattr(import_module(module), name)
    assert isinstance(cls, type)
    return cls


def _settings(cls: type, given: Asked) -> dict[str, str]:
    """Settings of the class, with their values in this metric."""
    if not is_dataclass(cls):
        return {}
    values = {each.name: given.get(each.name, each.default) for each in fields(cls)}
    return {name: f"{value}" for name, value in values.items()}


def _python(entry: Entry, asked: Asked) -> str:
    given = {**entry.settings, **asked}
    settings = ", ".join(f"{name}={value!r}" for name, value in given.items())
    return f"cal.metrics.{entry.home.partition(':')[2]}({settings})"


def _formula(text: str) -> str:
    """First formula of a docstring that is more than a symbol; else its first sentence."""
    start = introduction(text)
    found = block_formula(text) or next(iter(inline_formulas(start)), None)
    return one_line(found or unmarked(start.strip().partition(".\n")[0]))
