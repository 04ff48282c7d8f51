"""The recipe of a run: every setting that decides its numbers, as frozen models."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from calibrant.losses import get
from calibrant.pipeline.class_losses import complaint_about_class_loss
from calibrant.pipeline.number_losses import complaint_about
from calibrant.pipeline.recipe_parts import (
    CalibrationPart,
    DataPart,
    EvaluationPart,
    Part,
    SplitPart,
)
from calibrant.pipeline.settings import Settings
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.settings import TrainSettings

__all__ = [
    "REGRESSION_DEFAULTS",
    "CalibrationPart",
    "DataPart",
    "EvaluationPart",
    "Recipe",
    "SplitPart",
    "TaskName",
]

TaskName = Literal["classification", "regression"]

REGRESSION_DEFAULTS: Settings = {"loss": "mse", "calibration": {"method": "none"}}
"""Defaults that hold in place of others where numbers are predicted."""


class Recipe(Part):
    """Every setting that decides the numbers of a run.

    Attributes
    ----------
    version : int
        Of this form of recipe.
    task : "classification" or "regression"
        Whether classes or a number are predicted.
    seed : int
        Of the split, the network's first weights and the order of its batches.
    seeds : int
        Networks that are trained, from `seed` on; their probabilities are averaged.
    loss : str
        Spec of the training loss, such as ``"0.5*ce(balanced) + 0.5*soft_f1"``; cross entropy
        where classes are predicted, squared error (``"mse"``) or another point loss where
        numbers are.
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    watch : tuple of str
        Metrics that are followed over the epochs, on training and on validation rows.
    baselines : bool
        Whether simpler models are fitted on the same rows and set beside the network.
    data, split, network, training, calibration, evaluation
        The parts.
    """

    version: Literal[1] = 1
    task: TaskName = "classification"
    seed: int = Field(default=0, ge=0, lt=2**32)
    seeds: int = Field(default=1, ge=1, le=100)
    loss: str = "ce"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    watch: tuple[str, ...] = ()
    baselines: bool = True
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

    @model_validator(mode="after")
    def _fits_task(self) -> "Recipe":
        if self.task == "classification":
            complaint = complaint_about_class_loss(get(self.loss))
            if complaint is not None:
                raise ValueError(f"loss {complaint}")
            return self
        complaint = complaint_about(get(self.loss))
        complaints = {
            f"loss {complaint}": complaint is not None,
            "data.positive and data.positive_above must be left out where numbers are predicted": (
                self.data.positive is not None or self.data.positive_above is not None
            ),
            "calibration.method must be none where numbers are predicted": (
                self.calibration.method != "none"
            ),
            "watch must be left out where numbers are predicted: mean squared error is followed": (
                bool(self.watch)
            ),
        }
        broken = [complaint for complaint, applies in complaints.items() if applies]
        if broken:
            raise ValueError("; ".join(broken))
        return self
