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
    "few": "too few rows",
    "unknown": "no interval",
}


def lean_in_words(lean: Lean) -> str:
    """How the probabilities of a group lean, in words."""
    return _LEANS[lean]


def groups_told(
    leans: Mapping[str, Lean], *, level: float, n_groups: int | None = None, why: str = ""
) -> str:
    """Sentence about the groups whose probabilities are too high or too low on average.

    Each interval holds for its group alone; the sentence says how many of them chance would put
    aside. Where there are more groups, `n_groups`, those judged are the largest. `why` says why
    none has an interval.
    """
    told = {name: lean for name, lean in leans.items() if lean != "unknown"}
    judged = {name: lean for name, lean in told.items() if lean != "few"}
    if not told:
        reason = f" ({why})" if why else ""
        return (
            f"No group has an interval to judge its mean probability by{reason}, so there is no "
            "verdict by group."
        )
    if not judged:
        return "Every group has too few rows for a verdict."
    which = f"the {len(judged)} groups"
    if n_groups is not None and n_groups > len(leans):
        which = f"{len(judged)} of the {len(leans)} largest of {n_groups:,} groups"
    elif len(judged) < len(told):
        which = f"those with enough rows for a verdict ({len(judged)} of {len(told)})"
    over = [name for name, lean in judged.items() if lean == "over"]
    under = [name for name, lean in judged.items() if lean == "under"]
    if not over and not under:
        return (
            f"In none of {which} are probabilities too high or too low on average, by the interval "
            "of each."
        )
    parts = [
        f"too {side} on average in {_named(names)}"
        for side, names in (("high", over), ("low", under))
        if names
    ]
    chance = (1 - level) * len(judged)
    return (
        f"By the interval of each group, probabilities are {' and '.join(parts)}. Of {which} "
        f"chance alone would put about {chance:.2g} there."
    )


def _named(names: list[str]) -> str:
    """Names of groups; of many the first."""
    names = [in_sentence(name) for name in names]
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
