"""Parts of a recipe: the table, the split, calibration, evaluation; frozen models."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from calibrant.calibrators.named import get
from calibrant.data.cleaning import Cleaning
from calibrant.data.read import Reading
from calibrant.errors import InputError

__all__ = ["CalibrationPart", "DataPart", "EvaluationPart", "Part", "SplitPart", "delimiter_of"]

Share = Annotated[float, Field(gt=0, lt=1)]
Names = tuple[str, ...]
Role = Literal["number", "category", "date", "hashed", "identifier", "drop"]

_DELIMITERS = {"tab": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"}


def delimiter_of(word: str | None) -> str | None:
    """Character that `word` stands for: itself, or what it names.

    Examples
    --------
    >>> delimiter_of("semicolon"), delimiter_of("|"), delimiter_of(None)
    (';', '|', None)
    """
    if word is None:
        return None
    character = _DELIMITERS.get(word, word)
    if len(character) != 1:
        remedy = f"Words for some are {', '.join(_DELIMITERS)}."
        raise InputError("delimiter", "be one character", repr(word), remedy)
    return character


class Part(BaseModel):
    """What all parts share: frozen, no unknown keys, no silent change of type, no infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class DataPart(Part):
    """The table, how it is read, and what its columns mean.

    Attributes
    ----------
    path : str
        The table: text with any delimiter, or Parquet. In a file, relative to the folder of
        the recipe.
    sha256 : str or None
        Hash of the table's bytes; a table with another hash is refused. None accepts any.
    delimiter, encoding, decimal : str or None
        Of a text file; None is found out, and said.
    target : str
        Column to predict.
    positive : str or None
        The positive class of two; None is the rarer one.
    positive_above : float, "median" or None
        Cut of a number target: rows above it are positive. The median is of training rows.
    roles : mapping
        Roles of columns, where the one that is inferred does not suit.
    aliases : mapping
        By column: spellings, and the level that each stands for.
    zero_is_missing : tuple of str
        Number columns in which 0 stands for a missing value.
    missing : mapping
        By column: further spellings of a missing value.
    keep_case : tuple of str
        Columns whose levels differ by case or padding alone.
    date_formats : mapping
        By column: how its dates are written, as ``%d/%m/%Y``.
    keep_identifiers : tuple of str
        Identifier-like columns that are fed to the network all the same.
    """

    path: str = Field(min_length=1)
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    delimiter: str | None = None
    encoding: str | None = None
    decimal: Literal[".", ","] | None = None
    target: str = Field(min_length=1)
    positive: str | None = None
    positive_above: float | Literal["median"] | None = None
    roles: dict[str, Role] = {}
    aliases: dict[str, dict[str, str]] = {}
    zero_is_missing: Names = ()
    missing: dict[str, Names] = {}
    keep_case: Names = ()
    date_formats: dict[str, str] = {}
    keep_identifiers: Names = ()

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, delimiter: str | None) -> str | None:
        return delimiter_of(delimiter)

    @model_validator(mode="after")
    def _one_rule_for_positive(self) -> "DataPart":
        if self.positive is not None and self.positive_above is not None:
            raise ValueError(
                "positive and positive_above must not both be given. Name a class, or cut a number"
            )
        return self

    @property
    def reading(self) -> Reading:
        """How the file is read."""
        return Reading(self.delimiter, self.encoding, self.decimal)

    @property
    def cleaning(self) -> Cleaning:
        """What is mended in the columns."""
        return Cleaning(
            roles=self.roles,
            aliases=self.aliases,
            zero_is_missing=self.zero_is_missing,
            keep_case=self.keep_case,
            missing=self.missing,
            date_formats=self.date_formats,
            keep_identifiers=self.keep_identifiers,
        )


class SplitPart(Part):
    """Which rows train, calibrate and test.

    Rows that are equal in all features are always on one side, but where a column or the time
    decides.

    Attributes
    ----------
    column : str or None
        Column that names the part of each row; None draws the parts by chance, stratified.
    group : str or None
        Column whose values are never on two sides.
    time : str or None
        Column that orders the rows: the earliest train, the latest test.
    folds : int or None
        Parts of which each is the test once; the others train and validate. None is one split.
    sizes : tuple of three floats
        Shares of training, validation and test rows where they are drawn; their sum is 1.
        With folds, the first two say how the rest of the rows is divided.
    """

    column: str | None = None
    group: str | None = None
    time: str | None = None
    folds: int | None = Field(default=None, ge=2, le=100)
    sizes: tuple[Share, Share, Share] = (0.64, 0.16, 0.20)

    @field_validator("sizes")
    @classmethod
    def _whole(cls, sizes: tuple[float, float, float]) -> tuple[float, float, float]:
        if abs(sum(sizes) - 1) > 1e-9:
            raise ValueError(f"sizes must add up to 1; got {sum(sizes):g}")
        return sizes

    @model_validator(mode="after")
    def _one_way(self) -> "SplitPart":
        ways = {"column": self.column, "group": self.group, "time": self.time}
        given = [name for name, value in ways.items() if value is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} must not all be given. Choose one of them")
        if self.folds is not None and given not in ([], ["group"]):
            raise ValueError(
                f"folds must not be given beside {given[0]}, which says which rows test. "
                "Drop one of them"
            )
        return self

    @property
    def reserved(self) -> dict[str, str]:
        """Columns that have a part in the split, and which."""
        ways = {"split": self.column, "group": self.group, "time": self.time}
        return {name: role for role, name in ways.items() if name is not None}


class CalibrationPart(Part):
    """How the probabilities are calibrated on the validation rows, if at all.

    Attributes
    ----------
    method : str
        Name of a calibrator, see `calibrant.calibrators.registry`; ``"auto"`` chooses one,
        ``"none"`` is none.
    penalty : float
        Of a temperature other than 1, in nats; see `TemperatureScaling`.
    adopt : "cross-validated" or "always"
        Whether the calibrator must have the lower cross-validated log loss to be used;
        ``"auto"`` has a rule of its own.
    """

    method: str = "temperature"
    penalty: float = Field(default=2.0, ge=0)
    adopt: Literal["cross-validated", "always"] = "cross-validated"

    @field_validator("method")
    @classmethod
    def _known_method(cls, method: str) -> str:
        if method != "none":
            get(method)
        return method


class EvaluationPart(Part):
    """What is measured on the test rows.

    Attributes
    ----------
    metrics : tuple of str or None
        Names of metrics; None is the default set.
    level : float
        Level of the intervals.
    """

    metrics: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    level: Share = 0.95
