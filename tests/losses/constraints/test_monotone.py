"""Monotonicity: slopes in closed form, rows that count, and a network that learns it."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import MonotonicityPenalty


def wave(features):
    """Score whose slope in column 0 is cos(x), and in column 1 is -2."""
    return features[:, 0].sin() - 2 * features[:, 1]


@pytest.fixture
def points():
    return torch.randn(50, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_missing_slopes_are_those_of_the_derivative(points):
    rising = (0.25 - points[:, 0].cos()).relu()
    falling = torch.zeros(50, dtype=torch.float64)  # -2 falls by more than 0.25
    penalty = MonotonicityPenalty(rising=[0], falling=[1], margin=0.25)
    assert_close(penalty.violations(wave, points), torch.stack((rising, falling), 1))
    assert_close(penalty(wave, points), rising.mean() / 2)
    wrong = MonotonicityPenalty(falling=[0], rising=[1])
    assert_close(wrong(wave, points), ((points[:, 0].cos()).relu().mean() + 2) / 2)


def test_log_odds_of_a_class_are_what_must_rise(points):
    def logits(features):
        return torch.stack((features[:, 0], 3 * features[:, 0], 0 * features[:, 0]), dim=1)

    p = logits(points).softmax(1)
    others = p[:, 0] / (1 - p[:, 1])  # of class 1: slope 3 less the mean slope of the others
    slope = 3 - others
    assert_close(MonotonicityPenalty(falling=[0], of_class=1)(logits, points), slope.mean())
    two = MonotonicityPenalty(falling=[0])(lambda x: torch.stack((-x[:, 0], x[:, 0]), 1), points)
    assert_close(two, torch.tensor(2.0, dtype=torch.float64))


def test_absent_rows_are_not_shown_to_the_model(points):
    spoiled = points.clone()
    spoiled[3] = torch.nan
    kept = torch.arange(50) != 3
    penalty = MonotonicityPenalty(rising=[0])
    expected = penalty(wave, points[kept])
    assert_close(penalty(wave, spoiled, mask=kept), expected)
    assert_close(penalty(wave, spoiled, kept.double()), expected)
    assert_close(penalty(wave, points, torch.full((50,), 3.0)), penalty(wave, points))


def test_penalty_trains_a_network_and_leaves_its_input_alone():
    generator = torch.Generator().manual_seed(0)
    features = torch.rand(200, 1, generator=generator)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    penalty = MonotonicityPenalty(rising=[0])
    falls = torch.cos(3 * features)  # what it is asked to fit falls
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    rates = {}
    for factor in (0.0, 10.0):
        for _ in range(200):
            optimizer.zero_grad()
            error = (network(features) - falls).square().mean()
            (error + factor * penalty(network, features)).backward()
            optimizer.step()
        rates[factor] = float((penalty.violations(network, features) > 0).double().mean())
    assert rates[0.0] > 0.8
    assert rates[10.0] < 0.1
    assert features.grad is None
    assert not features.requires_grad


def test_works_where_gradients_are_off_and_says_the_same(points):
    penalty = MonotonicityPenalty(rising=[0])
    with torch.no_grad():
        assert_close(penalty(wave, points), penalty(wave, points))
        assert not torch.is_grad_enabled()


def test_steps_are_differences_of_pairs_of_rows(points):
    x = points[:, 0]
    rises = ((x + 0.7).sin() - x.sin()) / 0.7
    penalty = MonotonicityPenalty(rising=[0], falling=[1], step=0.7, margin=0.25)
    expected = torch.stack(((0.25 - rises).relu(), torch.zeros_like(x)), 1)  # -2 falls enough
    assert_close(penalty.violations(wave, points), expected)
    spoiled, kept = points.clone(), torch.arange(50) != 3
    spoiled[3] = torch.nan
    assert_close(penalty(wave, spoiled, mask=kept), penalty(wave, points[kept]))


def test_small_steps_tend_to_derivatives(points):
    near = MonotonicityPenalty(rising=[0, 1], step=1e-6)(wave, points)
    assert_close(near, MonotonicityPenalty(rising=[0, 1])(wave, points), rtol=1e-5, atol=1e-5)


def test_steps_see_what_has_no_derivative():
    def jump(features):
        return -(features[:, 0] > 0.5).float()

    rows = torch.zeros(2, 1)
    assert MonotonicityPenalty(rising=[0], step=1)(jump, rows) == 1
    with pytest.raises(InputError, match="model must depend on the features; got no derivative"):
        MonotonicityPenalty(rising=[0])(jump, rows)


@pytest.mark.parametrize("step", [None, 0.5])
def test_gradient_in_the_parameters_is_that_of_finite_differences(points, step):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2)).double()
    names = [name for name, _ in network.named_parameters()]
    start = [parameter.detach().requires_grad_() for parameter in network.parameters()]
    penalty = MonotonicityPenalty(rising=[0], falling=[1], margin=0.5, step=step)

    def value(*parameters):
        given = dict(zip(names, parameters, strict=True))
        return penalty(lambda x: torch.func.functional_call(network, given, (x,)), points[:8])

    assert value(*start) > 0
    assert torch.autograd.gradcheck(value, start)


def test_weight_k_equals_row_k_times_and_the_scale_is_free(points):
    penalty, times = MonotonicityPenalty(rising=[0]), torch.arange(50) % 3
    repeated = penalty(wave, points.repeat_interleave(times, 0))
    for weights in (times, times.double(), 1e300 * times.double()):
        assert_close(penalty(wave, points, weights), repeated)
    assert penalty(wave, points, torch.zeros(50)) == 0


def test_names_stand_for_columns(points):
    named = MonotonicityPenalty(rising=["dose"], falling=["age"], names=["age", "dose"])
    assert_close(named(wave, points), MonotonicityPenalty(rising=[1], falling=[0])(wave, points))
    with pytest.raises(InputError, match=r"among the names; got 'size'\. There are: age"):
        MonotonicityPenalty(rising=["size"], names=["age", "dose"])
    with pytest.raises(InputError, match=r"among the names; got 'size'\. Give names="):
        MonotonicityPenalty(rising=["size"])


@pytest.mark.parametrize("step", [None, 0.5])
def test_is_a_mere_number_where_gradients_are_off(points, step):
    network = nn.Linear(2, 1).double()
    with torch.no_grad():
        value = MonotonicityPenalty(rising=[0, 1], step=step)(network, points)
    assert not value.requires_grad


def test_refuses_columns_that_are_not_there():
    with pytest.raises(InputError, match="features must name at least one column"):
        MonotonicityPenalty()
    with pytest.raises(InputError, match="none twice"):
        MonotonicityPenalty(rising=[0], falling=[0])
    with pytest.raises(InputError, match=r"with a column 5; got shape \(3, 2\)"):
        MonotonicityPenalty(rising=[5])(wave, torch.zeros(3, 2))
    with pytest.raises(InputError, match="margin must be finite and at least 0; got -1"):
        MonotonicityPenalty(rising=[0], margin=-1)
    with pytest.raises(InputError, match="model must give scores"):
        MonotonicityPenalty(rising=[0])(lambda x: x[:, None, None], torch.zeros(3, 2))
    with pytest.raises(InputError, match="step must be finite and above 0; got 0"):
        MonotonicityPenalty(rising=[0], step=0)
