"""AUC margin by hand, against the pairs it stands for, and against the min-max it solves."""

import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import AucMarginLoss, auc_margin_loss, get

PROBS, LABELS = torch.tensor([0.9, 0.1, 0.4, 0.7]), torch.tensor([1.0, 0.0, 0.0, 1.0])


def stated(**settings) -> tuple[float, list[float]]:
    probs = PROBS.clone().requires_grad_()
    value = AucMarginLoss(inputs="probs", **settings)(probs, LABELS)
    (gradient,) = torch.autograd.grad(value, probs)
    return value.item(), gradient.tolist()


def test_state_of_the_game_by_hand():
    # (.81 + .49) / 2 + (.01 + .16) / 2 + 2 (1 + .25 - .8) - 1 = .65 + .085 + .9 - 1; of a positive
    # row 2 p / 2 - 2 / 2, of a negative one 2 p / 2 + 2 / 2
    value, gradient = stated(a=0, b=0, alpha=1)
    assert value == pytest.approx(0.635)
    assert gradient == pytest.approx([-0.1, 1.1, 1.4, -0.3])


def test_first_version_by_hand():
    # by 4 rows: .9 (1.3 / 4) + .1 (.17 / 4) + 2 (.09 + (.1 * .5 - .9 * 1.6) / 4) - .09
    value, gradient = stated(a=0, b=0, alpha=1, imratio=0.1)
    assert value == pytest.approx(0.2925 + 0.00425 - 0.515 - 0.09)
    assert gradient == pytest.approx([-0.045, 0.055, 0.07, -0.135])


def test_scores_of_nothing_cost_the_margin():
    loss = AucMarginLoss(inputs="probs", a=0, b=0, alpha=1)
    assert loss(torch.zeros(4), LABELS).item() == pytest.approx(1)  # 0 + 0 + 2 - 1


def test_equals_the_squares_of_all_pairs(rows):
    logits, labels = rows(50, 2)
    p = logits[:, 1].sigmoid()
    positive, negative = p[labels == 1], p[labels == 0]
    expected = (1 - (positive[:, None] - negative[None, :])).square().mean()
    assert_close(auc_margin_loss(logits[:, 1], labels), expected)


@pytest.mark.parametrize("imratio", [None, 0.2])
@pytest.mark.parametrize("margin", [1.0, 0.05])
def test_default_state_is_the_solution_of_the_game(rows, imratio, margin):
    logits, labels = rows(60, 2)
    scores = 3 * logits[:, 1] + labels
    best = AucMarginLoss(margin, imratio)(scores, labels).item()
    grid = torch.linspace(0, 1.5, 301).tolist()
    p = scores.sigmoid()
    a, b = p[labels == 1].mean().item(), p[labels == 0].mean().item()
    at = [AucMarginLoss(margin, imratio, a, b, alpha)(scores, labels).item() for alpha in grid]
    assert max(at) == pytest.approx(best, abs=1e-4)
    assert max(at) <= best + 1e-12
    state = AucMarginLoss(margin, imratio, a, b)(scores, labels).item()
    assert state == pytest.approx(best, rel=1e-12)
    for other in (0.9, 1.1):
        assert AucMarginLoss(margin, imratio, other * a, b)(scores, labels).item() > best
        assert AucMarginLoss(margin, imratio, a, other * b)(scores, labels).item() > best


def test_share_of_the_rows_makes_both_versions_one_up_to_a_factor(rows):
    logits, labels = rows(50, 2)
    r = labels.double().mean().item()
    first = AucMarginLoss(imratio=r)(logits[:, 1], labels)
    assert_close(first, r * (1 - r) * auc_margin_loss(logits[:, 1], labels))


def test_sums_of_shards_give_the_loss_of_all_rows(rows):
    logits, labels = rows(50, 2)
    loss = get("auc_margin")
    halves = loss.sums(logits[:20, 1], labels[:20]) + loss.sums(logits[20:, 1], labels[20:])
    assert_close(loss.read(halves), loss(logits[:, 1], labels))


def test_label_of_one_kind_alone_leaves_the_mean(rows):
    logits = rows(20, 3)[0]
    answers = (rows(20, 3, seed=1)[0] > 0).long()
    answers[:, 1] = 1
    each = [auc_margin_loss(logits[:, k], answers[:, k]) for k in (0, 2)]
    assert_close(AucMarginLoss(multilabel=True)(logits, answers), torch.stack(each).mean())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margin": 0.0}, "margin must be a number above 0; got 0.0. Prob"),
        ({"imratio": 0.0}, "imratio must be a number above 0 and below 1 or none; got 0.0"),
        ({"imratio": 1.0}, "imratio must be a number above 0 and below 1 or none; got 1.0"),
        ({"alpha": float("nan")}, "alpha must be a number that is finite or none; got nan"),
    ],
)
def test_impossible_settings_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        AucMarginLoss(**settings)
