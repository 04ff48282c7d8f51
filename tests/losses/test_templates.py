"""Three templates: reductions of rows, sums that merge, and losses of one's own."""

from dataclasses import replace
from typing import Annotated

import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import BatchLoss, CrossEntropyLoss, FocalLoss, RowLoss, SoftF1Loss, SumLoss
from calibrant.losses.rows import at_label
from calibrant.losses.settings import Bounds

ROW_LOSSES = [CrossEntropyLoss, FocalLoss]
every_row_loss = pytest.mark.parametrize("loss", ROW_LOSSES)


class Miss(RowLoss):
    """Probability of all other classes, to a power."""

    power: Annotated[float, Bounds(at_least=0.0)] = 1.0

    def per_row(self, logits, labels):
        """See `RowLoss.per_row`."""
        return (1 - at_label(logits.softmax(1), labels)) ** self.power


class SoftAccuracy(SumLoss):
    """One minus the share of rows, weighted by their probability of the truth."""

    def addends(self, probs, truth):
        """See `SumLoss.addends`."""
        return probs * truth, truth

    def read(self, sums):
        """See `SumLoss.read`."""
        right, total = sums.sum(-1).unbind(-1)
        return torch.where(total > 0, 1 - right / torch.where(total > 0, total, 1), 0 * total)


class Ranking(BatchLoss):
    """Mean logistic loss over the pairs of a row of class 1 and one of class 0."""

    def whole(self, logits, labels, weights):
        """See `BatchLoss.whole`."""
        score = logits[:, 1] - logits[:, 0]
        positive, negative = weights * (labels == 1), weights * (labels == 0)
        pairs = positive[:, None] * negative
        losses = torch.nn.functional.softplus(score - score[:, None])
        return (pairs * losses).sum() / pairs.sum().clamp(min=torch.finfo(pairs.dtype).tiny)


@every_row_loss
@pytest.mark.parametrize("shape", [(6, 3), (6, 3, 4)])
def test_reductions_agree(loss, rows, shape):
    logits, labels = rows(*shape)
    labels[2] = -100
    weights = torch.rand(labels.shape, generator=torch.Generator().manual_seed(1)).double()
    weight = torch.tensor([1.0, 5.0, 2.0], dtype=torch.float64)
    by_row = loss(class_weight=weight, reduction="none")(logits, labels, weights)
    total = loss(class_weight=weight, reduction="sum")(logits, labels, weights)
    mean = loss(class_weight=weight)(logits, labels, weights)
    size = (weights * weight[labels.clamp(min=0)])[labels >= 0].sum()
    assert by_row.shape == labels.shape
    assert (by_row[2] == 0).all()
    assert_close(by_row.sum(), total)
    assert_close(total / size, mean)


@every_row_loss
def test_rows_of_nothing_cost_an_attached_nothing(loss):
    for reduction in ("mean", "sum", "none"):
        logits = torch.full((2, 3), torch.nan, requires_grad=True)
        value = loss(reduction=reduction)(logits, torch.full((2,), -100))
        value.sum().backward()
        assert (value == 0).all()
        assert (logits.grad == 0).all()


def test_rows_of_many_labels_come_entry_by_entry(rows):
    logits, _ = rows(4, 3, 5)
    loss = CrossEntropyLoss(multilabel=True, reduction="none")
    assert loss(logits, (logits > 0).long()).shape == (4, 3, 5)


