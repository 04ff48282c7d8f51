# ruff: noqa: D101, D102 -- a mutant is named after what is wrong with it
"""Checks of losses: all of the catalogue keep the laws, and every law catches its mutant."""

import os
from typing import ClassVar, Literal

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import calibrant as cal
from calibrant.errors import InputError
from calibrant.losses import RowLoss, SumLoss, at_label, get
from calibrant.losses.checking.run import LAWS
from calibrant.losses.classification.focal import FocalLoss
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.registry import FAMILIES
from calibrant.losses.rows import truth_of


class Bare(FrontEnd):
    """Loss without a template: forward does as it likes."""

    reduction: Literal["mean", "sum", "none"] = "mean"

    def forward(self, logits, labels, weights=None, *, mask=None) -> Tensor:
        rows = self.prepare(logits, labels, weights, mask)
        return self.total(F.cross_entropy(rows.logits, rows.labels, reduction="none"), rows.weights)

    def total(self, losses, weights) -> Tensor:
        match self.reduction:
            case "mean":
                return (weights * losses).sum() / torch.where(weights.sum() > 0, weights.sum(), 1)
            case "sum":
                return (weights * losses).sum()
            case _:
                return weights * losses


class WeightIgnored(Bare):
    def total(self, losses, weights):
        return super().total(losses, (weights > 0).to(losses.dtype))


class MeanOverClasses(Bare):
    def total(self, losses, weights):
        return super().total(losses, weights) / (3 if self.reduction == "mean" else 1)


class Leaking(Bare):  # NaN times 0 is NaN
    def forward(self, logits, labels, weights=None, *, mask=None):
        kept = (labels >= 0) & (labels < 3)
        weights = kept.to(logits.dtype) if weights is None else weights.to(logits.dtype)
        losses = F.cross_entropy(logits, torch.where(kept, labels, 0), reduction="none")
        return self.total(losses, weights if mask is None else mask * weights)


class DividedByNothing(Bare):
    def total(self, losses, weights):
        return (weights * losses).sum() / weights.sum()


class ReadsAValue(Bare):
    def total(self, losses, weights):
        return (weights * losses).sum() / max(weights.sum().item(), 1e-300)


class BranchOnAValue(Bare):
    def total(self, losses, weights):
        return super().total(losses, weights) if weights.sum() > 0 else 0 * losses.sum()


class ShapeFromValues(Bare):
    def total(self, losses, weights):
        kept = weights > 0
        return super().total(losses[kept], weights[kept])


class HalfSums(nn.Module):
    def forward(self, logits, labels):
        return -(logits.log_softmax(1).gather(1, labels[:, None]).squeeze(1)).cumsum(0)[-1] / len(
            labels
        )


class OneVersusRest(RowLoss):
    def per_row(self, logits, labels):
        truth = truth_of(logits, labels)
        prob = logits.sigmoid()
        right = truth * prob + (1 - truth) * (1 - prob)
        entropy = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
        return ((1 - right) ** 2 * entropy).sum(1)


class Detached(RowLoss):
    def per_row(self, logits, labels):
        log_p = at_label(logits.log_softmax(1), labels)
        return -((1 - log_p.exp().detach()) ** 2) * log_p


class FlatBackward(torch.autograd.Function):
    """Cross entropy whose gradient is right, and is a constant for the second derivative."""

    @staticmethod
    def forward(ctx, logits, labels):
        ctx.save_for_backward(logits.softmax(1) - truth_of(logits, labels))
        return F.cross_entropy(logits, labels, reduction="none")

    @staticmethod
    def backward(ctx, gradient):
        (slope,) = ctx.saved_tensors
        return gradient[:, None] * slope, None


class WrongCurvature(RowLoss):
    def per_row(self, logits, labels):
        return FlatBackward.apply(logits, labels)


class ByPosition(RowLoss):
    def per_row(self, logits, labels):
        place = torch.arange(len(logits), dtype=logits.dtype)
        return (1 + place) * -at_label(logits.log_softmax(1), labels)


class PlusOne(Bare):
    def total(self, losses, weights):
        return super().total(losses, weights) * weights.sum() / (weights.sum() + 1)


class Smoothed(SumLoss):
    ignores_scale: ClassVar[bool] = True  # which is not so

    def addends(self, probs, truth):
        return probs * truth, probs + truth

    def read(self, sums):
        return (1 - (2 * sums[..., 0, :] + 1) / (sums[..., 1, :] + 1)).mean(-1)


class OutOfLogSpace(RowLoss):
    def per_row(self, logits, labels):
        odds = logits.exp()
        return -at_label((odds / odds.sum(1, keepdim=True)).log(), labels)


class ZeroTimesInfinity(RowLoss):
    def per_row(self, logits, labels):
        return -(truth_of(logits, labels) * logits.log_softmax(1)).sum(1)


class NanHidden(RowLoss):
    def per_row(self, logits, labels):
        return -at_label(logits.log_softmax(1), labels).nan_to_num()


