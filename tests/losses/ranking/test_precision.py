"""Smooth average precision against its paper's formula, average precision, and its limits."""

import pytest
import torch
from sklearn.metrics import average_precision_score
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import SmoothApLoss, smooth_ap_loss


def by_loops(scores, labels, tau) -> float:
    """Brown et al., equation 9, row by row."""
    precisions = []
    positive = [i for i, label in enumerate(labels.tolist()) if label == 1]
    for i in positive:
        ahead = ((scores - scores[i]) / tau).sigmoid().tolist()
        hits = 1 + sum(ahead[j] for j in positive if j != i)
        rank = 1 + sum(ahead[j] for j in range(len(scores)) if j != i)
        precisions.append(hits / rank)
    return 1 - sum(precisions) / len(precisions)


@pytest.mark.parametrize("tau", [0.01, 0.3])
def test_equals_the_formula_of_its_paper(rows, tau):
    logits, labels = rows(30, 2)
    scores = logits[:, 1]
    expected = by_loops(scores.sigmoid(), labels, tau)
    assert smooth_ap_loss(scores, labels, tau=tau).item() == pytest.approx(expected, rel=1e-12)


def test_nears_average_precision_as_tau_goes_to_nothing(rows):
    logits, labels = rows(200, 2)
    expected = 1 - average_precision_score(labels, logits[:, 1])
    assert smooth_ap_loss(logits[:, 1], labels, tau=1e-7).item() == pytest.approx(
        expected, rel=1e-6
    )


def test_classes_are_the_mean_of_one_against_the_others(rows):
    logits, labels = rows(40, 3)
    probs = logits.softmax(1)
    each = [SmoothApLoss(inputs="probs")(probs[:, k], (labels == k).long()) for k in range(3)]
    assert_close(smooth_ap_loss(logits, labels), torch.stack(each).mean())


def test_soft_label_is_a_positive_row_of_its_share_and_a_negative_one_of_the_rest():
    scores = torch.tensor([0.3, -0.2, 0.1])
    soft = smooth_ap_loss(scores, torch.tensor([1.0, 0.25, 0.0]))
    split, labels = torch.tensor([0.3, -0.2, -0.2, 0.1]), torch.tensor([1, 1, 0, 0])
    weights = torch.tensor([1.0, 0.25, 0.75, 1.0])
    assert_close(soft, SmoothApLoss()(split, labels, weights))


def test_question_without_positive_rows_leaves_the_mean(rows):
    logits = rows(20, 3)[0]
    answers = (rows(20, 3, seed=1)[0] > 0).long()
    answers[:, 1] = 0
    each = [smooth_ap_loss(logits[:, k], answers[:, k]) for k in (0, 2)]
    assert_close(SmoothApLoss(multilabel=True)(logits, answers), torch.stack(each).mean())


def test_best_order_costs_nothing_and_the_worst_nearly_one_minus_prevalence():
    probs, tau = torch.linspace(0, 1, 100, dtype=torch.float64), 1e-6
    best = SmoothApLoss(tau, inputs="probs")(probs, (torch.arange(100) >= 90).long())
    assert best.item() == pytest.approx(0, abs=1e-12)
    # positive rows in the last ten places: precision 1/91, 2/92, ..., 10/100
    worst = SmoothApLoss(tau, inputs="probs")(probs, (torch.arange(100) < 10).long())
    expected = 1 - sum(k / (90 + k) for k in range(1, 11)) / 10
    assert worst.item() == pytest.approx(expected)


@pytest.mark.parametrize("tau", [0.0, -1.0, float("nan")])
def test_refuses_impossible_tau(tau):
    with pytest.raises(InputError, match=r"tau must be a number above 0; got .*0\.01 is the paper"):
        SmoothApLoss(tau)
