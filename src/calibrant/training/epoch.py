"""One pass over the training rows, and the measuring after it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from calibrant.losses.base import Loss
from calibrant.losses.spec import Number
from calibrant.training.history import EpochRecord, Watch
from calibrant.training.optimizer import Optimizer
from calibrant.training.predict import chunked
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import LogLoss, Scores
from calibrant.training.standardised import StandardisedLoss

__all__ = ["Measure", "batches", "loss_in", "loss_of", "train_epoch"]

LOG_LOSS = LogLoss()

Batch: TypeAlias = tuple[Tensor, Tensor, Tensor | None]
"""Features, labels and weights of some rows."""


def batches(rows: LabelledRows, batch_size: int) -> list[Batch]:
    """All rows in a random order, in batches; the global generator draws the order.

    A last batch of less than half the size, or of one row, is left out: its statistics would
    spoil batch norm. The rows in it are others in every epoch.
    """
    n_rows = len(rows)
    order = torch.randperm(n_rows, device=rows.labels.device)
    n_full, rest = divmod(n_rows, batch_size)
    n_used = n_rows if n_full == 0 or (rest > 1 and 2 * rest >= batch_size) else n_rows - rest
    order = order[:n_used]
    features = torch.split(rows.features[order], batch_size)  # cutting a shuffled copy is faster
    labels = torch.split(rows.labels[order], batch_size)  # than picking rows for every batch
    if rows.weights is None:
        return [(f, y, None) for f, y in zip(features, labels, strict=True)]
    weights = torch.split(rows.weights[order], batch_size)
    return list(zip(features, labels, weights, strict=True))


def loss_in(loss: nn.Module, epoch: Number) -> nn.Module:
    """Loss of an epoch, counted from 1: of a scheduled one the value of its schedules then."""
    return loss.at(epoch) if isinstance(loss, Loss | StandardisedLoss) else loss


def loss_of(
    loss: nn.Module,
    outputs: Float[Tensor, "..."],
    labels: Int[Tensor, " row"] | Float[Tensor, " row"],
    weights: Float[Tensor, " row"] | None = None,
) -> Float[Tensor, ""]:
    """Loss of the rows; of several members, the mean of their losses.

    Outputs are logits (row, class) where labels are classes, numbers (row,) where they are
    numbers; with an axis of members in front or not. Each member is given to `loss` by itself:
    a loss of sums over rows, such as soft F1, of all members' rows together would be another
    number.
    """
    if outputs.ndim > (1 if labels.is_floating_point() else 2):
        return torch.stack([loss_of(loss, one, labels, weights) for one in outputs]).mean()
    return loss(outputs, labels) if weights is None else loss(outputs, labels, weights)


def train_epoch(
    network: nn.Module,
    loss: nn.Module,
    optimizer: Optimizer,
    rows: LabelledRows,
    *,
    batch_size: int,
    learning_rate: float,
) -> None:
    """Take a step of `optimizer` for every batch of `rows`; see `batches`."""
    network.train()
    for features, labels, weights in batches(rows, batch_size):
        optimizer.clear()
        loss_of(loss, network(features), labels, weights).backward()
        optimizer.step(learning_rate)


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """What is measured after every epoch, and on which rows.

    The loss is measured as it is when all schedules are over, so that its values in all epochs
    mean the same.

    `calibrated` asks for the score of the validation rows after calibration, too.
    """

    loss: nn.Module
    train: LabelledRows
    validation: LabelledRows
    watch: Watch | None
    scores: Scores = LOG_LOSS
    calibrated: bool = False

    def __call__(self, network: nn.Module, *, epoch: int, learning_rate: float) -> EpochRecord:
        """Record of the epoch, the network in evaluation mode, each part as one batch."""
        network.eval()
        train_loss, train_score, train_watched = self._part(network, self.train)
        outputs = chunked(network, self.validation.features)
        loss, score, watched = self._measured(outputs, self.validation)
        calibrated = self.scores.calibrated(outputs, self.validation) if self.calibrated else None
        return EpochRecord(
            epoch=epoch,
            learning_rate=learning_rate,
            train_loss=train_loss,
            validation_loss=loss,
            score=self.scores.name,
            train_score=train_score,
            validation_score=score,
            calibrated_score=calibrated,
            train_watched=train_watched,
            validation_watched=watched,
        )

    def _part(
        self, network: nn.Module, rows: LabelledRows
    ) -> tuple[float, float, Mapping[str, float]]:
        """Loss, score and watched metrics of all rows of a part."""
        return self._measured(chunked(network, rows.features), rows)

    def _measured(
        self, outputs: Float[Tensor, "row *class"], rows: LabelledRows
    ) -> tuple[float, float, Mapping[str, float]]:
        """Loss, score and watched metrics of what was predicted for the rows."""
        with torch.no_grad():
            final = loss_in(self.loss, math.inf)
            loss = float(loss_of(final, outputs, rows.labels, rows.weights))
        watched = {} if self.watch is None else dict(self.watch(outputs, rows.labels))
        return loss, self.scores(outputs, rows), watched
