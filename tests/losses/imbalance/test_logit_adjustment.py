"""Logit-adjusted cross entropy: its formula, its limits, what it learns, and its counts."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import LogitAdjustedLoss, adjusted_logits, get, logit_adjusted_loss

COUNTS = [90.0, 9.0, 1.0]


def test_equals_balanced_softmax(batch):
    # Ren et al., equation 4: -log n_y e^z_y / sum of n_k e^z_k
    logits, labels = batch
    weighed = torch.tensor(COUNTS, dtype=torch.float64) * logits.exp()
    expected = -(weighed.gather(1, labels[:, None]).squeeze(1) / weighed.sum(1)).log()
    assert_close(logit_adjusted_loss(logits, labels, class_counts=COUNTS), expected)
    assert_close(get("balanced_softmax").bind(COUNTS)(logits, labels), expected.mean())


def test_equals_the_margin_form_of_its_paper(batch):
    # Menon et al., equation 10: log(1 + sum over k != y of (pi_k / pi_y)^tau e^(z_k - z_y))
    logits, labels = batch
    prior = torch.tensor(COUNTS, dtype=torch.float64) / 100
    for tau in (0.5, 2.0):
        ratio = (prior[None, :] / prior[labels][:, None]) ** tau
        ahead = (logits - logits.gather(1, labels[:, None])).exp()
        others = (ratio * ahead * (1 - F.one_hot(labels, 3))).sum(1)
        loss = LogitAdjustedLoss(tau, class_counts=COUNTS, reduction="none")
        assert_close(loss(logits, labels), others.log1p())


def test_no_strength_and_no_imbalance_are_cross_entropy(batch):
    expected = F.cross_entropy(*batch)
    assert_close(LogitAdjustedLoss(tau=0).bind(COUNTS)(*batch), expected)
    assert_close(LogitAdjustedLoss(tau=0).bind([1, 0, 0])(*batch), expected)
    assert_close(LogitAdjustedLoss(tau=3).bind([7, 7, 7])(*batch), expected)


def test_its_optimum_has_the_likelihoods_and_adjusting_gives_the_frequencies():
    # among the rows of one kind there are 60, 30 and 10 of the classes, of 90, 9 and 1 in all:
    # the optimum states them over the prior, 60 / 90 : 30 / 9 : 10 / 1, and adjusted, 60 : 30 : 10
    logits = torch.zeros(1, 3, dtype=torch.float64, requires_grad=True)
    soft = torch.tensor([[0.6, 0.3, 0.1]], dtype=torch.float64)
    loss = LogitAdjustedLoss(class_counts=COUNTS)
    optimiser = torch.optim.LBFGS([logits], max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        value = loss(logits, soft)
        value.backward()
        return value

    optimiser.step(closure)
    likelihood = torch.tensor([[60 / 90, 30 / 9, 10 / 1]], dtype=torch.float64)
    stated = logits.detach().softmax(1)
    assert_close(stated, likelihood / likelihood.sum(), rtol=1e-4, atol=0)
    assert_close(adjusted_logits(logits.detach(), COUNTS).softmax(1), soft, rtol=1e-4, atol=0)


def test_logit_of_the_positive_class_alone_knows_the_counts_of_no_and_yes(rows):
    logits, labels = rows(16, 2)
    loss = LogitAdjustedLoss().bind([9, 1])
    assert_close(loss(logits[:, 1] - logits[:, 0], labels), loss(logits, labels))


def test_class_without_training_rows_is_masked(batch):
    logits, labels = batch[0].requires_grad_(), batch[1] % 2
    value = LogitAdjustedLoss().bind([8, 2, 0])(logits, labels)
    value.backward()
    assert_close(value, LogitAdjustedLoss().bind([8, 2])(logits[:, :2], labels))
    assert (logits.grad[:, 2] == 0).all()
    assert logit_adjusted_loss(torch.zeros(1, 2), torch.tensor([1]), class_counts=[5, 0]).isinf()


def test_unbound_loss_says_how_to_bind_it(batch):
    with pytest.raises(InputError, match=r"class_counts must be known when .* Call loss\.bind"):
        get("logit_adjusted")(*batch)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tau": -1.0}, "tau must be a number at least 0; got -1.0. 0 is cross entropy"),
        ({"class_counts": [1, -1]}, "class_counts must be a list of numbers at least 0"),
        ({"class_counts": [0, 0]}, "class_counts must be one number of rows per class"),
        ({"class_counts": [[1, 2]]}, "class_counts must be one number of rows per class"),
        ({"multilabel": True}, "multilabel must be false; got True. The counts are of classes"),
    ],
)
def test_impossible_settings_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        LogitAdjustedLoss(**settings)


def test_counts_of_other_classes_are_refused(batch):
    with pytest.raises(InputError, match=r"class_counts must have shape \(3,\); got shape \(2,\)"):
        LogitAdjustedLoss(class_counts=[5, 5])(*batch)


def test_bound_loss_writes_its_counts_and_keeps_them():
    bound = get("logit_adjusted(0.5)").bind([9, 0, 1])
    assert bound.spec == "logit_adjusted(tau=0.5, class_counts=[9, 0, 1])"
    assert get(bound.spec).bind([1, 1, 1]).spec == bound.spec
