"""Sentences about groups of rows, chosen by the interval of each."""

from collections.abc import Mapping

from calibrant.report.numbers import in_sentence
from calibrant.report.wording.classes import Lean

__all__ = ["groups_told", "lean_in_words"]

_NAMED = 8
_LEANS: dict[Lean, str] = {
    "over": "stated too high",
    "under": "stated too low",
    "none": "no sign of either",
    "unknown": "no interval",
}


def lean_in_words(lean: Lean) -> str:
    """How the probabilities of a group lean, in words."""
    return _LEANS[lean]


def groups_told(leans: Mapping[str, Lean], *, level: float) -> str:
    """Sentence about the groups whose probabilities are too high or too low on average.

    Each interval holds for its group alone; the sentence says how many of them chance would put
    aside.
    """
    judged = {name: lean for name, lean in leans.items() if lean != "unknown"}
    if not judged:
        return "No group has an interval, so there is no verdict by group."
    over = [name for name, lean in judged.items() if lean == "over"]
    under = [name for name, lean in judged.items() if lean == "under"]
    if not over and not under:
        return (
            f"In none of the {len(judged)} groups are probabilities too high or too low on "
            "average, by the interval of each."
        )
    parts = [
        f"too {side} on average in {_named(names)}"
        for side, names in (("high", over), ("low", under))
        if names
    ]
    chance = (1 - level) * len(judged)
    return (
        f"By the interval of each group, probabilities are {' and '.join(parts)}. Of "
        f"{len(judged)} groups chance alone would put about {chance:.2g} there."
    )


def _named(names: list[str]) -> str:
    """Names of groups; of many the first."""
    names = [in_sentence(name) for name in names]
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
