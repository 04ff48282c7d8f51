"""Cross entropy against torch, and in exact arithmetic."""

import mpmath
import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.losses import CrossEntropyLoss, cross_entropy

WEIGHT = torch.tensor([1.0, 5.0, 2.0], dtype=torch.float64)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", [(8, 3), (8, 3, 4), (2, 3, 4, 5)])
@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_equals_torch(rows, shape, weight, reduction):
    logits, labels = rows(*shape)
    labels[0] = -100
    expected = F.cross_entropy(logits, labels, weight, reduction=reduction)
    assert_close(
        CrossEntropyLoss(class_weight=weight, reduction=reduction)(logits, labels), expected
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_equals_torch_on_smoothed_and_soft_labels(rows, smoothing):
    logits, labels = rows(8, 3, 4)
    loss = CrossEntropyLoss(label_smoothing=smoothing)
    expected = F.cross_entropy(logits, labels, label_smoothing=smoothing)
    assert_close(loss(logits, labels), expected)
    soft = rows(8, 3, 4, seed=1)[0].softmax(1)
    expected = F.cross_entropy(logits, soft, label_smoothing=smoothing, reduction="none").mean()
    assert_close(loss(logits, soft), expected)


def test_equals_torch_for_the_positive_class_alone(rows):
    logits, labels = rows(16, 2)
    for soft in (labels.double(), logits[:, 0].sigmoid()):
        expected = F.binary_cross_entropy_with_logits(logits[:, 1], soft)
        assert_close(CrossEntropyLoss()(logits[:, 1], soft), expected)


def test_equals_exact_arithmetic():
    logits = [[2.0, 0.5, -1.0], [-700.0, 0.25, 40.0], [1e-3, 0.0, -1e-3]]
    labels = [1, 0, 2]
    with mpmath.workdps(60):
        rows = [
            mpmath.log(sum(map(mpmath.exp, z))) - z[y] for z, y in zip(logits, labels, strict=True)
        ]
        expected = [float(row) for row in rows]
    actual = cross_entropy(torch.tensor(logits, dtype=torch.float64), torch.tensor(labels))
    assert actual.tolist() == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 4)])
@pytest.mark.parametrize("garbage", [0.0, torch.nan, torch.inf])
@pytest.mark.parametrize("weight", [None, [1.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
def test_plain_rows_and_rows_of_weight_one_have_one_mean(rows, shape, garbage, weight):
    logits, labels = rows(*shape)
    labels[0] = -100
    logits[0] = garbage
    logits.movedim(1, -1)[labels == 1] = garbage if weight else 0.0
    plain, weighted = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    loss = CrossEntropyLoss(class_weight=weight)
    value, expected = loss(plain, labels), loss(weighted, labels, torch.ones(labels.shape))
    value.backward()
    expected.backward()
    assert_close(value, expected)
    assert_close(plain.grad, weighted.grad)
    assert plain.grad.isfinite().all()


def test_masked_true_class_costs_infinitely_much():
    logits = torch.tensor([[0.0, -torch.inf]])
    assert cross_entropy(logits, torch.tensor([1])).tolist() == [torch.inf]
    assert cross_entropy(logits, torch.tensor([[0.5, 0.5]])).tolist() == [torch.inf]


def test_label_that_no_class_has_is_an_error():
    with pytest.raises(IndexError):
        cross_entropy(torch.zeros(1, 2), torch.tensor([-100]))
