"""The recipe of a run: every setting that decides its numbers, as frozen models."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from calibrant.calibrators.registry import resolve
from calibrant.losses import get
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.settings import TrainSettings

__all__ = [
    "CalibrationPart",
    "DataPart",
    "EvaluationPart",
    "Recipe",
    "SplitPart",
]

Share = Annotated[float, Field(gt=0, lt=1)]


class _Part(BaseModel):
    """What all parts share: frozen, no unknown keys, no silent change of type, no infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class DataPart(_Part):
    """The table, and what its columns mean.

    Attributes
    ----------
    path : str
        The table: CSV, TSV or Parquet. In a file, relative to the folder of the recipe.
    sha256 : str or None
        Hash of the table's bytes; a table with another hash is refused. None accepts any.
    target : str
        Column to predict.
    positive : str or None
        The positive class of two; None is the rarer one.
    positive_above : float, "median" or None
        Cut of a number target: rows above it are positive. The median is of training rows.
    keep_identifiers : tuple of str
        Identifier-like columns that are fed to the network all the same.
    """

    path: str = Field(min_length=1)
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    target: str = Field(min_length=1)
    positive: str | None = None
    positive_above: float | Literal["median"] | None = None
    keep_identifiers: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_rule_for_positive(self) -> "DataPart":
        if self.positive is not None and self.positive_above is not None:
            raise ValueError(
                "positive and positive_above must not both be given. Name a class, or cut a number"
            )
        return self


class SplitPart(_Part):
    """Which rows train, calibrate and test.

    Attributes
    ----------
    column : str or None
        Column that names the part of each row; None draws the parts by chance, stratified.
    sizes : tuple of three floats
        Shares of training, validation and test rows where they are drawn; their sum is 1.
    """

    column: str | None = None
    sizes: tuple[Share, Share, Share] = (0.64, 0.16, 0.20)

    @field_validator("sizes")
    @classmethod
    def _whole(cls, sizes: tuple[float, float, float]) -> tuple[float, float, float]:
        if abs(sum(sizes) - 1) > 1e-9:
            raise ValueError(f"sizes must add up to 1; got {sum(sizes):g}")
        return sizes


class CalibrationPart(_Part):
    """How the probabilities are calibrated on the validation rows, if at all.

    Attributes
    ----------
    method : str
        Name of a calibrator, see `calibrant.calibrators.registry`; ``"none"`` for none.
    """

    method: str = "temperature"

    @field_validator("method")
    @classmethod
    def _known_method(cls, method: str) -> str:
        if method != "none":
            resolve(method)
        return method


class EvaluationPart(_Part):
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


class Recipe(_Part):
    """Every setting that decides the numbers of a run.

    Attributes
    ----------
    version : int
        Of this form of recipe.
    seed : int
        Of the split, the network's first weights and the order of its batches.
    loss : str
        Spec of the training loss, such as ``"0.5*ce(balanced) + 0.5*soft_f1"``.
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    watch : tuple of str
        Metrics that are followed over the epochs, on training and on validation rows.
    data, split, network, training, calibration, evaluation
        The parts.
    """

    version: Literal[1] = 1
    seed: int = Field(default=0, ge=0, lt=2**32)
    loss: str = "ce"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    watch: tuple[str, ...] = ()
    data: DataPart
    split: SplitPart = SplitPart()
    network: NetworkSettings = NetworkSettings()
    training: TrainSettings = TrainSettings()
    calibration: CalibrationPart = CalibrationPart()
    evaluation: EvaluationPart = EvaluationPart()

    @field_validator("loss")
    @classmethod
    def _known_loss(cls, loss: str) -> str:
        get(loss)
        return loss
