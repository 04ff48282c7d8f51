"""Percentages that pass for probabilities are called by their name, and nothing else is."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError

SCORES = "For unnormalised scores use logits="


@pytest.mark.parametrize(
    ("probs", "remedy"),
    [
        ([[22.7, 77.3], [5.0, 95.0]], r"got \(22.7, 77.3\) at row 0. Divide percentages by 100.$"),
        ([[33.4, 66.9], [5.0, 95.0]], r"Divide percentages by 100.$"),  # sums of 99 to 101
        ([[100, 0], [0, 100]], r"Divide percentages by 100.$"),
        ([0.5, 71.0], f"got 71 at row 1. Divide percentages by 100. {SCORES}"),
        ([0.5, 2.0], f"got 2 at row 1. {SCORES}"),
        ([71.0, 100.5], f"got 71 at row 0. {SCORES}"),
        ([-0.5, 71.0], f"got -0.5 at row 0. {SCORES}"),
        ([[22.7, 77.3], [5.0, 50.0]], f"at row 0. {SCORES}"),
        ([[1.4, 0.6], [0.3, 0.7]], f"at row 0. {SCORES}"),
        ([71.0, np.nan], "got 71 at row 0. For unnormalised"),
    ],
)
def test_percentages_are_told_from_other_scores(probs, remedy):
    probs = np.array(probs, dtype=float)
    with pytest.raises(InputError, match=remedy):
        cal.predictions(probs=probs, labels=[0, 1])
