"""Regression: a number is predicted, its mean given the features or what the loss asks for."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import torch
from jaxtyping import Int64
from torch import nn

from calibrant.comparison.difference import Difference
from calibrant.comparison.paired import paired_difference_of
from calibrant.data.number_target import NumberTarget, number_strata, number_target
from calibrant.data.split import Split
from calibrant.data.target import Target
from calibrant.losses import get
from calibrant.metrics.registry import defaults
from calibrant.pipeline.fold import Fold, Labels
from calibrant.pipeline.measure import Calibration, uncalibrated
from calibrant.pipeline.task import AnyBaseline, Features, Task
from calibrant.prediction.door import numbers
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.training.ensemble import ensemble_numbers
from calibrant.training.history import OnEpoch
from calibrant.training.loop import Fitted, fit
from calibrant.training.number_baselines import NumberBaseline, fit_number_baselines
from calibrant.training.regressor import TabularRegressor
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import MeanSquaredError, PointScore, Scores
from calibrant.training.squared_error import SquaredError
from calibrant.training.standardised import StandardisedLoss
from calibrant.training.state import save_network

__all__ = ["NumberTask"]

MEAN = "mse"  # its own class takes a step of a small network faster, and the score is the same


@dataclass(frozen=True, slots=True)
class NumberTask(Task):
    """A number is predicted; squared error decides, and is trained unless the loss is another."""

    score: ClassVar[str] = "mse"
    score_in_words: ClassVar[str] = "mean squared error"

    def strata(self, table: pa.Table) -> Int64[np.ndarray, " row"]:
        """See `Task.strata`: the decile."""
        return number_strata(table, self.recipe.data.target)

    def label(
        self,
        table: pa.Table,
        split: Split,  # noqa: ARG002 -- nothing is learned here
        first: Target | NumberTarget | None,  # noqa: ARG002
    ) -> tuple[NumberTarget, Labels]:
        """See `Task.label`: the numbers themselves."""
        target = number_target(table, self.recipe.data.target)
        return target, target.values(table)

    def count_labels(
        self,
        fold: Fold,  # noqa: ARG002 -- there are no classes
    ) -> Mapping[str, int]:
        """See `Task.count_labels`."""
        return {}

    @property
    def loss(self) -> str:
        """See `Task.loss`."""
        return get(self.recipe.loss).spec

    def untrained(self, fold: Fold, seed: int) -> TabularRegressor:
        """See `Task.untrained`."""
        train = fold.split.train
        return TabularRegressor.for_training(
            torch.from_numpy(fold.features[train]),
            torch.from_numpy(fold.labels[train]),
            n_numbers=fold.encoder.n_numbers,
            settings=self.recipe.network,
            seed=seed,
        )

    def train(
        self,
        network: nn.Module,
        fold: Fold,
        seed: int,
        *,
        checkpoint: Path | None,
        on_epoch: OnEpoch,
    ) -> Fitted:
        """See `Task.train`."""
        assert isinstance(network, TabularRegressor)
        loss, scores = self._aims(float(network.scale))
        return fit(
            network,
            loss,
            _rows(fold, fold.split.train),
            _rows(fold, fold.split.validation),
            self.recipe.training,
            seed=seed,
            device=self.device,
            scores=scores,
            on_epoch=on_epoch,
            checkpoint=checkpoint,
        )

    def _aims(self, scale: float) -> tuple[nn.Module, Scores]:
        """Loss of errors over `scale`, and what epochs are judged by."""
        if self.loss == MEAN:
            return SquaredError(scale), MeanSquaredError()
        loss = StandardisedLoss(get(self.recipe.loss), scale)
        return loss, PointScore(loss.at(math.inf))

    def predict(
        self,
        networks: Sequence[nn.Module],
        features: Features,
        target: Target | NumberTarget,  # noqa: ARG002 -- a number has no classes
        labels: Labels | None = None,
    ) -> Numbers:
        """See `Task.predict`."""
        stated = ensemble_numbers(networks, torch.from_numpy(features), device=self.device)
        return numbers(predicted=stated.double(), targets=labels)

    def baselines(self, fold: Fold) -> Sequence[NumberBaseline]:
        """See `Task.baselines`."""
        split = fold.split
        return fit_number_baselines(
            (fold.features[split.train], fold.labels[split.train], None),
            (fold.features[split.validation], fold.labels[split.validation], None),
            seed=self.recipe.seed,
        )

    def predict_baseline(
        self, baseline: AnyBaseline, fold: Fold, rows: Int64[np.ndarray, " part"]
    ) -> Numbers:
        """See `Task.predict_baseline`."""
        assert isinstance(baseline, NumberBaseline)
        stated = baseline.values(fold.features[rows])
        return numbers(predicted=stated, targets=fold.labels[rows])

    def calibrate(
        self,
        validation: Rows,
        units: Int64[np.ndarray, " row"],  # noqa: ARG002 -- nothing is fitted
    ) -> Calibration:
        """See `Task.calibrate`: there are no probabilities."""
        return uncalibrated("Numbers are predicted, which have no probabilities.", len(validation))

    def join(self, parts: Sequence[Rows], order: Int64[np.ndarray, " row"]) -> Numbers:
        """See `Task.join`."""
        stated = [part for part in parts if isinstance(part, Numbers)]
        at = torch.from_numpy(order)
        return numbers(
            predicted=torch.cat([part.predicted for part in stated])[at],
            targets=torch.cat([part.targets for part in stated if part.targets is not None])[at],
        )

    def mean(self, parts: Sequence[Rows]) -> Numbers:
        """See `Task.mean`."""
        stated = [part for part in parts if isinstance(part, Numbers)]
        if len(stated) == 1:
            return stated[0]
        return numbers(predicted=torch.stack([part.predicted for part in stated]).mean(dim=0))

    def difference(self, a: Rows, b: Rows, *, clusters: Int64[np.ndarray, " row"]) -> Difference:
        """See `Task.difference`: of the squared error."""
        assert isinstance(a, Numbers)
        assert isinstance(b, Numbers)
        level = self.recipe.evaluation.level
        errors = [one.errors.square() for one in (a, b)]
        return paired_difference_of(*errors, level=level, clusters=clusters)

    def labels_as_text(
        self,
        target: Target | NumberTarget,  # noqa: ARG002 -- numbers have no names
        labels: Labels,
    ) -> pa.Array:
        """See `Task.labels_as_text`."""
        return pa.array(labels)

    def save(self, path: Path, network: nn.Module) -> None:
        """See `Task.save`."""
        assert isinstance(network, TabularRegressor)
        save_network(path, network)

    def default_metrics(self, rows: Rows) -> tuple[str, ...]:
        """See `Task.default_metrics`."""
        return defaults(rows.kind, rows.n_classes)

    def columns(
        self,
        before: Rows,
        after: Rows,  # noqa: ARG002 -- the same
    ) -> Mapping[str, pa.Array]:
        """See `Task.columns`: the number."""
        assert isinstance(before, Numbers)
        return {"predicted": pa.array(before.predicted.numpy())}


def _rows(fold: Fold, rows: Int64[np.ndarray, " part"]) -> LabelledRows:
    """Features and numbers of `rows` as tensors."""
    return LabelledRows(torch.from_numpy(fold.features[rows]), torch.from_numpy(fold.labels[rows]))
