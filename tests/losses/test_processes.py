"""Two processes give what one gives with the rows of both: losses of sums, value and gradient."""

import multiprocessing
from pathlib import Path

import jaxtyping
import pytest
import torch
from torch import Tensor, distributed, nn

from calibrant.losses import SumLoss, available, get

SPECS = [
    entry.example
    for entry in available().values()
    if any(isinstance(term, SumLoss) for _, term in get(entry.example).terms)
]
SHARDS = {"halves": (slice(0, 12), slice(12, 24)), "unequal": (slice(0, 5), slice(5, 24))}
OVER = ("batch", "sample")
N_PROCESSES = 2


def rows() -> tuple[Tensor, Tensor, Tensor]:
    """Features of 24 small images, labels and weights of their pixels."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(24, 5, 2, 3, generator=generator, dtype=torch.float64)
    labels = torch.randint(3, (24, 2, 3), generator=generator)
    labels[0, 0, 0] = -100
    return features, labels, torch.rand(24, 2, 3, generator=generator, dtype=torch.float64)


def value_and_gradient(
    spec: str, over: str, part: slice, *, sync: bool | str = False, empty: bool = False
) -> tuple[Tensor, Tensor]:
    """Loss of a linear model on some of the rows, and the gradient of its parameters."""
    torch.manual_seed(1)
    model = nn.Conv2d(5, 3, 1, dtype=torch.float64)
    features, labels, weights = (tensor[part] for tensor in rows())
    if empty:
        labels = torch.full_like(labels, -100)
    loss = get(spec).bind(torch.tensor([3.0, 1.0, 2.0]))
    for _, term in loss.terms:
        term.sync, term.over = sync, over
    value = loss(model(features), labels, weights)
    value.backward()
    gradients = [parameter.grad.flatten() for parameter in model.parameters()]
    return value.detach(), torch.cat(gradients)


def work(rank: int, folder: str) -> None:
    """What one process finds, written to a file: value and gradient of every case."""
    jaxtyping.config.update("jaxtyping_disable", True)  # noqa: FBT003
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", f"file://{folder}/meeting", world_size=N_PROCESSES, rank=rank
    )
    found = {}
    for spec in SPECS:
        for over in OVER:
            for name, parts in SHARDS.items():
                value, gradient = value_and_gradient(spec, over, parts[rank], sync=True)
                distributed.all_reduce(gradient)
                found[spec, over, name] = value, gradient / N_PROCESSES  # as data parallel does
            value, gradient = value_and_gradient(spec, over, SHARDS["halves"][rank], sync="sum")
            distributed.all_reduce(gradient)
            found[spec, over, "sum"] = value, gradient
            part = SHARDS["halves"][rank]
            value, gradient = value_and_gradient(spec, over, part, sync=True, empty=rank == 1)
            distributed.all_reduce(gradient)
            found[spec, over, "empty"] = value, gradient / N_PROCESSES
    distributed.destroy_process_group()
    torch.save(found, Path(folder) / f"{rank}.pt")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    """What both processes find, started once for all losses."""
    folder = tmp_path_factory.mktemp("processes")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=work, args=(r, str(folder))) for r in range(N_PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    return [torch.load(folder / f"{rank}.pt") for rank in range(N_PROCESSES)]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("case", [*SHARDS, "sum", "empty"])
def test_two_processes_have_the_loss_and_gradient_of_one(found, spec, over, case):
    whole = slice(0, 12) if case == "empty" else slice(0, 24)
    value, gradient = value_and_gradient(spec, over, whole)
    for one in found:
        its_value, its_gradient = one[spec, over, case]
        torch.testing.assert_close(its_value, value, rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(its_gradient, gradient, rtol=1e-10, atol=1e-10)


def test_processes_without_sync_have_losses_of_their_own():
    value = value_and_gradient("dice", "batch", slice(0, 5), sync=True)[0]
    assert value == value_and_gradient("dice", "batch", slice(0, 5))[0]  # there is no group
    assert abs(value - value_and_gradient("dice", "batch", slice(0, 24))[0]) > 1e-4
