"""Lovasz losses against the algorithm of their paper, and by hand."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import LovaszHingeLoss, LovaszLoss
from calibrant.losses.overlap.lovasz_slopes import slopes_of


def extension(errors, truth):
    """Algorithm 1 of the paper: differences of the Jaccard loss along the falling errors."""
    order = np.argsort(-errors, kind="stable")
    errors, truth = errors[order], truth[order].astype(float)
    total = truth.sum()
    jaccard = 1 - (total - truth.cumsum()) / (total + (1 - truth).cumsum())
    return errors @ np.diff(jaccard, prepend=0)


def softmax(logits):
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


def test_classes_are_those_of_the_paper(rows):
    logits, labels = rows(50, 3)
    probs, truth = softmax(logits.numpy()), np.eye(3)[labels.numpy()]
    each = [extension(np.abs(probs[:, k] - truth[:, k]), truth[:, k]) for k in range(3)]
    assert float(LovaszLoss()(logits, labels)) == pytest.approx(np.mean(each), abs=1e-14)


def test_hinge_of_a_question_is_that_of_the_paper(rows):
    scores, labels = rows(50, 2)[0][:, 0], rows(50, 2)[1]
    errors = np.maximum(0, 1 - scores.numpy() * (2 * labels.numpy() - 1))
    expected = extension(errors, labels.numpy())
    assert float(LovaszHingeLoss()(scores, labels)) == pytest.approx(expected, abs=1e-14)


def test_worked_hinge_in_value_and_gradient():
    # errors 1.3 (false), 1.2 (true), .5 (true): steps 1/4, 1/4, 1/4 for three true and one false
    scores = torch.tensor([0.5, -1.3, 0.3, 2.0, -0.2], requires_grad=True)
    value = LovaszHingeLoss()(scores, torch.tensor([1, 0, 0, 1, 1]))
    value.backward()
    assert_close(value, torch.tensor(0.75))
    assert_close(scores.grad, torch.tensor([-0.25, 0.0, 0.25, 0.0, -0.25]))


def test_hinge_of_classes_takes_the_lead_over_the_best_other():
    logits = torch.tensor([[1.0, 0.5, -torch.inf], [0.0, 2.0, 1.0]], requires_grad=True)
    # margins .5, -.5, -inf and -2, 1, -1. Class 0 is true in row 0: errors .5, 0, step 1.
    # Class 1 is true in row 1: errors .5 (false), 0, step 1/2. Class 2 is absent: errors 0, 0
    value = LovaszHingeLoss()(logits, torch.tensor([0, 1]))
    value.backward()
    assert_close(value, torch.tensor((0.5 + 0.25 + 0) / 3))
    assert logits.grad.isfinite().all()


def test_absent_class_costs_its_largest_error_or_is_skipped():
    probs, labels = torch.tensor([[0.7, 0.3], [0.9, 0.1]]), torch.tensor([0, 0])
    # class 0: errors .3, .1, steps 1/2, 1/2; class 1: largest error .3
    assert_close(LovaszLoss(inputs="probs")(probs, labels), torch.tensor((0.2 + 0.3) / 2))
    skip = LovaszLoss(absent="skip", inputs="probs")(probs, labels)
    assert_close(skip, torch.tensor(0.2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("share_of_true", [0.0, 0.3, 1.0])
def test_slopes_are_the_same_packed_and_sorted(dtype, share_of_true):
    generator = torch.Generator().manual_seed(0)
    errors = torch.rand(2, 3, 1000, generator=generator)
    truth = torch.rand(2, 3, 1000, generator=generator) < share_of_true
    weights = torch.randint(3, (2, 1, 1000), generator=generator).double()
    for weight in (torch.ones_like(weights), weights):
        slopes = slopes_of(errors.to(dtype), truth, weight.to(dtype))
        for group in range(2):
            for k in range(3):
                times = weight[group, 0].int().numpy()
                parts = (errors.double(), truth)
                repeated = [part[group, k].numpy().repeat(times) for part in parts]
                actual = (slopes * errors)[group, k].sum()
                assert float(actual) == pytest.approx(extension(*repeated), rel=1e-5)
        assert (slopes >= 0).all()
        assert (slopes[(weight == 0).expand_as(slopes)] == 0).all()


def test_slopes_of_many_rows_keep_their_digits():
    errors = torch.linspace(1, 0, 2**20).view(1, 1, -1)
    truth = torch.zeros(1, 1, 2**20, dtype=torch.bool)
    truth[..., ::2] = True
    ones = torch.ones_like(errors)
    slopes = slopes_of(errors, truth, ones)
    precise = slopes_of(errors.double(), truth, ones.double())
    assert_close(slopes.double(), precise, rtol=1e-5, atol=0)  # differences have two digits here


def test_soft_label_stands_for_rows_that_share_its_weight(rows):
    logits, _ = rows(20, 3)
    soft = rows(20, 3, seed=1)[0].softmax(1)
    many, labels = logits.repeat_interleave(3, 0), torch.arange(3).repeat(20)
    for loss in (LovaszLoss(), LovaszHingeLoss()):
        assert_close(loss(logits, soft), loss(many, labels, soft.flatten()))


def test_reduction_of_one_order_is_refused():
    with pytest.raises(InputError, match="reduction must be 'mean' with over='batch'; got 'sum'"):
        LovaszLoss(reduction="sum")


def test_first_step_does_not_load_the_compiler():
    code = (
        "import sys, torch, calibrant.losses as losses;"
        "losses.LovaszLoss()(torch.zeros(2, requires_grad=True), torch.tensor([0, 1])).backward();"
        "assert 'torch._dynamo' not in sys.modules"  # which takes seconds
    )
    subprocess.run([sys.executable, "-c", code], check=True)
