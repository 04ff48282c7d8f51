"""CORAL and CORN against sums over thresholds written out, and what their logits state."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CONDORLoss, CORALLoss, CORNLoss, coral_probs, corn_probs


@pytest.fixture
def levels(rows):
    """Logits of three thresholds, and labels of four classes."""
    return rows(20, 3)[0], rows(20, 4)[1]


def entropy(logit: float, *, yes: bool) -> float:
    """Binary cross entropy of one answer."""
    return math.log1p(math.exp(-logit if yes else logit))


def written_out(logits: torch.Tensor, labels: torch.Tensor, *, conditional: bool) -> list[list]:
    """Losses of the questions that every row is asked."""
    return [
        [
            entropy(logit, yes=label > k)
            for k, logit in enumerate(row)
            if not conditional or label >= k
        ]
        for row, label in zip(logits.tolist(), labels.tolist(), strict=True)
    ]


def test_coral_is_the_mean_over_rows_of_the_sum_over_thresholds(levels):
    weights = torch.rand(20, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    by_row = [sum(row) for row in written_out(*levels, conditional=False)]
    expected = np.average(by_row, weights=weights.numpy())
    assert float(CORALLoss()(*levels, weights)) == pytest.approx(expected, rel=1e-12)


def test_coral_gives_the_value_that_its_authors_print():
    logits = torch.tensor([[2.1, 1.8, -2.1, -1.8], [1.9, -1.0, -1.5, -1.3], [1.9, 1.8, 1.7, 1.6]])
    assert float(CORALLoss()(logits, torch.tensor([2, 1, 4]))) == pytest.approx(0.6920, abs=5e-5)


def test_corn_is_the_mean_over_all_questions(levels):
    questions = written_out(*levels, conditional=True)
    expected = sum(map(sum, questions)) / sum(map(len, questions))
    assert float(CORNLoss()(*levels)) == pytest.approx(expected, rel=1e-12)
    by_row = CORNLoss(reduction="none")(*levels)
    assert by_row.tolist() == pytest.approx([sum(row) for row in questions], rel=1e-12)


def test_condor_is_the_mean_over_rows_of_minus_the_log_of_the_class(levels):
    questions = written_out(*levels, conditional=True)
    expected = sum(map(sum, questions)) / len(questions)
    assert float(CONDORLoss()(*levels)) == pytest.approx(expected, rel=1e-12)
    at_label = corn_probs(levels[0])[torch.arange(20), levels[1]]
    assert_close(CONDORLoss(reduction="none")(*levels), -at_label.log())


def test_condor_has_the_value_that_its_authors_print():
    logits = torch.tensor([[2.1, 1.8, -2.1, -1.8], [1.9, -1.0, -1.5, -1.3], [1.9, 1.8, 1.7, 1.6]])
    levels = torch.tensor([[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1]])
    assert float(CONDORLoss()(logits, levels.sum(1))) == pytest.approx(0.4936, abs=5e-5)


def test_weight_of_a_class_is_that_of_its_rows(levels):
    weight = torch.tensor([1.0, 2.0, 0.0, 5.0], dtype=torch.float64)
    for loss in (CORALLoss, CORNLoss, CONDORLoss):
        expected = loss()(*levels, weight[levels[1]])
        assert_close(loss(class_weight=weight)(*levels), expected)
        assert_close(loss(class_weight="balanced").bind([1, 1, 1, 1])(*levels), loss()(*levels))


def test_thresholds_beyond_a_class_are_not_asked():
    logits = torch.tensor([[0.3, torch.nan, torch.inf]], requires_grad=True)
    value = CORNLoss()(logits, torch.tensor([0]))
    value.backward()
    assert float(value.detach()) == pytest.approx(entropy(0.3, yes=False))
    assert (logits.grad[0, 1:] == 0).all()


def test_probabilities_are_those_of_the_thresholds():
    above = torch.tensor([[0.9, 0.6, 0.1]], dtype=torch.float64)
    assert_close(coral_probs(above.logit())[0].tolist(), [0.1, 0.3, 0.5, 0.1])
    # .9, then .6 of it, then .1 of that
    assert_close(corn_probs(above.logit())[0].tolist(), [0.1, 0.36, 0.486, 0.054])


@pytest.mark.parametrize("probs_of", [coral_probs, corn_probs])
def test_probabilities_are_none_below_zero_and_add_up_to_one(levels, probs_of):
    probs = probs_of(5 * levels[0])
    assert probs.shape == (20, 4)
    assert (probs >= 0).all()
    assert_close(probs.sum(1), torch.ones(20, dtype=torch.float64))


def test_pixels_have_thresholds_at_axis_one(rows):
    logits, labels = rows(2, 3, 4)[0], rows(2, 4, 4)[1]
    flat = logits.movedim(1, -1).reshape(-1, 3), labels.flatten()
    for loss in (CORALLoss(), CORNLoss(), CONDORLoss()):
        assert_close(loss(logits, labels), loss(*flat))
    assert coral_probs(logits).shape == (2, 4, 4)


def test_two_classes_have_one_threshold(rows):
    logits, labels = rows(8, 2)
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], labels.double())
    for loss in (CORALLoss(), CORNLoss(), CONDORLoss()):
        assert_close(loss(logits[:, 0], labels), expected)
        assert_close(loss(logits[:, :1], labels), expected)


def test_refuses_fractions_and_other_shapes(levels):
    with pytest.raises(InputError, match="labels must be whole numbers; got float64"):
        CORALLoss()(levels[0], levels[1].double())
    with pytest.raises(InputError, match=r"labels must be one class a row.*labels\.sum\(1\)"):
        CORALLoss()(levels[0], torch.ones(20, 3))
    with pytest.raises(InputError, match=r"labels must have the shape of the rows.*got \(19,\)"):
        CORALLoss()(levels[0], levels[1][1:])
    with pytest.raises(InputError, match=r"class_weight must have shape \(4,\); got shape \(3,\)"):
        CORALLoss(class_weight=[1, 2, 3])(*levels)
    with pytest.raises(InputError, match="class_weight must be numbers when the loss is called"):
        CORALLoss(class_weight="balanced")(*levels)
