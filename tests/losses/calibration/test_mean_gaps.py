"""Mean gaps against means taken by hand, and as functions of sums."""

import pytest
import torch
from torch.testing import assert_close

from calibrant.losses import DCALoss, MDCALoss, MMCELoss, SoftBinnedECELoss


def test_gap_of_every_class_is_stated_less_frequency(rows):
    logits, labels = rows(50, 3)
    probs = logits.softmax(1)
    gaps = [abs(float(probs[:, k].mean() - (labels == k).double().mean())) for k in range(3)]
    assert float(MDCALoss()(logits, labels)) == pytest.approx(sum(gaps) / 3, rel=1e-12)


def test_gap_of_the_top_label_is_confidence_less_accuracy(rows):
    logits, labels = rows(50, 3)
    stated, guess = logits.softmax(1).max(1)
    expected = abs(float(stated.mean() - (guess == labels).double().mean()))
    assert float(DCALoss()(logits, labels)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("loss", [MDCALoss(), DCALoss()])
def test_shards_add_up_before_their_gap_is_taken(rows, loss):
    logits, labels = rows(50, 3)
    guess = logits.argmax(1)
    labels = torch.where(torch.arange(50) < 25, guess, (guess + 1) % 3)  # right, then wrong
    sums = loss.sums(logits[:7], labels[:7]) + loss.sums(logits[7:], labels[7:])
    assert_close(loss.read(sums), loss(logits, labels))
    mean = (loss(logits[:25], labels[:25]) + loss(logits[25:], labels[25:])) / 2
    assert mean > loss(logits, labels) + 1e-3  # opposite gaps of halves would not cancel


def test_questions_have_a_top_label_each():
    probs = torch.tensor([[0.9, 0.2], [0.6, 0.4]])
    answers = torch.tensor([[1, 1], [0, 0]])
    # stated .9 right, .6 wrong: |1.5 - 1| / 2; stated .8 wrong, .6 right: |1.4 - 1| / 2
    loss = DCALoss(multilabel=True, inputs="probs")
    assert float(loss(probs, answers)) == pytest.approx((0.25 + 0.2) / 2)


def test_stated_as_often_as_it_happens_costs_nothing():
    logits = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    assert float(MDCALoss()(logits, torch.tensor([0, 1]))) == pytest.approx(0, abs=1e-16)


@pytest.mark.parametrize("loss", [DCALoss(), MMCELoss(), SoftBinnedECELoss()])
def test_an_even_row_is_decided_for_the_positive_class_however_it_is_stated(loss):
    labels = torch.tensor([1, 1, 0, 1])
    score = torch.tensor([0.0, 0.0, 1.0, 2.0])
    pair = torch.stack((torch.zeros(4), score), dim=1)
    assert_close(loss(score, labels), loss(pair, labels))
    positive = score.sigmoid()  # .5 is decided for: right, right, wrong, right
    gap = (positive - torch.tensor([1.0, 1.0, 0.0, 1.0])).mean().abs()
    assert_close(DCALoss()(pair, labels), gap)
