"""fit: the same bits for the same seed, the best state whatever ends it."""

import copy

import pytest
import torch
from torch import nn

from calibrant.errors import FitError, InputError
from calibrant.losses import get
from calibrant.training import device
from calibrant.training.loop import TrainSettings, fit
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import LogLoss

NET = NetworkSettings(hidden=(16,), dropout=(0.2,), members=2)
SHORT = TrainSettings(max_epochs=4, batch_size=32)
EAGER = TrainSettings(learning_rate=0.05, batch_size=16, patience=3, max_epochs=60)


@pytest.fixture
def network(train):
    return TabularNet.for_training(train.features, n_numbers=2, n_classes=2, settings=NET)


def same_state(first, second):
    return all(torch.equal(held, second[name]) for name, held in first.items())


def test_the_same_seed_gives_the_same_bits(train, validation, network):
    loss, twin = nn.CrossEntropyLoss(), copy.deepcopy(network)
    first = fit(network, loss, train, validation, SHORT, seed=7)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(99)  # the global generator has no say
        second = fit(twin, loss, train, validation, SHORT, seed=7)
    assert first.history == second.history
    assert same_state(network.state_dict(), twin.state_dict())


def test_another_seed_gives_another_network(train, validation, network):
    twin = copy.deepcopy(network)
    fit(network, nn.CrossEntropyLoss(), train, validation, SHORT, seed=7)
    fit(twin, nn.CrossEntropyLoss(), train, validation, SHORT, seed=8)
    assert not torch.equal(network.weights[0], twin.weights[0])


def test_epochs_differ_in_their_randomness(train, validation):
    frozen, seen = nn.Linear(3, 2), []

    def keep_batches(network, given, _):
        if network.training:
            seen.append(given[0])

    frozen.register_forward_hook(keep_batches)
    settings = TrainSettings(learning_rate=1e-30, max_epochs=2, batch_size=200)
    fit(frozen, nn.CrossEntropyLoss(), train, validation, settings, seed=0)
    assert len(seen) == 2
    assert not torch.equal(*seen)


def test_the_global_generator_and_the_threads_are_left_as_they_were(
    train, validation, network, monkeypatch
):
    generator, n_threads, during = torch.get_rng_state(), torch.get_num_threads(), []
    monkeypatch.setattr(device, "available_cores", lambda: 8)
    fit(
        network,
        nn.CrossEntropyLoss(),
        train,
        validation,
        TrainSettings(max_epochs=2, threads=n_threads + 1),
        seed=0,
        on_epoch=lambda *_: during.append((torch.get_num_threads(), torch.get_rng_state())),
    )
    assert torch.equal(torch.get_rng_state(), generator)
    assert torch.get_num_threads() == n_threads
    assert [n for n, _ in during] == [n_threads + 1] * 2
    assert all(torch.equal(state, generator) for _, state in during)


@pytest.mark.parametrize("spec", ["ce", "0.5*ce(balanced) + 0.5*soft_f1", "focal"])
def test_training_lowers_the_loss_that_is_trained(train, validation, network, spec):
    loss = get(spec).bind(torch.bincount(train.labels))
    settings = TrainSettings(learning_rate=0.01, max_epochs=15, patience=15)
    fitted = fit(network, loss, train, validation, settings, seed=0)
    assert fitted.history[-1].train_loss < 0.9 * fitted.history[0].train_loss


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd"])
def test_weights_are_repetition(train, validation, optimizer):
    times = [torch.arange(len(part)) % 3 for part in (train, validation)]
    weighted, repeated = nn.Linear(3, 2), nn.Linear(3, 2)
    repeated.load_state_dict(weighted.state_dict())
    settings = TrainSettings(
        optimizer=optimizer, learning_rate=0.1, max_epochs=20, patience=20, batch_size=1000
    )  # all rows are one batch
    parts = [
        LabelledRows(part.features, part.labels, k.float())
        for part, k in zip((train, validation), times, strict=True)
    ]
    first = fit(weighted, get("ce"), *parts, settings, seed=0)
    parts = [
        LabelledRows(part.features.repeat_interleave(k, 0), part.labels.repeat_interleave(k))
        for part, k in zip((train, validation), times, strict=True)
    ]
    second = fit(repeated, get("ce"), *parts, settings, seed=0)
    torch.testing.assert_close(weighted.weight, repeated.weight, rtol=1e-4, atol=1e-5)
    for one, other in zip(first.history, second.history, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, rel=1e-5)
        assert one.validation_score == pytest.approx(other.validation_score, rel=1e-5)


