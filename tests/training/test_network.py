"""TabularNet against networks built from torch's own layers."""

import numpy as np
import pytest
import torch
from torch import nn

from calibrant.errors import InputError
from calibrant.training.dropout import random_zeros
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings

SMALL = NetworkSettings(hidden=(8, 5), dropout=(0.0, 0.0), members=3)


def network(settings=SMALL, *, n_features=4, n_numbers=2, n_classes=3, seed=0):
    features = torch.randn(50, n_features, generator=torch.Generator().manual_seed(9))
    return TabularNet.for_training(
        features, n_numbers=n_numbers, n_classes=n_classes, settings=settings, seed=seed
    )


def twin_of_member(net, member):
    """Return the member as a plain `nn.Sequential`."""
    layers = []
    for at, weight in enumerate(net.weights):
        n_out, n_in = weight.shape[1:]
        mine = slice(member * n_out, (member + 1) * n_out)
        linear = nn.Linear(n_in, n_out)
        linear.load_state_dict({"weight": weight[member], "bias": net.biases[at][mine]})
        layers.append(linear)
        if at < len(net.norms):
            norm = nn.BatchNorm1d(n_out)
            held = net.norms[at].state_dict()
            norm.load_state_dict({k: v[mine] if v.ndim else v for k, v in held.items()})
            layers += [norm, nn.Mish()]
    return nn.Sequential(*layers)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("member", [0, 1, 2])
def test_a_member_is_a_plain_multilayer_network(member, training):
    net, x = network(), torch.randn(20, 4, generator=torch.Generator().manual_seed(1))
    twin = twin_of_member(net, member).train(training)
    columns = torch.cat((net.embedding(x[:, :2].T).T, x[:, 2:]), dim=1)
    # the embedding's columns come first, then the others, as in the network
    expected = twin(columns)
    found = net.train(training).member_outputs(x)[member]
    torch.testing.assert_close(found, expected, atol=2e-6, rtol=1e-5)


def test_batch_norm_learns_the_statistics_of_plain_batch_norm():
    net, x = network(), torch.randn(20, 4, generator=torch.Generator().manual_seed(1))
    twin = twin_of_member(net, 1).train()
    twin(torch.cat((net.embedding(x[:, :2].T).T, x[:, 2:]), dim=1))
    net.train()(x)
    torch.testing.assert_close(net.norms[0].running_var[8:16], twin[1].running_var)
    torch.testing.assert_close(net.norms[1].running_mean[5:10], twin[4].running_mean)


def test_prediction_is_the_mean_of_the_members_probabilities():
    net, x = network().eval(), torch.randn(20, 4, generator=torch.Generator().manual_seed(1))
    members = net.member_outputs(x).detach().double().numpy()
    odds = np.exp(members)
    mean = (odds / odds.sum(axis=-1, keepdims=True)).mean(axis=0)
    np.testing.assert_allclose(net(x).detach().exp(), mean, atol=1e-6)
    assert net(x).dtype == torch.float32


def test_prediction_stays_finite_where_probabilities_would_round_to_zero():
    net = network().eval()
    with torch.no_grad():
        net.weights[-1].mul_(1e5)
    logits = net(torch.randn(20, 4, generator=torch.Generator().manual_seed(1)))
    assert logits.isfinite().all()
    assert logits.min() < -1e3  # exp of which is 0
    assert logits.logsumexp(dim=1).abs().max() < 1e-3


def test_training_gives_the_logits_of_every_member():
    assert network().train()(torch.randn(7, 4)).shape == (3, 7, 3)


def test_members_share_no_layer():
    net = network().train()
    net(torch.randn(7, 4))[0].square().sum().backward()
    for weight in net.weights:
        assert weight.grad[0].any()
        assert not weight.grad[1:].any()


