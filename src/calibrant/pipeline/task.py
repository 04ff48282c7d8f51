"""Task: what is predicted, and what follows from it at every step of a run."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias

import numpy as np
import pyarrow as pa
import torch
from jaxtyping import Float32, Int64
from torch import nn

from calibrant.comparison.difference import Difference
from calibrant.data.number_target import NumberTarget
from calibrant.data.split import Split
from calibrant.data.target import Target
from calibrant.pipeline.fold import Fold, Labels
from calibrant.pipeline.measure import Calibration
from calibrant.pipeline.recipe import Recipe
from calibrant.prediction.rows import Rows
from calibrant.training.baselines import Baseline
from calibrant.training.history import OnEpoch
from calibrant.training.loop import Fitted
from calibrant.training.number_baselines import NumberBaseline

__all__ = ["AnyBaseline", "Features", "Task"]

AnyBaseline: TypeAlias = Baseline | NumberBaseline

Features: TypeAlias = Float32[np.ndarray, "row feature"]


@dataclass(frozen=True, slots=True)
class Task(ABC):
    """What is predicted, and what follows from it. Subclasses differ in nothing else.

    Attributes
    ----------
    recipe : Recipe
        All settings.
    device : torch.device
        Where networks are trained.
    """

    recipe: Recipe
    device: torch.device

    score: ClassVar[str]
    """Metric, the lower the better, by which models are compared."""
    score_in_words: ClassVar[str]
    """The same for people."""

    @abstractmethod
    def strata(self, table: pa.Table) -> Int64[np.ndarray, " row"]:
        """Stratum of every row, for the split."""

    @abstractmethod
    def label(
        self, table: pa.Table, split: Split, first: Target | NumberTarget | None
    ) -> tuple[Target | NumberTarget, Labels]:
        """Target as the training rows tell it, and the label of every row.

        `first` is the target of the first fold; in later folds it means the same.
        """

    @abstractmethod
    def count_labels(self, fold: Fold) -> Mapping[str, int]:
        """Training rows of every class; nothing where there are no classes."""

    @abstractmethod
    def untrained(self, fold: Fold, seed: int) -> nn.Module:
        """Network for the training rows of `fold`, its weights drawn by `seed`."""

    @abstractmethod
    def train(
        self,
        network: nn.Module,
        fold: Fold,
        seed: int,
        *,
        checkpoint: Path | None,
        on_epoch: OnEpoch,
    ) -> Fitted:
        """`network` trained on the training rows, stopped by the validation rows."""

    @property
    @abstractmethod
    def loss(self) -> str:
        """Spec of the loss as it reads back."""

    @abstractmethod
    def predict(
        self,
        networks: Sequence[nn.Module],
        features: Features,
        target: Target | NumberTarget,
        labels: Labels | None = None,
    ) -> Rows:
        """What `networks` together predict for every row."""

    @abstractmethod
    def baselines(self, fold: Fold) -> Sequence[AnyBaseline]:
        """Simpler models, fitted on the rows that the network had."""

    @abstractmethod
    def predict_baseline(
        self, baseline: AnyBaseline, fold: Fold, rows: Int64[np.ndarray, " part"]
    ) -> Rows:
        """What `baseline` predicts for some of the rows."""

    @abstractmethod
    def calibrate(self, validation: Rows, units: Int64[np.ndarray, " row"]) -> Calibration:
        """Calibrator for what a model predicted for the validation rows, if it earns it."""

    @abstractmethod
    def join(self, parts: Sequence[Rows], order: Int64[np.ndarray, " row"]) -> Rows:
        """Rows of several parts, one after another, then put into `order`."""

    @abstractmethod
    def mean(self, parts: Sequence[Rows]) -> Rows:
        """Average of what several models predict for the same rows; of one, itself."""

    @abstractmethod
    def difference(self, a: Rows, b: Rows, *, clusters: Int64[np.ndarray, " row"]) -> Difference:
        """Paired difference of the score between two models on the same rows, a minus b."""

    @abstractmethod
    def labels_as_text(self, target: Target | NumberTarget, labels: Labels) -> pa.Array:
        """Labels as a column of a file: names of classes, or numbers."""

    @abstractmethod
    def save(self, path: Path, network: nn.Module) -> None:
        """Write `network` to `path`, whole or not at all."""

    @abstractmethod
    def default_metrics(self, rows: Rows) -> tuple[str, ...]:
        """Names of what is measured where the recipe names nothing."""

    @abstractmethod
    def columns(self, before: Rows, after: Rows) -> Mapping[str, pa.Array]:
        """Predictions as the columns of a file."""
