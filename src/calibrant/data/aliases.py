"""Levels of a category that are likely spelled in two ways; suggested, never merged unasked."""

import re
from dataclasses import dataclass
from itertools import takewhile

import pyarrow as pa
import pyarrow.compute as pc

from calibrant.data.columns import plain
from calibrant.data.folding import folded
from calibrant.data.plan import Plan
from calibrant.data.text_column import Spellings

__all__ = ["AliasSuggestion", "suggest_aliases"]

MOST_LEVELS = 300  # that are compared with each other, the most frequent ones
RARE = 0.1  # rows of a typing error, at most, for each row of the level that was meant
SHORTEST = 5  # letters of a word in which one that differs may be a typing error
SHORT = 3  # letters from which a beginning stands for a level by itself
BEGUN = 0.6  # of the letters of a level, at most, in what begins it
_STOPS = re.compile(r"[\s\-_./,'&()]+")


@dataclass(frozen=True, slots=True)
class AliasSuggestion:
    """A spelling that likely stands for a level of its column.

    Parameters
    ----------
    column : str
        Name of the column.
    spelling, level : str
        What may be merged into what.
    rows : int
        Rows that have the spelling.
    why : str
        In words.
    """

    column: str
    spelling: str
    level: str
    rows: int
    why: str


def suggest_aliases(table: pa.Table, plan: Plan) -> tuple[AliasSuggestion, ...]:
    """Likely aliases in the categories of `table` and in its target, by column and spelling.

    A level is likely another spelling of one that is more frequent if both have the same letters
    (``Low-Fat``), or if it is rare beside it and one letter differs in words of five and more. It
    is likely an abbreviation of another if it is made of the first letters of its words (``LF``)
    or begins each of them (``reg``). Digits must be equal. Where it may stand for several levels,
    none is suggested.
    """
    suggestions: list[AliasSuggestion] = []
    for column in plan.columns:
        name, reading = column.role.name, column.reading
        if isinstance(reading, Spellings) and column.role.role != "group" and not reading.numeric:
            texts = reading.read(plain(table.column(name))).texts
            counts = pc.value_counts(texts.drop_null()).to_pylist()
            suggestions += _in_column(name, {each["values"]: each["counts"] for each in counts})
    return tuple(suggestions)


def _in_column(name: str, rows: dict[str, int]) -> list[AliasSuggestion]:
    """Suggestions among the levels of one column, given the rows of each."""
    ranked = sorted(rows, key=lambda level: (-rows[level], level))[:MOST_LEVELS]
    found: dict[str, tuple[str, str]] = {}
    for k, spelling in enumerate(ranked):  # other spellings of more frequent levels
        before = [level for level in ranked[:k] if level not in found]
        same = [level for level in before if _bare(level) == _bare(spelling) != ""]
        frequent = [level for level in before if rows[spelling] <= RARE * rows[level]]
        near = [level for level in frequent if _one_letter_apart(spelling, level)]
        if same:
            found[spelling] = same[0], "the same letters"
        elif len(near) == 1:
            found[spelling] = near[0], f"one letter differs, and {rows[near[0]]:,} rows have it"
    roots = [level for level in ranked if level not in found]
    short = [level for level in roots if len(_bare(level)) < SHORT]
    letters = all(len(_begun(level, roots)) == 1 for level in short)  # each stands for one: M, F
    for spelling in roots:
        initials = [level for level in roots if _is_initials(spelling, level)]
        begun = _begun(spelling, roots) if letters or spelling not in short else []
        if len(initials) == 1:
            found[spelling] = initials[0], "its first letters"
        elif not initials and len(begun) == 1:
            found[spelling] = begun[0], "its beginning, and of no other level"
    return [
        AliasSuggestion(name, spelling, found.get(level, (level,))[0], rows[spelling], why)
        for spelling, (level, why) in sorted(found.items())
    ]


def _words(level: str) -> list[str]:
    """Words and numbers of `level`, folded; other signs than blanks and stops belong to them."""
    return [word for word in _STOPS.split(folded(level)) if word]


def _bare(level: str) -> str:
    return "".join(_words(level))


def _digits(level: str) -> list[str]:
    return re.findall("[0-9]+", folded(level))


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether a letter is wrong, missing, too many, or swapped with its neighbour.

    It must be in a word of five letters or more; digits must be equal.
    """
    pairs = list(zip(_words(one), _words(other), strict=False))
    differing = [(a, b) for a, b in pairs if a != b]
    if len(_words(one)) != len(_words(other)) or len(differing) != 1:
        return False
    ((a, b),) = differing
    if min(len(a), len(b)) < SHORTEST or _digits(a) != _digits(b):
        return False
    start = _n_equal(a, b)
    a, b = a[start:], b[start:]
    end = _n_equal(a[::-1], b[::-1])
    a, b = a[: len(a) - end], b[: len(b) - end]
    return max(len(a), len(b)) == 1 or (len(a) == 2 and a == b[::-1])


def _n_equal(one: str, other: str) -> int:
    """Letters that both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _is_initials(spelling: str, level: str) -> bool:
    words = _words(level)
    return len(words) > 1 and _bare(spelling) == "".join(word[0] for word in words)


def _begun(spelling: str, levels: list[str]) -> list[str]:
    """Those of `levels` of which `spelling` begins every word, and is much shorter."""
    begins, digits = _words(spelling), _digits(spelling)
    return [
        level
        for level in levels
        if len(words := _words(level)) == len(begins) > 0
        and len(_bare(spelling)) <= BEGUN * len(_bare(level))
        and digits == _digits(level)
        and all(word.startswith(start) for start, word in zip(begins, words, strict=True))
    ]
