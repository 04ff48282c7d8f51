"""Laws of every loss where torch traces, exports or maps it: no shape or branch reads the data."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

pytestmark = pytest.mark.usefixtures("unchecked")


def rows(n_rows: int) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(n_rows)
    logits = torch.randn(n_rows, 3, generator=generator, dtype=torch.float64)
    labels = torch.randint(3, (n_rows,), generator=generator)
    labels[1] = -100
    return logits, labels, torch.rand(n_rows, generator=generator, dtype=torch.float64)


@pytest.fixture
def loss(make):
    loss = make(3)
    for _, term in loss.terms:
        term.ignore_index = -100
    return loss


def test_compiles_as_one_graph_forward_and_backward(loss):
    torch.compiler.reset()
    compiled = torch.compile(loss, fullgraph=True, backend="eager")
    logits, labels, weights = rows(8)
    soft = torch.where(labels[:, None] == -100, -100, logits.softmax(1))
    for arguments in [(labels,), (labels, weights), (soft,)]:
        plain, traced = logits.clone().requires_grad_(), logits.clone().requires_grad_()
        expected, actual = loss(plain, *arguments), compiled(traced, *arguments)
        expected.backward()
        actual.backward()
        assert_close(actual, expected)
        assert_close(traced.grad, plain.grad)


def test_exports(loss):
    arguments = rows(8)
    exported = torch.export.export(loss, arguments, strict=True).module()
    others = rows(8)
    assert_close(exported(*others), loss(*others))


def test_exports_for_any_number_of_rows(loss):
    n_rows = torch.export.Dim("n_rows", min=2)
    shapes = {"logits": {0: n_rows}, "labels": {0: n_rows}}
    exported = torch.export.export(loss, rows(8)[:2], dynamic_shapes=shapes, strict=True).module()
    others = rows(13)[:2]
    assert_close(exported(*others), loss(*others))


def test_maps_over_batches(loss):
    logits, labels, weights = (torch.stack(parts) for parts in zip(rows(8), rows(8), strict=True))
    logits = logits * torch.tensor([1.0, 2.0])[:, None, None]
    mapped = torch.vmap(loss)(logits, labels, weights)
    expected = torch.stack([loss(*each) for each in zip(logits, labels, weights, strict=True)])
    assert_close(mapped, expected)


def test_maps_over_batches_of_soft_labels(loss):
    logits, labels, _ = (torch.stack(parts) for parts in zip(rows(8), rows(8), strict=True))
    soft = torch.where(labels[..., None] == -100, -100, logits.flip(-1).softmax(-1))
    mapped = torch.vmap(loss)(logits, soft)
    assert_close(mapped, torch.stack([loss(*each) for each in zip(logits, soft, strict=True)]))


def test_maps_gradients_over_batches(loss):
    logits, labels, _ = (torch.stack(parts) for parts in zip(rows(8), rows(8), strict=True))
    mapped = torch.vmap(torch.func.grad(loss))(logits, labels)
    expected = torch.stack([torch.func.grad(loss)(*e) for e in zip(logits, labels, strict=True)])
    assert_close(mapped, expected)


def test_reads_no_value(loss):
    logits, labels, weights = (part.to("meta") for part in rows(8))
    on_meta = nn.Module.to(loss, "meta")  # meta tensors have no values
    assert on_meta(logits, labels, weights).shape == ()
    assert on_meta(logits, logits.softmax(1)).shape == ()
