"""Laws of every loss where torch traces, exports or maps it: no shape or branch reads the data."""

from copy import deepcopy

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from calibrant.losses import available

pytestmark = pytest.mark.usefixtures("unchecked")


SPECS = [*(entry.example for entry in available().values()), "0.5*ce(balanced) + 0.5*soft_f1"]


@pytest.fixture(params=SPECS)
def any_spec(request):
    """Spec of a registered loss, or of a sum: variants are traced no differently."""
    return request.param


@pytest.fixture
def batches(make_batch):
    """Function that makes scores, labels and weights; one row weighs nothing."""

    def make(n_rows, seed=0):
        generator = torch.Generator().manual_seed(n_rows + seed)
        weights = torch.rand(n_rows, generator=generator, dtype=torch.float64)
        weights[1] = 0
        return *make_batch(n_rows, seed), weights

    return make


def soft_labels(logits):
    labels = logits.flip(-1).softmax(-1)
    labels[..., 1, :] = -100
    return labels


def with_ignored_index(loss):
    for _, term in loss.terms:
        term.ignore_index = -100
    return loss


def test_compiles_as_one_graph_forward_and_backward(any_loss, batches):
    torch.compiler.reset()
    compiled = torch.compile(any_loss, fullgraph=True, backend="eager")
    scores, *rest = batches(8)
    plain, traced = scores.clone().requires_grad_(), scores.clone().requires_grad_()
    expected, actual = any_loss(plain, *rest), compiled(traced, *rest)
    expected.backward()
    actual.backward()
    assert_close(actual, expected)
    assert_close(traced.grad, plain.grad)


def test_compiles_as_one_graph_for_soft_labels(loss, rows):
    torch.compiler.reset()
    loss = with_ignored_index(loss)
    logits = rows(8, 3)[0]
    compiled = torch.compile(loss, fullgraph=True, backend="eager")
    assert_close(compiled(logits, soft_labels(logits)), loss(logits, soft_labels(logits)))


def test_exports_for_any_number_of_rows(any_loss, batches):
    n_rows = torch.export.Dim("n_rows", min=2)
    shapes = tuple({0: n_rows} for _ in batches(8))
    exported = torch.export.export(any_loss, batches(8), dynamic_shapes=shapes, strict=True)
    others = batches(13)
    assert_close(exported.module()(*others), any_loss(*others))


def test_maps_over_batches(any_loss, batches):
    both = batches(8), batches(8, seed=1)
    stacked = [torch.stack(parts) for parts in zip(*both, strict=True)]
    expected = torch.stack([any_loss(*each) for each in both])
    assert_close(torch.vmap(any_loss)(*stacked), expected)


def test_maps_over_batches_of_soft_labels(loss, rows):
    loss = with_ignored_index(loss)
    logits = torch.stack([rows(8, 3)[0], rows(8, 3, seed=1)[0]])
    soft = soft_labels(logits)
    expected = torch.stack([loss(*each) for each in zip(logits, soft, strict=True)])
    assert_close(torch.vmap(loss)(logits, soft), expected)


def test_maps_gradients_over_batches(any_loss, batches):
    both = batches(8)[:2], batches(8, seed=1)[:2]
    stacked = [torch.stack(parts) for parts in zip(*both, strict=True)]
    expected = torch.stack([torch.func.grad(any_loss)(*each) for each in both])
    assert_close(torch.vmap(torch.func.grad(any_loss))(*stacked), expected)


def test_reads_no_value(any_loss, batches):
    batch = [part.to("meta") for part in batches(8)]
    on_meta = nn.Module.to(deepcopy(any_loss), "meta")  # meta tensors have no values
    assert on_meta(*batch).shape == ()


def test_reads_no_value_of_soft_labels(loss, rows):
    logits = rows(8, 3)[0].to("meta")
    assert nn.Module.to(loss, "meta")(logits, logits.softmax(1)).shape == ()
