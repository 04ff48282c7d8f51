"""Scores: by what an epoch is judged."""

import math

import pytest
import torch

from calibrant.training.loop import fit
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import LogLoss
from calibrant.training.settings import TrainSettings


def rows(labels):
    return LabelledRows(torch.zeros(len(labels), 1), torch.tensor(labels))


def test_calibrated_log_loss_does_not_see_a_temperature():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2000, 3, generator=generator)
    labels = torch.multinomial(logits.softmax(dim=1), 1, generator=generator)[:, 0]
    judged = LabelledRows(torch.zeros(2000, 1), labels)
    found = [LogLoss().calibrated(t * logits, judged) for t in (0.2, 1.0, 5.0)]
    assert max(found) - min(found) < 2e-3  # but for the pull of the small penalty
    assert min(LogLoss()(t * logits, judged) for t in (0.2, 5.0)) > found[1] + 0.05


def test_weights_are_repetition_after_calibration_too():
    generator = torch.Generator().manual_seed(1)
    logits, labels = 3 * torch.randn(90, 2, generator=generator), torch.arange(90) % 2
    times = torch.arange(90) % 3
    weighted = LabelledRows(torch.zeros(90, 1), labels, times.float())
    again = rows(labels.repeat_interleave(times).tolist())
    found = LogLoss().calibrated(logits, weighted)
    assert found == pytest.approx(
        LogLoss().calibrated(logits.repeat_interleave(times, 0), again), rel=1e-12
    )
    assert found < LogLoss()(logits, weighted) - 0.05


def test_calibrated_log_loss_of_sure_and_right_rows_is_small_and_finite():
    logits = torch.tensor([[9.0, 0.0], [0.0, 9.0]])
    assert 0 < LogLoss().calibrated(logits, rows([0, 1])) <= LogLoss()(logits, rows([0, 1]))


def test_what_is_ruled_out_and_comes_out_stays_infinite():
    logits = torch.tensor([[-math.inf, 0.0], [0.0, 1.0]])
    assert LogLoss().calibrated(logits, rows([0, 1])) == math.inf


@pytest.mark.parametrize("stop_by", ["score", "calibrated", "loss"])
def test_the_best_epoch_is_that_of_the_least_criterion(train, validation, stop_by):
    network = TabularNet.for_training(
        train.features,
        n_numbers=3,
        n_classes=2,
        settings=NetworkSettings(hidden=(8,), dropout=(0.2,), members=1),
    )
    loss = torch.nn.CrossEntropyLoss(label_smoothing=0.3)
    settings = TrainSettings(max_epochs=15, patience=15, learning_rate=0.05, stop_by=stop_by)
    fitted = fit(network, loss, train, validation, settings, seed=1)
    criterion = {
        "score": lambda record: record.validation_score,
        "calibrated": lambda record: record.calibrated_score,
        "loss": lambda record: record.validation_loss,
    }[stop_by]
    assert fitted.best_epoch == min(fitted.history, key=criterion).epoch
    shown = "validation_calibrated_log_loss" in fitted.history[0].to_row()
    assert shown == (stop_by == "calibrated")
