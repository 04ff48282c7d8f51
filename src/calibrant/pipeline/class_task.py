"""Classification: classes are predicted, as probabilities."""

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
from calibrant.comparison.paired import paired_difference
from calibrant.data.number_target import NumberTarget
from calibrant.data.split import Split, check_classes
from calibrant.data.target import Target, label_target, strata_of
from calibrant.errors import InputError
from calibrant.losses import get
from calibrant.metrics.registry import defaults
from calibrant.pipeline.fold import Fold, Labels
from calibrant.pipeline.measure import Calibration, calibrate
from calibrant.pipeline.task import AnyBaseline, Features, Task
from calibrant.pipeline.watch import Watcher
from calibrant.prediction.base import Predictions
from calibrant.prediction.door import predictions
from calibrant.prediction.forms import Logits
from calibrant.prediction.rows import Rows
from calibrant.training.baselines import Baseline, fit_baselines
from calibrant.training.ensemble import ensemble_logits
from calibrant.training.history import OnEpoch
from calibrant.training.loop import Fitted, fit
from calibrant.training.network import TabularNet
from calibrant.training.rows import LabelledRows
from calibrant.training.state import save_network

__all__ = ["ClassTask"]

_BY_CLASS = ("precision_per_class", "recall_per_class", "f1_per_class")