class Noisy(RowLoss):
    def per_row(self, logits, labels):
        return -at_label((logits + 0.1 * torch.randn_like(logits)).log_softmax(1), labels)


class Spread(Bare):
    def total(self, losses, weights):
        return super().total(losses, weights) + losses.std()


class SoftIsOther(RowLoss):
    def per_row(self, logits, labels):
        losses = -at_label(logits.log_softmax(1), labels)
        return losses if labels.ndim < logits.ndim else 2 * losses


class CentredOnTheBatch(SumLoss):
    def addends(self, probs, truth):
        return ((probs - probs.mean(0)) * truth, truth)

    def read(self, sums):
        return sums[..., 0, :].sum(-1) / sums[..., 1, :].sum(-1).clamp(min=1)


MUTANTS = [
    (WeightIgnored(), {"weights"}),
    (MeanOverClasses(), {"reductions"}),
    (Leaking(), {"masked", "weightless", "ignored"}),
    (DividedByNothing(), {"nothing_left"}),
    (ReadsAValue(), {"values_unread", "mapped"}),
    (ShapeFromValues(), {"values_unread", "mapped"}),
    (BranchOnAValue(), {"values_unread", "compiled", "mapped"}),
    (HalfSums(), {"half_precision"}),
    (OneVersusRest(), {"shift"}),
    (Detached(), {"gradient"}),
    (WrongCurvature(), {"second_derivative"}),
    (ByPosition(), {"order"}),
    (PlusOne(), {"scale"}),
    (Smoothed(), {"weights"}),
    (OutOfLogSpace(), {"extremes"}),
    (ZeroTimesInfinity(), {"masked_class"}),
    (NanHidden(), {"nan"}),
    (Noisy(), {"repeatable"}),
    (Spread(), {"one_row"}),
    (SoftIsOther(), {"one_hot"}),
    (CentredOnTheBatch(), {"shards"}),
]


CHECKED = [
    entry.example
    for entries in FAMILIES.values()
    for entry in (entries if "CALIBRANT_LONG" in os.environ else entries[:1])
]
"""All losses, or the first of every family: the others keep the same laws in files of their own."""


@pytest.mark.parametrize("spec", CHECKED)
def test_losses_of_the_catalogue_keep_the_laws(spec):
    cal.losses.check(get(spec)).raise_if_broken()


@pytest.mark.parametrize(("loss", "laws"), MUTANTS, ids=[type(m).__name__ for m, _ in MUTANTS])
def test_law_catches_its_mutant(loss, laws):
    report = cal.losses.check(loss)
    assert not report.ok
    assert {each.name for each in report.broken} >= laws
    for law in laws:
        assert report[law].remedy, law


def test_law_of_specs_catches_a_setting_that_is_not_written(monkeypatch):
    monkeypatch.setattr(FocalLoss, "stated", lambda _: {})
    report = cal.losses.check(FocalLoss(gamma=4))
    assert [each.name for each in report.broken] == ["spec"]


def test_every_law_has_a_mutant():
    caught = {law for _, laws in MUTANTS for law in laws} | {"spec"}
    assert caught == {law.name for law in LAWS}


def test_loss_of_torch_is_told_where_it_differs():
    report = cal.losses.check(nn.CrossEntropyLoss())
    assert {each.name for each in report.broken} == {"half_precision", "ignored", "nothing_left"}
    assert report["weights"].outcome == "does not apply"


def test_sum_of_losses_is_checked_as_one():
    report = cal.losses.check(get("0.5*ce(balanced) + 0.5*soft_f1"))
    assert report.ok
    assert report["reductions"].note == "it has no reduction of its own"


@pytest.mark.parametrize(
    "spec",
    [
        "ce(multilabel=true)",
        "ce(inputs=probs)",
        "ce(reduction=sum)",
        "focal(reduction='none')",
        "ce(when_empty=nan)",
        "ce(ignore_index=none)",
        "ce(class_weight=[1, 2, 3, 4, 0])",
        "soft_f1(over=sample)",
        "0*ce + focal",
    ],
)
def test_settings_that_change_what_is_taken_are_minded(spec):
    cal.losses.check(get(spec)).raise_if_broken()


def test_loss_stays_as_it_was():
    loss = get("ce(balanced)")
    before = repr(loss)
    cal.losses.check(loss)
    assert repr(loss) == before
    with pytest.raises(InputError, match="be numbers when the loss is called"):
        loss(torch.zeros(2, 2), torch.tensor([0, 1]))


def test_gradients_may_be_off_outside():
    with torch.no_grad():
        assert cal.losses.check(get("ce"))["gradient"].outcome == "kept"
        assert not torch.is_grad_enabled()


def test_loss_that_refuses_its_batch_says_so():
    with pytest.raises(InputError, match="class_weight must have shape"):
        cal.losses.check(get("ce(class_weight=[1, 2])"), n_classes=3)


@pytest.mark.usefixtures("unchecked")
def test_function_is_no_loss():
    with pytest.raises(InputError, match=r"loss must be a torch\.nn\.Module; got function"):
        cal.losses.check(F.cross_entropy)
