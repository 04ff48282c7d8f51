"""Laws of losses of overlap: nothing wrong costs nothing, limits, images, soft labels."""

import pytest
import torch
from torch.testing import assert_close

from calibrant.losses import available, get

SPECS = [
    entry.example
    for entry in available().values()
    if entry.home.startswith("calibrant.losses.overlap")
]
L1 = [
    "soft_f1",
    "soft_fbeta(beta=2)",
    "double_soft_f1",
    "soft_mcc",
    "generalized_dice",
    "dice",
    "squared_dice",
    "log_cosh_dice",
    "jaccard",
    "tversky(fn_weight=0.7, fp_weight=0.3)",
    "focal_tversky",
]
"""Losses that soft labels themselves minimise."""


@pytest.mark.parametrize("spec", SPECS)
def test_perfect_prediction_costs_nothing_and_has_a_finite_gradient(spec, batch):
    labels = batch[1]
    logits = 60.0 * torch.nn.functional.one_hot(labels, 3)
    logits.requires_grad_()
    value = get(spec)(logits, labels)
    value.backward()
    assert float(value.detach()) == pytest.approx(0, abs=1e-5)
    assert_close(logits.grad, torch.zeros_like(logits), atol=1e-5, rtol=0)


@pytest.mark.parametrize("spec", SPECS)
def test_empty_mask_and_empty_prediction_cost_nothing(spec):
    if spec == "lovasz_hinge":
        scores, loss = torch.full((1, 1, 2, 2), -2.0), get(spec)
    else:
        scores, loss = torch.zeros(1, 1, 2, 2), get(spec)
        loss.inputs = "probs"
    scores.requires_grad_()
    value = loss(scores, torch.zeros(1, 1, 2, 2))
    value.backward()
    assert float(value.detach()) == pytest.approx(0, abs=1e-7)
    assert scores.grad.isfinite().all()


@pytest.mark.parametrize("spec", SPECS)
def test_over_samples_it_is_the_mean_of_the_losses_of_images(spec, rows):
    logits, labels = rows(3, 4, 5, 6)
    loss, each = get(spec), get(spec)
    each.over = "sample"
    alone = torch.stack([loss(logits[i : i + 1], labels[i : i + 1]) for i in range(3)])
    assert_close(each(logits, labels), alone.mean())
    weights = torch.tensor([1.0, 3.0, 0.0], dtype=torch.float64)
    assert_close(each(logits, labels, weights), (alone * weights).sum() / 4)
    each.reduction = "none"
    assert_close(each(logits, labels), alone)


@pytest.mark.parametrize("spec", L1)
def test_soft_labels_are_their_own_best_prediction(spec, rows):
    soft = rows(16, 3)[0].softmax(1)
    best = soft.log().requires_grad_()
    value = get(spec)(best, soft)
    assert float(value.detach()) == pytest.approx(0, abs=1e-12)
    for factor in (0.5, 0.9, 1.1, 2.0):
        assert get(spec)(factor * soft.log(), soft) > value.detach() + 1e-4


def test_loss_of_the_batch_is_not_the_mean_of_those_of_images(rows):
    logits, labels = rows(3, 4, 5, 6)
    whole, each = get("dice(smooth=0)"), get("dice(smooth=0, over=sample)")
    assert abs(whole(logits, labels) - each(logits, labels)) > 1e-4


def test_tversky_of_equal_weights_is_dice_and_of_ones_jaccard(rows):
    logits, labels = rows(2, 3, 4, 5)
    dice = get("dice(smooth=3)")(logits, labels)
    assert_close(get("tversky(fn_weight=.5, fp_weight=.5, smooth=1.5)")(logits, labels), dice)
    jaccard = get("jaccard(smooth=3)")(logits, labels)
    assert_close(get("tversky(fn_weight=1, fp_weight=1, smooth=3)")(logits, labels), jaccard)


LIMITS = [
    ("dice(smooth=0)", "soft_f1"),
    ("dice(smooth=0, average=micro)", "soft_f1(average=micro)"),
    ("generalized_dice(power=0)", "soft_f1(average=micro)"),
    ("soft_fbeta(beta=1)", "soft_f1"),
    ("soft_fbeta(beta=0)", "soft_precision"),
    ("soft_fbeta(beta=1e9)", "soft_recall"),
    ("sigmoid_f1(slope=1, offset=0)", "soft_f1"),
    ("focal_tversky(fn_weight=.2, fp_weight=.9, gamma=1)", "tversky(fn_weight=.2, fp_weight=.9)"),
    ("soft_balanced_accuracy", "soft_recall"),
]


@pytest.mark.parametrize(("spec", "limit"), LIMITS)
def test_limit_is_the_simpler_loss(spec, limit, rows):
    logits, labels = rows(30, 3)
    assert_close(get(spec)(logits, labels), get(limit)(logits, labels))


def test_chosen_classes_alone_are_averaged(rows):
    logits, labels = rows(30, 4)
    loss = get("dice(classes=[1, 3])")
    each = get("dice").by_class(loss.sums(logits, labels))
    assert_close(loss(logits, labels), (each[1] + each[3]) / 2)
