"""Dice with a loss of the row: the sum of both, its parts, and its mean over processes' sums."""

import pytest
import torch
from torch.testing import assert_close

from calibrant.losses import DiceBCELoss, get

PAIRS = [
    ("dice_bce(bce_weight=0.5, smooth=2)", "dice(smooth=2) + 0.5*ce"),
    ("dice_ce(dice_weight=2, ce_weight=0.5)", "2*dice + 0.5*ce"),
    ("dice_focal(gamma=3, focal_weight=4)", "dice + 4*focal(gamma=3)"),
]


@pytest.mark.parametrize(("spec", "written_out"), PAIRS)
@pytest.mark.parametrize("kind", ["classes", "question", "questions", "image"])
def test_is_the_sum_of_both(spec, written_out, kind, rows):
    options = {"classes": "class_weight=[1, 2, 4]", "image": "label_smoothing=0.1"}.get(kind, "")
    options = {"questions": "multilabel=true, pos_weight=3"}.get(kind, options)
    with_options = [get(s if not options else _with(s, options)) for s in (spec, written_out)]
    logits, labels = rows(20, 3, 4) if kind == "image" else rows(20, 3)
    if kind == "question":
        logits, labels = logits[:, 0], (labels > 1).long()
    if kind == "questions":
        labels = (rows(20, 3, seed=1)[0] > 0).long()
    labels[3] = -100
    weights = torch.rand(20, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    one, two = (loss(logits, labels, weights) for loss in with_options)
    assert_close(one, two)


def _with(spec, options):
    """Every loss of a spec with further options."""
    terms = spec.split(" + ")
    return " + ".join(
        f"{t[:-1]}, {options})" if t.endswith(")") else f"{t}({options})" for t in terms
    )


def test_parts_are_both_and_the_whole(batch):
    loss = get("dice_bce(bce_weight=0.75, smooth=1)")
    parts = loss.parts(*batch)
    assert list(parts) == [loss.spec, "dice(smooth=1)", "ce"]
    assert_close(parts["dice(smooth=1)"], get("dice")(*batch))
    assert_close(parts["ce"], get("ce")(*batch))
    assert_close(parts[loss.spec], loss(*batch))
    assert_close((2 * loss).parts(*batch), parts)


def test_true_class_that_is_masked_costs_infinitely():
    logits = torch.tensor([[0.0, -torch.inf], [0.0, 1.0]])
    assert DiceBCELoss()(logits, torch.tensor([1, 0])) == torch.inf
    assert DiceBCELoss(0)(logits, torch.tensor([1, 0])) < 1


def test_sums_of_unequal_parts_carry_the_mean_of_the_whole(batch):
    logits, labels = batch
    loss = get("dice_ce")
    sums = loss.sums(logits[:5], labels[:5]) + loss.sums(logits[5:], labels[5:])
    assert_close(loss.read(sums), loss(logits, labels))