def test_a_seed_decides_the_weights_and_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    first, again, other = (network(seed=s).weights[0] for s in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(before, torch.get_rng_state())


def test_scales_come_from_the_training_rows():
    features = torch.tensor([[1.0, 100.0], [2.0, 100.0], [4.0, 100.0], [8.0, 100.0], [90.0, 0.0]])
    net = TabularNet.for_training(features, n_numbers=1, n_classes=2)
    assert (net.embedding.center.tolist(), net.embedding.scale.tolist()) == ([4.0], [6.0])


@pytest.mark.parametrize(
    ("n_features", "n_numbers", "n_classes"), [(1, 1, 2), (1, 0, 2), (4, 0, 3), (4, 4, 10)]
)
def test_sizes_at_the_edge_train_and_predict(n_features, n_numbers, n_classes):
    net = network(n_features=n_features, n_numbers=n_numbers, n_classes=n_classes)
    x = torch.randn(2, n_features, generator=torch.Generator().manual_seed(1))
    net.train()(x).logsumexp(dim=-1).sum().backward()
    learned = [p.grad for p in net.parameters() if p.numel()]
    assert all(gradient is not None and gradient.isfinite().all() for gradient in learned)
    assert net.eval()(x).shape == (2, n_classes)
    assert net.eval()(x[:0]).shape == (0, n_classes)


def test_dropout_sets_its_share_to_zero_and_keeps_the_mean():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        dropped = random_zeros(torch.ones(1000, 1001), 0.3)
    share = float((dropped == 0).double().mean())
    assert share == pytest.approx(0.3, abs=5 * (0.3 * 0.7 / 1e6) ** 0.5)
    expected = 65536 / (65536 - round(0.3 * 65536))  # the share is rounded to 16 bits
    assert dropped[dropped > 0].unique().tolist() == [pytest.approx(expected, rel=1e-6)]


def test_dropout_of_neighbours_is_independent():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        kept = (random_zeros(torch.ones(250_000, 4), 0.5) > 0).double()
    correlation = np.corrcoef(kept.T)  # four neighbours share one random number
    assert np.abs(correlation - np.eye(4)).max() < 5 / 250_000**0.5


def test_dropout_passes_gradients_where_it_passes_units():
    layer = torch.ones(3, 5, requires_grad=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        dropped = random_zeros(layer, 0.5)
    dropped.sum().backward()
    assert torch.equal(layer.grad, dropped.detach())


def test_dropout_close_to_one_stays_finite():
    assert random_zeros(torch.ones(100), 1 - 1e-9).isfinite().all()


def test_dropout_acts_in_training_alone():
    net = network(NetworkSettings(hidden=(8,), dropout=(0.5,)))
    x = torch.randn(20, 4, generator=torch.Generator().manual_seed(1))
    assert torch.equal(net.eval()(x), net.eval()(x))
    net.norms[0].eval()
    net.training = True
    assert not torch.equal(net(x), net(x))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"hidden": ()}, "hidden must name at least one layer"),
        ({"hidden": (8, 0)}, r"got \(8, 0\)"),
        ({"dropout": (0.5,)}, "one share for every hidden layer"),
        ({"dropout": (0.5, 1.0)}, r"dropout must lie in \[0, 1\)"),
        ({"dropout": (0.5, float("nan"))}, r"dropout must lie in \[0, 1\)"),
        ({"members": 0}, "members must be at least 1; got 0"),
        ({"waves": -1}, "waves must be at least 0; got -1"),
        ({"wave_width": -1}, "wave_width must be at least 0"),
        ({"wave_scale": float("inf")}, "wave_scale must be a finite number"),
    ],
)
def test_settings_that_make_no_network_are_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        NetworkSettings(**wrong)


@pytest.mark.parametrize(
    ("n_features", "n_numbers", "n_classes", "message"),
    [
        (0, 0, 2, "n_features must be at least 1"),
        (3, 4, 2, "got 3 with 4"),
        (3, -1, 2, "got 3 with -1"),
        (3, 1, 1, "n_classes must be at least 2; got 1"),
    ],
)
def test_shapes_that_make_no_network_are_refused(n_features, n_numbers, n_classes, message):
    with pytest.raises(InputError, match=message):
        TabularNet(n_features, n_numbers=n_numbers, n_classes=n_classes)


def test_the_article_network_is_plain_layers_of_torch():
    settings = NetworkSettings(members=1, waves=0, activation="relu", scaling="none")
    net = TabularNet(6, n_numbers=4, n_classes=3, settings=settings).eval()
    plain = torch.nn.Sequential(
        torch.nn.Linear(6, 128),
        torch.nn.BatchNorm1d(128),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.5),
        torch.nn.Linear(128, 64),
        torch.nn.BatchNorm1d(64),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.25),
        torch.nn.Linear(64, 3),
    ).eval()
    layers = [layer for layer in plain if isinstance(layer, torch.nn.Linear)]
    with torch.no_grad():
        for layer, weight, bias in zip(layers, net.weights, net.biases, strict=True):
            layer.weight.copy_(weight[0])
            layer.bias.copy_(bias)
    x = 50 * torch.randn(20, 6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(net(x), plain(x).log_softmax(dim=1), rtol=1e-4, atol=1e-4)
    learned = {name for name, held in net.named_parameters() if held.numel()}
    assert not any("embedding" in name for name in learned)
