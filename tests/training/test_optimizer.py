"""Optimizers against torch's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

import calibrant.training
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.optimizer import AdamW, optimizer_of
from calibrant.training.settings import OPTIMIZERS


def descend(network, step, *, n_steps=20):
    """Take steps towards outputs of 1, by `step`."""
    generator = torch.Generator().manual_seed(1)
    for _ in range(n_steps):
        x = torch.randn(16, 3, generator=generator)
        network(x).sub(1).square().mean().backward()
        step()


TORCHS = {
    "adamw": lambda groups: torch.optim.AdamW(groups, lr=0.05, weight_decay=0.3),
    "adam": lambda groups: torch.optim.Adam(groups, lr=0.05, weight_decay=0.3),
    "sgd": lambda groups: torch.optim.SGD(
        groups, lr=0.05, weight_decay=0.3, momentum=0.9, nesterov=True
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_those_of_torch(name):
    ours, theirs = nn.Linear(3, 2), nn.Linear(3, 2)
    theirs.load_state_dict(ours.state_dict())
    groups = [{"params": [theirs.weight]}, {"params": [theirs.bias], "weight_decay": 0.0}]
    reference = TORCHS[name](groups)
    optimizer = optimizer_of(name, ours.parameters(), weight_decay=0.3)

    def step():
        optimizer.step(0.05)
        optimizer.clear()

    def reference_step():
        reference.step()
        reference.zero_grad()

    descend(ours, step)
    descend(theirs, reference_step)
    torch.testing.assert_close(ours.weight, theirs.weight)
    torch.testing.assert_close(ours.bias, theirs.bias)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_with_the_state_of_another_goes_on_as_that_one(name):
    first, second = nn.Linear(3, 2), nn.Linear(3, 2)
    one = optimizer_of(name, first.parameters(), weight_decay=0.1)

    def stepping(optimizer):
        def step():
            optimizer.step(0.05)
            optimizer.clear()

        return step

    descend(first, stepping(one), n_steps=5)
    second.load_state_dict(first.state_dict())
    other = optimizer_of(name, second.parameters(), weight_decay=0.1)
    other.restore(one.state())
    descend(first, stepping(one))
    descend(second, stepping(other))
    assert torch.equal(first.weight, second.weight)
    assert torch.equal(first.bias, second.bias)


def test_without_gradients_matrices_decay_and_the_rest_stays():
    settings = NetworkSettings(hidden=(4,), dropout=(0.0,), members=2)
    network = TabularNet(3, n_numbers=2, n_classes=2, settings=settings)
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    AdamW(network.parameters(), weight_decay=0.5).step(0.1)
    decayed = {n for n, p in network.named_parameters() if not torch.equal(p, before[n])}
    assert decayed == {"weights.0", "weights.1", "embedding.frequency", "embedding.mixture"}
    torch.testing.assert_close(network.weights[0], before["weights.0"] * (1 - 0.1 * 0.5))


def test_parameters_without_a_gradient_stay():
    frozen, unused, used = nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2, bias=False)
    frozen.weight.requires_grad = False
    network = nn.ModuleList([frozen, unused, used])
    before = [layer.weight.detach().clone() for layer in network]
    optimizer = AdamW(network.parameters(), weight_decay=0.1)
    used(torch.ones(1, 2)).sum().backward()
    optimizer.step(0.1)
    stayed = [torch.equal(layer.weight, old) for layer, old in zip(network, before, strict=True)]
    assert stayed == [True, True, False]


def test_clearing_forgets_the_gradients():
    layer = nn.Linear(2, 2)
    layer(torch.ones(1, 2)).sum().backward()
    AdamW(layer.parameters(), weight_decay=0.1).clear()
    assert layer.weight.grad is None
    assert layer.bias.grad is None


@pytest.mark.slow
def test_training_does_not_load_torchs_compiler():
    code = """
import sys, torch
from calibrant.training.loop import TrainSettings, fit
from calibrant.training.network import TabularNet
from calibrant.training.predict import outputs
from calibrant.training.rows import LabelledRows

rows = LabelledRows(torch.randn(40, 2), torch.arange(40) % 2)
network = TabularNet.for_training(rows.features, n_numbers=1, n_classes=2)
fit(network, torch.nn.CrossEntropyLoss(), rows, rows, TrainSettings(max_epochs=1), seed=0)
outputs(network, rows.features)
sys.exit("torch._dynamo" in sys.modules)
"""
    source = Path(calibrant.training.__file__).parents[2]
    env = os.environ | {"PYTHONPATH": str(source)}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)
