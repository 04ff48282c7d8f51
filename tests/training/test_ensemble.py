"""Several networks together: their averages, and bits that depend on a row alone."""

import numpy as np
import pytest
import torch
from scipy.special import logsumexp
from torch import nn

from calibrant.errors import InputError
from calibrant.training.average import Average
from calibrant.training.ensemble import ensemble_logits, ensemble_numbers
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.predict import outputs
from calibrant.training.regressor import TabularRegressor

ARTICLE = NetworkSettings(members=1, waves=0, activation="relu", scaling="none")
SIZES = {
    "default": NetworkSettings(),
    "article": ARTICLE,
    "odd": NetworkSettings(hidden=(37, 19, 5), dropout=(0.1, 0.1, 0.1), members=3),
}


@pytest.fixture(scope="module")
def features():
    return torch.randn(600, 9, generator=torch.Generator().manual_seed(4))


def seen(network, features):
    """Network whose batch norm has seen the rows."""
    network.train()(features)
    return network


def classifiers(features, settings, *, n=2):
    return [
        seen(
            TabularNet.for_training(
                features, n_numbers=5, n_classes=3, settings=settings, seed=seed
            ),
            features,
        )
        for seed in range(n)
    ]


def regressors(features, settings, *, n=2, shift=1e3, scale=30.0):
    targets = shift + scale * features[:, 0].double()
    return [
        seen(
            TabularRegressor.for_training(
                features, targets, n_numbers=5, settings=settings, seed=seed
            ),
            features,
        )
        for seed in range(n)
    ]


JOBS = {
    "one classifier": (ensemble_logits, classifiers, 1),
    "classifiers": (ensemble_logits, classifiers, 2),
    "one regressor": (ensemble_numbers, regressors, 1),
    "regressors": (ensemble_numbers, regressors, 3),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("job", JOBS)
def test_the_bits_of_a_row_are_those_of_the_row_in_any_subset_and_chunk(features, size, job):
    predict, make, n = JOBS[job]
    networks = make(features, SIZES[size], n=n)
    whole = predict(networks, features)
    rng = np.random.default_rng(0)
    for chunk in (3, 64, 601):
        rows = torch.from_numpy(rng.permutation(600)[: rng.integers(1, 300)])
        assert torch.equal(predict(networks, features[rows], chunk=chunk), whole[rows])
    alone = torch.cat([predict(networks, features[row : row + 1]) for row in range(20)])
    assert torch.equal(alone, whole[:20])


def test_logits_are_the_log_of_the_mean_of_probabilities(features):
    networks = classifiers(features, ARTICLE, n=3)
    each = np.stack([outputs(network, features).double().numpy() for network in networks])
    each -= logsumexp(each, axis=-1, keepdims=True)
    expected = logsumexp(each, axis=0) - np.log(3)
    np.testing.assert_allclose(ensemble_logits(networks, features), expected, atol=3e-7)


def test_networks_that_give_unnormalised_logits_count_alike(features):
    plain = [nn.Linear(9, 2), nn.Linear(9, 2)]
    shifted = nn.Linear(9, 2)
    shifted.load_state_dict({"weight": plain[1].weight, "bias": plain[1].bias + 50})
    torch.testing.assert_close(
        ensemble_logits([plain[0], shifted], features), ensemble_logits(plain, features)
    )


def test_numbers_are_the_mean_of_numbers(features):
    networks = regressors(features, ARTICLE, n=3)
    each = np.stack([outputs(network, features).double().numpy() for network in networks])
    np.testing.assert_allclose(ensemble_numbers(networks, features), each.mean(axis=0), rtol=1e-6)


def test_the_order_of_networks_is_no_part_of_the_average(features):
    networks = classifiers(features, ARTICLE, n=3)
    forward, back = (ensemble_logits(some, features) for some in (networks, networks[::-1]))
    torch.testing.assert_close(forward, back, rtol=0, atol=2.0**-22)


def test_averaging_leaves_the_networks_as_they_were(features):
    networks = classifiers(features, ARTICLE)
    ensemble_logits(networks, features)
    assert all(network.training for network in networks)
    assert all(network.weights[0].dtype == torch.float32 for network in networks)


@pytest.mark.parametrize("together", [ensemble_logits, ensemble_numbers, lambda n, _: Average(n)])
def test_no_networks_are_refused(features, together):
    with pytest.raises(InputError, match="networks must hold at least one; got none"):
        together([], features)


def test_numbers_of_networks_that_tell_no_unit_are_refused(features):
    class Sums(nn.Module):
        def forward(self, rows):
            return rows.sum(dim=1)

    with pytest.raises(InputError, match="network must tell the unit of its numbers; got Sums"):
        outputs(Sums(), features)
    with pytest.raises(InputError, match="network must tell the unit of its numbers; got Average"):
        ensemble_numbers([Sums(), Sums()], features)
