"""Rows of a table as float32 features; everything learned comes from training rows alone."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from zipfile import ZIP_DEFLATED, BadZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
from jaxtyping import Float32, Int64
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from skops import io as skops_io
from skops.io.exceptions import UntrustedTypesFoundException

from calibrant.data.columns import listed, numbers_of, rows_in_words, texts_of
from calibrant.data.schema import Roles
from calibrant.data.steps import category_facts, known_levels, new_transformer, number_facts
from calibrant.errors import InputError, OutputError

__all__ = ["Encoder", "Repairs"]

Values: TypeAlias = NDArray[np.float64] | NDArray[np.object_]
Columns: TypeAlias = dict[str, Values]

FORMAT = "calibrant encoder 1"
_DAMAGE = (
    *(BadZipFile, zlib.error, struct.error, EOFError, RuntimeError),  # of the archive
    *(LookupError, ValueError, TypeError, AttributeError, ImportError),  # of what it says
)
TRUSTED = ["numpy.dtype"]  # all that a saved encoder holds beside what skops trusts by itself


@dataclass(frozen=True, slots=True)
class Repairs:
    """What is mended in a table while it is encoded: number of rows by column, if any.

    Parameters
    ----------
    imputed : mapping of str to int
        Missing numbers, replaced by the median of the training rows.
    unseen : mapping of str to int
        Categories that no training row has; they are encoded as none of the known ones.
    """

    imputed: Mapping[str, int]
    unseen: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """Fitted encoder; make one with `Encoder.fit` or `Encoder.load`.

    Features are the numbers first, imputed by the median and standardised in float64; then a
    flag for each number that some training rows lack; then each category one-hot, with missing
    as a level of its own. Columns that do not vary over the training rows are left out.

    Parameters
    ----------
    transformer : ColumnTransformer
        The three steps, fitted.
    numbers, flags, categories : tuple of str
        Columns of each step.
    facts : dict
        What `learned` returns.
    """

    transformer: ColumnTransformer
    numbers: tuple[str, ...]
    flags: tuple[str, ...]
    categories: tuple[str, ...]
    facts: dict[str, object]

    @classmethod
    def fit(cls, table: pa.Table, roles: Roles, rows: Int64[np.ndarray, " train"]) -> "Encoder":
        """Learn an encoder of the features that `roles` names from `rows` of `table` alone.

        Raises
        ------
        InputError
            If a number is infinite or too large to standardise, or if no column varies.
        """
        training = _columns(table.take(pa.array(rows)), roles.numbers, roles.categories)
        left_out = {
            name: why for name, values in training.items() if (why := _says_nothing(values))
        }
        missing = {name: int(_is_missing(values).sum()) for name, values in training.items()}
        numbers = tuple(name for name in roles.numbers if name not in left_out)
        flags = tuple(name for name in roles.numbers if 0 < missing[name] < len(rows))
        categories = tuple(name for name in roles.categories if name not in left_out)
        if not numbers and not flags and not categories:
            rule = "have a column that varies over the training rows"
            raise InputError("table", rule, listed(left_out), "Bring rows or columns that differ.")
        transformer = new_transformer(numbers, flags, categories)
        with np.errstate(over="ignore", invalid="ignore"):
            transformer.fit(_frame(training))
        facts: dict[str, object] = {
            "rows": len(rows),
            "numbers": number_facts(transformer, numbers, missing),
            "flags": list(flags),
            "categories": category_facts(transformer, categories, missing),
            "left_out": left_out,
        }
        return cls(transformer, numbers, flags, categories, facts)

    @property
    def n_numbers(self) -> int:
        """How many features, the first ones, are standardised numbers."""
        return len(self.numbers)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name of every feature: ``Weight``, ``Weight is missing``, ``FatContent = Low Fat``."""
        names = [*self.numbers, *(f"{name} is missing" for name in self.flags)]
        for name, levels in self._levels():
            names += [f"{name} = {level}" if level else f"{name} is missing" for level in levels]
        return tuple(names)

    def transform(self, table: pa.Table) -> Float32[np.ndarray, "row feature"]:
        """Features of every row of `table`, all finite; other columns than those fed are ignored.

        Raises
        ------
        InputError
            If a column is absent, does not hold numbers where it did in training, or gives a
            feature that is infinite.
        """
        frame = _frame(self._columns_of(table))
        with np.errstate(over="ignore"):
            features = np.asarray(self.transformer.transform(frame), dtype=np.float32)
        finite = np.isfinite(features)
        if not finite.all():
            faults = [
                f"{self.feature_names[k]!r} ({rows_in_words(np.flatnonzero(~finite[:, k]))})"
                for k in np.flatnonzero(~finite.all(axis=0))
            ]
            got = f"numbers beyond float32 in {', '.join(faults)}, counted from 0"
            raise InputError("features", "be finite once encoded", got, "Correct these values.")
        return features

    def counts_of(self, table: pa.Table) -> Repairs:
        """Count what `transform` mends in `table`."""
        columns = self._columns_of(table)
        imputed = {name: int(_is_missing(columns[name]).sum()) for name in self.numbers}
        unseen: dict[str, int] = {}
        for name, levels in self._levels():
            known = set(levels)
            unseen[name] = sum(text not in known for text in columns[name])
        return Repairs(
            imputed={name: count for name, count in imputed.items() if count},
            unseen={name: count for name, count in unseen.items() if count},
        )

    def learned(self) -> dict[str, object]:
        """List what was learned from the training rows, ready for JSON.

        Keys: ``rows`` (their number); ``numbers`` (by column: median, mean, scale, missing);
        ``flags``; ``categories`` (by column: levels, missing); ``left_out`` (by column: why).
        """
        return self.facts

    def save(self, path: Path | str) -> None:
        """Write the encoder to a skops file: a zip of JSON and arrays, no pickle."""
        content = {
            "format": FORMAT,
            "transformer": self.transformer,
            "numbers": self.numbers,
            "flags": self.flags,
            "categories": self.categories,
            "facts": self.facts,
        }
        try:
            skops_io.dump(content, path, compression=ZIP_DEFLATED)
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror}") from None

    @classmethod
    def load(cls, path: Path | str) -> "Encoder":
        """Read the encoder that `save` wrote; its features are the same to the bit."""
        remedy = "Train again, or copy the file again."
        try:
            content = skops_io.load(path, trusted=TRUSTED)
            known = content.pop("format") == FORMAT
            if known and isinstance(content["transformer"], ColumnTransformer):
                return cls(**content)
            reason = "it holds something else"
        except OSError as error:
            reason = error.strerror or "it cannot be read"
        except UntrustedTypesFoundException:
            reason = "it holds types that an encoder does not"
        except _DAMAGE:
            reason = "it is damaged, or written by another version"
        raise InputError("path", "name a saved encoder", f"{path}: {reason}", remedy)

    def _levels(self) -> list[tuple[str, NDArray[np.object_]]]:
        """Levels of every category, in the order of the features; ``""`` is missing."""
        return known_levels(self.transformer, self.categories)

    def _columns_of(self, table: pa.Table) -> Columns:
        numbers = tuple(dict.fromkeys((*self.numbers, *self.flags)))
        absent = [c for c in (*numbers, *self.categories) if c not in table.column_names]
        if absent:
            got = f"{listed(absent)} absent"
            raise InputError("table", "hold every column of the training", got, "Add them.")
        return _columns(table, numbers, self.categories)


