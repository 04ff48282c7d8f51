"""Rows of a table as float32 features; everything learned comes from training rows alone."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
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
from calibrant.data.levels import Levels, Texts
from calibrant.data.schema import Roles
from calibrant.data.spread import Spread
from calibrant.data.steps import category_facts, new_transformer, number_facts
from calibrant.errors import InputError, OutputError

__all__ = ["Encoder", "Repairs"]

Numbers: TypeAlias = dict[str, NDArray[np.float64]]
Columns: TypeAlias = dict[str, Texts]

FORMAT = "calibrant encoder 2"
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
    flag for each number that some training rows lack (one for all parts of a date); then each
    category one-hot, with missing as a level of its own. Of a category with more than 50 levels
    the rare ones are one level, or its levels are hashed, as its role says: see `Levels`.
    Columns that do not vary over the training rows are left out.

    Parameters
    ----------
    transformer : ColumnTransformer
        The three steps, fitted.
    numbers, flags : tuple of str
        Columns of the first two.
    levels : dict
        Levels of each category.
    spreads : dict
        Spread of each number.
    facts : dict
        What `learned` returns.
    """

    transformer: ColumnTransformer
    numbers: tuple[str, ...]
    flags: tuple[str, ...]
    levels: dict[str, Levels]
    spreads: dict[str, Spread]
    facts: dict[str, object]

    @classmethod
    def fit(cls, table: pa.Table, roles: Roles, rows: Int64[np.ndarray, " train"]) -> "Encoder":
        """Learn an encoder of the features that `roles` names from `rows` of `table` alone.

        Raises
        ------
        InputError
            If a number is infinite or too large to standardise, or if no column varies.
        """
        training = table.take(pa.array(rows))
        values, texts = _numbers_in(training, roles.numbers), _texts_in(training, roles.categories)
        left_out = {
            **{name: why for name in values if (why := _no_spread(values[name]))},
            **{name: why for name in texts if (why := _no_levels(texts[name]))},
        }
        missing = {name: int(np.isnan(column).sum()) for name, column in values.items()}
        numbers = tuple(name for name in roles.numbers if name not in left_out)
        flags = tuple(name for name in roles.flagged if 0 < missing[name] < len(rows))
        levels = {
            name: Levels.learn(texts[name], hashed=name in roles.hashed)
            for name in roles.categories
            if name not in left_out
        }
        spreads = {name: Spread.learn(values[name]) for name in numbers}
        if not numbers and not flags and not levels:
            rule = "have a column that varies over the training rows"
            raise InputError("table", rule, listed(left_out), "Bring rows or columns that differ.")
        transformer = new_transformer(numbers, flags, levels)
        with np.errstate(over="ignore", invalid="ignore"):
            transformer.fit(_frame(values, texts, levels))
        facts: dict[str, object] = {
            "rows": len(rows),
            "numbers": number_facts(transformer, numbers, spreads),
            "flags": list(flags),
            "categories": category_facts(levels),
            "left_out": left_out,
        }
        return cls(transformer, numbers, flags, levels, spreads, facts)

    @property
    def categories(self) -> tuple[str, ...]:
        """Columns that are fed as categories."""
        return tuple(self.levels)

    @property
    def n_numbers(self) -> int:
        """How many features, the first ones, are standardised numbers."""
        return len(self.numbers)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name of every feature: ``Weight``, ``Weight is missing``, ``FatContent = Low Fat``."""
        names = [*self.numbers, *(f"{name} is missing" for name in self.flags)]
        for name, levels in self.levels.items():
            names += levels.names(name)
        return tuple(names)

    def transform(self, table: pa.Table) -> Float32[np.ndarray, "row feature"]:
        """Features of every row of `table`, all finite; other columns than those fed are ignored.

        Raises
        ------
        InputError
            If a column is absent, does not hold numbers where it did in training, or gives a
            feature that is infinite.
        """
        self._check_columns(table)
        values = _numbers_in(table, tuple(dict.fromkeys((*self.numbers, *self.flags))))
        frame = _frame(values, _texts_in(table, self.categories), self.levels)
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
        self._check_columns(table)
        values = _numbers_in(table, self.numbers)
        imputed = {name: int(np.isnan(column).sum()) for name, column in values.items()}
        texts = _texts_in(table, self.categories)
        unseen = {name: levels.n_unseen(texts[name]) for name, levels in self.levels.items()}
        return Repairs(
            imputed={name: count for name, count in imputed.items() if count},
            unseen={name: count for name, count in unseen.items() if count},
        )

    def placed(self, table: pa.Table) -> Columns:
        """Level of every category in every row of `table` as it is fed: one of `Levels.kept`.

        A level that no training row has stays as it is where rare levels are not grouped.
        """
        texts = _texts_in(table, self.categories)
        return {name: levels.placed(texts[name]) for name, levels in self.levels.items()}

    def learned(self) -> dict[str, object]:
        """List what was learned from the training rows, ready for JSON.

        Keys: ``rows`` (their number); ``numbers`` (by column: median, mean, scale, missing,
        count, min, max, deciles and how many rows end in the span up to each); ``flags``;
        ``categories`` (by column: levels, rows of each, missing); ``left_out`` (by column: why).
        """
        return self.facts

    def save(self, path: Path | str) -> None:
        """Write the encoder to a skops file: a zip of JSON and arrays, no pickle."""
        content = {
            "format": FORMAT,
            "transformer": self.transformer,
            "numbers": self.numbers,
            "flags": self.flags,
            "levels": {name: _fields(of) for name, of in self.levels.items()},
            "spreads": {name: _fields(of) for name, of in self.spreads.items()},
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
                levels = {name: Levels(**of) for name, of in content.pop("levels").items()}
                spreads = {name: Spread(**of) for name, of in content.pop("spreads").items()}
                return cls(**content, levels=levels, spreads=spreads)
            reason = "it holds something else"
        except OSError as error:
            reason = error.strerror or "it cannot be read"
        except UntrustedTypesFoundException:
            reason = "it holds types that an encoder does not"
        except _DAMAGE:
            reason = "it is damaged, or written by another version"
        raise InputError("path", "name a saved encoder", f"{path}: {reason}", remedy)

    def _check_columns(self, table: pa.Table) -> None:
        """Every column of the training is there."""
        fed = dict.fromkeys((*self.numbers, *self.flags, *self.categories))
        absent = [name for name in fed if name not in table.column_names]
        if absent:
            got = f"{listed(absent)} absent"
            raise InputError("table", "hold every column of the training", got, "Add them.")


def _numbers_in(table: pa.Table, names: tuple[str, ...]) -> Numbers:
    """Numbers of each column: finite, or NaN where one is missing."""
    columns = {name: numbers_of(table, name) for name in names}
    infinite = {name: np.flatnonzero(np.isinf(values)) for name, values in columns.items()}
    faults = [
        f"{len(rows):,} in {name!r} ({rows_in_words(rows)})"
        for name, rows in infinite.items()
        if len(rows)
    ]
    if faults:
        got = f"infinite ones: {'; '.join(faults)}, counted from 0"
        raise InputError("numbers", "be finite", got, "Correct these values or leave them empty.")
    return columns


def _texts_in(table: pa.Table, names: tuple[str, ...]) -> Columns:
    return {name: texts_of(table, name) for name in names}


def _frame(values: Numbers, texts: Columns, levels: Mapping[str, Levels]) -> pd.DataFrame:
    """Columns as scikit-learn takes them by name."""
    placed = {name: of.placed(texts[name]) for name, of in levels.items()}
    columns = {**values, **placed}
    return pd.DataFrame({name: pd.Series(c, dtype=c.dtype) for name, c in columns.items()})


def _fields(of: Levels | Spread) -> dict[str, object]:
    return {field.name: getattr(of, field.name) for field in fields(of)}


def _no_spread(values: NDArray[np.float64]) -> str | None:
    """Why a column with these training numbers cannot serve; None where they vary.

    Missing says nothing here: numbers have a flag for it.
    """
    levels = np.unique(values[~np.isnan(values)])
    if len(levels) > 1:
        return None
    return "one value in the training rows" if len(levels) else "no value in the training rows"


def _no_levels(texts: Texts) -> str | None:
    """Why a column with these training texts cannot serve; None where they vary."""
    return None if len(set(texts)) > 1 else "one value in the training rows"
