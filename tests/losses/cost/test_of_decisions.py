"""Expected cost by hand, in exact arithmetic, at its limits and at its edges."""

import json

import mpmath
import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import ExpectedCostLoss, expected_cost_loss, get

MATRIX = [[0.0, 1.0, 10.0], [2.0, 0.0, 1.0], [5.0, 3.0, 0.0]]


def test_equals_exact_arithmetic_in_value_and_gradient():
    logits, label = [1.5, -0.5, 0.2], 2
    with mpmath.workdps(50):

        def exact(*z):
            total = sum(map(mpmath.exp, z))
            return sum(c * mpmath.exp(v) / total for c, v in zip(MATRIX[label], z, strict=True))

        expected = float(exact(*map(mpmath.mpf, logits)))
        orders = [tuple(int(i == k) for i in range(3)) for k in range(3)]
        slopes = [float(mpmath.diff(exact, tuple(logits), order)) for order in orders]
    z = torch.tensor([logits], dtype=torch.float64, requires_grad=True)
    row = expected_cost_loss(z, torch.tensor([label]), cost_matrix=MATRIX)
    row.sum().backward()
    assert row.item() == pytest.approx(expected, rel=1e-12)
    assert z.grad[0].tolist() == pytest.approx(slopes, rel=1e-9)


