"""Losses that every law is tried on, and rows to try them with."""

from collections.abc import Callable, Iterator

import jaxtyping
import pytest
import torch
from torch import Tensor

from calibrant.losses import Loss, available, get
from calibrant.losses.front_end import FrontEnd, class_batch
from calibrant.losses.spec import parse

COUNTS = torch.tensor([3.0, 1.0, 2.0, 4.0])
"""Rows of every class that rules for class weights are bound to."""

VARIANTS = (
    "ce(effective(beta=0.9))",
    "ce(inverse_sqrt)",
    "pairwise_auc(surrogate=squared_hinge)",
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


def costs(n_classes: int) -> list[list[int]]:
    """Cost matrix in which the errors of every class cost something else."""
    return [
        [0 if k == j else 1 + (3 * k + j) % 5 for j in range(n_classes)] for k in range(n_classes)
    ]


SIZED: dict[str, Callable[[int], str]] = {
    "expected_cost": lambda n: f"expected_cost(cost_matrix={costs(n)})",
}
"""Specs by name where a setting has one entry per class, for a number of classes."""

SPECS = tuple(dict.fromkeys((*(entry.example for entry in available().values()), *VARIANTS)))

Rows = tuple[Tensor, Tensor]
MakeRows = Callable[..., Rows]


def sized(spec: str, n_classes: int) -> Loss:
    """Loss of a spec for a number of classes, bound to counts."""
    name = parse(spec).terms[0].name
    loss = get(SIZED[name](n_classes) if name in SIZED else spec)
    return loss.bind(COUNTS.repeat(n_classes)[:n_classes])


def takes_classes(spec: str) -> bool:
    """Whether all losses of a spec take logits of classes and class indices."""
    terms = [term for _, term in sized(spec, 3).terms]
    return all(isinstance(t, FrontEnd) and t.batch_for is class_batch for t in terms)


@pytest.fixture(params=SPECS)
def any_spec(request: pytest.FixtureRequest) -> str:
    """Spec of a loss: the example of every registered one, and some more."""
    return request.param


@pytest.fixture
def any_loss(any_spec: str) -> Loss:
    """Loss of any kind, for three classes if it has classes."""
    return sized(any_spec, 3)


@pytest.fixture
def make_batch(any_loss: Loss) -> Callable[[int, int], Rows]:
    """Function that makes a typical batch for that loss from a number of rows and a seed."""
    (_, first), *_ = any_loss.terms

    def make(n_rows: int, seed: int = 0) -> Rows:
        return first.batch_for(torch.Generator().manual_seed(seed), n_rows, 3)

    return make


@pytest.fixture(params=[spec for spec in SPECS if takes_classes(spec)])
def spec(request: pytest.FixtureRequest) -> str:
    """Spec of a loss of classes: the example of every registered one, and some more."""
    return request.param


@pytest.fixture
def make(spec: str) -> Callable[[int], Loss]:
    """Loss of the spec for a number of classes."""
    return lambda n_classes: sized(spec, n_classes)


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
