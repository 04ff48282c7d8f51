"""LDAM by hand, against its authors' formula, in exact arithmetic, and at its limits."""

import math

import mpmath
import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import LdamLoss, effective_weights, get, ldam_loss

COUNTS = [1000.0, 10.0, 5.0]


def test_worked_row():
    # margins 1000^-1/4 : 10^-1/4 : 5^-1/4 = .17783 : .56234 : .66874, the largest .5: of class 1
    # .56234 * .5 / .66874 = .42045; logits 30 * (.5, .2 - .42045, -.3) = 15, -6.61345, -9;
    # 15 + 6.61345 and next to nothing: 21.61345
    row = ldam_loss(torch.tensor([[0.5, 0.2, -0.3]]), torch.tensor([1]), class_counts=COUNTS)
    assert row.item() == pytest.approx(21.613446229254052, rel=1e-6)


@pytest.mark.parametrize("label", [0, 1, 2])
@pytest.mark.parametrize("soft", [False, True])
def test_equals_exact_arithmetic_in_value_and_gradient(label, soft):
    cosines = [0.9, -0.4, 0.3]
    with mpmath.workdps(60):
        raw = [mpmath.mpf(n) ** mpmath.mpf("-0.25") for n in COUNTS]
        margins = [m / 2 / max(raw) for m in raw]

        def exact(*z):
            lowered = [v - (margins[label] if k == label else 0) for k, v in enumerate(z)]
            terms = [mpmath.exp(30 * v) for v in lowered]
            return -mpmath.log(terms[label] / sum(terms))

        expected = float(exact(*map(mpmath.mpf, cosines)))
        orders = [tuple(int(i == k) for i in range(3)) for k in range(3)]
        slopes = [float(mpmath.diff(exact, tuple(cosines), order)) for order in orders]
    labels = torch.tensor([label])
    z = torch.tensor([cosines], dtype=torch.float64, requires_grad=True)
    row = ldam_loss(z, F.one_hot(labels, 3).double() if soft else labels, class_counts=COUNTS)
    row.sum().backward()
    assert row.item() == pytest.approx(expected, rel=1e-6)
    assert z.grad[0].tolist() == pytest.approx(slopes, rel=1e-6)


def test_equals_the_code_of_its_authors(batch):
    # github.com/kaidic/LDAM-DRW, losses.py: m_list = n^-1/4 * max_m / max, x - m at the label
    cosines, labels = batch[0].tanh(), batch[1]
    m_list = 1 / torch.tensor(COUNTS, dtype=torch.float64).sqrt().sqrt()
    m_list *= 0.4 / m_list.max()
    lowered = cosines - F.one_hot(labels, 3) * m_list[labels][:, None]
    weight = effective_weights(COUNTS, beta=0.9999)
    expected = F.cross_entropy(10 * lowered, labels, weight=weight)
    assert_close(
        LdamLoss(0.4, 10, class_counts=COUNTS, class_weight=weight)(cosines, labels), expected
    )


def test_no_margin_is_cross_entropy_at_the_scaled_logits(batch):
    loss = LdamLoss(max_m=0, s=3).bind(COUNTS)
    assert_close(loss(*batch), F.cross_entropy(3 * batch[0], batch[1]))


def test_soft_label_gives_the_mean_over_the_classes_it_may_be(rows):
    logits, _ = rows(16, 3, 2)
    soft = rows(16, 3, 2, seed=1)[0].softmax(1)
    each = [ldam_loss(logits, torch.full((16, 2), k), class_counts=COUNTS) for k in range(3)]
    expected = sum(soft[:, k] * each[k] for k in range(3))
    assert_close(ldam_loss(logits, soft, class_counts=COUNTS), expected)


def test_class_without_rows_has_the_margin_of_the_rarest_one():
    # margins .25, .5, .5 at 16, 0 and 1 rows: ln(1 + 2 e^m) at s = 1
    losses = ldam_loss(torch.zeros(3, 3), torch.arange(3), class_counts=[16, 0, 1], s=1)
    expected = [math.log1p(2 * math.exp(m)) for m in (0.25, 0.5, 0.5)]
    assert losses.tolist() == pytest.approx(expected)


def test_scale_of_the_counts_changes_nothing(batch):
    many = [1e9 * n for n in COUNTS]
    assert_close(LdamLoss().bind(many)(*batch), LdamLoss().bind(COUNTS)(*batch))


@pytest.mark.parametrize("soft", [False, True])
def test_sure_row_costs_nothing_when_all_other_classes_are_masked(soft):
    logits = torch.tensor([[1.0, -torch.inf]], requires_grad=True)
    labels = torch.tensor([[1.0, 0.0]]) if soft else torch.tensor([0])
    row = ldam_loss(logits, labels, class_counts=[9, 1])
    row.sum().backward()
    assert row.item() == pytest.approx(0, abs=1e-30)
    assert logits.grad.tolist() == [[0.0, 0.0]]


def test_weights_may_begin_with_a_later_epoch(batch):
    loss = get("ldam(class_weight=switch(none, effective(beta=0.9999), 160))").bind(COUNTS)
    late = LdamLoss(class_counts=COUNTS, class_weight=effective_weights(COUNTS, beta=0.9999))
    assert_close(loss.at(159)(*batch), LdamLoss(class_counts=COUNTS)(*batch))
    assert_close(loss.at(160)(*batch), late(*batch))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_m": -0.1}, "max_m must be a number at least 0; got -0.1. 0 is no margin"),
        ({"s": 0.0}, "s must be a number above 0; got 0.0. Cosines need some 30"),
        ({"multilabel": True}, "multilabel must be false"),
    ],
)
def test_impossible_settings_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        LdamLoss(**settings)


def test_unbound_loss_says_how_to_bind_it(batch):
    with pytest.raises(InputError, match=r"class_counts must be known when .* Call loss\.bind"):
        LdamLoss()(*batch)
