"""Losses that may abstain, written out in NumPy, and what they learn."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CrossEntropyLoss, DeepGamblersLoss, SelectiveNetLoss, abstaining_probs


def softmax(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


@pytest.fixture
def wide(rows):
    """Logits of three classes and one output more, labels, weights."""
    return rows(20, 4)[0], rows(20, 3)[1], rows(20, 1, seed=7)[0][:, 0].exp()


def test_gambler_keeps_what_is_not_bet(wide):
    logits, labels, weights = wide
    probs = softmax(logits.numpy())
    by_row = -np.log(probs[np.arange(20), labels] + probs[:, 3] / 1.7)
    expected = np.average(by_row, weights=weights.numpy())
    value = DeepGamblersLoss(payoff=1.7)(logits, labels, weights)
    assert float(value) == pytest.approx(expected, rel=1e-12)


def test_gambler_who_cannot_abstain_pays_cross_entropy(wide):
    logits, labels, _ = wide
    logits = logits.clone()
    logits[:, 3] = -torch.inf
    assert_close(DeepGamblersLoss()(logits, labels), CrossEntropyLoss()(logits[:, :3], labels))


def test_gambler_abstains_where_no_class_pays():
    for likeliest, abstains in ((0.45, True), (0.6, False)):
        truth = torch.tensor([[likeliest, 1 - likeliest - 0.2, 0.2, 0.0]], dtype=torch.float64)
        logits = torch.zeros(1, 4, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.LBFGS([logits], max_iter=500, line_search_fn="strong_wolfe")

        def closure(logits=logits, truth=truth, optimizer=optimizer):
            optimizer.zero_grad()
            value = DeepGamblersLoss(payoff=2.0)(logits, truth)
            value.backward()
            return value

        optimizer.step(closure)
        _, kept = abstaining_probs(logits.detach())
        assert (float(kept) > 0.95) == abstains


def test_selective_loss_is_risk_of_the_answered_and_a_penalty(wide):
    logits, labels, weights = wide
    z, w = logits.numpy(), weights.numpy()
    losses = -np.log(softmax(z[:, :3])[np.arange(20), labels])
    answers = 1 / (1 + np.exp(-z[:, 3]))
    covered = np.average(answers, weights=w)
    risk = (w * answers * losses).sum() / (w * answers).sum()
    expected = risk + 8 * max(0.9 - covered, 0) ** 2
    value = SelectiveNetLoss(coverage=0.9, strength=8)(logits, labels, weights)
    assert float(value) == pytest.approx(expected, rel=1e-12)


def test_selective_loss_is_exact_where_hardly_any_row_is_answered():
    logits = torch.tensor([[0.0, 0.0, -2000.0], [3.0, 0.0, -2001.0]], dtype=torch.float64)
    share = 1 / (1 + math.exp(-1))
    risk = share * math.log(2) + (1 - share) * math.log1p(math.exp(-3))
    value = SelectiveNetLoss(coverage=0.5, strength=4)(logits, torch.tensor([0, 0]))
    assert float(value) == pytest.approx(risk + 4 * 0.25)


def test_payoff_that_makes_abstaining_free_is_refused():
    with pytest.raises(InputError, match="payoff must be a number above 1; got 1"):
        DeepGamblersLoss(payoff=1)


def test_gambler_without_a_class_and_without_abstaining_has_a_gradient():
    logits = torch.tensor([[1.0, 0.0, -torch.inf, -torch.inf]], requires_grad=True)
    value = DeepGamblersLoss()(logits, torch.tensor([0]))
    value.backward()
    assert value.item() == pytest.approx(math.log1p(math.exp(-1)))
    pulled = 1 / (1 + math.exp(1))
    assert_close(logits.grad, torch.tensor([[-pulled, pulled, 0.0, 0.0]]))


@pytest.mark.parametrize("kind", [DeepGamblersLoss, SelectiveNetLoss])
def test_what_would_label_the_last_output_is_refused(kind):
    with pytest.raises(InputError, match=r"label_smoothing must be 0; got 0\.1"):
        kind(label_smoothing=0.1)
    with pytest.raises(InputError, match="multilabel must be False"):
        kind(multilabel=True)
    with pytest.raises(InputError, match="hold two classes and an output for abstaining"):
        kind()(torch.zeros(3), torch.tensor([0, 1, 1]))


def test_coverage_above_all_rows_is_refused():
    SelectiveNetLoss(coverage=1)
    with pytest.raises(InputError, match=r"coverage must be at most 1; got 1\.2"):
        SelectiveNetLoss(coverage=1.2)
