"""One epoch: its batches, the loss of members, and what is measured after it."""

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss as sklearn_log_loss
from torch import nn
from torch.nn import functional as F

from calibrant.training.epoch import Measure, batches, loss_of, train_epoch
from calibrant.training.optimizer import AdamW
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import LogLoss


class SoftErrorRate(nn.Module):
    """Largest share of probability that a class loses: a loss that is no mean of rows."""

    def forward(self, logits, labels):
        """Return the loss of the rows."""
        truth = F.one_hot(labels, logits.shape[1])
        lost = ((1 - logits.softmax(dim=1)) * truth).sum(dim=0)
        return (lost / truth.sum(dim=0).clamp(min=1)).max()


def rows_of(n_rows, *, weights=None):
    return LabelledRows(torch.arange(n_rows).float()[:, None], torch.zeros(n_rows).long(), weights)


def sizes_and_rows(n_rows, batch_size):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        parts = [features[:, 0] for features, _, _ in batches(rows_of(n_rows), batch_size)]
    return [len(part) for part in parts], torch.cat(parts)


@pytest.mark.parametrize(
    ("n_rows", "batch_size", "sizes"),
    [
        (20, 8, [8, 8, 4]),  # half a batch is kept
        (19, 8, [8, 8]),  # less is not
        (16, 8, [8, 8]),
        (5, 8, [5]),  # a first batch is kept, whatever its size
        (2, 8, [2]),
        (5, 2, [2, 2]),  # one row is never a batch
        (3, 3, [3]),
    ],
)
def test_a_last_batch_of_less_than_half_or_of_one_row_is_left_out(n_rows, batch_size, sizes):
    found, rows = sizes_and_rows(n_rows, batch_size)
    assert found == sizes
    assert len(rows.unique()) == sum(sizes)


def test_rows_come_in_another_order_than_they_stand():
    _, rows = sizes_and_rows(1000, 100)
    assert abs(np.corrcoef(rows, np.arange(1000))[0, 1]) < 0.2


def test_labels_and_weights_stay_with_their_features():
    number = torch.arange(100)
    rows = LabelledRows(number.float()[:, None], number, number + 1.0)
    for features, labels, weights in batches(rows, 8):
        assert torch.equal(features[:, 0], labels.float())
        assert torch.equal(weights, labels + 1.0)


def test_loss_of_members_is_the_mean_of_their_losses():
    generator = torch.Generator().manual_seed(0)
    logits, labels = torch.randn(3, 50, 2, generator=generator), torch.arange(50) % 2
    loss = SoftErrorRate()
    expected = torch.stack([loss(one, labels) for one in logits]).mean()
    together = loss(logits.flatten(0, 1), labels.repeat(3))
    assert float(loss_of(loss, logits, labels)) == pytest.approx(float(expected), rel=1e-6)
    assert abs(float(together - expected)) > 0.01


def test_loss_of_members_with_weights_is_the_mean_of_their_weighted_losses():
    def weighted(logits, labels, weights):
        return (weights * F.cross_entropy(logits, labels, reduction="none")).sum() / weights.sum()

    generator = torch.Generator().manual_seed(0)
    logits, labels = torch.randn(3, 50, 2, generator=generator), torch.arange(50) % 2
    weights = torch.rand(50, generator=generator)
    expected = F.cross_entropy(
        logits.flatten(0, 1), labels.repeat(3), reduction="none"
    ) @ weights.repeat(3) / (3 * weights.sum())  # fmt: skip
    torch.testing.assert_close(loss_of(_module(weighted), logits, labels, weights), expected)


def test_an_epoch_takes_one_step_for_every_batch():
    class Counting(AdamW):
        n_taken = 0

        def step(self, learning_rate):
            self.n_taken += 1
            super().step(learning_rate)

    network = nn.Linear(1, 2)
    optimizer = Counting(network.parameters(), weight_decay=0.0)
    loss = nn.CrossEntropyLoss()
    train_epoch(network, loss, optimizer, rows_of(19), batch_size=8, learning_rate=1e-6)
    assert optimizer.n_taken == 2


