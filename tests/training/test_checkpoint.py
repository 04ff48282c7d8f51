"""A training that goes on from its checkpoint ends as if it had never ended."""

import json
import math
import signal
import struct
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from calibrant.errors import InputError
from calibrant.losses import get
from calibrant.training import checkpoint as module
from calibrant.training.loop import fit
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.origin import digest_of
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
    seed = sum(map(ord, variant + job.__name__))
    points = np.random.default_rng(seed).choice(np.arange(1, 12), size=3, replace=False)
    for after in sorted(points.tolist()):
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


def test_a_checkpoint_of_another_kind_of_network_is_refused(train, validation, tmp_path):
    settings, path = TrainSettings(max_epochs=2), tmp_path / "course"
    classes(train, validation, settings, checkpoint=path)
    with pytest.raises(InputError, match="another loss or another network"):
        numbers(train, validation, settings, checkpoint=path)


@pytest.mark.parametrize(
    "sizes",
    [{"activation": "relu"}, {"scaling": "none"}, {"dropout": (0.2,)}, {"members": 3}],
)
def test_a_checkpoint_of_other_network_settings_is_refused(train, validation, tmp_path, sizes):
    settings, path = TrainSettings(max_epochs=2), tmp_path / "course"
    classes(train, validation, settings, checkpoint=path)
    network = TabularNet.for_training(
        train.features, n_numbers=2, n_classes=2, settings=replace(SMALL, **sizes)
    )
    loss = nn.CrossEntropyLoss()
    with pytest.raises(InputError, match="got one of other rows, another loss or another network"):
        fit(network, loss, train, validation, settings, seed=3, checkpoint=path)


@pytest.mark.parametrize("changed", ["a feature", "a label", "a weight", "the other part"])
def test_a_checkpoint_of_other_rows_is_refused(train, validation, tmp_path, changed):
    settings, path = TrainSettings(max_epochs=2), tmp_path / "course"
    classes(train, validation, settings, checkpoint=path)
    features, labels, weights = train.features.clone(), train.labels.clone(), None
    if changed == "a feature":
        features[7, 2] += 1e-3
    elif changed == "a label":
        labels[7] = 1 - labels[7]
    elif changed == "a weight":
        weights = torch.ones(len(train))
    else:
        validation = LabelledRows(validation.features, 1 - validation.labels)
    network = TabularNet.for_training(train.features, n_numbers=2, n_classes=2, settings=SMALL)
    rows, loss = LabelledRows(features, labels, weights), nn.CrossEntropyLoss()
    with pytest.raises(InputError, match="got one of other rows, another loss or another network"):
        fit(network, loss, rows, validation, settings, seed=3, checkpoint=path)


@pytest.mark.parametrize("loss", ["focal", "0.5*ce + 0.5*soft_f1", "ce(balanced)"])
def test_a_checkpoint_of_another_loss_is_refused(train, validation, tmp_path, loss):
    settings, path = TrainSettings(max_epochs=2), tmp_path / "course"

    def run(spec):
        network = TabularNet.for_training(train.features, n_numbers=2, n_classes=2, settings=SMALL)
        bound = get(spec).bind(torch.tensor([150, 50]))
        return fit(network, bound, train, validation, settings, seed=3, checkpoint=path)

    first = run("ce")
    same(run("ce"), first)
    with pytest.raises(InputError, match="another loss"):
        run(loss)


def test_a_damaged_checkpoint_is_refused_whatever_is_cut(train, validation, tmp_path):
    settings, path = TrainSettings(max_epochs=2), tmp_path / "course"
    classes(train, validation, settings, checkpoint=path)
    content = path.read_bytes()
    for length in np.linspace(0, len(content) - 1, 20).astype(int):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match="checkpoint"):
            classes(train, validation, settings, checkpoint=path)


def test_a_checkpoint_with_a_flipped_bit_is_refused(train, validation, tmp_path):
    settings, path = TrainSettings(max_epochs=2), tmp_path / "course"
    classes(train, validation, settings, checkpoint=path)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for at in rng.integers(len(content) // 2, len(content), 20):  # tensors, not the head
        damaged = bytearray(content)
        damaged[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="changed or damaged"):
            classes(train, validation, settings, checkpoint=path)


def test_tensors_of_other_names_or_sizes_are_refused(train, validation, tmp_path):
    settings, path = TrainSettings(max_epochs=2), tmp_path / "course"
    classes(train, validation, settings, checkpoint=path)
    with safe_open(path, "pt") as file:
        head = json.loads(file.metadata()["calibrant"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    for name in ("network/weights.0", "optimizer/0.0.n_steps", "best/norms.0.running_var"):
        for wrong in ({}, {name: torch.zeros(3)}, {name: tensors[name].double()}):
            changed = {n: held for n, held in tensors.items() if n != name} | wrong
            told = json.dumps(head | {"digest": digest_of(changed)})
            save_file(changed, path, {"calibrant": told})
            with pytest.raises(InputError, match=f"{name.partition('/')[0]} has other sizes"):
                classes(train, validation, settings, checkpoint=path)


def test_watched_metrics_that_are_nan_or_infinite_are_kept(train, validation, tmp_path):
    path = tmp_path / "course"

    def watch(outputs, labels):
        del outputs, labels
        return {"auroc": math.nan, "log_loss": math.inf, "low": -math.inf}

    settings = TrainSettings(max_epochs=2)
    classes(train, validation, settings, checkpoint=path, watch=watch)
    again = classes(train, validation, settings, checkpoint=path, watch=watch)
    kept = again.history[1].validation_watched
    assert math.isnan(kept["auroc"])
    assert (kept["log_loss"], kept["low"]) == (math.inf, -math.inf)


@pytest.mark.parametrize("call", [1, 9, 13, 14])  # in a step; on either part
def test_an_interrupt_within_an_epoch_leaves_the_epoch_before_in_the_file(
    train, validation, tmp_path, monkeypatch, call
):
    """6 steps of 2 members and 2 parts are 14 calls of the loss in an epoch."""
    monkeypatch.setattr(module, "PAUSE", 1e9)  # nothing is written for the time alone
    settings, path = TrainSettings(max_epochs=6, batch_size=32), tmp_path / "course"
    left = [3 * 14 + call]

    def count(*_):
        left[0] -= 1
        if left[0] == 0:
            signal.raise_signal(signal.SIGINT)

    def run(**options):
        network = TabularNet.for_training(train.features, n_numbers=2, n_classes=2, settings=SMALL)
        loss = nn.CrossEntropyLoss()
        loss.register_forward_hook(count)
        return fit(network, loss, train, validation, settings, seed=3, **options)

    part = run(checkpoint=path)
    assert (part.stopped, len(part.history)) == ("interrupted", 3)
    with safe_open(path, "pt") as file:
        assert len(json.loads(file.metadata()["calibrant"])["history"]) == 3
    same(run(checkpoint=path), run())


def test_its_head_is_json_that_names_the_seed_and_the_history(train, validation, tmp_path):
    path = tmp_path / "course"
    fitted = classes(train, validation, TrainSettings(max_epochs=2), checkpoint=path)
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    head = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["calibrant"])
    assert head["seed"] == 3
    assert [record["epoch"] for record in head["history"]] == [1, 2]
    assert head["best_epoch"] == fitted.best_epoch
