"""Means of scores of one's own: what they may be, and what is said of others."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.prediction.numbers import Numbers

ROWS = cal.numbers(predicted=[1.0, 2.0, 3.0, 4.0], targets=[0.0] * 4)


@dataclass(frozen=True)
class Times(cal.metrics.RowScore):
    """Predictions times a factor."""

    factor: float
    reads: ClassVar = (Numbers,)

    def of(self, rows):
        """See `RowScore.of`."""
        return self.factor * rows.predicted


@dataclass(frozen=True)
class Mean(cal.metrics.MeanScore):
    """Their mean, said to be at least 0."""

    factor: float = 1.0
    higher_is_better: ClassVar = None

    @property
    def score(self):
        """See `MeanScore.score`."""
        return Times(self.factor)


@dataclass(frozen=True)
class SignedMean(Mean):
    """Their mean, of any sign."""

    signed: ClassVar = True


@dataclass(frozen=True)
class Share(Mean):
    """Their mean, said to be a share."""

    is_share: ClassVar = True


def test_scores_below_zero_must_be_declared():
    with pytest.raises(InputError, match=r"scores of Mean must be at least 0; .* signed = True"):
        Mean(-1.0)(ROWS)
    estimate = SignedMean(-1.0)(ROWS)
    assert estimate.value == -2.5
    assert estimate.low < -2.5 < estimate.high


def test_shares_lie_between_zero_and_one():
    with pytest.raises(InputError, match=r"scores of Share must be shares, in \[0, 1\]; got"):
        Share()(ROWS)
    assert Share(0.2)(ROWS).method == "Wilson"


def test_note_of_infinite_scores_speaks_of_scores():
    estimate = Mean(torch.inf)(ROWS)
    assert estimate.note == "infinite: 4 of 4 rows have an infinite score"
