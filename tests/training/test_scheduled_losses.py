"""Training with losses that change over epochs: which loss trains, which is measured."""

import copy

import pytest
import torch

from calibrant.errors import InputError
from calibrant.losses import get
from calibrant.training.course import Course
from calibrant.training.epoch import Measure
from calibrant.training.loop import TrainSettings, fit
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.optimizer import optimizer_of
from calibrant.training.stopping import EarlyStopping

NET = NetworkSettings(hidden=(16,), dropout=(0.2,), members=2)


@pytest.fixture
def network(train):
    return TabularNet.for_training(train.features, n_numbers=2, n_classes=2, settings=NET)


def same_state(first, second):
    return all(torch.equal(held, second[name]) for name, held in first.items())


def test_every_epoch_trains_the_loss_of_its_number(train, validation, network):
    twin, settings = copy.deepcopy(network), TrainSettings(max_epochs=3, batch_size=32)
    deferred = get("switch(0, 1, 3)*soft_f1 + switch(1, 0, 3)*ce")
    fit(network, deferred, train, validation, settings, seed=7)
    course = Course(
        twin,
        optimizer_of("adamw", twin.parameters(), weight_decay=settings.weight_decay),
        Measure(get("ce"), train, validation, None),
        EarlyStopping(patience=9, min_gain=0.0),
        settings,
        seed=7,
    )
    course.advance()
    course.advance()
    course.measure = Measure(get("soft_f1"), train, validation, None)
    course.advance()
    held = course.stopping.best.state
    assert same_state(network.state_dict(), held)


@pytest.mark.parametrize("stop_by", ["score", "loss"])
def test_history_of_a_scheduled_loss_has_one_meaning(train, validation, network, stop_by):
    settings = TrainSettings(max_epochs=6, batch_size=32, stop_by=stop_by)
    loss = get("focal(gamma=ramp(0, 2, 6))")
    fitted = fit(network, loss, train, validation, settings, seed=0)
    logits = network(validation.features).detach()
    best = fitted.history[fitted.best_epoch - 1]
    last_gamma = get("focal(gamma=2)")(logits, validation.labels)
    assert best.validation_loss == pytest.approx(float(last_gamma), abs=1e-6)
    key = "validation_loss" if stop_by == "loss" else "validation_score"
    assert getattr(best, key) == min(getattr(record, key) for record in fitted.history)


def test_training_with_a_schedule_goes_on_to_the_same_bits(train, validation, network, tmp_path):
    loss, twin = get("focal(gamma=ramp(0, 5, 6))"), copy.deepcopy(network)
    path, settings = tmp_path / "course", TrainSettings(max_epochs=6, batch_size=32)
    whole = fit(network, loss, train, validation, settings, seed=0)

    def stop(record, _):
        if record.epoch == 3:
            raise KeyboardInterrupt

    again = copy.deepcopy(twin)
    fit(twin, loss, train, validation, settings, seed=0, checkpoint=path, on_epoch=stop)
    resumed = fit(again, loss, train, validation, settings, seed=0, checkpoint=path)
    assert resumed.history == whole.history
    assert same_state(again.state_dict(), network.state_dict())
    other = get("focal(gamma=ramp(0, 4, 6))")
    with pytest.raises(InputError, match="another loss"):
        fit(copy.deepcopy(twin), other, train, validation, settings, seed=0, checkpoint=path)
