"""Laws of tracing and text: no value decides a branch or a shape, and a spec makes the loss."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from copy import deepcopy

import jaxtyping
import torch
from torch import Tensor

from calibrant.losses.base import Loss
from calibrant.losses.build import get
from calibrant.losses.checking.law import Law
from calibrant.losses.checking.subject import NotApplicable, Subject, deviation
from calibrant.losses.registry import available
from calibrant.losses.sum_loss import SumLoss

__all__ = ["LAWS", "unchecked_annotations"]


@contextmanager
def unchecked_annotations() -> Generator[None]:
    """Context without checks of annotations at run time: tracing would step into the checker."""
    before = bool(jaxtyping.config.jaxtyping_disable)
    jaxtyping.config.update("jaxtyping_disable", True)  # noqa: FBT003 -- its own interface
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", before)


def _reads_no_value(subject: Subject) -> float:
    """0 if scores without values give a loss without value; else an error."""
    scores, labels = subject.batch(12)
    loss = deepcopy(subject.loss).to("meta")
    value: Tensor = loss(scores.to("meta"), labels.to("meta"))
    return float(value.shape != subject.loss(scores, labels).shape)


def _compiles(subject: Subject) -> float:
    """Distance between the loss and its one compiled graph, in value and gradient."""
    scores, labels = subject.batch(12)
    torch.compiler.reset()  # graphs of other losses of the class count against a limit
    compiled: Callable[[Tensor, Tensor], Tensor] = torch.compile(
        subject.loss, fullgraph=True, backend="eager"
    )
    traced = Subject(_Callable(compiled), subject.n_classes, subject.seed)
    found = traced.value_and_gradient(scores, labels)
    expected = subject.value_and_gradient(scores, labels)
    return max(deviation(a, e) for a, e in zip(found, expected, strict=True))


class _Callable(torch.nn.Module):
    """Function as a module."""

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Loss of a batch."""
        return self.function(scores, labels)


def _maps(subject: Subject) -> float:
    """Distance between vmap over two batches and the two calls, in value and gradient."""
    scores, labels = subject.batch(12)
    stacked = torch.stack((scores, 0.5 * scores if not subject.takes_probs else scores.flip(0)))
    both = stacked, torch.stack((labels, labels))
    mapped = torch.func.vmap(subject.value)(*both)
    gradients = torch.func.vmap(torch.func.grad(subject.value))(*both)
    each = [subject.value_and_gradient(s, y) for s, y in zip(*both, strict=True)]
    return max(
        deviation(mapped, torch.stack([value for value, _ in each])),
        deviation(gradients, torch.stack([gradient for _, gradient in each])),
    )


def _shards(subject: Subject) -> float:
    """Distance between the loss and what it reads from the sums of two halves."""
    loss = subject.loss
    if not isinstance(loss, SumLoss) or loss.over != "batch":
        raise NotApplicable("it is no function of sums over the batch")
    scores, labels = subject.batch(60)
    halves = [loss.sums(scores[half], labels[half]) for half in (slice(25), slice(25, None))]
    return deviation(loss.read(halves[0] + halves[1]), loss(scores, labels))


def _spec(subject: Subject) -> float:
    """Distance between the loss and that which its spec makes; infinite if it is written anew."""
    loss = subject.loss
    if not isinstance(loss, Loss):
        raise NotApplicable("it is no calibrant.losses.Loss")
    homes = {entry.home for entry in available().values()}
    if not all(_home_of(type(term)) in homes for term in subject.terms):
        raise NotApplicable("it is not in the catalogue")
    again = get(loss.spec)
    if again.spec != loss.spec:
        return torch.inf
    batch = subject.batch(20)
    return deviation(again(*batch), loss(*batch))


def _home_of(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


LAWS = (
    Law(
        "values_unread",
        "no value is read: tensors of the device meta, which have none, give a loss",
        "Leave .item(), float(), `if tensor` and shapes that depend on data out: torch.where "
        "chooses without looking, and a device need not wait. Make tensors where the scores are, "
        "with device=scores.device.",
        _reads_no_value,
        limit=0.0,
    ),
    Law(
        "compiled",
        "torch.compile makes one graph of it, which gives the same",
        "Leave .item(), `if tensor`, boolean indexing and Python's own numbers out of the "
        "arithmetic: torch.where chooses without looking.",
        _compiles,
    ),
    Law(
        "mapped",
        "torch.vmap over batches gives what one call for each gives",
        "Leave .item(), `if tensor`, boolean indexing and writing in place out.",
        _maps,
    ),
    Law(
        "shards",
        "read from the sums of two parts it is the loss of the whole",
        "Put all that is not a sum over rows into `read`.",
        _shards,
    ),
    Law(
        "spec",
        "its spec makes the same loss again",
        "Every setting must be an annotated field that get() can read.",
        _spec,
    ),
)
