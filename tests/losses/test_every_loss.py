"""Laws of every registered loss: which rows count, how much, and what no loss may do."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from calibrant.losses import SumLoss, available, get
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.overlap.lovasz import LovaszExtension
from calibrant.losses.spec import parse

GARBAGE = [torch.nan, torch.inf, -torch.inf]
ASKING = (SumLoss, LovaszExtension)
"""Losses that a single score a row asks about yes alone."""


def ignored_class(loss) -> int | None:
    """Label that all losses of a sum ignore; None where one of them has no such label."""
    indices = [getattr(term, "ignore_index", None) for _, term in loss.terms]
    return None if None in indices else max(indices)


def value_and_gradient(loss, scores, *rest, **options) -> tuple[Tensor, Tensor]:
    scores = scores.detach().clone().requires_grad_()
    value = loss(scores, *rest, **options)
    (gradient,) = torch.autograd.grad(value.sum(), scores)
    return value.detach(), gradient


def spoiled(labels: Tensor, absent: Tensor) -> Tensor:
    """Labels that no class and no number has, where they are absent."""
    labels = labels.clone()
    labels[absent] = torch.nan if labels.is_floating_point() else 999
    return labels


def test_every_registered_loss_is_tried(any_spec):
    assert parse(any_spec).terms[0].name in available()


def test_weight_k_equals_row_k_times(any_loss, make_batch):
    batch = make_batch(48)
    times = torch.arange(48) % 3  # 0 times included
    repeated = (rows_of.repeat_interleave(times, 0) for rows_of in batch)
    assert_close(any_loss(*batch, times.double()), any_loss(*repeated))


def test_order_of_rows_changes_nothing(any_loss, make_batch):
    scores, labels = make_batch(48)
    assert_close(any_loss(scores.flip(0), labels.flip(0)), any_loss(scores, labels))


@pytest.mark.parametrize(
    ("how", "garbage"),
    [*(("ignored", g) for g in GARBAGE), ("masked", torch.nan), ("weightless", torch.nan)],
)
def test_absent_rows_have_no_effect_whatever_they_hold(any_loss, make_batch, how, garbage):
    scores, labels = make_batch(32)
    kept = torch.arange(32) % 4 > 0
    alone, gradient_alone = value_and_gradient(any_loss, scores[kept], labels[kept])
    scores[~kept], labels = garbage, spoiled(labels, ~kept)
    weights, mask = torch.ones(32, dtype=torch.float64), None
    if how == "ignored":
        index = ignored_class(any_loss)
        if index is None:
            pytest.skip("has no label that means absent")
        labels[~kept], weights[~kept] = index, garbage
    elif how == "masked":
        weights[~kept], mask = garbage, kept
    else:
        weights[~kept] = 0
    value, gradient = value_and_gradient(any_loss, scores, labels, weights, mask=mask)
    assert_close(value, alone)
    assert_close(gradient[kept], gradient_alone)
    assert (gradient[~kept] == 0).all()


def test_nan_that_counts_is_not_hidden(any_loss, make_batch):
    scores, labels = make_batch(16)
    scores[3] = torch.nan
    assert any_loss(scores, labels).isnan()


def test_batch_of_absent_rows_costs_an_attached_nothing(any_loss, make_batch):
    scores, labels = make_batch(8)
    nobody = torch.zeros(8, dtype=torch.bool)
    value, gradient = value_and_gradient(any_loss, scores, spoiled(labels, ~nobody), mask=nobody)
    assert value == 0
    assert (gradient == 0).all()


def test_batch_of_no_rows_costs_an_attached_nothing(any_loss, make_batch):
    scores, labels = make_batch(2)
    value, gradient = value_and_gradient(any_loss, scores[:0], labels[:0])
    assert value == 0
    assert gradient.shape == scores[:0].shape


def test_batch_of_absent_rows_is_nan_on_request(any_loss, make_batch):
    if len(any_loss.terms) > 1:
        pytest.skip("the losses of a sum have the option, not the sum")
    scores, labels = make_batch(8)
    expected = any_loss(scores, labels)
    any_loss.when_empty = "nan"
    assert any_loss(scores, labels, torch.zeros(8)).isnan()
    assert_close(any_loss(scores, labels), expected)


@pytest.mark.usefixtures("unchecked")
def test_gradients_match_finite_differences(any_loss, make_batch):
    if any(term.stops_gradient for _, term in any_loss.terms):
        pytest.skip("a part of it counts as a constant, as its paper has it")
    scores, labels = make_batch(4)
    present = torch.tensor([True, True, False, True])
    leaf = scores.requires_grad_()
    assert torch.autograd.gradcheck(lambda z: any_loss(z, labels, mask=present), leaf)
    if all(term.is_smooth for _, term in any_loss.terms):
        assert torch.autograd.gradgradcheck(lambda z: any_loss(z, labels, mask=present), leaf)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_value_and_gradient_are_finite_for_extreme_scores(any_loss, make_batch, dtype):
    scores, labels = make_batch(16)
    if not all(isinstance(term, FrontEnd) for _, term in any_loss.terms):
        pytest.skip("numbers have no extremes of their own: squares of 1e4 are what they are")
    value, gradient = value_and_gradient(any_loss, (1e4 * scores.sign()).to(dtype), labels)
    assert value.isfinite()
    assert value.dtype == dtype
    assert gradient.isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single(any_loss, make_batch, dtype):
    scores, labels = make_batch(64)
    scores = scores.to(dtype)
    value, gradient = value_and_gradient(any_loss, scores, labels)
    expected, expected_gradient = value_and_gradient(any_loss, scores.double(), labels)
    assert value.dtype == torch.float32
    assert gradient.dtype == dtype
    assert_close(value, expected.float(), rtol=1e-4, atol=1e-5)
    assert_close(gradient.double(), expected_gradient, rtol=2e-2, atol=1e-4)


def test_one_row_gives_finite_numbers(any_loss, make_batch):
    value, gradient = value_and_gradient(any_loss, *make_batch(1))
    assert value.isfinite()
    assert gradient.isfinite().all()


def test_reductions_agree(any_loss, make_batch):
    if len(any_loss.terms) > 1 or "reduction" not in dir(any_loss) or isinstance(any_loss, ASKING):
        pytest.skip("has one value of the batch, or is a sum")
    batch = make_batch(12)
    weights = torch.rand(12, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    mean = any_loss(*batch, weights)
    any_loss.reduction = "none"
    by_row = any_loss(*batch, weights)
    size = any_loss(*batch, weights).sum() / mean  # total weight, that of classes included
    any_loss.reduction = "sum"
    assert by_row.shape[0] == 12
    assert_close(any_loss(*batch, weights), by_row.sum())
    assert_close(any_loss(*batch, 2 * weights), 2 * by_row.sum())
    any_loss.reduction = "mean"
    assert_close(any_loss(*batch, 2 * weights), by_row.sum() / size)


def test_no_grad_stays_off(any_loss, make_batch):
    scores, labels = make_batch(8)
    with torch.no_grad():
        value = any_loss(scores.requires_grad_(), labels)
        assert not torch.is_grad_enabled()
    assert not value.requires_grad


def test_inputs_stay_as_they_were(any_loss, make_batch):
    (scores, labels), weights = make_batch(32), torch.rand(32).double()
    before = weights.clone()
    any_loss(scores, labels, weights)
    assert_close((scores, labels, weights), (*make_batch(32), before))


def test_spec_makes_the_same_loss_again(any_loss, make_batch):
    again = get(any_loss.spec)
    assert again.spec == any_loss.spec
    assert repr(again) == repr(any_loss)
    assert_close(again(*make_batch(16)), any_loss(*make_batch(16)))
