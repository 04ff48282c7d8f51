"""Binary cross entropy against torch's, in every form in which questions come."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import BinaryCrossEntropyLoss, binary_cross_entropy, get


@pytest.fixture
def questions(rows):
    logits, answers = rows(16, 3)[0], rows(16, 3, seed=1)[0] > 0.5
    return 3 * logits, answers.double()


def test_equals_that_of_torch(questions):
    logits, answers = questions
    expected = F.binary_cross_entropy_with_logits(logits, answers)
    assert_close(BinaryCrossEntropyLoss()(logits, answers), expected)
    assert_close(BinaryCrossEntropyLoss()(logits, answers.long()), expected)
    soft = answers * 0.8 + 0.1
    expected = F.binary_cross_entropy_with_logits(logits, soft, reduction="none")
    assert_close(binary_cross_entropy(logits, soft), expected)
    assert_close(BinaryCrossEntropyLoss(reduction="none")(logits, soft), expected)


@pytest.mark.parametrize("soft", [False, True])
def test_prices_multiply_the_parts_of_yes_and_no(questions, soft):
    logits, y = questions
    y = y * 0.8 + 0.1 if soft else y
    p = logits.sigmoid()
    expected = -(5 * y * p.log() + 0.5 * (1 - y) * (1 - p).log())
    loss = BinaryCrossEntropyLoss(fp_weight=0.5, fn_weight=5)
    assert_close(loss(logits, y), expected.mean())  # the mean does not divide by the prices
    assert_close(binary_cross_entropy(logits, y, fp_weight=0.5, fn_weight=5), expected)


def test_pos_weight_is_that_of_torch_and_adds_to_the_price_of_a_miss(questions):
    factor = torch.tensor([2.0, 1.0, 0.5], dtype=torch.float64)
    expected = F.binary_cross_entropy_with_logits(*questions, pos_weight=3 * factor)
    assert_close(BinaryCrossEntropyLoss(fn_weight=3, pos_weight=factor)(*questions), expected)


def test_one_logit_a_row_and_two_logits_a_row_are_one_question(rows):
    logits, labels = rows(16, 2)
    expected = F.binary_cross_entropy_with_logits(logits[:, 1] - logits[:, 0], labels.double())
    loss = BinaryCrossEntropyLoss()
    assert_close(loss(logits, labels), expected)
    assert_close(loss(logits[:, 1] - logits[:, 0], labels), expected)
    assert_close(loss((logits[:, 1] - logits[:, 0])[:, None], labels[:, None]), expected)
    assert_close(BinaryCrossEntropyLoss(multilabel=False)(logits, labels), expected)


def test_smoothing_mixes_both_answers(questions):
    logits, answers = questions
    expected = F.binary_cross_entropy_with_logits(logits, 0.9 * answers + 0.05)
    assert_close(BinaryCrossEntropyLoss(label_smoothing=0.1)(logits, answers), expected)


def test_ignored_entries_count_nowhere(questions):
    logits, answers = questions
    answers[3, 1], logits[3, 1] = -100, torch.nan
    kept = answers != -100
    expected = F.binary_cross_entropy_with_logits(logits[kept], answers[kept])
    assert_close(BinaryCrossEntropyLoss()(logits, answers), expected)
    weight = torch.tensor([1.0, 4.0, 0.0], dtype=torch.float64).expand_as(logits)
    expected = F.binary_cross_entropy_with_logits(logits[kept], answers[kept], reduction="none")
    expected = (weight[kept] * expected).sum() / weight[kept].sum()
    assert_close(BinaryCrossEntropyLoss(class_weight=[1, 4, 0])(logits, answers), expected)


def test_worst_entry_keeps_its_gradient():  # sigmoid first would clamp the loss at 100
    logits = torch.tensor([[-200.0, 3.0, 1e4]], requires_grad=True)
    loss = BinaryCrossEntropyLoss()(logits, torch.tensor([[1.0, 1.0, 0.0]]))
    loss.backward()
    assert loss.item() == pytest.approx((200 + 0.04858735 + 1e4) / 3)
    assert_close(logits.grad, torch.tensor([[-1.0, -0.04742587, 1.0]]) / 3)


def test_probabilities_may_be_given(questions):
    logits, answers = questions
    loss = BinaryCrossEntropyLoss(inputs="probs")
    expected = F.binary_cross_entropy_with_logits(logits, answers)
    assert_close(loss(logits.sigmoid(), answers), expected)


def test_refuses_exclusive_classes_and_impossible_prices():
    with pytest.raises(InputError, match="questions of yes and no; got 3 exclusive classes"):
        BinaryCrossEntropyLoss(multilabel=False)(torch.zeros(2, 3), torch.tensor([0, 1]))
    with pytest.raises(InputError, match="fn_weight must be a number at least 0; got -1"):
        BinaryCrossEntropyLoss(fn_weight=-1)


def test_spec_names_the_prices():
    assert get("bce(1, 5)").spec == "bce(fp_weight=1, fn_weight=5)"
