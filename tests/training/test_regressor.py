"""TabularRegressor, its loss and its score: numbers in units of the target."""

import numpy as np
import pytest
import torch
from sklearn.metrics import mean_squared_error
from torch.nn import functional as F

from calibrant.training.ensemble import ensemble_numbers
from calibrant.training.loop import fit
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.predict import outputs
from calibrant.training.regressor import TabularRegressor
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import MeanSquaredError
from calibrant.training.settings import TrainSettings
from calibrant.training.squared_error import SquaredError
from calibrant.training.state import load_network, save_network

SMALL = NetworkSettings(hidden=(16,), dropout=(0.0,), members=2)


def rows_of(n_rows, seed, *, scale=1.0, shift=0.0):
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(n_rows, 3, generator=generator)
    noise = 0.1 * torch.randn(n_rows, generator=generator)
    return LabelledRows(features, shift + scale * (features[:, 0].sin() + noise).double())


def fitted_on(rows, validation, **options):
    network = TabularRegressor.for_training(rows.features, rows.labels, n_numbers=3, settings=SMALL)
    loss = SquaredError(float(network.scale))
    settings = TrainSettings(max_epochs=30, learning_rate=0.01)
    return fit(
        network, loss, rows, validation, settings, seed=0, scores=MeanSquaredError(), **options
    )


def test_it_learns_what_can_be_learned():
    fitted = fitted_on(rows_of(600, 0), rows_of(200, 1))
    test = rows_of(400, 2)
    error = float((outputs(fitted.network, test.features) - test.labels).square().mean())
    assert 0.009 < error < 0.05  # the noise is .01, the variance .43 + .01


def test_units_of_the_target_change_nothing_but_units():
    plain = fitted_on(rows_of(300, 0), rows_of(100, 1))
    other = fitted_on(
        rows_of(300, 0, scale=2.0**20, shift=2.0**22), rows_of(100, 1, scale=2.0**20, shift=2.0**22)
    )
    features = rows_of(50, 3).features
    one = outputs(plain.network, features).double()
    back = (outputs(other.network, features).double() - 2.0**22) / 2.0**20
    torch.testing.assert_close(one, back, rtol=0, atol=1e-4)


def test_the_score_is_scikit_learns_weighted_or_not():
    rows = rows_of(50, 4)
    found = torch.linspace(-1, 1, 50)
    expected = mean_squared_error(rows.labels, found.double())
    assert MeanSquaredError()(found, rows) == pytest.approx(expected, rel=1e-12)
    weights = torch.rand(50, generator=torch.Generator().manual_seed(5))
    weighted = LabelledRows(rows.features, rows.labels, weights)
    expected = mean_squared_error(rows.labels, found.double(), sample_weight=weights.double())
    assert MeanSquaredError()(found, weighted) == pytest.approx(expected, rel=1e-12)


def test_the_loss_is_torchs_and_weights_are_repetition():
    found, targets = torch.randn(20, generator=torch.Generator().manual_seed(1)), torch.arange(20.0)
    assert torch.equal(SquaredError()(found, targets), F.mse_loss(found, targets))
    times = torch.arange(20) % 3
    repeated = SquaredError()(found.repeat_interleave(times), targets.repeat_interleave(times))
    torch.testing.assert_close(SquaredError()(found, targets, times.float()), repeated)
    torch.testing.assert_close(SquaredError(2.0)(found, targets), F.mse_loss(found, targets) / 4)


def test_the_average_of_members_is_what_it_predicts():
    network = TabularRegressor(3, n_numbers=2, settings=SMALL)
    network.center.fill_(10)
    network.scale.fill_(3)
    features = torch.randn(7, 3, generator=torch.Generator().manual_seed(2))
    members = network.eval().member_outputs(features)[..., 0].double()
    torch.testing.assert_close(network(features), 10 + 3 * members.mean(dim=0))
    network.train()
    assert network(features).shape == (2, 7)


def test_networks_together_predict_their_mean():
    networks = [TabularRegressor(3, n_numbers=3, settings=SMALL) for _ in range(3)]
    features = rows_of(9, 6).features
    alone = torch.stack([outputs(network, features) for network in networks]).double()
    torch.testing.assert_close(ensemble_numbers(networks, features), alone.mean(dim=0).float())


PLAIN = NetworkSettings(members=1, waves=0, activation="relu", scaling="none")


@pytest.mark.parametrize("settings", [SMALL, PLAIN], ids=["waves", "plain"])
@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd"])
@pytest.mark.parametrize(("n_features", "n_numbers"), [(1, 1), (1, 0), (3, 0), (3, 3)])
def test_sizes_at_the_edge_train_save_and_predict(
    n_features, n_numbers, optimizer, settings, tmp_path
):
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(40, n_features, generator=generator)
    rows = LabelledRows(features, 1e6 + 50 * features[:, 0])
    network = TabularRegressor.for_training(
        features, rows.labels, n_numbers=n_numbers, settings=settings
    )
    short = TrainSettings(optimizer=optimizer, learning_rate=0.01, max_epochs=2)
    loss = SquaredError(float(network.scale))
    fit(network, loss, rows, rows, short, seed=0, scores=MeanSquaredError())
    found = outputs(network, features)
    assert ((found - 1e6).abs() < 1000).all()
    save_network(tmp_path / "network", network)
    assert torch.equal(outputs(load_network(tmp_path / "network"), features), found)


@pytest.mark.parametrize("value", [-3.5, 0.0, 7.0, 1e9])
def test_a_constant_target_is_predicted(value):
    features = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))
    rows = LabelledRows(features, torch.full((40,), value, dtype=torch.float64))
    network = TabularRegressor.for_training(features, rows.labels, n_numbers=2)
    settings = TrainSettings(max_epochs=60, patience=60, learning_rate=0.01)
    fit(network, SquaredError(), rows, rows, settings, seed=0, scores=MeanSquaredError())
    assert (outputs(network, features).double() - value).abs().max() < 0.3  # scale 1


@pytest.mark.parametrize(
    ("center", "scale", "unit"),
    [(0.0, 1.0, 2.0), (0.0, 0.75, 1.0), (-1000.0, 3.0, 1024.0), (0.0, 1e-30, 2.0**-99)],
)
def test_the_unit_is_a_power_of_two_above_mean_and_deviation(center, scale, unit):
    network = TabularRegressor(3, n_numbers=2, settings=SMALL)
    network.center.fill_(center)
    network.scale.fill_(scale)
    assert network.unit == unit


def test_a_constant_target_is_learned_at_once():
    rows = LabelledRows(torch.randn(20, 2), torch.full((20,), 7.0, dtype=torch.float64))
    network = TabularRegressor.for_training(rows.features, rows.labels, n_numbers=2)
    assert (float(network.center), float(network.scale)) == (7.0, 1.0)


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="labels must be finite"):
        LabelledRows(torch.zeros(2, 1), torch.tensor([1.0, np.inf]))