@dataclass(frozen=True, slots=True)
class ClassTask(Task):
    """Classes are predicted, as probabilities that calibration may mend."""

    score: ClassVar[str] = "log_loss"
    score_in_words: ClassVar[str] = "log loss"

    def strata(self, table: pa.Table) -> Int64[np.ndarray, " row"]:
        """See `Task.strata`: the class, or the decile of a number that is cut."""
        data = self.recipe.data
        return strata_of(table, data.target, positive_above=data.positive_above)

    def label(
        self, table: pa.Table, split: Split, first: Target | NumberTarget | None
    ) -> tuple[Target, Labels]:
        """See `Task.label`: class indices."""
        data = self.recipe.data
        if self.recipe.split.folds is not None and data.positive_above == "median":
            raise InputError(
                "positive_above",
                "be a number where rows are split in folds",
                "'median', which differs from fold to fold",
                "Name the number to cut at.",
            )
        positive = data.positive
        if positive is None and data.positive_above is None and first is not None:
            positive = first.positive if isinstance(first, Target) else None
        target, labels = label_target(
            table,
            data.target,
            positive=positive,
            positive_above=data.positive_above,
            train_rows=split.train,
        )
        check_classes(split, labels, target.class_names)
        return target, labels

    def count_labels(self, fold: Fold) -> Mapping[str, int]:
        """See `Task.count_labels`."""
        names = _names(fold.target)
        counts = np.bincount(fold.labels[fold.split.train], minlength=len(names))
        return {name: int(count) for name, count in zip(names, counts, strict=True)}

    @property
    def loss(self) -> str:
        """See `Task.loss`."""
        return get(self.recipe.loss).spec

    def untrained(self, fold: Fold, seed: int) -> TabularNet:
        """See `Task.untrained`."""
        return TabularNet.for_training(
            torch.from_numpy(fold.features[fold.split.train]),
            n_numbers=fold.encoder.n_numbers,
            n_classes=len(_names(fold.target)),
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
        names = _names(fold.target)
        train = _rows(fold, fold.split.train)
        watch = Watcher(self.recipe.watch, names) if self.recipe.watch else None
        return fit(
            network,
            get(self.recipe.loss).bind(torch.bincount(train.labels, minlength=len(names))),
            train,
            _rows(fold, fold.split.validation),
            self.recipe.training,
            seed=seed,
            device=self.device,
            watch=watch,
            on_epoch=on_epoch,
            checkpoint=checkpoint,
        )

    def predict(
        self,
        networks: Sequence[nn.Module],
        features: Features,
        target: Target | NumberTarget,
        labels: Labels | None = None,
    ) -> Predictions:
        """See `Task.predict`: declared as logits in float64."""
        stated = ensemble_logits(networks, torch.from_numpy(features), device=self.device)
        return predictions(logits=stated.double(), labels=labels, class_names=_names(target))

    def baselines(self, fold: Fold) -> Sequence[Baseline]:
        """See `Task.baselines`."""
        split, names = fold.split, _names(fold.target)
        return fit_baselines(
            (fold.features[split.train], fold.labels[split.train], None),
            (fold.features[split.validation], fold.labels[split.validation], None),
            n_classes=len(names),
            seed=self.recipe.seed,
        )

    def predict_baseline(
        self, baseline: AnyBaseline, fold: Fold, rows: Int64[np.ndarray, " part"]
    ) -> Predictions:
        """See `Task.predict_baseline`."""
        assert isinstance(baseline, Baseline)
        stated = baseline.log_probs(fold.features[rows])
        return predictions(logits=stated, labels=fold.labels[rows], class_names=_names(fold.target))

    def calibrate(self, validation: Rows, units: Int64[np.ndarray, " row"]) -> Calibration:
        """See `Task.calibrate`."""
        assert isinstance(validation, Predictions)
        part = self.recipe.calibration
        return calibrate(validation, part, seed=self.recipe.seed, units=units)

    def join(self, parts: Sequence[Rows], order: Int64[np.ndarray, " row"]) -> Predictions:
        """See `Task.join`: declared as logits where all are, else as probabilities."""
        stated = [part for part in parts if isinstance(part, Predictions)]
        labels = torch.cat([part.hard for part in stated if part.hard is not None])
        at, names = torch.from_numpy(order), stated[0].class_names
        if all(isinstance(part.declared, Logits) for part in stated):
            logits = torch.cat([part.declared.values for part in stated])
            return predictions(logits=logits[at], labels=labels[at], class_names=names)
        probs = torch.cat([part.full_probs.double() for part in stated])
        return predictions(probs=probs[at], labels=labels[at], class_names=names)

    def mean(self, parts: Sequence[Rows]) -> Predictions:
        """See `Task.mean`: of the probabilities."""
        stated = [part for part in parts if isinstance(part, Predictions)]
        if len(stated) == 1:
            return stated[0]
        probs = torch.stack([part.full_probs.double() for part in stated]).mean(dim=0)
        return predictions(probs=probs, class_names=stated[0].class_names)

    def difference(self, a: Rows, b: Rows, *, clusters: Int64[np.ndarray, " row"]) -> Difference:
        """See `Task.difference`: of the log loss."""
        assert isinstance(a, Predictions)
        assert isinstance(b, Predictions)
        level = self.recipe.evaluation.level
        return paired_difference(a, b, score=self.score, level=level, clusters=clusters)

    def labels_as_text(self, target: Target | NumberTarget, labels: Labels) -> pa.Array:
        """See `Task.labels_as_text`."""
        names = np.asarray(_names(target), dtype=object)
        return pa.array(names[labels], pa.string())

    def save(self, path: Path, network: nn.Module) -> None:
        """See `Task.save`."""
        assert isinstance(network, TabularNet)
        save_network(path, network)

    def default_metrics(self, rows: Rows) -> tuple[str, ...]:
        """See `Task.default_metrics`."""
        return (*defaults(rows.kind, rows.n_classes), *_BY_CLASS)

    def columns(self, before: Rows, after: Rows) -> Mapping[str, pa.Array]:
        """See `Task.columns`: probabilities before and after calibration, and the class chosen."""
        assert isinstance(before, Predictions)
        assert isinstance(after, Predictions)
        names = np.asarray(after.class_names, dtype=object)
        return {
            **_probabilities("p_before_", before),
            **_probabilities("p_after_", after),
            "predicted": pa.array(names[after.guess.numpy()], pa.string()),
        }


def _names(target: Target | NumberTarget) -> tuple[str, ...]:
    """Names of the classes."""
    assert isinstance(target, Target)
    return target.class_names


def _rows(fold: Fold, rows: Int64[np.ndarray, " part"]) -> LabelledRows:
    """Features and labels of `rows` as tensors."""
    return LabelledRows(torch.from_numpy(fold.features[rows]), torch.from_numpy(fold.labels[rows]))


def _probabilities(prefix: str, rows: Predictions) -> dict[str, pa.Array]:
    """Probability of every class, by `prefix` and the name of the class."""
    probs = rows.full_probs.numpy()
    return {f"{prefix}{name}": pa.array(probs[:, k]) for k, name in enumerate(rows.class_names)}
