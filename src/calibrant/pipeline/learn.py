"""Train networks on the rows of a fold, one for every seed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from calibrant.pipeline.events import EpochEnded, Listener, TrainingEnded, TrainingStarted
from calibrant.pipeline.fold import Fold
from calibrant.pipeline.task import Task
from calibrant.training.history import EpochRecord, Progress
from calibrant.training.loop import Fitted
from calibrant.training.settings import TrainSettings

__all__ = ["Course", "Learned", "Trained", "learn"]


@dataclass(frozen=True, slots=True)
class Course:
    """Which of all the networks of a run is trained, for people and for checkpoints.

    Attributes
    ----------
    fold, n_folds : int
        Fold, from 0, and how many there are.
    seed, first_seed, n_seeds : int
        Seed of the network, the first one, and how many there are.
    """

    fold: int
    n_folds: int
    seed: int
    first_seed: int
    n_seeds: int

    def __str__(self) -> str:
        parts: list[str] = []
        if self.n_folds > 1:
            parts.append(f"fold {self.fold + 1} of {self.n_folds}")
        if self.n_seeds > 1:
            parts.append(f"network {self.seed - self.first_seed + 1} of {self.n_seeds}")
        return ", ".join(parts)

    def file(self, folder: Path) -> Path:
        """Checkpoint of the network in `folder`."""
        return folder / f"fold-{self.fold}-seed-{self.seed}.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """A trained network and how it came about.

    Attributes
    ----------
    network : nn.Module
        In the state of its best epoch.
    fitted : Fitted
        History, best epoch and why training ended.
    seed : int
        Of its first weights and the order of its batches.
    why_stopped : str
        Sentence.
    """

    network: nn.Module
    fitted: Fitted
    seed: int
    why_stopped: str


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """The networks of a fold; together they predict.

    Attributes
    ----------
    trained : tuple of Trained
        One for every seed, or fewer where training was interrupted.
    """

    trained: tuple[Trained, ...]

    @property
    def networks(self) -> tuple[nn.Module, ...]:
        """The networks alone."""
        return tuple(one.network for one in self.trained)

    @property
    def interrupted(self) -> bool:
        """Whether training was interrupted."""
        return self.trained[-1].fitted.stopped == "interrupted"


def learn(
    task: Task,
    fold: Fold,
    *,
    at: tuple[int, int],
    checkpoints: Path | None,
    on_event: Listener,
) -> Learned:
    """Networks trained on the training rows of `fold`, stopped by its validation rows.

    `at` is the number of the fold, from 0, and how many there are.

    Raises
    ------
    InputError
        When a watched metric is unknown, or a checkpoint is that of another training.
    FitError
        When a loss is not finite.
    KeyboardInterrupt
        When interrupted before the first epoch is over; later, the best so far is returned,
        unless other folds have no network at all.
    """
    recipe, (number, n_folds) = task.recipe, at
    trained: list[Trained] = []
    for seed in range(recipe.seed, recipe.seed + recipe.seeds):
        course = Course(number, n_folds, seed, recipe.seed, recipe.seeds)
        trained.append(_one(task, fold, course, checkpoints=checkpoints, on_event=on_event))
        if trained[-1].fitted.stopped == "interrupted":
            if number + 1 < n_folds:
                raise KeyboardInterrupt
            break
    return Learned(tuple(trained))


def _one(
    task: Task, fold: Fold, course: Course, *, checkpoints: Path | None, on_event: Listener
) -> Trained:
    """Network of one seed."""
    network = task.untrained(fold, course.seed)
    n_weights = sum(weight.numel() for weight in network.parameters())
    settings = task.recipe.training
    on_event(
        TrainingStarted(
            str(course),
            task.loss,
            task.device.type,
            fold.features.shape[1],
            n_weights,
            settings.max_epochs,
        )
    )
    fitted = task.train(
        network,
        fold,
        course.seed,
        checkpoint=None if checkpoints is None else course.file(checkpoints),
        on_epoch=_telling(on_event),
    )
    why = _why(fitted, settings)
    interrupted = fitted.stopped == "interrupted"
    on_event(TrainingEnded(len(fitted.history), fitted.best_epoch, why, interrupted))
    return Trained(network=network, fitted=fitted, seed=course.seed, why_stopped=why)


def _telling(on_event: Listener) -> Callable[[EpochRecord, Progress], None]:
    """Listener of the training that tells `on_event`."""

    def tell(record: EpochRecord, progress: Progress) -> None:
        on_event(
            EpochEnded(
                record.epoch,
                record.train_loss,
                record.validation_loss,
                record.score.replace("_", " "),
                record.validation_score,
                progress.best_epoch,
                progress.seconds_left,
                record.validation_watched,
            )
        )

    return tell


def _why(fitted: Fitted, settings: TrainSettings) -> str:
    """Why training ended, as a sentence."""
    match fitted.stopped:
        case "patience":
            return f"No better epoch in {settings.patience} epochs."
        case "epochs":
            return f"Ended after {settings.max_epochs} epochs, the most allowed."
        case "interrupted":
            return "Interrupted; the best epoch so far is kept."
