"""Asymmetric loss against its formula, its limits, and where sigmoid first would break it."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import AsymmetricLoss, FocalLoss, asymmetric_loss


@pytest.fixture
def questions(rows):
    logits, answers = rows(16, 3)[0], rows(16, 3, seed=1)[0] > 0.5
    return 2 * logits, answers.double()


@pytest.mark.parametrize(("negative", "positive", "clip"), [(4, 1, 0.05), (0.5, 0, 0), (2, 3, 0.3)])
def test_equals_the_formula_of_its_paper(questions, negative, positive, clip):
    logits, y = questions
    p = logits.sigmoid()
    shifted = (p - clip).clamp(min=0)
    expected = -y * (1 - p) ** positive * p.log()
    expected = expected - (1 - y) * shifted**negative * (1 - shifted).log()
    settings = {"gamma_neg": negative, "gamma_pos": positive, "clip": clip}
    assert_close(asymmetric_loss(logits, y, **settings), expected)
    assert_close(asymmetric_loss(logits, y.long(), **settings), expected)
    assert_close(AsymmetricLoss(**settings)(logits, y), expected.mean())


def test_soft_answer_mixes_both_parts(questions):
    logits, y = questions[0], questions[1] * 0.6 + 0.2
    yes, no = (asymmetric_loss(logits, torch.full_like(y, answer)) for answer in (1.0, 0.0))
    assert_close(asymmetric_loss(logits, y), y * yes + (1 - y) * no)


def test_without_focus_and_clip_it_is_binary_cross_entropy(questions):
    expected = F.binary_cross_entropy_with_logits(*questions)
    assert_close(AsymmetricLoss(0, 0, 0)(*questions), expected)


def test_with_equal_focus_it_is_the_focal_loss(questions):
    focal = FocalLoss(2, multilabel=True)(*questions)
    assert_close(AsymmetricLoss(2, 2, 0)(*questions), focal)


def test_worst_entries_keep_loss_and_gradient():  # log(clamp(p, 1e-8)) stops at 18.4
    logits = torch.tensor([-100.0, 2.0, -3.0], requires_grad=True)
    loss = AsymmetricLoss(0, 0, 0, reduction="sum")(logits[None], torch.tensor([[1, 0, 0]]))
    loss.backward()
    assert loss.item() == pytest.approx(100 + 2.1269280 + 0.0485874)
    assert_close(logits.grad, torch.tensor([-1.0, 0.88079708, 0.04742587]))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 4.0])
def test_sure_and_right_entries_have_no_gradient_and_no_nan(gamma):
    logits = torch.tensor([[200.0, -200.0, 1e4, -1e4]], requires_grad=True)
    loss = AsymmetricLoss(gamma, gamma, 0.0)(logits, torch.tensor([[1, 0, 1, 0]]))
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-30)
    assert logits.grad.abs().max() < 1e-30


def test_what_the_clip_forgives_costs_nothing():
    logits = torch.tensor([[-4.0]], requires_grad=True)  # p = .018, below .05
    loss = AsymmetricLoss()(logits, torch.tensor([[0]]))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad.item() == 0


def test_grad_mode_stays_as_it_was(questions):
    with torch.no_grad():
        AsymmetricLoss()(*questions)
        assert not torch.is_grad_enabled()


def test_refuses_exclusive_classes_and_impossible_settings():
    with pytest.raises(InputError, match="questions of yes and no; got 3 exclusive classes"):
        AsymmetricLoss(multilabel=False)(torch.zeros(2, 3), torch.tensor([0, 1]))
    with pytest.raises(InputError, match="clip must be a number at least 0 and below 1; got 1"):
        AsymmetricLoss(clip=1.0)
