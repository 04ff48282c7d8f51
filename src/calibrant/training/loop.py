"""The training loop: plain, seeded, stopped by the validation rows, best state kept."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import torch
from torch import nn

from calibrant.errors import InputError
from calibrant.statistics.threads import threads
from calibrant.training.checkpoint import Keeper
from calibrant.training.course import Course
from calibrant.training.device import CPU, chosen_threads
from calibrant.training.epoch import Measure
from calibrant.training.history import EpochRecord, OnEpoch, Progress, Watch
from calibrant.training.optimizer import optimizer_of
from calibrant.training.predict import chunked
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import LogLoss, Scores
from calibrant.training.settings import TrainSettings
from calibrant.training.stopping import EarlyStopping

__all__ = ["Fitted", "Stopped", "TrainSettings", "fit"]

_DEFAULT, _LOG_LOSS = TrainSettings(), LogLoss()

Stopped: TypeAlias = Literal["patience", "epochs", "interrupted"]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A trained network, and how it came about.

    Attributes
    ----------
    network : nn.Module
        The network that was given, in evaluation mode, in the state of the best epoch.
    history : tuple of EpochRecord
        One for every epoch.
    best_epoch : int
        Epoch that predicted the validation rows best.
    stopped : "patience", "epochs" or "interrupted"
        Why training ended.
    batch_size : int
        Rows of a step.
    """

    network: nn.Module
    history: tuple[EpochRecord, ...]
    best_epoch: int
    stopped: Stopped
    batch_size: int


def fit(
    network: nn.Module,
    loss: nn.Module,
    train: LabelledRows,
    validation: LabelledRows,
    settings: TrainSettings = _DEFAULT,
    *,
    seed: int,
    device: torch.device = CPU,
    scores: Scores = _LOG_LOSS,
    watch: Watch | None = None,
    on_epoch: OnEpoch | None = None,
    checkpoint: Path | None = None,
) -> Fitted:
    """Train `network` to a low `loss`, then restore the epoch that predicted best.

    Best is the lowest score of all validation rows: a proper score, whatever the loss, unless
    the settings say otherwise. The order of rows and the dropout of an epoch follow from `seed`
    and its number alone. On the CPU, the same call gives the same bits. The global generator is
    left as it was.

    Parameters
    ----------
    network : nn.Module
        Logits (row, class), or numbers (row,), from features; in training mode also with an
        axis of members in front. It is trained in place and stays on `device`.
    loss : nn.Module
        ``loss(logits, labels)`` or, for rows with weights, ``loss(logits, labels, weights)``. Of
        a loss with schedules, every epoch trains its own; the history, and stopping by the loss,
        hold the one that the schedules end at.
    train, validation : LabelledRows
        Rows to learn from, at least 2, and rows to stop by.
    settings : TrainSettings, optional
        How to train.
    seed : int
        At least 0.
    device : torch.device, optional
        Where to train.
    scores : Scores, optional
        By what epochs are judged: log loss; of numbers, the mean squared error or `PointScore`.
    watch : Watch, optional
        Metrics for the history, of both parts after every epoch.
    on_epoch : OnEpoch, optional
        Called after every epoch.
    checkpoint : Path, optional
        File that the state of the training is written to after the first epoch, then every half
        second or so, and at the end, by interruption too. If it exists, training goes on from
        there: to the same bits as if it had never ended.

    Raises
    ------
    InputError
        For fewer than two training rows, a label beyond the logits, a negative seed, a
        checkpoint of another training.
    FitError
        When a loss is not finite.
    KeyboardInterrupt
        When interrupted before the first epoch is over. Later, what was best so far is
        returned, and `Fitted.stopped` says so.
    """
    if len(train) < 2:
        raise InputError("train", "hold at least 2 rows", "1", "Batch norm needs two.")
    if seed < 0:
        raise InputError("seed", "be at least 0", f"{seed}", "0 is as good as any.")
    network, loss = network.to(device), loss.to(device)
    measure = Measure(
        loss,
        train.to(device),
        validation.to(device),
        watch,
        scores,
        calibrated=settings.stop_by == "calibrated",
    )
    _require_logits_for_labels(network, measure)
    optimizer = optimizer_of(
        settings.optimizer, network.parameters(), weight_decay=settings.weight_decay
    )
    stopping = EarlyStopping(patience=settings.patience, min_gain=settings.min_gain)
    course = Course(network, optimizer, measure, stopping, settings, seed)
    keeper = None if checkpoint is None else Keeper(checkpoint, course)
    try:
        with threads(chosen_threads(settings.threads)):
            stopped = _run(course, keeper, on_epoch)
    except KeyboardInterrupt:
        if stopping.best.epoch == 0:
            raise
        stopped = "interrupted"
    network.load_state_dict(stopping.best.state)
    network.eval()
    optimizer.clear()
    history, batch_size = tuple(course.history), settings.batch_size_for(len(train))
    return Fitted(network, history, stopping.best.epoch, stopped, batch_size)


def _run(course: Course, keeper: Keeper | None, on_epoch: OnEpoch | None) -> Stopped:
    """Advance `course` to its end, telling `keeper` and `on_epoch`; why it ended."""
    start, done = time.perf_counter(), len(course.history)
    try:
        while course.epochs_left:
            record = course.advance()
            if keeper is not None:
                keeper.keep()
            if on_epoch is not None:
                pace = (time.perf_counter() - start) / (record.epoch - done)
                left, most = pace * course.epochs_left, course.settings.max_epochs
                on_epoch(record, Progress(record.epoch, most, course.stopping.best.epoch, left))
    finally:  # the last epoch that ended, whatever ends the training
        if keeper is not None:
            keeper.write()
    return "patience" if course.stopping.is_over else "epochs"


def _require_logits_for_labels(network: nn.Module, measure: Measure) -> None:
    """Raise InputError when a class has no column among the logits of `network`."""
    if measure.train.labels.is_floating_point():
        return
    n_classes = chunked(network.eval(), measure.train.features[:1]).shape[1]
    for part in (measure.train, measure.validation):
        highest = int(part.labels.max())
        if highest >= n_classes:
            rule, remedy = f"lie in [0, {n_classes})", "Give the network one logit per class."
            raise InputError("labels", rule, f"{highest}", remedy)
