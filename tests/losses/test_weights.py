"""Rules for class weights."""

from typing import get_args

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CrossEntropyLoss
from calibrant.losses.settings import settings_of
from calibrant.losses.weights import RULES, balanced, class_weights


def test_balanced_equals_scikit_learn(batch):
    labels = batch[1].numpy()
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert_close(balanced(batch[1].bincount().double()), torch.from_numpy(expected))


def test_balanced_weights_add_up_to_the_rows():
    counts = torch.tensor([5.0, 1.0, 14.0], dtype=torch.float64)
    assert float((balanced(counts) * counts).sum()) == pytest.approx(20)


def test_absent_class_weighs_nothing():
    counts = torch.tensor([6, 0, 2])
    assert class_weights("balanced", counts).tolist() == pytest.approx([8 / 18, 0, 8 / 6])


@pytest.mark.parametrize(
    "counts", [[1.0, -1.0], [0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0], torch.ones(2, 2)]
)
def test_impossible_counts_are_refused(counts):
    with pytest.raises(InputError, match="class_counts must be one number of rows per class"):
        class_weights("balanced", counts)


def test_every_rule_is_a_setting_of_the_losses():
    choices = get_args(settings_of(CrossEntropyLoss)["class_weight"].annotation)
    literal = next(
        choice for choice in choices if get_args(choice) and str in map(type, get_args(choice))
    )
    assert set(get_args(literal)) == set(RULES)
