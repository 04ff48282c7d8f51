"""Losses that every law is tried on, and rows to try them with."""

from collections.abc import Callable, Iterator

import jaxtyping
import pytest
import torch
from torch import Tensor

from calibrant.losses import Loss, available, get

COUNTS = torch.tensor([3.0, 1.0, 2.0, 4.0])
"""Rows of every class that rules for class weights are bound to."""

VARIANTS = (
    "ce",
    "ce(label_smoothing=0.1)",
    "ce(ignore_index=255)",
    "focal(gamma=0)",
    "focal(gamma=0.5)",
    "focal(balanced, gamma=3)",
    "soft_f1",
    "soft_f1(balanced, absent=skip)",
    "0.5*ce(balanced) + 0.5*soft_f1",
)
SPECS = tuple(dict.fromkeys((*(entry.example for entry in available().values()), *VARIANTS)))

Rows = tuple[Tensor, Tensor]
MakeRows = Callable[..., Rows]


@pytest.fixture(params=SPECS)
def spec(request: pytest.FixtureRequest) -> str:
    """Spec of a loss: the example of every registered one, and some more."""
    return request.param


@pytest.fixture
def make(spec: str) -> Callable[[int], Loss]:
    """Loss of the spec for a number of classes."""
    return lambda n_classes: get(spec).bind(COUNTS.repeat(n_classes)[:n_classes])


@pytest.fixture
def loss(make: Callable[[int], Loss]) -> Loss:
    """Loss of the spec for three classes."""
    return make(3)


@pytest.fixture
def rows() -> MakeRows:
    """Function that makes random float64 logits, classes at axis 1, and labels."""

    def make(n_rows: int, n_classes: int, *axes: int, seed: int = 0) -> Rows:
        generator = torch.Generator().manual_seed(seed)
        logits = torch.randn(n_rows, n_classes, *axes, generator=generator, dtype=torch.float64)
        return logits, torch.randint(n_classes, (n_rows, *axes), generator=generator)

    return make


@pytest.fixture
def batch(rows: MakeRows) -> Rows:
    """Logits and labels of 64 rows and three classes."""
    return rows(64, 3)


@pytest.fixture
def unchecked() -> Iterator[None]:
    """Annotations unchecked, as for users: checking takes long, and tracing would step into it."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)  # noqa: FBT003
    yield
    jaxtyping.config.update("jaxtyping_disable", before)