def test_a_step_follows_the_gradient_of_its_batch_alone():
    network, rows, loss = nn.Linear(1, 2), rows_of(8), nn.CrossEntropyLoss()
    optimizer = AdamW(network.parameters(), weight_decay=0.0)
    for _ in range(2):  # a gradient left over from the first would add to the second
        expected = torch.autograd.grad(
            loss(network(rows.features), rows.labels), network.parameters()
        )
        train_epoch(network, loss, optimizer, rows, batch_size=8, learning_rate=0.1)
        for parameter, gradient in zip(network.parameters(), expected, strict=True):
            torch.testing.assert_close(parameter.grad, gradient)


def test_log_loss_is_scikit_learns():
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(200, 3, generator=generator)
    labels, weights = torch.arange(200) % 3, torch.rand(200, generator=generator)
    probs = logits.double().softmax(dim=1)
    rows = LabelledRows(torch.zeros(200, 1), labels)
    assert LogLoss()(logits, rows) == pytest.approx(sklearn_log_loss(labels, probs), rel=1e-12)
    rows = LabelledRows(torch.zeros(200, 1), labels, weights)
    expected = sklearn_log_loss(labels, probs, sample_weight=weights.double())
    assert LogLoss()(logits, rows) == pytest.approx(expected, rel=1e-12)


def test_a_loss_of_many_rows_is_measured_on_all_of_them_at_once():
    labels = torch.cat((torch.zeros(4500), torch.ones(500))).long()
    score = torch.randn(5000, 1, generator=torch.Generator().manual_seed(0))
    rows = LabelledRows(score, labels)
    network, loss = nn.Linear(1, 2), SoftErrorRate()
    network.load_state_dict({"weight": torch.eye(2)[:, :1], "bias": torch.tensor([2.0, 0.0])})
    logits = network(score).detach()
    record = Measure(loss, rows, rows, None)(network, epoch=1, learning_rate=0.1)
    expected = float(loss(logits, labels))
    parts = zip(logits.split(256), labels.split(256), strict=True)
    mean_of_batches = np.mean([float(loss(*part)) for part in parts])
    assert record.validation_loss == pytest.approx(expected, rel=1e-5)
    assert record.train_loss == pytest.approx(expected, rel=1e-5)
    assert abs(mean_of_batches - expected) > 0.1  # the mistake would show


def test_log_loss_of_uneven_batches_is_that_of_all_rows():
    score = torch.linspace(-3, 3, 4097)[:, None]  # 4096 rows at a time, and then one
    rows = LabelledRows(score, torch.zeros(4097).long())
    network = nn.Linear(1, 2)
    record = Measure(nn.CrossEntropyLoss(), rows, rows, None)(network, epoch=1, learning_rate=0.1)
    expected = float(F.cross_entropy(network(score).detach().double(), rows.labels))
    assert record.validation_score == pytest.approx(expected, rel=1e-6)


def test_measuring_is_done_as_in_prediction():
    network = nn.Sequential(nn.Linear(1, 2), nn.Dropout(0.5)).train()
    measure = Measure(nn.CrossEntropyLoss(), rows_of(50), rows_of(50), None)
    first, second = (measure(network, epoch=1, learning_rate=0.1) for _ in range(2))
    assert first == second


def test_watched_metrics_see_all_rows_of_both_parts():
    def watch(logits, labels):
        return {"rows": float(len(logits)), "labels": float(len(labels))}

    measure = Measure(nn.CrossEntropyLoss(), rows_of(5000), rows_of(7), watch)
    record = measure(nn.Linear(1, 2), epoch=1, learning_rate=0.1)
    assert record.train_watched == {"rows": 5000, "labels": 5000}
    assert record.validation_watched == {"rows": 7, "labels": 7}
    assert record.to_row()["validation_rows"] == 7


def _module(function):
    class Loss(nn.Module):
        def forward(self, logits, labels, weights):
            return function(logits, labels, weights)

    return Loss()
