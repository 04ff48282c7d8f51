"""How the numbers of one column are read, and which of them stand for a missing value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float64, Int64
from numpy.typing import NDArray

from calibrant.data.columns import floats, kind_of, plain
from calibrant.data.folding import folded
from calibrant.data.text_column import SPELLED

__all__ = ["ZERO", "NumberReading", "ReadNumbers"]

ZERO = "zero read as missing"
_PLAIN = r"^\s*[-+]?[0-9][0-9.,eE+-]*\s*$"


class ReadNumbers(NamedTuple):
    """Numbers of a column once it is read.

    `values` are NaN where one is missing; `bad` are the rows whose values are no numbers, NaN
    too; `mended` counts rows by what was mended.
    """

    values: Float64[np.ndarray, " row"]
    bad: Int64[np.ndarray, " bad"]
    mended: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class NumberReading:
    """How the numbers of one column are read.

    Parameters
    ----------
    missing : tuple of str
        Folded spellings of a missing value; those that are numbers count as such.
    zero_is_missing : bool
        Whether 0 stands for a missing value.
    """

    missing: tuple[str, ...]
    zero_is_missing: bool
    reads: Literal["number"] = "number"

    def read(self, column: pa.ChunkedArray, *, decimal: str = ".") -> ReadNumbers:
        """Numbers of `column`, which holds numbers or texts; `decimal` is the sign in texts."""
        column = plain(column)
        if kind_of(column) == "number":
            values, bad, spelled = floats(column).copy(), np.zeros(len(column), np.bool_), 0
        else:
            values, bad, spelled = self._parsed(column, decimal)
        stands = np.isin(values, [number for word in self.missing for number in _number(word)])
        zero = (values == 0) & ~stands if self.zero_is_missing else np.zeros_like(bad)
        values[stands | zero] = np.nan
        counts = {SPELLED: spelled + int(stands.sum()), ZERO: int(zero.sum())}
        rows = np.flatnonzero(bad).astype(np.int64)
        return ReadNumbers(values, rows, {how: count for how, count in counts.items() if count})

    def _parsed(
        self, column: pa.ChunkedArray, decimal: str
    ) -> tuple[Float64[np.ndarray, " row"], NDArray[np.bool_], int]:
        """Numbers that texts spell, which texts are none, and how many spell a missing value."""
        texts = pa.concat_arrays([pa.array([], pa.string()), *column.cast(pa.string()).chunks])
        coded = texts.dictionary_encode()
        words: list[str] = coded.dictionary.to_pylist()
        plain_numbers = pc.match_substring_regex(coded.dictionary, _PLAIN).to_pylist()
        absent = np.array(
            [
                not is_plain and folded(word) in self.missing
                for word, is_plain in zip(words, plain_numbers, strict=True)
            ],
            dtype=np.bool_,
        )
        blank = np.array([not word.strip() for word in words], dtype=np.bool_)
        numbers = np.full(len(words) + 1, np.nan)
        wrong = np.zeros(len(words) + 1, dtype=np.bool_)
        kept = np.flatnonzero(~absent & ~blank)
        numbers[kept], wrong[kept] = _numbers([words[k] for k in kept], decimal)
        place = np.asarray(pc.fill_null(coded.indices, len(words)), dtype=np.int64)
        n_spelled = int(np.append(absent & ~blank, False)[place].sum())
        return numbers[place], wrong[place], n_spelled


def _numbers(
    words: list[str], decimal: str
) -> tuple[Float64[np.ndarray, " word"], NDArray[np.bool_]]:
    """Number that each of `words` spells, NaN for none, and which spell none."""
    texts = pc.replace_substring(
        pc.utf8_trim_whitespace(pa.array(words, pa.string())), decimal, "."
    )
    try:
        return np.asarray(texts.cast(pa.float64())), np.zeros(len(words), dtype=np.bool_)
    except pa.ArrowInvalid:
        found = [_number(word) for word in texts.to_pylist()]
    values = np.array([number[0] if number else np.nan for number in found])
    return values, np.array([not number for number in found], dtype=np.bool_)


def _number(word: str) -> tuple[float, ...]:
    """Number that `word` spells; nothing where it spells none."""
    try:
        return (pa.scalar(word).cast(pa.float64()).as_py(),)
    except pa.ArrowInvalid:
        return ()
