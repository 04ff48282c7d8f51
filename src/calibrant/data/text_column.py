"""Which spellings in a column of text are one level, and which say that a value is missing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from calibrant.data.columns import kind_of, plain
from calibrant.data.folding import folded, tidied
from calibrant.data.identifiers import FEWEST_ROWS, MOST_LEVELS
from calibrant.data.missing import MISSING_NUMBERS, MISSING_TEXTS
from calibrant.data.numerals import canonical, spells_numbers
from calibrant.errors import InputError

__all__ = ["ALIAS", "BLANKS", "CASE", "MISSING", "PADDING", "SPELLED", "ReadText", "Spellings"]

PADDING, CASE, ALIAS, SPELLED = "padding", "case", "alias", "spelled missing"

# Folded spellings of a value that is not there: in a target, where the others can be classes;
BLANKS = tuple(sorted({*map(folded, MISSING_TEXTS)}))
# and in a category, where missing is a level of its own, so that nothing is lost.
MISSING = tuple(sorted({*BLANKS, *map(folded, MISSING_NUMBERS)}))


class ReadText(NamedTuple):
    """Text of a column once it is read, null where it is missing, and rows by what was mended."""

    texts: pa.Array
    mended: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Spellings:
    """How the text of one column is read.

    Parameters
    ----------
    keep_case : bool
        Whether levels that differ by case or padding alone are different.
    numeric : bool
        Whether the values are numbers, used as names: ``7`` and ``7.0`` are one.
    missing : tuple of str
        Folded spellings of a missing value.
    aliases : mapping of str to str
        Key of a spelling, and the level that it stands for.
    shown : mapping of str to str
        Key of a level, and how it is spelled in names of features and in reports; the key
        itself where it is not here.
    """

    keep_case: bool = False
    numeric: bool = False
    missing: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    shown: Mapping[str, str] = field(default_factory=dict[str, str])
    reads: Literal["text"] = "text"

    @classmethod
    def learn(
        cls,
        name: str,
        column: pa.ChunkedArray,
        *,
        aliases: Mapping[str, str],
        keep_case: bool,
        missing: tuple[str, ...],
        fewest: int = FEWEST_ROWS,
    ) -> "Spellings":
        """Spellings of the values of `column`: each level is shown as most of its rows spell it.

        Of equally frequent spellings the first in sorted order is shown. A level that an alias
        names is shown as the alias spells it. Beyond 50 levels those with fewer than `fewest`
        rows are shown by their key.

        Raises
        ------
        InputError
            If two aliases disagree, or one names a level that another sends elsewhere; `name`
            is what the message calls the column.
        """
        numeric = kind_of(column) == "number"
        known = _agreed(name, aliases, keep_case=keep_case)
        bare = cls(keep_case, numeric, missing, known)
        if keep_case:
            return bare
        counts: dict[str, Counter[str]] = {}
        for text, count in _counted(_texts(column)):
            key = bare.key(text)
            if key not in known and key not in bare.missing:
                counts.setdefault(key, Counter())[tidied(text)] += count
        few = len(counts) <= MOST_LEVELS
        shown = {
            key: min(spelled, key=lambda text: (-spelled[text], text))
            for key, spelled in sorted(counts.items())
            if few or spelled.total() >= fewest
        }
        return cls(keep_case, numeric, bare.missing, known, shown)

    def key(self, text: str) -> str:
        """What `text` has in common with the other spellings of its level."""
        return text if self.keep_case else folded(text)

    def level(self, text: str) -> str | None:
        """Level that `text` spells, as it is shown; None where it spells a missing value."""
        key = self.key(text)
        if key in self.aliases:
            return self.aliases[key]
        return None if folded(text) in self.missing else self.shown.get(key, key)

    def read(self, column: pa.ChunkedArray, *, decimal: str | None = None) -> ReadText:
        """Levels of `column` as they are shown, and how many rows were mended, by how.

        `decimal` is the decimal mark of numbers that come as text: see `read_numbers`.
        """
        texts = _texts(column)
        as_numbers = self.numeric and kind_of(column) != "number"
        mended: Counter[str] = Counter()
        levels: dict[str, str | None] = {}
        for text, count in _counted(texts):
            name = _number_name(text, decimal) if as_numbers else text
            levels[text] = level = self.level(name)
            for how in self._mended(name, level):
                mended[how] += count
        coded = pc.dictionary_encode(texts)
        known = [levels[text] for text in coded.dictionary.to_pylist()]
        return ReadText(pa.array(known, pa.string()).take(coded.indices), dict(mended))

    def _mended(self, text: str, level: str | None) -> list[str]:
        """What makes `text` differ from the `level` that it spells."""
        if level is None:
            return [SPELLED] if folded(text) else []
        if self.key(text) != self.key(level):
            return [ALIAS]
        if self.keep_case or text == level:
            return []
        neat, key = tidied(text), self.key(text)
        known = key in self.shown or key in self.aliases
        return [how for how, so in ((PADDING, neat != text), (CASE, known and neat != level)) if so]


def _agreed(name: str, aliases: Mapping[str, str], *, keep_case: bool) -> dict[str, str]:
    """Level of every key that `aliases` speaks of, the levels themselves among them."""
    key = Spellings(keep_case).key
    levels = {key(level): level if keep_case else tidied(level) for level in aliases.values()}
    known: dict[str, str] = dict(levels)
    given: dict[str, str] = {}
    for spelling, level in aliases.items():
        first = given.setdefault(key(spelling), key(level))
        elsewhere = key(spelling) in levels and key(spelling) != key(level)
        if first != key(level) or elsewhere or not key(level):
            got = f"{spelling!r} for {level!r} in {name!r} beside another"
            if not key(level):
                got = f"{spelling!r} for a blank in {name!r}"
            remedy = "Give every spelling one level; name spellings of missing in 'missing'."
            raise InputError("aliases", "send each spelling to one level", got, remedy)
        known[key(spelling)] = levels[key(level)]
    return known


def _texts(column: pa.ChunkedArray) -> pa.Array:
    """Values of `column` as text in one piece, null where one is missing or empty."""
    column = plain(column)
    if pa.types.is_boolean(column.type):
        column = pc.if_else(column, "True", "False")
    if pa.types.is_decimal(column.type):  # 1.50 and 1.5 are one
        column = column.cast(pa.string()).cast(pa.float64())
    texts = pa.concat_arrays([pa.array([], pa.string()), *column.cast(pa.string()).chunks])
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _counted(texts: pa.Array) -> list[tuple[str, int]]:
    """Different values of `texts`, and how many rows have each."""
    counts = pc.value_counts(texts.drop_null())
    return [(entry["values"], entry["counts"]) for entry in counts.to_pylist()]


def _number_name(text: str, decimal: str | None) -> str:
    """`text` as the number that it spells is named, or as it is where it spells none."""
    trimmed = pa.chunked_array([[text.strip()]])
    if not spells_numbers(trimmed, decimal)[0].as_py():
        return text
    number: str = canonical(trimmed, decimal)[0].as_py()
    try:
        return str(int(number))
    except ValueError:
        return pa.scalar(float(number)).cast(pa.string()).as_py()
