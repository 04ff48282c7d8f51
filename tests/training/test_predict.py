"""Logits of a trained network."""

import copy

import pytest
import torch
from torch import nn

from calibrant.errors import InputError
from calibrant.statistics.threads import threads
from calibrant.training.network import TabularNet
from calibrant.training.predict import chunked, outputs
from calibrant.training.rounding import rounded


@pytest.fixture(scope="module")
def features():
    return torch.randn(500, 12, generator=torch.Generator().manual_seed(4))


@pytest.fixture
def network(features):
    network = TabularNet.for_training(features, n_numbers=5, n_classes=3, seed=1)
    network.train()(features)  # batch norm sees the rows
    return network


@pytest.mark.parametrize("chunk", [1, 7, 64, 499, 5000])
def test_the_bits_of_a_row_do_not_depend_on_the_rows_beside_it(network, features, chunk):
    assert torch.equal(outputs(network, features, chunk=chunk), outputs(network, features))


def test_the_bits_of_a_row_do_not_depend_on_its_place(network, features):
    order = torch.randperm(500, generator=torch.Generator().manual_seed(5))
    assert torch.equal(outputs(network, features[order]), outputs(network, features)[order])


class Restless(nn.Module):
    """Logits that lie on borders of rounding, but for errors that depend on the rows beside."""

    def forward(self, features):
        """Return a multiple of half a step for every row, and an error."""
        middles = (features[:, :2] * 2**16).round() * 2**-24
        return middles + 2e-15 * torch.sin(features.sum() + torch.arange(len(features)))[:, None]


@pytest.mark.parametrize("chunk", [1, 7, 64, 499])
def test_rows_on_the_border_of_rounding_keep_their_bits(features, chunk):
    whole = outputs(Restless(), features)
    assert torch.equal(outputs(Restless(), features, chunk=chunk), whole)
    order = torch.randperm(500, generator=torch.Generator().manual_seed(5))
    assert torch.equal(outputs(Restless(), features[order], chunk=chunk), whole[order])
    once = [rounded(chunked(Restless(), features.double(), chunk=c), 1.0) for c in (500, chunk)]
    assert not torch.equal(*once)  # rounding alone would not do


def test_the_bits_do_not_depend_on_threads(network, features):
    with threads(1):
        one = outputs(network, features)
    with threads(2):
        two = outputs(network, features)
    assert torch.equal(one, two)


def test_logits_are_those_of_the_prediction_in_float32(network, features):
    found = outputs(network, features)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, chunked(network.eval(), features), atol=1e-5, rtol=1e-5)


def test_the_network_is_left_as_it_was(network, features):
    before = copy.deepcopy(network.state_dict())
    outputs(network, features)
    assert network.training
    assert all(torch.equal(held, before[name]) for name, held in network.state_dict().items())
    assert network.weights[0].dtype == torch.float32


def test_any_module_predicts(features):
    plain = nn.Sequential(nn.Linear(12, 4), nn.Dropout(0.9))
    torch.testing.assert_close(outputs(plain, features), plain[0](features).detach())


def test_chunks_of_no_rows_are_refused(network, features):
    with pytest.raises(InputError, match="chunk must be at least 1; got 0"):
        outputs(network, features, chunk=0)


def test_no_rows_give_no_outputs(network, features):
    assert outputs(network, features[:0]).shape == (0, 3)
