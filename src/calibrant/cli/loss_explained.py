"""One loss explained: purpose, formula, settings, sources."""

from dataclasses import MISSING
from importlib import import_module

from calibrant.cli.formulas import block_formula, inline_formulas, one_line, unmarked
from calibrant.cli.loss_listing import listed_record
from calibrant.losses.catalogue.entry import Entry
from calibrant.losses.registry import available
from calibrant.losses.settings import settings_of

__all__ = ["explained", "explained_record"]


def explained_record(name: str) -> dict[str, object]:
    """What is known of a loss, as plain data."""
    entry = available()[name]
    module, _, class_name = entry.home.partition(":")
    home = import_module(module)
    cls: object = getattr(home, class_name)
    assert isinstance(cls, type)
    functions = [getattr(home, name).__doc__ or "" for name in entry.exports]
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
    record |= {
        "python": _python(entry, class_name),
        "formula": _formula(cls.__doc__ or "", functions),
    }
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


def _formula(of_class: str, of_functions: list[str]) -> str:
    """First formula on a line of its own, or in a first paragraph; else the first sentence."""
    blocks = [found for text in (of_class, *of_functions) if (found := block_formula(text))]
    paragraphs = [text.strip().partition("\n\n")[0] for text in (*of_functions, of_class)]
    inline = [each for text in paragraphs for each in inline_formulas(text)]
    summaries = [paragraph.partition(".\n")[0] for paragraph in reversed(paragraphs)]
    says = [each for each in summaries if not each.startswith("Weighted mean of `")] or summaries
    return one_line((*blocks, *inline, unmarked(says[0]))[0])


def _default(value: object) -> str:
    """Default of a setting in words."""
    if value is MISSING:
        return "must be given"
    return "none" if value is None else f"{value}"
