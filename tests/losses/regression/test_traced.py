"""Laws of every loss of numbers where torch traces, exports or maps it."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from calibrant.losses import QuantileLoss, get
from calibrant.losses.catalogue.regression import ENTRIES

pytestmark = pytest.mark.usefixtures("unchecked")

VARIANTS = ("quantile(q=[0.1, 0.5, 0.9])", "gaussian_nll(full=true)", "tweedie(form=deviance)")


@pytest.fixture(params=[*(entry.example for entry in ENTRIES), *VARIANTS])
def loss(request):
    return get(request.param)


def rows_of(loss, n_rows, seed=0):
    """Predictions, targets and weights of `loss`, of which one is absent."""
    predicted, targets = loss.batch_for(torch.Generator().manual_seed(seed), n_rows, 3)
    if isinstance(loss, QuantileLoss) and loss.columns:
        predicted = torch.stack([predicted + shift for shift in range(3)], dim=1)
    weights = torch.rand(n_rows, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    weights[1] = 0
    return predicted, targets, weights


def test_compiles_as_one_graph_forward_and_backward(loss):
    torch.compiler.reset()
    compiled = torch.compile(loss, fullgraph=True, backend="eager")
    predicted, targets, weights = rows_of(loss, 8)
    plain, traced = predicted.clone().requires_grad_(), predicted.clone().requires_grad_()
    expected, actual = loss(plain, targets, weights), compiled(traced, targets, weights)
    expected.backward()
    actual.backward()
    assert_close(actual, expected)
    assert_close(traced.grad, plain.grad)


def test_exports_for_any_number_of_rows(loss):
    n_rows = torch.export.Dim("n_rows", min=2)
    arguments = rows_of(loss, 8)
    shapes = tuple({0: n_rows} for _ in arguments)
    exported = torch.export.export(loss, arguments, dynamic_shapes=shapes, strict=True).module()
    others = rows_of(loss, 13, seed=1)
    assert_close(exported(*others), loss(*others))


def test_maps_over_batches(loss):
    batches = [rows_of(loss, 8, seed) for seed in range(2)]
    stacked = [torch.stack(parts) for parts in zip(*batches, strict=True)]
    expected = torch.stack([loss(*each) for each in batches])
    assert_close(torch.vmap(loss)(*stacked), expected)
    gradients = torch.vmap(torch.func.grad(loss))(*stacked)
    assert_close(gradients, torch.stack([torch.func.grad(loss)(*each) for each in batches]))


def test_reads_no_value(loss):
    on_meta = nn.Module.to(loss, "meta")  # meta tensors have no values
    assert on_meta(*(part.to("meta") for part in rows_of(loss, 8))).shape == ()
