"""LabelledRows: the door through which rows come to a training."""

import pytest
import torch

from calibrant.errors import InputError
from calibrant.training.rows import LabelledRows

FEATURES, LABELS = torch.zeros(3, 2), torch.tensor([0, 1, 0])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ((torch.zeros(0, 2), LABELS[:0]), "features must hold at least one row"),
        ((FEATURES, LABELS[:2]), r"labels must have the shape \(3,\)"),
        ((FEATURES, LABELS[:, None]), r"got \(3, 1\)"),
        ((FEATURES.long(), LABELS), "features must be float32 or float64; got torch.int64"),
        ((FEATURES, LABELS.int()), "labels must be int64, float32 or float64; got torch.int32"),
        ((FEATURES, torch.tensor([0, 1, -100])), "labels must be at least 0; got -100 at row 2"),
        ((FEATURES, LABELS, torch.ones(2)), r"weights must have the shape \(3,\)"),
        ((FEATURES, LABELS, torch.tensor([1, -1.0, 1])), "got -1.0 at row 1"),
        ((FEATURES, LABELS, torch.tensor([1, 1, torch.inf])), "got inf at row 2"),
        ((FEATURES, LABELS, torch.zeros(3)), "weights must not all be 0"),
    ],
)
def test_rows_that_break_a_rule_are_refused(columns, message):
    with pytest.raises(InputError, match=message):
        LabelledRows(*columns)


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
def test_the_first_row_with_a_bad_feature_is_named(bad):
    features = FEATURES.clone()
    features[1:, 1] = bad
    with pytest.raises(InputError, match=r"features must be finite; got .* at row 1\. Impute"):
        LabelledRows(features, LABELS)


def test_features_may_have_any_number_of_axes():
    assert len(LabelledRows(torch.zeros(3, 2, 4, 4), LABELS)) == 3


def test_moving_rows_keeps_what_they_hold():
    rows = LabelledRows(FEATURES, LABELS, torch.tensor([1.0, 2.0, 0.0]))
    moved = rows.to(torch.device("cpu"))
    assert torch.equal(moved.features, FEATURES)
    assert torch.equal(moved.labels, LABELS)
    assert moved.weights.tolist() == [1.0, 2.0, 0.0]