@pytest.mark.parametrize("average", ["macro", "micro"])
@pytest.mark.parametrize("absent", ["keep", "skip"])
def test_sums_of_parts_add_up_to_the_whole(batch, average, absent):
    logits, labels = batch
    weights = torch.rand(64, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    loss = SoftF1Loss(average=average, absent=absent, class_weight=[1.0, 2.0, 3.0])
    parts = [slice(0, 1), slice(1, 20), slice(20, 20), slice(20, 64)]
    sums = [loss.sums(logits[part], labels[part], weights[part]) for part in parts]
    assert_close(loss.read(sum(sums)), loss(logits, labels, weights))
    mean_of_losses = sum(loss(logits[half], labels[half]) for half in (parts[1], parts[3])) / 2
    assert abs(mean_of_losses - loss(*batch)) > 1e-4  # why sums are shared, and losses are not


def test_sums_of_shards_carry_the_gradient_of_the_whole(batch):
    logits, labels = batch
    loss = SoftF1Loss()
    whole = logits.clone().requires_grad_()
    loss(whole, labels).backward()
    rank = logits[:32].clone().requires_grad_()
    others = loss.sums(logits[32:], labels[32:])
    loss.read(loss.sums(rank, labels[:32]) + others).backward()
    assert_close(rank.grad, whole.grad[:32])


def test_sums_of_many_tables_are_read_at_once(batch):
    logits, labels = batch
    loss = SoftF1Loss()
    tables = torch.stack(
        [loss.sums(logits[half], labels[half]) for half in (slice(32), slice(32, 64))]
    )
    expected = torch.stack([loss(logits[:32], labels[:32]), loss(logits[32:], labels[32:])])
    assert_close(loss.read(tables), expected)


@pytest.mark.parametrize("loss", [Miss(2), SoftAccuracy(), Ranking()])
def test_loss_of_ones_own_has_all_options(loss, rows):
    logits, labels = rows(10, 2)
    labels[:2] = torch.tensor([0, 1])
    times = torch.tensor([1, 1, 2, 0, 1, 1, 3, 1, 0, 1])
    repeated = loss(logits.repeat_interleave(times, 0), labels.repeat_interleave(times))
    assert_close(loss(logits, labels, times), repeated)
    leaf = logits.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: loss(z, labels), leaf)
    logits[4], labels[4] = torch.nan, -100
    kept = labels >= 0
    assert_close(loss(logits, labels), loss(logits[kept], labels[kept]))
    assert loss(logits, torch.full_like(labels, -100)) == 0
    image = logits[kept][:6].reshape(2, 3, 2).movedim(-1, 1)
    assert_close(
        loss(image, labels[kept][:6].reshape(2, 3)), loss(logits[kept][:6], labels[kept][:6])
    )
    positive = logits[kept][:, 1] - logits[kept][:, 0]
    asked = replace(loss, multilabel=True) if isinstance(loss, SumLoss) else loss
    assert_close(loss(positive, labels[kept]), asked(logits[kept], labels[kept]))


def test_loss_of_ones_own_says_what_it_is():
    assert repr(Miss(2, ignore_index=None)) == "Miss(power=2.0, ignore_index=None)"
    assert Miss(2).spec == "Miss(power=2)"
    assert (0.5 * Miss(3) + Ranking()).spec == "0.5*Miss(power=3) + Ranking"


def test_loss_of_ones_own_checks_its_settings():
    with pytest.raises(InputError, match="power must be a number at least 0; got -1"):
        Miss(-1)


def test_loss_of_sums_over_the_batch_has_nothing_to_reduce():
    with pytest.raises(InputError, match="reduction must be 'mean' with over='batch'; got 'none'"):
        SoftF1Loss(reduction="none")


def test_losses_of_samples_are_those_of_batches_of_one(rows):
    logits, labels = rows(5, 3, 4, 2)
    labels[2], labels[3, 0] = -100, -100
    weights = torch.tensor([1.0, 3.0, 1.0, 2.0, 0.0], dtype=torch.float64)
    alone = torch.stack([SoftF1Loss()(logits[i : i + 1], labels[i : i + 1]) for i in range(5)])
    counts = torch.tensor([1.0, 3.0, 0.0, 2.0, 0.0], dtype=torch.float64)  # row 2 is ignored
    by_sample = SoftF1Loss(over="sample", reduction="none")(logits, labels, weights)
    assert_close(by_sample, counts * alone)
    mean = SoftF1Loss(over="sample")(logits, labels, weights)
    assert_close(mean, (counts * alone).sum() / counts.sum())


def test_rows_without_axes_are_samples_too(batch):
    alone = [SoftF1Loss()(batch[0][i : i + 1], batch[1][i : i + 1]) for i in range(64)]
    assert_close(SoftF1Loss(over="sample")(*batch), torch.stack(alone).mean())


def test_losses_of_classes_average_to_the_loss(batch):
    loss = SoftF1Loss()
    assert_close(loss.by_class(loss.sums(*batch)).mean(), loss(*batch))
    some = SoftF1Loss(classes=[0, 2])
    assert_close(some(*batch), loss.by_class(loss.sums(*batch))[[0, 2]].mean())


def test_questions_without_rows_cost_what_was_asked_for(batch):
    ignored = torch.full_like(batch[1], -100)
    for loss in (CrossEntropyLoss, FocalLoss, SoftF1Loss):
        assert loss()(batch[0], ignored) == 0
        assert loss(when_empty="nan")(batch[0], ignored).isnan()
        assert_close(loss(when_empty="nan")(*batch), loss()(*batch))
