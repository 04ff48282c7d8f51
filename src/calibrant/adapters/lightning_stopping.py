"""Early stopping by calibrated log loss, as a callback of Lightning."""

from collections.abc import Mapping, Sequence
from typing import Any

import lightning
import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.training.refinement_stopping import By, RefinementStopping

__all__ = ["RefinementCallback"]


class RefinementCallback(lightning.Callback):
    """Stops a Lightning training by log loss after calibration, and keeps the best epoch.

    `validation_step` of the module returns the logits and labels of its batch, as a mapping
    with these names or as a pair. After every validation epoch the score is logged as
    ``val_calibrated_log_loss`` (or ``val_log_loss``), and at the end of the fit the module has
    the weights of the best epoch. One process, and one validation loader.

    Parameters
    ----------
    patience, min_gain, by
        As for `calibrant.training.refinement_stopping.RefinementStopping`.

    Attributes
    ----------
    stopping : RefinementStopping
        What has been seen so far.
    """

    def __init__(self, *, patience: int = 10, min_gain: float = 0.0, by: By = "calibrated") -> None:
        super().__init__()
        self.stopping = RefinementStopping(patience=patience, min_gain=min_gain, by=by)
        self._batches: list[tuple[Tensor, Tensor]] = []

    def on_fit_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        """Refuse what would be judged by a part of the rows."""
        del pl_module
        if trainer.world_size > 1:
            got = f"{trainer.world_size} processes"
            remedy = "Validate in one process, or stop by a logged metric."
            raise InputError("trainer", "run in one process", got, remedy)

    def on_validation_batch_end(  # noqa: PLR0917 -- as Lightning calls it
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Keep the logits and labels of the batch."""
        del trainer, pl_module, batch, batch_idx
        if dataloader_idx:
            raise InputError("loaders", "be one of validation rows", "several", "Join them.")
        logits, labels = _pair(outputs)
        self._batches.append((logits.detach(), labels.detach()))

    def on_validation_epoch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        """Judge the epoch."""
        batches, self._batches = self._batches, []
        if trainer.sanity_checking or not batches:
            return
        logits, labels = (torch.cat([pair[k] for pair in batches]) for k in range(2))
        score = self.stopping.see(trainer.current_epoch, logits, labels, pl_module)
        name = "val_calibrated_log_loss" if self.stopping.by == "calibrated" else "val_log_loss"
        pl_module.log(name, score)
        trainer.should_stop = trainer.should_stop or self.stopping.is_over

    def on_fit_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Give the module the weights of the best epoch."""
        del trainer
        if self.stopping.best.state:
            self.stopping.restore(pl_module)


def _pair(outputs: object) -> tuple[Tensor, Tensor]:
    """Logits and labels that `validation_step` returned."""
    found: list[object] = []
    if isinstance(outputs, Mapping):
        found = [outputs.get("logits"), outputs.get("labels")]
    elif isinstance(outputs, Sequence):
        found = list(outputs)
    if len(found) == 2 and isinstance(found[0], Tensor) and isinstance(found[1], Tensor):
        return found[0], found[1]
    rule, got = "return logits and labels", type(outputs).__name__
    remedy = 'Return {"logits": logits, "labels": labels}.'
    raise InputError("validation_step", rule, got, remedy)