def _columns(table: pa.Table, numbers: tuple[str, ...], categories: tuple[str, ...]) -> Columns:
    """Values of each column: float64, finite or NaN, or text."""
    columns: Columns = {name: numbers_of(table, name) for name in numbers}
    infinite = {name: np.flatnonzero(np.isinf(values)) for name, values in columns.items()}
    faults = [
        f"{len(rows):,} in {name!r} ({rows_in_words(rows)})"
        for name, rows in infinite.items()
        if len(rows)
    ]
    if faults:
        got = f"infinite ones: {'; '.join(faults)}, counted from 0"
        raise InputError("numbers", "be finite", got, "Correct these values or leave them empty.")
    return columns | {name: texts_of(table, name) for name in categories}


def _frame(columns: Columns) -> pd.DataFrame:
    """Columns as scikit-learn takes them by name."""
    return pd.DataFrame({name: pd.Series(c, dtype=c.dtype) for name, c in columns.items()})


def _is_missing(values: Values) -> NDArray[np.bool_]:
    return np.isnan(values) if values.dtype == np.float64 else np.equal(values, "")


def _says_nothing(values: Values) -> str | None:
    """Why a column with these training values cannot serve; None where it varies.

    Missing is a level of text, but not of numbers: they have a flag for it.
    """
    levels = set(values[~_is_missing(values)] if values.dtype == np.float64 else values)
    if len(levels) > 1:
        return None
    return "one value in the training rows" if levels else "no value in the training rows"
