"""Train the network on prepared rows, and predict with it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int64

from calibrant.losses import get
from calibrant.pipeline.events import EpochEnded, Listener, TrainingEnded, TrainingStarted
from calibrant.pipeline.prepare import Prepared
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.watch import Watcher
from calibrant.prediction.base import Predictions
from calibrant.prediction.door import predictions
from calibrant.training.history import EpochRecord, Progress
from calibrant.training.loop import Fitted, fit
from calibrant.training.network import TabularNet
from calibrant.training.predict import outputs
from calibrant.training.rows import LabelledRows

__all__ = ["Learned", "learn", "predict"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learned:
    """A trained network and how it came about.

    Attributes
    ----------
    network : TabularNet
        In the state of its best epoch.
    fitted : Fitted
        History, best epoch and why training ended.
    loss : str
        Spec of the loss as it reads back.
    device : torch.device
        Where it was trained.
    why_stopped : str
        Sentence.
    """

    network: TabularNet
    fitted: Fitted
    loss: str
    device: torch.device
    why_stopped: str

    @property
    def interrupted(self) -> bool:
        """Whether training was interrupted."""
        return self.fitted.stopped == "interrupted"


def learn(
    prepared: Prepared, recipe: Recipe, *, device: torch.device, on_event: Listener
) -> Learned:
    """Network trained on the training rows, stopped by the validation rows.

    Raises
    ------
    InputError
        When a watched metric is unknown.
    FitError
        When a loss is not finite.
    KeyboardInterrupt
        When interrupted before the first epoch is over; later, the best so far is returned.
    """
    names = prepared.target.class_names
    train = _rows(prepared, prepared.split.train)
    validation = _rows(prepared, prepared.split.validation)
    loss = get(recipe.loss)
    network = TabularNet.for_training(
        train.features,
        n_numbers=prepared.encoder.n_numbers,
        n_classes=len(names),
        settings=recipe.network,
        seed=recipe.seed,
    )
    watch = Watcher(recipe.watch, names) if recipe.watch else None
    n_weights = sum(weight.numel() for weight in network.parameters())
    n_features, max_epochs = train.features.shape[1], recipe.training.max_epochs
    on_event(TrainingStarted(loss.spec, device.type, n_features, n_weights, max_epochs))
    fitted = fit(
        network,
        loss.bind(torch.bincount(train.labels, minlength=len(names))),
        train,
        validation,
        recipe.training,
        seed=recipe.seed,
        device=device,
        watch=watch,
        on_epoch=_telling(on_event),
    )
    learned = Learned(
        network=network,
        fitted=fitted,
        loss=loss.spec,
        device=device,
        why_stopped=_why(fitted, recipe),
    )
    why, interrupted = learned.why_stopped, learned.interrupted
    on_event(TrainingEnded(len(fitted.history), fitted.best_epoch, why, interrupted))
    return learned


def predict(learned: Learned, prepared: Prepared, rows: Int64[np.ndarray, " part"]) -> Predictions:
    """Labelled predictions of `rows`, declared as logits in float64."""
    part = _rows(prepared, rows)
    return predictions(
        logits=outputs(learned.network, part.features, device=learned.device).double(),
        labels=part.labels,
        class_names=prepared.target.class_names,
    )


def _rows(prepared: Prepared, rows: Int64[np.ndarray, " part"]) -> LabelledRows:
    """Features and labels of `rows` as tensors."""
    return LabelledRows(
        torch.from_numpy(prepared.features[rows]), torch.from_numpy(prepared.labels[rows])
    )


def _telling(on_event: Listener) -> Callable[[EpochRecord, Progress], None]:
    """Listener of the training that tells `on_event`."""

    def tell(record: EpochRecord, progress: Progress) -> None:
        on_event(
            EpochEnded(
                record.epoch,
                record.train_loss,
                record.validation_loss,
                record.validation_score,
                progress.best_epoch,
                progress.seconds_left,
                record.validation_watched,
            )
        )

    return tell


def _why(fitted: Fitted, recipe: Recipe) -> str:
    """Why training ended, as a sentence."""
    match fitted.stopped:
        case "patience":
            return f"No better validation log loss in {recipe.training.patience} epochs."
        case "epochs":
            return f"Ended after {recipe.training.max_epochs} epochs, the most allowed."
        case "interrupted":
            return "Interrupted; the best epoch so far is kept."