def test_training_learns_what_there_is_to_learn(train, validation, network):
    fitted = fit(network, nn.CrossEntropyLoss(), train, validation, EAGER, seed=0)
    # a probit of one feature and noise of the same size: log loss 0.49, of a coin 0.69
    assert fitted.history[fitted.best_epoch - 1].validation_score < 0.58


def test_the_best_epoch_is_restored_and_not_the_last(train, validation, network):
    fitted = fit(network, nn.CrossEntropyLoss(), train, validation, EAGER, seed=0)
    scores = [record.validation_score for record in fitted.history]
    assert scores[fitted.best_epoch - 1] == min(scores) < scores[-1]
    assert not fitted.network.training
    with torch.no_grad():
        logits = network(validation.features)
    assert LogLoss()(logits, validation) == scores[fitted.best_epoch - 1]


def test_patience_ends_training_that_many_epochs_after_the_best(train, validation, network):
    fitted = fit(network, nn.CrossEntropyLoss(), train, validation, EAGER, seed=0)
    assert fitted.stopped == "patience"
    assert len(fitted.history) == fitted.best_epoch + EAGER.patience < EAGER.max_epochs


def test_the_last_epoch_ends_training(train, validation, network):
    fitted = fit(network, nn.CrossEntropyLoss(), train, validation, SHORT, seed=0)
    assert (fitted.stopped, len(fitted.history)) == ("epochs", 4)
    assert [record.epoch for record in fitted.history] == [1, 2, 3, 4]
    assert fitted.batch_size == 32


def test_a_loss_that_is_not_finite_is_a_fit_error(train, validation, network):
    class Broken(nn.Module):
        def forward(self, logits, labels):
            return nn.functional.cross_entropy(logits, labels) * torch.nan

    with pytest.raises(FitError, match=r"not finite after epoch 1: nan .* Lower learning_rate"):
        fit(network, Broken(), train, validation, SHORT, seed=0)


def test_a_rate_that_blows_the_weights_up_is_a_fit_error(train, validation):
    settings = TrainSettings(learning_rate=1e38, max_epochs=5)
    network = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
    with pytest.raises(FitError, match="now 1e\\+38"):
        fit(network, nn.CrossEntropyLoss(), train, validation, settings, seed=0)


def test_progress_tells_epochs_best_and_the_time_left(train, validation, network):
    told = []
    fitted = fit(
        network,
        nn.CrossEntropyLoss(),
        train,
        validation,
        SHORT,
        seed=0,
        on_epoch=lambda record, progress: told.append((record, progress)),
    )
    assert tuple(record for record, _ in told) == fitted.history
    for record, progress in told:
        done = fitted.history[: record.epoch]
        best = min(done, key=lambda before: before.validation_score)
        assert (progress.epoch, progress.max_epochs) == (record.epoch, 4)
        assert progress.best_epoch == best.epoch
        assert (progress.seconds_left > 0) == (record.epoch < 4)


def test_no_time_is_left_when_patience_is_at_its_end(train, validation, network):
    left = []
    fit(
        network,
        nn.CrossEntropyLoss(),
        train,
        validation,
        EAGER,
        seed=0,
        on_epoch=lambda _, progress: left.append(progress.seconds_left),
    )
    assert min(left[:-1]) > 0 == left[-1]


def test_the_schedule_sets_the_rate_of_every_epoch(train, validation):
    settings = TrainSettings(learning_rate=0.1, schedule="cosine", max_epochs=4)
    network = nn.Linear(3, 2)
    fitted = fit(network, nn.CrossEntropyLoss(), train, validation, settings, seed=0)
    # half of 0.1 times 1 + cos(pi k / 4)
    expected = [0.1, 0.0853553, 0.05, 0.0146447]
    assert [record.learning_rate for record in fitted.history] == pytest.approx(expected, rel=1e-5)


