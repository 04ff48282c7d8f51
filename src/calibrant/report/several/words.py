"""Sentences about several models, each chosen by an interval and none stronger than it."""

import unicodedata
from collections.abc import Sequence

from calibrant.figures.names import shortened
from calibrant.report.glossary import entry_of
from calibrant.report.numbers import count, number, on_scale
from calibrant.report.several.versus import Finding, Versus

__all__ = ["difference_told", "headline", "interval_told", "named", "sentence", "spoken"]

LONGEST = 40  # letters of a name within a sentence
MOST_NAMED = 6  # models of one kind in a sentence

_HEADS: tuple[tuple[Finding, str], ...] = (
    ("better", "better than {reference}"),
    ("worse", "worse than {reference}"),
    ("higher", "higher than {reference}"),
    ("lower", "lower than {reference}"),
    ("none", "no evidence of a difference"),
    ("same", "the same as {reference}"),
    ("unknown", "no verdict"),
)


def named(name: str) -> str:
    """Name as it stands within a sentence: cut where it is long, and kept in its own direction.

    Examples
    --------
    >>> named("forest")
    'forest'
    """
    text = shortened(name, LONGEST)
    turned = any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text)
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if turned else text


def spoken(metric: str) -> str:
    """Metric as it is called within a sentence.

    Examples
    --------
    >>> spoken("log_loss"), spoken("brier"), spoken("ece")
    ('log loss', 'Brier score', 'ECE')
    """
    label = entry_of(metric).label
    keeps = label.startswith("Brier") or not label[1:2].islower()
    return label if keeps else f"{label[:1].lower()}{label[1:]}"


def difference_told(versus: Versus) -> str:
    """Difference with the decimals that its interval allows."""
    found = versus.difference
    if found.low is None or found.high is None:
        return number(found.value)
    return on_scale(found.value, 50 * (found.high - found.low))


def interval_told(versus: Versus) -> str:
    """Interval of the difference, with its level; nothing where there is none."""
    found = versus.difference
    if found.low is None or found.high is None or found.level is None:
        return ""
    low, high = (on_scale(end, 50 * (found.high - found.low)) for end in (found.low, found.high))
    return f"{100 * found.level:.4g} %: {low} to {high}"


def sentence(versus: Versus) -> str:
    """Sentence on whether a model does better than the reference in one metric."""
    what, told = spoken(versus.metric), versus.difference
    name, reference = named(versus.name), named(versus.reference)
    why = told.method.removeprefix("not available: ")
    size = f"{difference_told(versus)} ({interval_told(versus)})"
    match versus.finding:
        case "better" | "worse" if any(told.n_infinite):
            which, n = (
                (name, told.n_infinite[0])
                if told.n_infinite[0]
                else (reference, told.n_infinite[1])
            )
            rows = f"{count(n)} of {count(told.n)} rows"
            return (
                f"{name} does {versus.finding} than {reference}: the {what} of {which} is "
                f"infinite, by {rows}."
            )
        case "better" | "worse":
            return f"{name} does {versus.finding} than {reference}: its {what} is {_by(versus)}."
        case "higher" | "lower":
            return f"{name} has a {versus.finding} {what} than {reference}: {_by(versus)}."
        case "none":
            return f"No evidence of a difference in {what} between {name} and {reference}: {size}."
        case "same":
            return f"{name} and {reference} have the same {what}: {why}."
        case "unknown":
            return f"No verdict on the {what} of {name} and {reference}: {why}."


def below_headline(versus: Versus) -> str:
    """As `sentence`, below the `headline` of this one alone: what that does not say yet."""
    match versus.finding:
        case "none":
            return f"The difference is {difference_told(versus)} ({interval_told(versus)})."
        case "higher" | "lower":
            return f"It is {_by(versus)}."
        case "same" | "unknown":
            why = versus.difference.method.removeprefix("not available: ")
            return f"{why[:1].upper()}{why[1:]}."
        case _:
            return sentence(versus)


def headline(found: Sequence[Versus]) -> str:
    """Verdict on one metric in a line, of all models beside the reference."""
    if not found:
        return "No metric was measured of all models."
    what, reference = spoken(found[0].metric), named(found[0].reference)
    if len(found) == 1:
        one, finding = named(found[0].name), found[0].finding
        return {
            "better": f"{one} does better than {reference} in {what}.",
            "worse": f"{one} does worse than {reference} in {what}.",
            "higher": f"{one} has a higher {what} than {reference}.",
            "lower": f"{one} has a lower {what} than {reference}.",
            "none": f"No evidence of a difference in {what} between {one} and {reference}.",
            "same": f"{one} and {reference} have the same {what}.",
            "unknown": f"No verdict on {what} between {one} and {reference}.",
        }[finding]
    parts: list[str] = []
    for finding, head in _HEADS:
        names = [named(one.name) for one in found if one.finding == finding]
        if names:
            parts.append(f"{head.format(reference=reference)}: {_listed(names)}")
    told = "; ".join(parts)
    return f"In {what}, {told}."


def _by(versus: Versus) -> str:
    """How far the model lies from the reference, as a size with its interval."""
    told = versus.difference
    assert told.low is not None  # an interval chose the sentence
    assert told.high is not None
    assert told.level is not None
    side = "higher" if told.low > 0 else "lower"
    ends = sorted((abs(told.low), abs(told.high)))
    size, low, high = (
        on_scale(one, 50 * (told.high - told.low)) for one in (abs(told.value), *ends)
    )
    return f"{side} by {size} ({100 * told.level:.4g} %: {low} to {high})"


def _listed(names: Sequence[str]) -> str:
    """Names with commas, and an "and" before the last; of many the first few."""
    if len(names) > MOST_NAMED:
        names = [*names[:MOST_NAMED], f"{len(names) - MOST_NAMED} more"]
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
