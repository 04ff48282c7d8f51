"""Curvature against second differences of NumPy, and curves that need none."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CurvaturePenalty, get


@pytest.fixture
def curves():
    """Curves of 12 rows through five places, and targets."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(12, 6, generator=generator, dtype=torch.float64)
    return drawn[:, 1:], drawn[:, 0]


@pytest.mark.parametrize(("shape", "sign"), [("convex", 1), ("concave", -1)])
@pytest.mark.parametrize("margin", [0.0, 0.25])
def test_is_the_mean_of_what_second_differences_lack(curves, shape, sign, margin):
    bends = sign * np.diff(curves[0].numpy(), n=2, axis=1)
    weights = np.linspace(0, 2, 12)
    expected = np.average(np.maximum(margin - bends, 0).mean(1), weights=weights)
    value = CurvaturePenalty(margin, shape=shape)(*curves, torch.tensor(weights))
    assert float(value) == pytest.approx(expected, rel=1e-12)


def test_curves_that_bend_as_they_must_cost_nothing():
    curve = torch.linspace(-1, 1, 9, dtype=torch.float64).exp()[None]
    target = torch.zeros(1, dtype=torch.float64)
    assert CurvaturePenalty()(curve, target) == 0
    assert get("curvature(shape=concave)")(-curve, target) == 0
    assert CurvaturePenalty(shape="concave")(curve, target) > 0


def test_two_places_do_not_bend():
    two = torch.tensor([[2.0, 1.0]], requires_grad=True)
    value = CurvaturePenalty(margin=1)(two, torch.zeros(1))
    (gradient,) = torch.autograd.grad(value, two)
    assert value == 0
    assert (gradient == 0).all()


def test_gradient_lowers_the_middle_and_lifts_its_neighbours():
    curve = torch.tensor([[0.0, 2.0, 3.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(CurvaturePenalty()(curve, torch.zeros(1)), curve)
    assert_close(gradient, torch.tensor([[-1.0, 2.0, -1.0]]))


def test_further_axes_stay(curves):
    loss = CurvaturePenalty(reduction="none")
    by_pixel = loss(curves[0].view(3, 4, 5).movedim(2, 1), curves[1].view(3, 4))
    assert_close(by_pixel, loss(*curves).view(3, 4))


def test_refuses_shapes_that_there_are_not():
    with pytest.raises(InputError, match="shape must be 'convex' or 'concave'; got 'flat'"):
        CurvaturePenalty(shape="flat")
