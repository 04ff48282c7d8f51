"""Annotations are checked as the tests run: types, and axes that bear one name."""

import os

import jaxtyping
import pytest
import torch
from beartype import beartype
from jaxtyping import Float, Int
from torch import Tensor

from calibrant.losses.classification.focal import focal_loss

Rows = Float[Tensor, " row"]


@jaxtyping.jaxtyped(typechecker=beartype)
def cut(scores: Rows, labels: Int[Tensor, " row"], n: int) -> Rows:
    """The first so many scores, wrongly said to be as many as all."""
    del labels
    return scores[:n]


@jaxtyping.jaxtyped(typechecker=beartype)
def cut_twice(scores: Rows, labels: Int[Tensor, " row"]) -> Float[Tensor, " half"]:
    """Half of the scores, by a call whose rows are others than here."""
    half = len(scores) // 2
    return cut(scores[:half], labels[:half], half)


class Holder:
    """A property and a class method, which are checked too."""

    @jaxtyping.jaxtyped(typechecker=beartype)
    @property
    def rows(self) -> Rows:
        """Whole numbers, wrongly said to be real."""
        return torch.arange(3)

    @jaxtyping.jaxtyped(typechecker=beartype)
    @classmethod
    def size(cls, rows: Rows) -> int:
        """Number of rows."""
        return len(rows)


def times(factor: int, scores: Rows, n: int) -> Rows:
    """So many times the first n scores, of a function that is defined at every call."""

    @jaxtyping.jaxtyped(typechecker=beartype)
    def product(scores: Rows, *, factor: int = factor) -> Rows:
        return factor * scores[:n]

    return product(scores)


SCORES, LABELS = torch.zeros(4), torch.zeros(4, dtype=torch.long)


def test_what_agrees_passes():
    assert torch.equal(cut(SCORES, labels=LABELS, n=4), SCORES)
    assert torch.equal(cut_twice(SCORES, LABELS), SCORES[:2])
    assert Holder.size(SCORES) == 4


@pytest.mark.parametrize(
    "call",
    [
        lambda: cut(SCORES, LABELS[:3], 4),
        lambda: cut(SCORES, LABELS, 3),
        lambda: cut(LABELS, LABELS, 4),
        lambda: cut(SCORES, LABELS, 4.0),
        lambda: cut(SCORES[:, None], LABELS, 4),
        lambda: Holder().rows,
        lambda: Holder.size(LABELS),
        lambda: focal_loss(torch.zeros(3, 2), LABELS),
    ],
    ids=["axes", "axes out", "numbers", "type", "dimensions", "property", "class", "package"],
)
def test_what_does_not_agree_is_refused(call):
    with pytest.raises(jaxtyping.TypeCheckError):
        call()


def test_functions_within_others_are_checked_at_every_definition():
    scores = torch.ones(4)
    assert torch.equal(times(2, scores, 4), 2 * scores)
    assert torch.equal(times(3, scores, 4), 3 * scores)
    with pytest.raises(jaxtyping.TypeCheckError):
        times(2, LABELS, 4)
    with pytest.raises(jaxtyping.TypeCheckError):
        times(2, scores, 3)


def test_calls_beyond_some_hundreds_are_checked_in_the_long_run_alone():
    for _ in range(400):
        assert Holder.size(SCORES) == 4
    if "CALIBRANT_LONG" in os.environ:
        with pytest.raises(jaxtyping.TypeCheckError):
            Holder.size(LABELS)
    else:
        assert Holder.size(LABELS) == 4


def test_checks_can_be_left_out(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    assert len(cut(SCORES, LABELS[:3], 2)) == 2
