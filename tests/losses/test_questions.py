"""Questions answered by yes or no: one score a row, two classes, many labels."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CrossEntropyLoss


def test_weight_of_yes_is_part_of_the_loss_and_not_of_the_mean(rows):
    logits, labels = rows(6, 3)[0], (rows(6, 3, seed=1)[0] > 0).double()
    weight = torch.tensor([1.0, 5.0, 0.5], dtype=torch.float64)
    expected = F.binary_cross_entropy_with_logits(logits, labels, pos_weight=weight)
    assert_close(CrossEntropyLoss(multilabel=True, pos_weight=weight)(logits, labels), expected)
    image, answers = logits[:, :1, None], labels[:, :1, None].long()
    expected = F.binary_cross_entropy_with_logits(
        image, answers.double(), pos_weight=torch.tensor(3.0)
    )
    assert_close(CrossEntropyLoss(pos_weight=3)(image, answers), expected)
    two = torch.stack((torch.zeros(6).double(), logits[:, 0]), dim=1)
    assert_close(CrossEntropyLoss(pos_weight=3)(two, answers[:, 0, 0]), expected)


def test_weight_of_yes_goes_with_yes_and_no(batch):
    with pytest.raises(InputError, match="pos_weight must go with yes and no; got 3 classes"):
        CrossEntropyLoss(pos_weight=2.0)(*batch)
    with pytest.raises(InputError, match=r"pos_weight must have shape \(1,\); got shape \(2,\)"):
        CrossEntropyLoss(pos_weight=[1, 2])(torch.zeros(4), torch.zeros(4))


def test_two_logits_of_a_question_answer_for_class_one(rows):
    logits, labels = rows(16, 2, 3)
    asked = CrossEntropyLoss(multilabel=True)(logits, labels)
    assert_close(asked, CrossEntropyLoss()(logits, labels))
    assert_close(
        CrossEntropyLoss(multilabel=True)(logits[:, 1, 0], labels[:, 0]),
        F.binary_cross_entropy_with_logits(logits[:, 1, 0], labels[:, 0].double()),
    )
