"""Sums of losses: factors, parts, what they refuse."""

import copy

import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CrossEntropyLoss, FocalLoss, SoftF1Loss, WeightedSum, get


def test_sum_is_the_sum_of_factor_times_loss(batch):
    ce, soft_f1 = CrossEntropyLoss(), SoftF1Loss()
    assert_close((0.5 * ce + 3 * soft_f1)(*batch), 0.5 * ce(*batch) + 3 * soft_f1(*batch))


def test_gradient_of_a_sum_is_the_sum_of_gradients(batch):
    logits = batch[0].requires_grad_()
    ce, soft_f1 = CrossEntropyLoss(), SoftF1Loss()
    (gradient,) = torch.autograd.grad((0.5 * ce + 3 * soft_f1)(logits, batch[1]), logits)
    (of_ce,) = torch.autograd.grad(ce(logits, batch[1]), logits)
    (of_soft_f1,) = torch.autograd.grad(soft_f1(logits, batch[1]), logits)
    assert_close(gradient, 0.5 * of_ce + 3 * of_soft_f1)


@pytest.mark.parametrize(
    "loss",
    [
        2 * (0.5 * CrossEntropyLoss() + SoftF1Loss()) + FocalLoss(gamma=1),
        CrossEntropyLoss() + (SoftF1Loss() * 2 + FocalLoss(gamma=1)),
        sum([CrossEntropyLoss(), 2 * SoftF1Loss(), FocalLoss(gamma=1)]),
    ],
)
def test_sums_of_sums_are_flat(loss):
    assert isinstance(loss, WeightedSum)
    assert loss.spec == "ce + 2*soft_f1 + focal(gamma=1)"
    assert repr(loss) == "CrossEntropyLoss() + 2 * SoftF1Loss() + FocalLoss(gamma=1.0)"
    assert loss.factors == (1, 2, 1)


def test_parts_are_the_values_of_the_losses_without_their_factors(batch):
    loss = 0.5 * CrossEntropyLoss() + 2 * SoftF1Loss()
    parts = loss.parts(*batch)
    assert list(parts) == ["ce", "soft_f1"]
    assert_close(parts["ce"], CrossEntropyLoss()(*batch))
    assert_close(parts["soft_f1"], SoftF1Loss()(*batch))
    assert_close(sum(f * parts[part.spec] for f, part in loss.terms), loss(*batch))


def test_single_loss_is_its_only_part(batch):
    assert_close(FocalLoss().parts(*batch), {"focal(gamma=2)": FocalLoss()(*batch)})


def test_mask_and_weights_reach_every_part(batch):
    kept = torch.arange(64) < 40
    weights = torch.arange(64.0)
    loss = CrossEntropyLoss() + SoftF1Loss()
    logits, labels = batch
    expected = loss(logits[kept], labels[kept], weights[kept])
    assert_close(loss(*batch, weights, mask=kept), expected)


def test_rows_of_two_losses_add_up_row_by_row(batch):
    ce, focal = CrossEntropyLoss(reduction="none"), FocalLoss(reduction="none")
    assert_close((ce + focal)(*batch), ce(*batch) + focal(*batch))


def test_rows_and_a_mean_do_not_add_up(batch):
    loss = CrossEntropyLoss(reduction="none") + FocalLoss()
    with pytest.raises(InputError, match=r"parts must have one shape; got \[\(\), \(64,\)\]\."):
        loss(*batch)


@pytest.mark.parametrize("factor", [-1.0, float("nan"), float("inf")])
def test_factor_is_finite_and_at_least_zero(factor):
    with pytest.raises(InputError, match="factor must be finite and at least 0; got"):
        factor * CrossEntropyLoss()


def test_part_of_factor_zero_adds_nothing_even_where_it_is_infinite():
    logits = torch.tensor([[0.0, -torch.inf], [1.0, 2.0]], requires_grad=True)
    labels = torch.tensor([1, 0])  # the cross entropy of a masked class is infinite
    loss = 0 * CrossEntropyLoss() + SoftF1Loss()
    value = loss(logits, labels)
    assert_close(value, SoftF1Loss()(logits, labels))
    (gradient,) = torch.autograd.grad(value, logits)
    assert gradient.isfinite().all()
    assert loss.parts(logits, labels)["ce"] == torch.inf
    assert get(loss.spec).spec == loss.spec == "0*ce + soft_f1"


@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_sum_whose_factors_are_all_zero_costs_an_attached_nothing(reduction):
    logits = torch.tensor([[0.0, -torch.inf], [torch.nan, 2.0]], requires_grad=True)
    labels = torch.tensor([1, 0])
    loss = CrossEntropyLoss(reduction=reduction)
    value = (0 * loss)(logits, labels)
    assert value.shape == loss(logits, labels).shape
    assert (value == 0).all()
    value.sum().backward()
    assert (logits.grad == 0).all()


def test_sum_of_nothing_is_refused():
    with pytest.raises(InputError, match="terms must hold a loss; got none"):
        WeightedSum([])


def test_counts_that_run_out_bind_every_part():
    loss = get("ce(balanced) + focal(balanced)")
    assert loss.bind(iter([1.0, 3.0])).spec == loss.bind([1.0, 3.0]).spec


def test_number_is_no_loss():
    with pytest.raises(TypeError):
        1 + CrossEntropyLoss()


def test_bound_sum_binds_every_loss_and_leaves_the_original():
    loss = get("ce(balanced) + focal(balanced, gamma=2) + soft_f1")
    bound = loss.bind([1.0, 3.0])
    weight = "class_weight=[2, 0.6666666666666666]"
    assert bound.spec == f"ce({weight}) + focal(gamma=2, {weight}) + soft_f1"
    assert loss.spec == "ce(balanced) + focal(balanced, gamma=2) + soft_f1"


def test_sum_without_rules_is_bound_as_it_is():
    loss = CrossEntropyLoss() + SoftF1Loss()
    assert loss.bind([1.0, 3.0]) is loss


def test_state_and_copies_keep_class_weights():
    loss = get("0.5*ce(balanced) + soft_f1").bind([1.0, 3.0])
    state = loss.state_dict()
    assert list(state) == ["losses.0.class_weight"]
    other = (0.5 * CrossEntropyLoss(class_weight=[1.0, 1.0]) + SoftF1Loss()).double()
    other.load_state_dict(state)
    assert other.spec == loss.spec == copy.deepcopy(loss).spec


def test_class_weights_move_with_the_module():
    loss = get("ce(balanced) + soft_f1").bind([1.0, 3.0])
    assert loss.to("meta").terms[0][1].class_weight.device.type == "meta"
    assert get("ce(balanced)").bind([1.0, 3.0]).float().class_weight.dtype == torch.float32
