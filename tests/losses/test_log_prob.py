"""Log-probability of the true class against exact arithmetic, at its edges, and mapped."""

import mpmath
import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck
from torch.testing import assert_close

from calibrant.losses.log_prob import ABSENT, log_prob_at, log_probs

SHAPES = [(2,), (3,), (2, 2, 3), (5, 2)]


def rows(*shape: int, seed: int = 0):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(4, *shape, generator=generator, dtype=torch.float64)
    labels = torch.randint(shape[0], (4, *shape[1:]), generator=generator)
    return logits, labels, torch.rand(4, *shape[1:], generator=generator) < 0.7


@pytest.mark.parametrize("shape", SHAPES)
def test_equals_log_softmax_at_the_label(shape):
    logits, labels, _ = rows(*shape)
    expected = logits.log_softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1)
    assert_close(log_prob_at(logits, labels), expected)
    assert_close(log_probs(logits), logits.log_softmax(1))


@pytest.mark.parametrize("logits", [[30.0, 0.3, -1.2], [60.0, 0.0], [-60.0, 0.0], [0.5, -0.2, 0.1]])
def test_value_and_gradient_have_all_their_digits(logits):
    with mpmath.workdps(60):
        powers = [mpmath.exp(z) for z in map(mpmath.mpf, logits)]
        total, others = sum(powers), sum(powers[1:])
        value = float(mpmath.log(powers[0] / total))
        slopes = [float(others / total), *(float(-power / total) for power in powers[1:])]
    z = torch.tensor([logits], dtype=torch.float64, requires_grad=True)
    log_p = log_prob_at(z, torch.tensor([0]))
    log_p.sum().backward()
    assert log_p.item() == pytest.approx(value, rel=1e-14, abs=0)
    assert z.grad[0].tolist() == pytest.approx(slopes, rel=1e-14, abs=0)
    assert log_probs(z)[0, 0].item() == pytest.approx(value, rel=1e-14, abs=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_first_and_second_derivatives_match_finite_differences(shape):
    logits, labels, kept = rows(*shape)
    for mask in (None, kept):
        assert gradcheck(lambda z, mask=mask: log_prob_at(z, labels, mask), logits.requires_grad_())
        assert gradgradcheck(lambda z, mask=mask: log_prob_at(z, labels, mask), logits)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("garbage", [torch.nan, torch.inf, -torch.inf])
def test_absent_rows_get_a_constant_and_no_gradient(n_classes, garbage):
    logits, labels, _ = rows(n_classes)
    kept = torch.tensor([True, False, True, False])
    logits[~kept] = garbage
    log_p = log_prob_at(logits.requires_grad_(), labels, kept)
    (first,) = torch.autograd.grad(log_p.sum(), logits, create_graph=True)
    (second,) = torch.autograd.grad(first.square().sum(), logits)
    assert log_p[~kept].tolist() == [pytest.approx(ABSENT)] * 2
    assert (first[~kept] == 0).all()
    assert (second[~kept] == 0).all()
    assert_close(log_p[kept], log_prob_at(logits[kept], labels[kept]))
    assert second.isfinite().all()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_nan_in_a_row_that_counts_is_not_hidden(n_classes):
    logits = torch.zeros(2, n_classes)
    logits[0, 1] = torch.nan
    log_p = log_prob_at(logits.requires_grad_(), torch.tensor([0, 0]))
    log_p.sum().backward()
    assert log_p.isnan().tolist() == [True, False]
    assert logits.grad.isnan().all(1).tolist() == [True, False]


@pytest.mark.parametrize("others", [[-1e4], [-1e4, -1e30], [-torch.inf], [-torch.inf, -torch.inf]])
def test_sure_row_has_log_probability_zero_and_no_gradient(others):
    logits = torch.tensor([[1e4, *others]], requires_grad=True)
    log_p = log_prob_at(logits, torch.tensor([0]))
    log_p.sum().backward()
    assert log_p.item() == 0
    assert (logits.grad == 0).all()


def test_hopeless_row_costs_the_difference_of_its_logits():
    logits = torch.tensor([[-1e4, 1e4, -torch.inf], [-1e4, 1e4, 1e4]], requires_grad=True)
    log_p = log_prob_at(logits, torch.tensor([0, 0]))
    log_p.sum().backward()
    assert log_p.tolist() == pytest.approx([-2e4, -2e4 - 0.6931])  # the second: less ln 2
    assert_close(logits.grad, torch.tensor([[1.0, -1.0, 0.0], [1.0, -0.5, -0.5]]))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("axes", [(0, 0), (0, None), (None, 0)])
def test_maps_over_logits_labels_or_both(shape, axes):
    batches = [rows(*shape, seed=seed)[:2] for seed in range(3)]
    stacked = [torch.stack(part) for part in zip(*batches, strict=True)]
    arguments = [s if a == 0 else s[0] for s, a in zip(stacked, axes, strict=True)]

    def total(logits, labels):
        return log_prob_at(logits, labels, labels > 0).square().sum()

    for function in (total, torch.func.grad(total)):
        mapped = torch.vmap(function, axes)(*arguments)
        each = [
            function(*(s[i if a == 0 else 0] for s, a in zip(stacked, axes, strict=True)))
            for i in range(3)
        ]
        assert_close(mapped, torch.stack(each))


def test_layout_of_channels_last_changes_nothing():
    logits, labels, kept = rows(3, 4, 5)
    last = logits.contiguous(memory_format=torch.channels_last).requires_grad_()
    plain = logits.requires_grad_()
    log_prob_at(last, labels, kept).sum().backward()
    log_prob_at(plain, labels, kept).sum().backward()
    assert_close(last.grad, plain.grad)


@pytest.mark.parametrize("n_classes", [300, 3])
def test_logits_larger_than_a_part_are_as_one(n_classes):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2**20 // n_classes, n_classes, generator=generator)  # 4 MiB: two parts
    labels = torch.randint(n_classes, logits.shape[:1], generator=generator)
    kept = labels > 0
    logits[~kept] = torch.nan
    logits.requires_grad_()
    log_p = log_prob_at(logits, labels, kept)
    (gradient,) = torch.autograd.grad(log_p.sum(), logits)
    exact = logits.detach()[kept].double().requires_grad_()
    expected = exact.log_softmax(1).gather(1, labels[kept].unsqueeze(1)).squeeze(1)
    (slope,) = torch.autograd.grad(expected.sum(), exact)
    assert_close(log_p[kept].double(), expected, rtol=1e-5, atol=1e-6)
    assert_close(gradient[kept].double(), slope, rtol=1e-5, atol=1e-6)
    assert (gradient[~kept] == 0).all()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_backward_passes_can_be_batched(n_classes):
    logits, labels, kept = rows(n_classes)
    logits.requires_grad_()
    log_p = log_prob_at(logits, labels, kept)
    eye = torch.eye(4, dtype=torch.float64)
    one_by_one = [torch.autograd.grad(log_p, logits, e, retain_graph=True)[0] for e in eye]
    (together,) = torch.autograd.grad(log_p, logits, eye, is_grads_batched=True)
    assert_close(together, torch.stack(one_by_one))
    many = torch.vmap(log_prob_at, (None, 0, None))(logits, labels.expand(3, 4), kept)
    (gradient,) = torch.autograd.grad(many.sum(), logits)
    assert_close(gradient, 3 * sum(one_by_one))
