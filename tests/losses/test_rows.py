"""Labels in every form: which of them count."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.losses import CrossEntropyLoss, FocalLoss, SoftF1Loss, WeightedSum

LOSSES = [CrossEntropyLoss, FocalLoss, SoftF1Loss]


@pytest.fixture
def ignoring(make):
    """Loss of the spec for a number of classes, whose parts all ignore 255."""

    def ignoring(n_classes):
        terms = make(n_classes).terms
        return WeightedSum([(factor, replace(term, ignore_index=255)) for factor, term in terms])

    return ignoring


def check_absent(loss, logits, labels, kept):
    """Value and gradient are those of the kept rows alone, whatever the others hold."""
    alone = logits[kept].clone().requires_grad_()
    expected = loss(alone, labels[kept])
    expected.backward()
    logits = logits.clone()
    logits[~kept] = torch.nan
    logits.requires_grad_()
    value = loss(logits, labels)
    value.backward()
    assert_close(value, expected)
    assert_close(logits.grad[kept], alone.grad)
    assert (logits.grad[~kept] == 0).all()


@pytest.mark.parametrize("classes", ["positive", "column", "two"])
def test_ignored_probability_of_class_one_has_no_effect(ignoring, rows, classes):
    logits, _ = rows(64, 2)
    labels = logits[:, 0].sigmoid()
    kept = torch.arange(64) % 4 > 0
    labels[~kept] = 255
    if classes != "two":
        logits = logits[:, 1] if classes == "positive" else logits[:, 1:]
    check_absent(ignoring(2), logits, labels, kept)


@pytest.mark.parametrize("whole", [False, True])
def test_row_of_ignored_probabilities_has_no_effect(ignoring, batch, whole):
    logits, labels = batch
    labels = F.one_hot(labels, 3) if whole else logits.flip(1).softmax(1)
    kept = torch.arange(64) % 4 > 0
    labels[~kept] = 255
    check_absent(ignoring(3), logits, labels, kept)


def test_pixel_of_ignored_probabilities_has_no_effect(ignoring, rows):
    logits, labels = rows(4, 3, 2, 5)
    labels[0, 1, 2] = labels[3, 0, 4] = 255
    soft = F.one_hot(labels.where(labels < 3, 0), 3).movedim(-1, 1).double()
    soft = torch.where(labels.unsqueeze(1) == 255, 255, soft)
    logits = logits.masked_fill(labels.unsqueeze(1) == 255, torch.inf)
    assert_close(ignoring(3)(logits, soft), ignoring(3)(logits, labels))


@pytest.mark.parametrize("loss", LOSSES)
def test_ignored_entry_of_many_labels_is_the_same_in_whole_numbers_and_floats(loss, rows):
    logits, _ = rows(6, 3, 2)
    labels = (rows(6, 3, 2, seed=1)[0] > 0).long()
    labels[0, 1, 1] = labels[4, 2, 0] = -100
    logits = logits.masked_fill(labels == -100, torch.nan).requires_grad_()
    loss = loss(multilabel=True)
    (expected,) = torch.autograd.grad(loss(logits, labels), logits)
    (gradient,) = torch.autograd.grad(loss(logits, labels.double()), logits)
    assert_close(loss(logits, labels.double()), loss(logits, labels))
    assert_close(gradient, expected)
    assert (gradient[labels == -100] == 0).all()


def test_mean_leaves_out_an_ignored_float():
    value = CrossEntropyLoss()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, -100.0]))
    assert_close(value, F.softplus(torch.tensor(-1.0)))  # ln(1 + e^-1) = 0.3133


def test_probability_in_a_row_is_no_ignored_one_for_being_equal_to_it(batch):
    labels = F.one_hot(batch[1], 3).double()  # full of zeros, but no row of zeros alone
    expected = F.cross_entropy(*batch)
    assert_close(CrossEntropyLoss(ignore_index=0)(batch[0], labels), expected)


def test_no_float_is_ignored_without_ignore_index():
    logits, labels = torch.tensor([1.0, 2.0]), torch.tensor([1.0, -100.0])
    expected = F.binary_cross_entropy_with_logits(logits, labels)
    assert_close(CrossEntropyLoss(ignore_index=None)(logits, labels), expected)


def test_soft_row_with_nan_in_it_counts():
    labels = torch.tensor([[0.5, 0.5], [torch.nan, torch.nan]])
    assert CrossEntropyLoss()(torch.zeros(2, 2), labels).isnan()
