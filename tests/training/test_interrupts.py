"""fit, interrupted: the best state of the epochs that ended, and nothing else disturbed."""

import copy
import signal

import pytest
import torch
from torch import nn

from calibrant.training.loop import TrainSettings, fit
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings

NET = NetworkSettings(hidden=(16,), dropout=(0.2,), members=2)
SHORT = TrainSettings(max_epochs=4, batch_size=32)


@pytest.fixture
def network(train):
    return TabularNet.for_training(train.features, n_numbers=2, n_classes=2, settings=NET)


class Interrupting(nn.Module):
    """Cross entropy that is interrupted, as by Ctrl-C, at a call."""

    def __init__(self, at_call: int) -> None:
        super().__init__()
        self.calls_left = at_call

    def forward(self, logits, labels):
        """Return the cross entropy, or do not."""
        self.calls_left -= 1
        if self.calls_left == 0:
            signal.raise_signal(signal.SIGINT)
        return nn.functional.cross_entropy(logits, labels)


def calls_in(n_epochs):
    """Return the calls of the loss in as many epochs of SHORT: 6 steps, 2 members, 2 parts."""
    return n_epochs * (6 * 2 + 2)


def same_state(first, second):
    return all(torch.equal(held, second[name]) for name, held in first.items())


def test_an_interrupt_between_epochs_keeps_the_best_so_far(train, validation, network):
    states = {}

    def interrupt_after_three(record, _):
        states[record.epoch] = copy.deepcopy(network.state_dict())
        if record.epoch == 3:
            raise KeyboardInterrupt

    fitted = fit(
        network,
        nn.CrossEntropyLoss(),
        train,
        validation,
        SHORT,
        seed=0,
        on_epoch=interrupt_after_three,
    )
    assert (fitted.stopped, len(fitted.history)) == ("interrupted", 3)
    assert same_state(network.state_dict(), states[fitted.best_epoch])


@pytest.mark.parametrize("call", [1, 6, 12, 13, 14])  # in a step; on either part
def test_an_interrupt_within_an_epoch_keeps_the_epochs_before(train, validation, network, call):
    plain = copy.deepcopy(network)
    settings = TrainSettings(max_epochs=2, batch_size=32)
    expected = fit(plain, nn.CrossEntropyLoss(), train, validation, settings, seed=0)
    loss = Interrupting(calls_in(2) + call)
    fitted = fit(network, loss, train, validation, SHORT, seed=0)
    assert fitted.stopped == "interrupted"
    assert fitted.history == expected.history
    assert fitted.best_epoch == expected.best_epoch
    assert same_state(network.state_dict(), plain.state_dict())


def test_an_interrupt_before_anything_is_measured_is_passed_on(train, validation, network):
    n_threads, generator = torch.get_num_threads(), torch.get_rng_state()
    with pytest.raises(KeyboardInterrupt):
        fit(network, Interrupting(calls_in(1)), train, validation, SHORT, seed=0)
    assert torch.get_num_threads() == n_threads
    assert torch.equal(torch.get_rng_state(), generator)
