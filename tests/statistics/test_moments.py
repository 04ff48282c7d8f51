"""Moments of a score of the row against NumPy."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.accuracy import Hit
from calibrant.metrics.proper.scores import SquaredError
from calibrant.prediction.numbers import Numbers
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.moments import Moments, RowScore


def tally_of(rows, score):
    return tally_rows(rows, [Moments(score)]).parts[Moments(score)]


@pytest.mark.parametrize("weighted", [False, True])
def test_moments_are_weighted_sums_of_powers(weighted):
    generator = torch.Generator().manual_seed(0)
    probs, weights = torch.rand(2, 700, generator=generator, dtype=torch.float64)
    labels = torch.randint(2, (700,), generator=generator)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights if weighted else None)
    tally = tally_of(rows, SquaredError(positive=True))
    score = (probs - labels).numpy() ** 2
    w = weights.numpy() if weighted else np.ones(700)
    expected = {
        "count": 700,
        "w": w.sum(),
        "wv": w @ score,
        "wvv": w @ score**2,
        "ww": w @ w,
        "wwv": w**2 @ score,
        "wwvv": w**2 @ score**2,
        "infinite_count": 0,
        "infinite_w": 0,
    }
    for column, value in expected.items():
        assert float(tally[column]) == pytest.approx(value, rel=1e-12), column


def test_moments_have_one_bucket_for_any_number_of_classes():
    assert Moments(Hit()).shape(2) == Moments(Hit()).shape(1000) == ()


@dataclass(frozen=True)
class Own(RowScore):
    """A score as somebody may write it."""

    kind: str
    reads: ClassVar = (Numbers,)

    def of(self, rows):
        """See `RowScore.of`."""
        score = rows.predicted
        made = {
            "mean": score.mean(),
            "float32": score.float(),
            "bool": score > 0,
            "NumPy": score.numpy(),
            "column": score[:, None],
            "a number": 1.0,
        }
        if self.kind in made:
            return made[self.kind]
        return torch.where(score > 2, float(self.kind), score)


@pytest.mark.parametrize(
    ("kind", "got"),
    [
        ("mean", r"float64 of shape \(\)"),
        ("float32", "float32 of shape"),
        ("bool", "bool of shape"),
        ("NumPy", "ndarray"),
        ("column", r"float64 of shape \(3, 1\)"),
        ("a number", "float"),
    ],
)
def test_scores_are_one_number_a_row(kind, got):
    rows = cal.numbers(predicted=[1.0, 2.0, 3.0], targets=[1.0, 2.0, 3.0])
    rule = r"Own\.of must return a float64 tensor of shape \(3,\), a number a row; got "
    with pytest.raises(InputError, match=rule + got):
        tally_of(rows, Own(kind))


@pytest.mark.parametrize("kind", ["nan", "-inf"])
def test_scores_are_numbers(kind):
    rows = cal.numbers(predicted=[1.0, 2.0, 3.0], targets=[1.0, 2.0, 3.0])
    rule = rf"Own\.of must return numbers; got {kind} in 1 of 3 rows\. Give such rows weight 0"
    with pytest.raises(InputError, match=rule):
        tally_of(rows, Own(kind))


def test_infinite_scores_are_counted_apart():
    rows = cal.numbers(predicted=[1.0, 2.0, 3.0], targets=[1.0, 2.0, 3.0])
    tally = tally_of(rows, Own("inf"))
    assert (float(tally["wv"]), float(tally["infinite_count"])) == (3, 1)
