"""EarlyStopping: what it keeps, and when it is over."""

import pytest
import torch
from torch import nn

from calibrant.training.stopping import EarlyStopping


def over_after(scores, *, patience, min_gain=0.0):
    """Return the epoch after which it is over, or None, and the best epoch then."""
    stopping, network = EarlyStopping(patience=patience, min_gain=min_gain), nn.Linear(1, 1)
    for epoch, score in enumerate(scores, start=1):
        stopping.see(epoch, float(score), network)
        if stopping.is_over:
            return epoch, stopping.best.epoch
    return None, stopping.best.epoch


@pytest.mark.parametrize(
    ("scores", "patience", "expected"),
    [
        ([3, 2, 1, 1.5, 1.5], 2, (5, 3)),  # two epochs without a gain
        ([3, 2, 1, 1.5, 0.9, 1.5], 2, (None, 5)),  # a gain starts the count again
        ([1, 1, 1], 2, (3, 1)),  # a tie is no gain, and the first is kept
        ([1, 2], 1, (2, 1)),
        ([3, 2, 1], 1, (None, 3)),
    ],
)
def test_it_is_over_after_as_many_epochs_without_a_gain_as_patience_says(
    scores, patience, expected
):
    assert over_after(scores, patience=patience) == expected


def test_small_gains_do_not_count_until_they_add_up():
    falling = [1.0, 0.94, 0.88, 0.82, 0.76]  # 0.88 is more than 0.1 below 1, then 0.76
    assert over_after(falling, patience=2, min_gain=0.1) == (None, 5)
    assert over_after([1.0, 0.97, 0.94], patience=2, min_gain=0.1) == (3, 3)


def test_the_lowest_score_is_kept_even_when_its_lead_does_not_count():
    assert over_after([1.0, 0.99, 1.5], patience=2, min_gain=0.1)[1] == 2


def test_the_state_is_a_copy():
    stopping, network = EarlyStopping(patience=3, min_gain=0.0), nn.BatchNorm1d(2)
    stopping.see(1, 0.5, network)
    with torch.no_grad():
        network.weight.mul_(7)
    network(torch.randn(4, 2))
    assert stopping.best.state["weight"].tolist() == [1.0, 1.0]
    assert int(stopping.best.state["num_batches_tracked"]) == 0
