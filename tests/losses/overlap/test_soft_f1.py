"""Soft F1 against torchmetrics and by hand."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close
from torchmetrics.functional.classification import multiclass_f1_score, multilabel_f1_score

from calibrant.losses import SoftF1Loss, soft_f1_loss


@pytest.mark.parametrize("average", ["macro", "micro"])
def test_is_one_minus_f1_for_certain_predictions(batch, average):
    certain = 1e4 * torch.nn.functional.one_hot(batch[0].argmax(-1), 3).double()
    expected = 1 - multiclass_f1_score(*batch, num_classes=3, average=average)
    assert float(soft_f1_loss(certain, batch[1], average=average)) == pytest.approx(
        float(expected), abs=1e-6
    )


@pytest.mark.parametrize("average", ["macro", "micro"])
def test_is_one_minus_f1_for_certain_answers_to_many_labels(rows, average):
    logits, labels = rows(32, 4)[0], (rows(32, 4, seed=1)[0] > 0).long()
    expected = 1 - multilabel_f1_score(logits.sigmoid(), labels, num_labels=4, average=average)
    loss = SoftF1Loss(average=average, multilabel=True)
    assert float(loss(1e4 * logits, labels)) == pytest.approx(float(expected), abs=1e-6)


@pytest.mark.parametrize("average", ["macro", "micro"])
def test_equals_a_sum_over_rows_written_out(rows, average):
    logits, labels = rows(20, 3)
    weights = rows(20, 1, seed=2)[0][:, 0].exp()
    exps = np.exp(logits.numpy())
    probs = exps / exps.sum(axis=1, keepdims=True)
    error, size = np.zeros(3), np.zeros(3)
    for prob, label, weight in zip(probs, labels.tolist(), weights.tolist(), strict=True):
        for k in range(3):
            error[k] += weight * abs(prob[k] - (k == label))
            size[k] += weight * (prob[k] + (k == label))
    expected = (error / size).mean() if average == "macro" else error.sum() / size.sum()
    assert float(SoftF1Loss(average=average)(logits, labels, weights)) == pytest.approx(
        expected, abs=1e-14
    )


def test_soft_labels_are_their_own_best_prediction(rows):
    soft = rows(16, 3)[0].softmax(1)
    assert float(soft_f1_loss(soft.log(), soft)) == pytest.approx(0, abs=1e-15)
    sharper = (3 * soft.log()).log_softmax(1)
    assert soft_f1_loss(sharper, soft) > 0.1  # the product form would prefer it


def test_absent_class_is_kept_or_skipped():
    logits = torch.log(torch.tensor([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]))
    labels = torch.tensor([0, 1])
    # errors 1, 1, 1/2 over sizes 2, 3/2, 1/2: class 2 is stated and absent, so its loss is 1
    keep = (1 / 2 + 2 / 3 + 1) / 3
    skip = (1 / 2 + 2 / 3) / 2
    assert float(soft_f1_loss(logits, labels)) == pytest.approx(keep)
    assert float(soft_f1_loss(logits, labels, absent="skip")) == pytest.approx(skip)


def test_class_neither_stated_nor_present_costs_nothing():
    logits = torch.tensor([[0.0, -torch.inf], [0.0, -torch.inf]])
    assert float(soft_f1_loss(logits, torch.tensor([0, 0]))) == 0


def test_positive_class_alone_is_scored_as_one_label():
    probs, labels = torch.tensor([[0.9], [0.2], [0.1]]), torch.tensor([[1], [0], [1]])
    # |p - y| = .1, .2, .9 and p + y = 1.9, .2, 1.1
    loss = SoftF1Loss(multilabel=True, inputs="probs")
    assert float(loss(probs, labels)) == pytest.approx(1.2 / 3.2)


def test_half_precision_counts_beyond_its_range():
    logits = torch.zeros(100_000, 2, dtype=torch.float16)  # error and size: 0.5 and 1 per row
    labels = torch.arange(100_000) % 2
    assert_close(soft_f1_loss(logits, labels), torch.tensor(0.5))
