"""Rows to learn from: two classes that overlap, the same in every test."""

import signal
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
import torch

from calibrant.statistics.threads import threads
from calibrant.training.rows import LabelledRows

MakeRows: TypeAlias = Callable[..., LabelledRows]


@pytest.fixture(autouse=True)
def _same_weights_in_every_run() -> Iterator[None]:
    """Torch's layers draw from the global generator: seed it, and put it back.

    One thread, because tests that run at the same time wait for each other's threads.
    """
    with threads(1), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@pytest.fixture(autouse=True)
def _interrupts_are_heard() -> Iterator[None]:
    """Ctrl-C raises, where tests run in the background of a shell, too, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def make_rows() -> MakeRows:
    """Return a maker of rows whose first feature tells the class, with noise."""

    def make(n_rows: int, *, seed: int, n_features: int = 3, n_classes: int = 2) -> LabelledRows:
        generator = torch.Generator().manual_seed(seed)
        features = torch.randn(n_rows, n_features, generator=generator)
        noise = torch.randn(n_rows, generator=generator)
        rank = (features[:, 0] + noise).argsort().argsort()
        return LabelledRows(features, rank * n_classes // n_rows)

    return make


@pytest.fixture(scope="session")
def train(make_rows: MakeRows) -> LabelledRows:
    return make_rows(200, seed=1)


@pytest.fixture(scope="session")
def validation(make_rows: MakeRows) -> LabelledRows:
    return make_rows(100, seed=2)
