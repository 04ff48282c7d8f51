"""All-threshold against sums written out, CORAL, and its cutpoints."""

import math

import pytest
import torch
from torch.testing import assert_close

from calibrant.losses import AllThresholdLoss, CORALLoss, CumulativeLinkLoss, coral_probs, get

CUTS = [-1.0, 0.5, 3.0]


def written_out(score: float, label: int) -> float:
    """Sum over the cutpoints of the logistic loss of the right side."""
    sides = [(c - score) if label > k else (score - c) for k, c in enumerate(CUTS)]
    return sum(max(side, 0) + math.log1p(math.exp(-abs(side))) for side in sides)


@pytest.mark.parametrize("score", [-1e4, -1.0, 0.2, 60.0])
@pytest.mark.parametrize("label", [0, 1, 3])
def test_is_the_sum_over_cutpoints(score, label):
    scores = torch.tensor([score], dtype=torch.float64)
    value = AllThresholdLoss(cutpoints=CUTS)(scores, torch.tensor([label]))
    assert float(value) == pytest.approx(written_out(score, label), rel=1e-12)


def test_is_coral_of_one_output_with_biases(rows):
    scores, labels = rows(16, 1, 5)[0][:, 0], rows(16, 4, 5)[1]
    cuts = torch.tensor(CUTS, dtype=torch.float64)
    biased = scores[:, None] - cuts[:, None]
    loss = AllThresholdLoss(cutpoints=CUTS)
    assert_close(loss(scores, labels), CORALLoss()(biased, labels))
    assert (coral_probs(biased) > 0).all()


def test_far_misses_cost_more_than_in_cumulative_link():
    score, label = torch.tensor([-40.0], dtype=torch.float64), torch.tensor([3])
    # 39 + 40.5 + 43 on the wrong sides of three cutpoints, and 43 of the last alone
    assert_close(AllThresholdLoss(cutpoints=CUTS)(score, label), torch.tensor(122.5).double())
    assert_close(CumulativeLinkLoss(cutpoints=CUTS)(score, label), torch.tensor(43.0).double())


def test_learned_cutpoints_find_the_shares_of_the_classes():
    loss = get("all_threshold(n_cuts=2)")
    assert loss.spec == "all_threshold(n_cuts=2)"
    labels = torch.tensor([0] * 20 + [1] * 50 + [2] * 30)
    optimizer = torch.optim.LBFGS(loss.parameters(), max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = loss(torch.zeros(100), labels)
        value.backward()
        return value

    optimizer.step(closure)
    (_, single), *_ = loss.terms
    shares = coral_probs(-single.cuts.detach()[None])
    assert_close(shares, torch.tensor([[0.2, 0.5, 0.3]]), rtol=1e-3, atol=1e-3)
