"""The Lightning callback judges whole validation epochs, stops, and restores the best."""

import warnings

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from calibrant.errors import InputError
from calibrant.training.refinement_stopping import RefinementStopping

lightning = pytest.importorskip("lightning", reason="lightning is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # frameworks warn of each other's deprecations

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from calibrant.adapters.lightning_stopping import RefinementCallback


class Classifier(lightning.LightningModule):
    """A wide network that overfits a few rows soon."""

    def __init__(self, returned):
        super().__init__()
        torch.manual_seed(0)
        self.network = torch.nn.Sequential(
            torch.nn.Linear(4, 64), torch.nn.ReLU(), torch.nn.Linear(64, 2)
        )
        self.returned = returned

    def training_step(self, batch, _):
        """Cross entropy of the batch."""
        features, labels = batch
        return torch.nn.functional.cross_entropy(self.network(features), labels)

    def validation_step(self, batch, _):
        """Whatever is to be returned."""
        features, labels = batch
        return self.returned(self.network(features), labels)

    def configure_optimizers(self):
        """Steps large enough to overfit."""
        return torch.optim.AdamW(self.parameters(), lr=0.02)


def drawn(n, seed):
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(n, 4, generator=generator)
    labels = (features[:, 0] + torch.randn(n, generator=generator) > 0).long()
    return features, labels


def fitted(callback, returned, epochs=30):
    model = Classifier(returned)
    validation = TensorDataset(*drawn(200, 1))
    trainer = lightning.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
        callbacks=[callback],
    )
    rows = DataLoader(TensorDataset(*drawn(64, 0)), batch_size=64)
    trainer.fit(model, rows, DataLoader(validation, batch_size=64))
    return model, trainer


def test_it_stops_and_restores_the_best_epoch():
    callback = RefinementCallback(patience=4)
    model, trainer = fitted(callback, lambda logits, labels: {"logits": logits, "labels": labels})
    seen = callback.stopping.seen
    assert len(seen) < 30
    assert min(seen, key=lambda pair: pair[1])[0] == callback.stopping.best.epoch == seen[-5][0]
    features, labels = drawn(200, 1)
    model.eval()
    again = RefinementStopping().see(1, model.network(features), labels, model)
    assert again == pytest.approx(callback.stopping.best.score, abs=1e-6)
    assert "val_calibrated_log_loss" in trainer.callback_metrics


def test_a_pair_will_do_and_nothing_else():
    callback = RefinementCallback(by="score")
    _, trainer = fitted(callback, lambda logits, labels: (logits, labels), epochs=2)
    assert [epoch for epoch, _ in callback.stopping.seen] == [0, 1]
    assert "val_log_loss" in trainer.callback_metrics
    with pytest.raises(InputError, match="validation_step must return logits and labels; got"):
        fitted(RefinementCallback(), lambda logits, labels: logits.sum() + labels.sum())
