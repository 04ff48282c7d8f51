"""Losses of the true class: what a loss of one line gets, and factors of classes."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import FocalLoss, get
from calibrant.losses.true_class_loss import TrueClassLoss, of_true_class


class Entropy(TrueClassLoss):
    """Cross entropy, as a user might write it."""

    def of_log_prob(self, log_p):
        """See `FactorLoss.of_log_prob`."""
        return -log_p


def test_minus_log_p_is_cross_entropy_with_every_option(batch):
    logits, labels = batch
    labels[:5] = -100
    weight = torch.tensor([1.0, 5.0, 0.5], dtype=torch.float64)
    assert_close(Entropy()(*batch), F.cross_entropy(*batch))
    assert_close(Entropy(class_weight=weight)(*batch), F.cross_entropy(*batch, weight=weight))
    smooth = Entropy(label_smoothing=0.1)(*batch)
    assert_close(smooth, F.cross_entropy(logits[5:], labels[5:], label_smoothing=0.1))
    soft = logits.flip(1).softmax(1)
    assert_close(Entropy()(logits, soft), F.cross_entropy(logits, soft))


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("pos_weight", [3.0, [3.0, 0.5, 1.0]])
def test_pos_weight_is_that_of_torch_also_for_soft_answers(rows, soft, pos_weight):
    logits, answers = rows(8, 3)[0], rows(8, 3, seed=1)[0].sigmoid()
    answers = answers if soft else answers.round()
    factor = torch.tensor(pos_weight, dtype=torch.float64)
    expected = F.binary_cross_entropy_with_logits(logits, answers, pos_weight=factor)
    assert_close(Entropy(multilabel=True, pos_weight=pos_weight)(logits, answers), expected)
    hard = answers if soft else answers.long()
    assert_close(Entropy(multilabel=True, pos_weight=pos_weight)(logits, hard), expected)


def test_pos_weight_of_one_question_needs_no_second_logit(rows):
    logits, labels = rows(8, 1, 2)[0], torch.arange(16).reshape(8, 1, 2) % 3 > 0
    expected = F.binary_cross_entropy_with_logits(
        logits, labels.double(), pos_weight=torch.tensor(4.0)
    )
    assert_close(Entropy(pos_weight=4)(logits, labels.long()), expected)
    pair = torch.cat((torch.zeros_like(logits), logits), 1)
    assert_close(Entropy(pos_weight=4)(pair, labels.squeeze(1).long()), expected)


def test_alpha_per_class_multiplies_and_does_not_divide_the_mean(batch):
    alpha = torch.tensor([0.2, 3.0, 1.0], dtype=torch.float64)
    p = batch[0].softmax(1)[torch.arange(64), batch[1]]
    expected = (-alpha[batch[1]] * (1 - p) ** 2 * p.log()).mean()
    assert_close(FocalLoss(alpha=alpha)(*batch), expected)


def test_alpha_of_questions_is_the_share_of_yes(rows):
    logits, answers = rows(8, 3)[0], rows(8, 3, seed=1)[1]
    answers = (rows(8, 3, seed=1)[0] > 0).long()
    p_true = torch.where(answers == 1, logits.sigmoid(), 1 - logits.sigmoid())
    for alpha in (0.25, [0.25, 0.5, 0.9]):
        yes = torch.tensor(alpha, dtype=torch.float64)
        factor = torch.where(answers == 1, yes, 1 - yes)
        expected = (-factor * (1 - p_true) ** 2 * p_true.log()).mean()
        assert_close(FocalLoss(alpha=alpha, multilabel=True)(logits, answers), expected)


def test_loss_may_be_any_function_of_log_p():
    p = torch.tensor([[0.25, 0.75], [0.5, 0.5]], dtype=torch.float64)
    losses = of_true_class(p.log(), torch.tensor([1, 0]), lambda log_p: 1 - log_p.exp())
    assert_close(losses, torch.tensor([0.25, 0.5], dtype=torch.float64))
    mean = of_true_class(p.log(), torch.tensor([[0.1, 0.9], [1.0, 0.0]]).double(), torch.expm1)
    assert_close(mean, torch.tensor([-0.1 * 0.75 - 0.9 * 0.25, -0.5], dtype=torch.float64))


@pytest.mark.parametrize(
    ("settings", "labels", "message"),
    [
        ({"alpha": 0.25}, torch.tensor([0, 1]), "alpha must be one number per class; got 0.25 fo"),
        (
            {"alpha": [1, 2]},
            torch.tensor([0, 1]),
            r"must have shape \(3,\); got shape \(2,\)",
        ),
        (
            {"alpha": [0.1, 0.2], "multilabel": True},
            torch.ones(2, 3),
            "one number per question",
        ),
        ({"pos_weight": 2.0}, torch.tensor([0, 1]), "pos_weight must go with yes and no; got 3"),
    ],
)
def test_refuses_factors_of_other_classes(settings, labels, message):
    with pytest.raises(InputError, match=message):
        FocalLoss(**settings)(torch.zeros(2, 3), labels)


@pytest.mark.parametrize("settings", [{"alpha": 1.5}, {"alpha": [0.5, 2], "multilabel": True}])
def test_refuses_more_than_all_as_the_share_of_yes(settings):
    with pytest.raises(InputError, match=r"alpha must be at most 1 for yes and no; got"):
        FocalLoss(**settings)


def test_alpha_and_threshold_are_written_in_the_spec():
    loss = get("focal(gamma=1, alpha=[1, 2, 3], threshold=0.5)")
    assert loss.spec == "focal(gamma=1, alpha=[1, 2, 3], threshold=0.5)"


def test_reduced_focal_fades_from_the_threshold_on():
    p = torch.tensor([0.2, 0.5, 0.9], dtype=torch.float64)
    pairs = torch.stack((p, 1 - p), 1).log()
    losses = FocalLoss(2.0, threshold=0.5, reduction="none")(pairs, torch.zeros(3).long())
    factors = torch.tensor([1.0, 1.0, 0.04])  # (0.1 / 0.5) ** 2
    assert_close(losses, -factors.double() * p.log(), rtol=1e-7, atol=0)
