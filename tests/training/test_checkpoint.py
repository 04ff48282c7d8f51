"""A training that goes on from its checkpoint ends as if it had never ended."""

import json
import struct

import numpy as np
import pytest
import torch
from torch import nn

from calibrant.errors import InputError
from calibrant.training import checkpoint as module
from calibrant.training.loop import fit
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.regressor import TabularRegressor
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import LogLoss, MeanSquaredError
from calibrant.training.settings import TrainSettings
from calibrant.training.squared_error import SquaredError

SMALL = NetworkSettings(hidden=(8,), dropout=(0.3,), members=2)
VARIANTS = {
    "adamw": {},
    "adam": {"optimizer": "adam", "weight_decay": 0.01},
    "sgd, cosine": {"optimizer": "sgd", "learning_rate": 0.01, "schedule": "cosine"},
    "calibrated": {"stop_by": "calibrated"},
    "loss": {"stop_by": "loss", "min_gain": 0.001},
}


@pytest.fixture(autouse=True)
def _every_epoch(monkeypatch):
    """Checkpoint after every epoch."""
    monkeypatch.setattr(module, "PAUSE", -1e9)
    monkeypatch.setattr(module.time, "monotonic", lambda: 0.0)


def classes(rows, validation, settings, **options):
    network = TabularNet.for_training(rows.features, n_numbers=2, n_classes=2, settings=SMALL)
    loss = nn.CrossEntropyLoss()
    return fit(network, loss, rows, validation, settings, seed=3, scores=LogLoss(), **options)


def numbers(rows, validation, settings, **options):
    rows, validation = (
        LabelledRows(part.features, part.features[:, 0].double() + part.labels)
        for part in (rows, validation)
    )
    network = TabularRegressor.for_training(rows.features, rows.labels, n_numbers=2, settings=SMALL)
    scores = MeanSquaredError()
    return fit(
        network, SquaredError(), rows, validation, settings, seed=3, scores=scores, **options
    )


def interrupting(after):
    def listen(record, progress):
        del progress
        if record.epoch == after:
            raise KeyboardInterrupt

    return listen


def same(one, other):
    assert one.history == other.history
    assert (one.best_epoch, one.stopped) == (other.best_epoch, other.stopped)
    states = one.network.state_dict(), other.network.state_dict()
    assert all(torch.equal(held, states[1][name]) for name, held in states[0].items())


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("job", [classes, numbers])
def test_interrupted_trainings_end_as_one_without_interrupt(
    job, variant, train, validation, tmp_path
):
    settings = TrainSettings(max_epochs=12, patience=5, batch_size=32, **VARIANTS[variant])
    whole = job(train, validation, settings)
    path = tmp_path / "course.safetensors"
    for after in (1, 4, 5):
        part = job(train, validation, settings, checkpoint=path, on_epoch=interrupting(after))
        if part.stopped != "interrupted":  # patience was sooner
            break
        assert len(part.history) == after
    same(job(train, validation, settings, checkpoint=path), whole)


def test_a_finished_training_is_restored_as_finished(train, validation, tmp_path):
    settings, path = TrainSettings(max_epochs=3), tmp_path / "course.safetensors"
    first = classes(train, validation, settings, checkpoint=path)
    heard = []
    again = classes(
        train, validation, settings, checkpoint=path, on_epoch=lambda *told: heard.append(told)
    )
    assert heard == []
    same(again, first)


def test_a_checkpoint_changes_nothing(train, validation, tmp_path):
    settings = TrainSettings(max_epochs=3)
    with_it = classes(train, validation, settings, checkpoint=tmp_path / "course")
    same(with_it, classes(train, validation, settings))


@pytest.mark.parametrize(
    "other",
    [{"max_epochs": 4}, {"learning_rate": 0.1}, {"optimizer": "sgd"}, {"batch_size": 16}],
)
def test_a_checkpoint_of_other_settings_is_refused(train, validation, tmp_path, other):
    path = tmp_path / "course"
    classes(train, validation, TrainSettings(max_epochs=2), checkpoint=path)
    settings = TrainSettings(**{"max_epochs": 2, **other})
    with pytest.raises(InputError, match="the checkpoint of this very training"):
        classes(train, validation, settings, checkpoint=path)


def test_a_checkpoint_of_another_network_is_refused(train, validation, tmp_path):
    settings, path = TrainSettings(max_epochs=2), tmp_path / "course"
    classes(train, validation, settings, checkpoint=path)
    with pytest.raises(InputError, match="network has other sizes"):
        numbers(train, validation, settings, checkpoint=path)


def test_a_damaged_checkpoint_is_refused_whatever_is_cut(train, validation, tmp_path):
    settings, path = TrainSettings(max_epochs=2), tmp_path / "course"
    classes(train, validation, settings, checkpoint=path)
    content = path.read_bytes()
    for length in np.linspace(0, len(content) - 1, 20).astype(int):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match="checkpoint"):
            classes(train, validation, settings, checkpoint=path)


def test_its_head_is_json_that_names_the_seed_and_the_history(train, validation, tmp_path):
    path = tmp_path / "course"
    fitted = classes(train, validation, TrainSettings(max_epochs=2), checkpoint=path)
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    head = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["calibrant"])
    assert head["seed"] == 3
    assert [record["epoch"] for record in head["history"]] == [1, 2]
    assert head["best_epoch"] == fitted.best_epoch
