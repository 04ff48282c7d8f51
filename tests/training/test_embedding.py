"""NumberEmbedding against NumPy."""

import numpy as np
import pytest
import torch

from calibrant.training.embedding import NumberEmbedding, robust_scale


@pytest.fixture
def embedding():
    generator = torch.Generator().manual_seed(3)
    embedding = NumberEmbedding(2, n_waves=4, width=3, wave_scale=1.0, generator=generator)
    with torch.no_grad():
        embedding.center.copy_(torch.tensor([1.0, -1.0]))
        embedding.scale.copy_(torch.tensor([2.0, 0.5]))
        embedding.offset.uniform_(-1, 1, generator=generator)
    return embedding


@pytest.mark.parametrize("n_rows", [1, 2, 5, 100, 1001])
def test_center_and_scale_are_numpys_median_and_interquartile_range(n_rows):
    numbers = torch.randn(n_rows, 3, generator=torch.Generator().manual_seed(n_rows))
    first, median, third = np.quantile(numbers.double().numpy(), [0.25, 0.5, 0.75], axis=0)
    center, scale = robust_scale(numbers)
    np.testing.assert_allclose(center, median, atol=1e-12)
    np.testing.assert_allclose(scale, third - first if n_rows > 1 else 1, atol=1e-12)


def test_scale_of_a_number_that_is_mostly_one_value_is_half_the_range():
    numbers = torch.tensor([[0.0]] * 90 + [[-2.0]] * 5 + [[4.0]] * 5)
    _, scale = robust_scale(numbers)
    assert scale.tolist() == [3.0]


def test_scale_of_a_constant_number_is_one():
    center, scale = robust_scale(torch.full((7, 1), 5.0))
    assert (center.tolist(), scale.tolist()) == ([5.0], [1.0])


def test_columns_are_the_clipped_numbers_and_then_mixed_cosines(embedding):
    x = np.array([[0.0, 3.0, -7.0], [1.0, -1.0, 2.5]])
    v = (x - [[1.0], [-1.0]]) / [[2.0], [0.5]]
    u = v / np.sqrt(1 + (v / 3) ** 2)
    held = {name: value.detach().double().numpy() for name, value in embedding.named_parameters()}
    phase, offset = held["phase"].reshape(2, 4, 1), held["offset"].reshape(2, 3, 1)
    waves = np.cos(2 * np.pi * held["frequency"] * u[:, None] + phase)
    expected = np.concatenate([u, (held["mixture"] @ waves + offset).reshape(6, 3)])
    found = embedding(torch.tensor(x, dtype=torch.float32)).detach()
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_far_numbers_reach_the_bound_and_no_further(embedding):
    far = torch.tensor([[3e38, 1e30, -3e38], [1e12, -1e12, 1e7]])
    clipped = embedding(far)[:2]
    assert torch.equal(clipped, torch.tensor([[3.0, 3.0, -3.0], [3.0, -3.0, 3.0]]))


def test_larger_numbers_stay_larger(embedding):
    numbers = torch.linspace(-50, 50, 101).expand(2, -1)
    assert (embedding(numbers)[:2].diff() > 0).all()


def test_no_numbers_give_no_columns():
    embedding = NumberEmbedding(0, n_waves=4, width=3, wave_scale=1.0)
    embedding.learn(torch.empty(5, 0))
    assert embedding(torch.empty(0, 5)).shape == (0, 5)


@pytest.mark.parametrize(("n_waves", "width", "n_columns"), [(0, 3, 8), (4, 0, 2)])
def test_waves_can_be_left_out(n_waves, width, n_columns):
    embedding = NumberEmbedding(2, n_waves=n_waves, width=width, wave_scale=1.0)
    columns = embedding(torch.ones(2, 5))
    assert columns.shape == (n_columns, 5) == (embedding.n_columns, 5)
    assert not columns[2:].any()
