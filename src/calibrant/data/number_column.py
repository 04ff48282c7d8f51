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
from calibrant.data.numerals import read_numbers
from calibrant.data.text_column import SPELLED

__all__ = ["ZERO", "NumberReading", "ReadNumbers"]

ZERO = "zero read as missing"


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

    def read(self, column: pa.ChunkedArray, *, decimal: str | None = None) -> ReadNumbers:
        """Numbers of `column`, which holds numbers or texts with that `decimal` mark.

        See `read_numbers`.
        """
        column = plain(column)
        if kind_of(column) == "number":
            values, bad, spelled = floats(column).copy(), np.zeros(len(column), np.bool_), 0
        else:
            values, bad, spelled = self._parsed(column, decimal)
        stands = np.isin(values, floats(read_numbers(pa.array(self.missing, pa.string())).values))
        zero = (values == 0) & ~stands if self.zero_is_missing else np.zeros_like(bad)
        values[stands | zero] = np.nan
        counts = {SPELLED: spelled + int(stands.sum()), ZERO: int(zero.sum())}
        rows = np.flatnonzero(bad).astype(np.int64)
        return ReadNumbers(values, rows, {how: count for how, count in counts.items() if count})

    def _parsed(
        self, column: pa.ChunkedArray, decimal: str | None
    ) -> tuple[Float64[np.ndarray, " row"], NDArray[np.bool_], int]:
        """Numbers that texts spell, which texts are none, and how many spell a missing value."""
        texts = pa.concat_arrays([pa.array([], pa.string()), *column.cast(pa.string()).chunks])
        coded = texts.dictionary_encode()
        words = coded.dictionary
        read = read_numbers(words, decimal=decimal)
        numbers = np.append(floats(read.values), np.nan)
        absent = np.append(np.asarray(read.missing, dtype=np.bool_), False)
        wrong = np.append(np.asarray(read.bad, dtype=np.bool_), False)
        for k in np.flatnonzero(wrong):
            absent[k] = folded(words[k].as_py()) in self.missing
        blank = np.array([not word.strip() for word in words.to_pylist()] + [False], dtype=np.bool_)
        place = np.asarray(pc.fill_null(coded.indices, len(words)), dtype=np.int64)
        return numbers[place], (wrong & ~absent)[place], int((absent & ~blank)[place].sum())
