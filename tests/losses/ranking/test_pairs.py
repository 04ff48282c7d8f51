"""Pairwise AUC loss against loops over pairs, the AUC itself, and its limits."""

import math

import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import PairwiseAucLoss, get, pairwise_auc_loss


def by_loops(scores, labels, weights, cost) -> float:
    """Weighted mean of the costs of all pairs."""
    total, size = 0.0, 0.0
    for s, y, w in zip(scores.tolist(), labels.tolist(), weights.tolist(), strict=True):
        for r, x, v in zip(scores.tolist(), labels.tolist(), weights.tolist(), strict=True):
            total += w * v * y * (1 - x) * cost(s - r)
            size += w * v * y * (1 - x)
    return total / size


@pytest.mark.parametrize(
    ("loss", "cost"),
    [
        (PairwiseAucLoss(), lambda d: math.log1p(math.exp(-d))),
        (PairwiseAucLoss("squared_hinge"), lambda d: max(0, 1 - d) ** 2),
        (PairwiseAucLoss("squared_hinge", 2.5), lambda d: max(0, 2.5 - d) ** 2),
    ],
)
@pytest.mark.parametrize("soft", [False, True])
def test_equals_loops_over_all_pairs(loss, cost, soft):
    generator = torch.Generator().manual_seed(1)
    scores, labels, weights = torch.rand(3, 20, generator=generator, dtype=torch.float64)
    labels = labels if soft else labels.round()
    expected = by_loops(4 * scores, labels, weights, cost)
    assert loss(4 * scores, labels, weights).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("loss", "unit"), [(PairwiseAucLoss(), math.log(2)), (PairwiseAucLoss("squared_hinge"), 1)]
)
def test_bounds_the_share_of_pairs_in_the_wrong_order(loss, unit, rows):
    scores, labels = rows(200, 2)
    wrong = 1 - roc_auc_score(labels, scores[:, 1])
    for scale in (0.1, 1.0, 10.0):
        assert loss(scale * scores[:, 1], labels).item() / unit > wrong


def test_logistic_nears_the_mean_lag_of_pairs_in_the_wrong_order(rows):
    scores, labels = rows(100, 2)
    large = PairwiseAucLoss()(1e4 * scores[:, 1], labels).item() / 1e4
    lag = by_loops(scores[:, 1], labels, torch.ones(100), lambda d: max(0, -d))
    assert large == pytest.approx(lag, rel=1e-3)


def test_constant_added_to_all_scores_changes_nothing(rows):
    scores, labels = rows(30, 2)
    assert_close(
        pairwise_auc_loss(scores[:, 1] + 5, labels), pairwise_auc_loss(scores[:, 1], labels)
    )


def test_classes_are_the_mean_of_one_against_the_others(rows):
    logits, labels = rows(40, 3)
    probs = logits.softmax(1)
    each = [
        pairwise_auc_loss((probs[:, k] / (1 - probs[:, k])).log(), (labels == k).long())
        for k in range(3)
    ]
    assert_close(pairwise_auc_loss(logits, labels), torch.stack(each).mean())


def test_class_without_rows_leaves_the_mean(rows):
    logits, labels = rows(40, 3)
    labels = labels % 2
    probs = logits.softmax(1)
    each = [
        pairwise_auc_loss((probs[:, k] / (1 - probs[:, k])).log(), (labels == k).long())
        for k in range(2)
    ]
    assert_close(pairwise_auc_loss(logits, labels), torch.stack(each).mean())


def test_labels_of_their_own_are_ranked_one_by_one(rows):
    logits = rows(40, 3)[0]
    answers = (rows(40, 3, seed=1)[0] > 0).long()
    answers[5, 1] = -100
    kept = torch.arange(40) != 5
    each = [
        pairwise_auc_loss(logits[:, 0], answers[:, 0]),
        pairwise_auc_loss(logits[kept, 1], answers[kept, 1]),
        pairwise_auc_loss(logits[:, 2], answers[:, 2]),
    ]
    loss = PairwiseAucLoss(multilabel=True)
    assert_close(loss(logits, answers), torch.stack(each).mean())


def test_pixels_are_ranked_with_those_of_all_rows(rows):
    logits, labels = rows(3, 2, 4)
    scores = logits[:, 1]
    expected = pairwise_auc_loss(scores.flatten(), labels.flatten())
    assert_close(pairwise_auc_loss(scores[:, None], labels), expected)


def test_pair_of_sure_rows_in_the_wrong_order_costs_a_finite_number():
    probs = torch.tensor([0.0, 1.0, 1.0, 0.0], requires_grad=True)
    for surrogate in ("logistic", "squared_hinge"):
        loss = PairwiseAucLoss(surrogate, inputs="probs")
        value = loss(probs, torch.tensor([1, 0, 1, 0]))
        (gradient,) = torch.autograd.grad(value, probs)
        assert value.isfinite()
        assert value > 1e18
        assert gradient.isfinite().all()


def test_rows_of_one_class_cost_an_attached_nothing():
    scores = torch.randn(4, requires_grad=True)
    value = pairwise_auc_loss(scores, torch.ones(4))
    value.backward()
    assert value.item() == 0
    assert scores.grad.tolist() == [0, 0, 0, 0]


def test_training_with_it_raises_the_area_more_than_the_start():
    generator = torch.Generator().manual_seed(0)
    labels = (torch.rand(400, generator=generator) < 0.05).long()
    rows = torch.randn(400, 5, generator=generator) + 0.7 * labels[:, None]
    weight = torch.zeros(5, requires_grad=True)
    optimiser = torch.optim.Adam([weight], lr=0.1)
    loss = get("pairwise_auc")
    for _ in range(50):
        optimiser.zero_grad()
        loss(rows @ weight, labels).backward()
        optimiser.step()
    scores = (rows @ weight).detach()
    assert roc_auc_score(labels, scores) > roc_auc_score(labels, rows[:, 0]) + 0.1


def test_refuses_a_margin_that_nothing_reads():
    with pytest.raises(InputError, match=r"margin must go with squared_hinge; got 2\.0 with logis"):
        PairwiseAucLoss(margin=2.0)
    with pytest.raises(InputError, match="margin must be a number above 0"):
        PairwiseAucLoss("squared_hinge", margin=0.0)


def test_logistic_on_one_pair_is_the_binary_cross_entropy_of_its_lead():
    scores = torch.tensor([1.5, 0.25])
    expected = F.binary_cross_entropy_with_logits(scores[:1] - scores[1:], torch.ones(1))
    assert_close(pairwise_auc_loss(scores, torch.tensor([1, 0])), expected)
