"""One loss explained: purpose, formula, settings, sources."""

import re
from dataclasses import MISSING
from importlib import import_module

from calibrant.cli.loss_listing import listed_record
from calibrant.losses.catalogue.entry import Entry
from calibrant.losses.registry import available
from calibrant.losses.settings import settings_of

__all__ = ["explained", "explained_record"]

_INLINE = re.compile(r":math:`([^`]+)`", re.DOTALL)
_BLOCK = re.compile(r"\.\. math::\s*(.+?)(?:\n\s*\n|\Z)", re.DOTALL)


def explained_record(name: str) -> dict[str, object]:
    """What is known of a loss, as plain data."""
    entry = available()[name]
    module, _, class_name = entry.home.partition(":")
    home = import_module(module)
    cls: object = getattr(home, class_name)
    assert isinstance(cls, type)
    texts = [cls.__doc__ or "", *((getattr(home, n).__doc__ or "") for n in entry.exports)]
    settings = [
        {
            "name": setting.name,
            "is": setting.rule.removeprefix("be "),
            "default": _default(setting.default),
            "of_every_loss": setting.shared,
        }
        for setting in settings_of(cls).values()
    ]
    record: dict[str, object] = {"name": entry.name, **listed_record([entry])[entry.name]}
    record |= {"python": _python(entry, class_name), "formula": _formula(texts)}
    return record | {"settings": settings}


def explained(name: str) -> str:
    """The same as text."""
    record = explained_record(name)
    entry = available()[name]
    settings = record["settings"]
    assert isinstance(settings, list)
    facts = {
        "family": record["family"],
        "also": ", ".join(entry.aliases),
        "formula": record["formula"],
        "proper": f"{entry.proper} (whether the true probabilities minimise it)",
        "in Python": record["python"],
        "example": entry.example,
        "source": entry.source,
        "page": record["page"],
    }
    rows = [("setting", "default", "is")]
    rows += [(each["name"], each["default"], each["is"]) for each in settings]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines = [f"  {fact + ':':11}{text}" for fact, text in facts.items() if text]
    return "\n".join((f"{entry.name}: {entry.purpose}", "", *lines, "", *table))


def _python(entry: Entry, class_name: str) -> str:
    """Names in Python: the class, and the function if there is one."""
    names = [class_name, *(n for n in entry.exports if n in entry.aliases)]
    return ", ".join(f"cal.losses.{name}" for name in names)


def _formula(texts: list[str]) -> str:
    """First formula of the docstrings, or the first sentence where there is none."""
    for text in texts:
        found = [match for match in (_BLOCK.search(text), _INLINE.search(text)) if match]
        if found:
            first = min(found, key=lambda match: match.start())
            return " ".join(first[1].split())
    return texts[0].strip().partition("\n")[0]


def _default(value: object) -> str:
    """Default of a setting in words."""
    if value is MISSING:
        return "must be given"
    return "none" if value is None else f"{value}"
