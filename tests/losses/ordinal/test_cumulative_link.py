"""Cumulative link against mpmath, its cutpoints, and what its scores state."""

import mpmath
import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CumulativeLinkLoss, cumulative_link_probs, get

CUTS = [-1.0, 0.5, 3.0]


def precise(score: float, label: int) -> float:
    """Log loss with 60 digits."""
    with mpmath.workdps(60):

        def sigmoid(x: mpmath.mpf) -> mpmath.mpf:
            return 1 / (1 + mpmath.exp(-x))

        upper = sigmoid(CUTS[label] - mpmath.mpf(score)) if label < 3 else 1
        lower = sigmoid(CUTS[label - 1] - mpmath.mpf(score)) if label > 0 else 0
        return float(-mpmath.log(upper - lower))


@pytest.mark.parametrize("score", [-60.0, -1.0, 0.2, 3.0, 60.0])
@pytest.mark.parametrize("label", [0, 1, 2, 3])
def test_is_exact_where_the_difference_would_round_to_nothing(score, label):
    value = CumulativeLinkLoss(cutpoints=CUTS)(
        torch.tensor([score], dtype=torch.float64), torch.tensor([label])
    )
    assert float(value) == pytest.approx(precise(score, label), rel=1e-12)


def test_probabilities_are_those_of_the_classes_and_add_up_to_one():
    scores = torch.linspace(-5, 5, 11, dtype=torch.float64)
    probs = cumulative_link_probs(scores, torch.tensor(CUTS, dtype=torch.float64))
    assert_close(probs.sum(1), torch.ones(11, dtype=torch.float64))
    loss = CumulativeLinkLoss(cutpoints=CUTS, reduction="none")
    by_class = [loss(scores, torch.full((11,), k)) for k in range(4)]
    assert_close(probs, (-torch.stack(by_class, 1)).exp())


def test_learned_cutpoints_start_at_even_classes_and_find_the_right_ones():
    loss = CumulativeLinkLoss(n_cuts=3)
    even = cumulative_link_probs(torch.zeros(1), loss.cuts)
    assert_close(even, torch.full((1, 4), 0.25))
    labels = torch.tensor([0] * 10 + [1] * 20 + [2] * 50 + [3] * 20)
    optimizer = torch.optim.LBFGS(loss.parameters(), max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = loss(torch.zeros(100), labels)
        value.backward()
        return value

    optimizer.step(closure)
    shares = cumulative_link_probs(torch.zeros(1), loss.cuts)
    assert_close(shares, torch.tensor([[0.1, 0.2, 0.5, 0.2]]), rtol=1e-3, atol=1e-3)


def test_scores_may_have_an_axis_of_one(rows):
    scores, labels = rows(8, 1)[0], rows(8, 3)[1]
    loss = CumulativeLinkLoss(cutpoints=[-1, 1])
    assert_close(loss(scores, labels), loss(scores[:, 0], labels))


def test_spec_makes_learned_cutpoints_too():
    assert get("cumulative_link(n_cuts=2)").spec == "cumulative_link(n_cuts=2)"
    assert len(list(get("cumulative_link(n_cuts=2)").parameters())) == 2


def test_refuses_cutpoints_that_do_not_rise_or_are_not_said():
    with pytest.raises(InputError, match=r"cutpoints must rise; got \[1.0, -1.0\]"):
        CumulativeLinkLoss(cutpoints=[1.0, -1.0])
    with pytest.raises(InputError, match="cutpoints must be given, or counted by n_cuts; got nei"):
        CumulativeLinkLoss()
    with pytest.raises(InputError, match="got both"):
        CumulativeLinkLoss(cutpoints=[0.0], n_cuts=1)
    with pytest.raises(InputError, match="logits must have one score a row; got 3"):
        CumulativeLinkLoss(cutpoints=[0.0])(torch.zeros(2, 3), torch.zeros(2, dtype=torch.int64))