def test_mean_over_two_rows_by_hand():
    # p = (.1, .2, .7) at true class 0: .2 + 7 = 7.2; p = (.5, .5, 0) at class 2: 2.5 + 1.5 = 4
    probs = torch.tensor([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    loss = ExpectedCostLoss(MATRIX, inputs="probs")
    assert float(loss(probs, torch.tensor([0, 2]))) == pytest.approx((7.2 + 4) / 2)


def test_matrix_of_nought_and_one_gives_the_expected_error(batch):
    logits, labels = batch
    expected = (1 - logits.softmax(1).gather(1, labels[:, None])).mean()
    assert_close(ExpectedCostLoss(1 - torch.eye(3, dtype=torch.float64))(logits, labels), expected)


def test_small_error_keeps_its_digits():
    row = expected_cost_loss(
        torch.tensor([[40.0, 0.0]]), torch.tensor([0]), cost_matrix=[[0, 1], [1, 0]]
    )
    assert row.item() == pytest.approx(float(mpmath.exp(-40) / (1 + mpmath.exp(-40))), rel=1e-6)


def test_constant_added_to_the_costs_of_a_class_moves_no_gradient(batch):
    shifted = torch.tensor(MATRIX) + torch.tensor([[-7.0], [0.0], [3.0]])
    gradients = [torch.func.grad(ExpectedCostLoss(matrix))(*batch) for matrix in (MATRIX, shifted)]
    assert_close(*gradients)


def test_soft_label_gives_the_mean_over_the_classes_it_may_be(rows):
    logits, _ = rows(16, 3, 2)
    soft = rows(16, 3, 2, seed=1)[0].softmax(1)
    each = [
        expected_cost_loss(logits, torch.full((16, 2), k), cost_matrix=MATRIX) for k in range(3)
    ]
    expected = sum(soft[:, k] * each[k] for k in range(3))
    assert_close(expected_cost_loss(logits, soft, cost_matrix=MATRIX), expected)


def test_costs_by_row_equal_the_row_of_the_matrix(rows):
    logits, labels = rows(12, 3, 4)
    costs = torch.tensor(MATRIX, dtype=torch.float64)[labels].movedim(-1, 1)
    weights, mask = torch.rand(12, 4, dtype=torch.float64), torch.rand(12, 4) > 0.3
    expected = ExpectedCostLoss(MATRIX)(logits, labels, weights, mask=mask)
    assert_close(ExpectedCostLoss()(logits, costs, weights, mask=mask), expected)


def test_costs_by_row_go_with_the_logit_of_the_positive_class_alone():
    # p = 1/2 and 3/4: (2 + 6) / 2 = 4 and 8 / 4 + 3 * 0 / 4 = 2
    score = torch.tensor([0.0, 3.0]).where(torch.tensor([True, False]), torch.tensor(3.0).log())
    costs = torch.tensor([[2.0, 6.0], [8.0, 0.0]])
    for scores in (score, score[:, None]):
        assert ExpectedCostLoss(reduction="none")(scores, costs).tolist() == pytest.approx([4, 2])


def test_costs_of_an_absent_row_may_hold_anything():
    logits = torch.zeros(2, 2, requires_grad=True)
    costs = torch.tensor([[1.0, 3.0], [torch.nan, torch.inf]])
    value = ExpectedCostLoss()(logits, costs, mask=torch.tensor([True, False]))
    value.backward()
    assert value.item() == 2
    assert logits.grad[1].tolist() == [0, 0]


def test_costs_that_all_are_the_index_to_ignore_still_count():
    value = ExpectedCostLoss()(torch.zeros(2, 2), torch.tensor([[-100.0, -100.0], [0.0, 0.0]]))
    assert value.item() == -50


def test_half_costs_of_rows_are_computed_in_single():
    value = ExpectedCostLoss()(torch.zeros(1, 2).half(), torch.tensor([[1.0, 3.0]]).half())
    assert value.dtype == torch.float32
    assert value.item() == 2


def test_multilabel_asks_every_question_at_the_costs_of_no_and_yes():
    loss = ExpectedCostLoss([[0, 1], [5, 0]], multilabel=True)
    value = loss(torch.zeros(1, 2), torch.tensor([[1, 0]]))
    assert value.item() == pytest.approx((2.5 + 0.5) / 2)


@pytest.mark.usefixtures("unchecked")
def test_costs_by_row_compile_export_and_map(rows):
    torch.compiler.reset()
    loss, (logits, _) = ExpectedCostLoss(), rows(8, 3)
    costs = rows(8, 3, seed=1)[0].abs()
    expected = loss(logits, costs)
    assert_close(torch.compile(loss, fullgraph=True, backend="eager")(logits, costs), expected)
    n_rows = {0: torch.export.Dim("n_rows", min=2)}
    exported = torch.export.export(loss, (logits, costs), dynamic_shapes=(n_rows, n_rows))
    assert_close(exported.module()(logits[:5], costs[:5]), loss(logits[:5], costs[:5]))
    assert_close(torch.vmap(loss)(logits[None], costs[None]), expected[None])


def test_soft_labels_lose_nothing_under_autocast(rows):
    logits, soft = rows(8, 3)[0].float(), rows(8, 3, seed=1)[0].softmax(1).float()
    loss = ExpectedCostLoss(MATRIX)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = loss(logits, soft)
    assert_close(inside, loss(logits, soft))


def test_sum_with_cross_entropy_is_the_cost_regularised_loss(batch):
    loss = get(f"ce + 0.5*expected_cost(cost_matrix={json.dumps(MATRIX)})")
    expected = F.cross_entropy(*batch) + 0.5 * ExpectedCostLoss(MATRIX)(*batch)
    assert_close(loss(*batch), expected)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cost_matrix": [[0, 1, 2], [1, 0, 2]]}, r"cost_matrix must be a square table; got shape"),
        ({"cost_matrix": [0, 1]}, r"cost_matrix must be a square table; got shape \(2,\)"),
        ({"cost_matrix": [[0, float("inf")], [1, 0]]}, "cost_matrix must be .* finite"),
        ({"class_weight": [1, 2]}, "class_weight must be left out without cost_matrix"),
        ({"class_weight": "balanced"}, "class_weight must be left out without cost_matrix"),
        ({"pos_weight": 2.0}, "pos_weight must be left out without cost_matrix; got 2.0"),
        ({"label_smoothing": 0.1}, "label_smoothing must be left out without cost_matrix"),
        ({"multilabel": True}, "multilabel must be left out without cost_matrix"),
        ({"ignore_index": 3}, "ignore_index must be left out without cost_matrix; got 3. Costs"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        ExpectedCostLoss(**settings)


def test_matrix_of_other_classes_is_refused(batch):
    with pytest.raises(InputError, match=r"cost_matrix must have shape \(3, 3\); got \(2, 2\)"):
        ExpectedCostLoss([[0, 1], [5, 0]])(*batch)


@pytest.mark.parametrize(
    "labels", [torch.tensor([0, 1]), torch.eye(2).long(), torch.ones(2), torch.ones(2, 3)]
)
def test_what_is_no_cost_of_every_decision_is_refused(labels):
    with pytest.raises(InputError, match="labels must hold the cost of every decision, floats"):
        ExpectedCostLoss()(torch.zeros(2, 2), labels)
