"""Origin: equal for equal beginnings, another for every other."""

import pytest
import torch
from torch import nn

from calibrant.losses import get
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.origin import digest_of, origin_of
from calibrant.training.regressor import TabularRegressor
from calibrant.training.rows import LabelledRows
from calibrant.training.squared_error import SquaredError


def network_of(*, seed=0, **settings):
    return TabularNet.for_training(
        torch.eye(3), n_numbers=2, n_classes=2, settings=NetworkSettings(**settings), seed=seed
    )


def test_the_same_beginning_has_the_same_origin(train, validation):
    first, again = (
        origin_of(network_of(), nn.CrossEntropyLoss(), train, validation) for _ in range(2)
    )
    assert first == again


@pytest.mark.parametrize(
    "other",
    [
        {"network": network_of(seed=1)},
        {"network": network_of(activation="relu")},
        {"network": network_of(dropout=(0.4, 0.25))},
        {"network": TabularRegressor.for_training(torch.eye(3), torch.arange(3.0), n_numbers=2)},
        {"loss": get("0.5*ce + 0.5*soft_f1")},
        {"loss": nn.CrossEntropyLoss(torch.tensor([1.0, 2.0]))},
        {"loss": SquaredError(1.0)},
    ],
)
def test_another_network_or_loss_has_another_origin(train, validation, other):
    usual = {"network": network_of(), "loss": nn.CrossEntropyLoss()}
    assert origin_of(**(usual | other), train=train, validation=validation) != origin_of(
        **usual, train=train, validation=validation
    )


def test_the_unit_of_a_loss_is_a_part_of_it(train, validation):
    network = network_of()
    one, two = (origin_of(network, SquaredError(s), train, validation) for s in (1.0, 2.0))
    assert one != two


def test_parts_are_not_exchanged_for_each_other(train, validation):
    network, loss = network_of(), nn.CrossEntropyLoss()
    assert origin_of(network, loss, train, validation) != origin_of(
        network, loss, validation, train
    )


def test_weights_of_one_are_not_no_weights(train, validation):
    network, loss = network_of(), nn.CrossEntropyLoss()
    weighted = LabelledRows(train.features, train.labels, torch.ones(len(train)))
    assert origin_of(network, loss, train, validation) != origin_of(
        network, loss, weighted, validation
    )


@pytest.mark.parametrize(
    "other",
    [torch.zeros(6), torch.zeros(2, 3).T, torch.zeros(2, 3).double(), -torch.zeros(2, 3)],
)
def test_a_digest_sees_shapes_kinds_and_every_bit(other):
    assert digest_of({"x": torch.zeros(2, 3)}) != digest_of({"x": other})


def test_a_digest_does_not_see_how_a_tensor_lies_in_memory():
    x = torch.arange(6.0).view(2, 3)
    assert digest_of({"x": x}) == digest_of({"x": x.T.contiguous().T})