def test_the_rate_that_is_recorded_is_the_rate_that_is_used(train, validation):
    def moved(settings):
        network = nn.Linear(3, 2, bias=False)
        before = network.weight.detach().clone()
        fit(network, nn.CrossEntropyLoss(), train, validation, settings, seed=0)
        return float((network.weight.detach() - before).abs().max())

    # the first step of Adam is the learning rate, whatever the gradient
    for rate in (0.01, 0.02):
        settings = TrainSettings(learning_rate=rate, weight_decay=0.0, batch_size=200, max_epochs=1)
        assert moved(settings) == pytest.approx(rate, rel=1e-3)


@pytest.mark.parametrize(
    ("n_rows", "n_features", "n_numbers", "n_classes"),
    [(2, 3, 2, 2), (33, 1, 1, 2), (60, 3, 0, 2), (200, 3, 3, 10), (3, 3, 1, 3)],
)
def test_tables_at_the_edge_train(make_rows, n_rows, n_features, n_numbers, n_classes):
    rows = make_rows(n_rows, seed=3, n_features=n_features, n_classes=n_classes)
    network = TabularNet.for_training(
        rows.features, n_numbers=n_numbers, n_classes=n_classes, settings=NET
    )
    settings = TrainSettings(max_epochs=2, batch_size=2 if n_rows < 4 else None)
    fitted = fit(network, nn.CrossEntropyLoss(), rows, rows, settings, seed=0)
    assert len(fitted.history) == 2
    assert network(rows.features).shape == (n_rows, n_classes)


def test_any_module_that_gives_logits_trains(make_rows):
    flat = make_rows(100, seed=1, n_features=4)
    images = LabelledRows(flat.features.view(100, 1, 2, 2), flat.labels)
    network = nn.Sequential(nn.Conv2d(1, 3, 2), nn.Flatten(), nn.Linear(3, 2))
    settings = TrainSettings(learning_rate=0.01, max_epochs=10)
    fitted = fit(network, nn.CrossEntropyLoss(), images, images, settings, seed=0)
    assert fitted.history[-1].train_loss < fitted.history[0].train_loss


def test_rows_of_weight_zero_do_not_decide_when_to_stop(train, validation):
    wrong = LabelledRows(validation.features, 1 - validation.labels)
    both = LabelledRows(
        torch.cat((validation.features, wrong.features)),
        torch.cat((validation.labels, wrong.labels)),
        torch.cat((torch.ones(100), torch.zeros(100))),
    )
    fits = []
    for part in (validation, both):
        network = nn.Linear(3, 2)
        nn.init.zeros_(network.weight)
        nn.init.zeros_(network.bias)
        fits.append(fit(network, get("ce"), train, part, EAGER, seed=0))
    plain, weighted = fits
    assert plain.best_epoch == weighted.best_epoch
    for one, other in zip(plain.history, weighted.history, strict=True):
        assert other.validation_score == pytest.approx(one.validation_score, rel=1e-6)
        assert other.validation_loss == pytest.approx(one.validation_loss, rel=1e-5)


def test_weights_of_training_rows_reach_the_loss(train, validation):
    ones = torch.where(train.labels == 1, 1.0, 0.0)
    rows = LabelledRows(train.features, train.labels, ones)
    network = nn.Linear(3, 2)
    settings = TrainSettings(learning_rate=0.1, max_epochs=20, patience=20)
    fitted = fit(network, get("ce"), rows, validation, settings, seed=0)
    assert fitted.history[-1].train_loss < 0.05  # only class 1 counts


def test_one_training_row_is_refused(train, validation, network):
    one = LabelledRows(train.features[:1], train.labels[:1])
    with pytest.raises(InputError, match="train must hold at least 2 rows; got 1"):
        fit(network, nn.CrossEntropyLoss(), one, validation, seed=0)


def test_a_negative_seed_is_refused(train, validation, network):
    with pytest.raises(InputError, match="seed must be at least 0; got -1"):
        fit(network, nn.CrossEntropyLoss(), train, validation, seed=-1)


@pytest.mark.parametrize("part", [0, 1])
def test_a_label_without_a_logit_is_refused(train, validation, network, part):
    parts = [train, validation]
    labels = parts[part].labels.clone()
    labels[5] = 2
    parts[part] = LabelledRows(parts[part].features, labels)
    with pytest.raises(InputError, match=r"labels must lie in \[0, 2\); got 2"):
        fit(network, nn.CrossEntropyLoss(), *parts, seed=0)
