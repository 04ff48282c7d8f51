"""TrainSettings: what they refuse, and what follows from them."""

import math
from itertools import pairwise

import pytest

from calibrant.errors import InputError
from calibrant.training.settings import TrainSettings


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"learning_rate": 0.0}, "learning_rate must be finite and above 0; got 0.0"),
        ({"learning_rate": math.nan}, "learning_rate must be finite"),
        ({"schedule": "linear"}, "schedule must be one of constant, cosine; got 'linear'"),
        ({"weight_decay": -0.1}, "weight_decay must be finite and at least 0"),
        ({"min_gain": math.inf}, "min_gain must be finite and at least 0"),
        ({"batch_size": 1}, "batch_size must be at least 2; got 1"),
        ({"max_epochs": 0}, "max_epochs must be at least 1"),
        ({"patience": 0}, "patience must be at least 1"),
        ({"threads": 0}, "threads must be at least 1"),
        ({"optimizer": "lion"}, "optimizer must be one of adamw, adam, sgd; got 'lion'"),
        ({"stop_by": "ece"}, "stop_by must be one of score, calibrated, loss; got 'ece'"),
    ],
)
def test_settings_that_cannot_train_are_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        TrainSettings(**wrong)


@pytest.mark.parametrize(
    ("n_rows", "size"),
    [(1, 32), (511, 32), (1023, 32), (1024, 64), (4095, 128), (4096, 256), (10**7, 256)],
)
def test_batches_grow_with_the_rows_from_32_to_256(n_rows, size):
    assert TrainSettings().batch_size_for(n_rows) == size


def test_a_batch_size_that_is_given_is_used():
    assert TrainSettings(batch_size=48).batch_size_for(10**6) == 48


def test_a_cosine_falls_in_every_epoch_and_stays_above_zero():
    settings = TrainSettings(schedule="cosine", max_epochs=20)
    rates = [settings.learning_rate_in(epoch) for epoch in range(1, 21)]
    assert rates[0] == settings.learning_rate
    assert all(later < rate for rate, later in pairwise(rates))
    assert rates[-1] > 0
