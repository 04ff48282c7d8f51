"""Speed of the set (ECE, Brier, log loss, accuracy, confusion) against torchmetrics.

Both get the same tensors in memory and do all of it: check, count, read. Where torchmetrics
1.x has no function (Brier and log loss of probabilities), plain torch expressions stand in.
The two run in turn in one process; the ratio of the medians is printed. Run it as
`make bench`, or with `OMP_WAIT_POLICY=PASSIVE python benchmarks/evaluation_speed.py`.
"""

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torchmetrics.functional import classification as peer

import calibrant as cal

METRICS = ["ece", "brier", "log_loss", "accuracy", "confusion_matrix"]
SHAPES = {"1e6 x 10": (1_000_000, 10), "1e5 x 1000": (100_000, 1000), "binary 1e7": (10_000_000, 1)}
ROUNDS = 5


def batch(n_rows: int, n_classes: int) -> tuple[Tensor, Tensor]:
    """Float32 probabilities and int64 labels; one class means a positive class."""
    generator = torch.Generator().manual_seed(0)
    if n_classes == 1:
        probs = torch.rand(n_rows, generator=generator)
        return probs, (torch.rand(n_rows, generator=generator) < probs).long()
    probs = (2 * torch.randn(n_rows, n_classes, generator=generator)).softmax(-1)
    return probs, torch.multinomial(probs, 1, generator=generator).squeeze(-1)


def ours(probs: Tensor, labels: Tensor) -> list[float]:
    """The first four values by calibrant, with their intervals; the matrix is counted too."""
    evaluation = cal.evaluate(cal.predictions(probs=probs, labels=labels), METRICS)
    return [float(evaluation[name]) for name in METRICS[:4]]


def theirs(probs: Tensor, labels: Tensor) -> list[float]:
    """The first four values by torchmetrics or plain torch; the matrix is counted too."""
    if probs.ndim == 1:
        peer.binary_confusion_matrix(probs, labels)
        log_loss = torch.nn.functional.binary_cross_entropy(probs, labels.to(probs.dtype))
        brier = 2 * (probs - labels).square().mean()
        # its binary error is of the positive class: the top label's needs two columns
        both = torch.stack((1 - probs, probs), dim=-1)
        ece = peer.multiclass_calibration_error(both, labels, 2, n_bins=15)
        accuracy = peer.binary_accuracy(probs, labels)
    else:
        n_classes = probs.shape[1]
        peer.multiclass_confusion_matrix(probs, labels, n_classes)
        log_loss = -probs.gather(-1, labels[:, None]).log().mean()
        truth = torch.nn.functional.one_hot(labels, n_classes)
        brier = (probs - truth).square().sum(-1).mean()
        ece = peer.multiclass_calibration_error(probs, labels, n_classes, n_bins=15)
        accuracy = peer.multiclass_accuracy(probs, labels, n_classes, average="micro")
    return [float(value) for value in (ece, brier, log_loss, accuracy)]


def seconds(work: Callable[[Tensor, Tensor], object], probs: Tensor, labels: Tensor) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    work(probs, labels)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    torch.set_num_threads(2)
    print(f"threads: {torch.get_num_threads()}; medians of {ROUNDS} interleaved rounds")
    print(
        f"{'rows':<12}{'calibrant ms':>14}{'torchmetrics ms':>17}{'ratio':>8}   largest difference"
    )
    for name, shape in SHAPES.items():
        probs, labels = batch(*shape)
        own, other = ours(probs, labels), theirs(probs, labels)  # and a warm-up
        gap = max(abs(a - b) for a, b in zip(own, other, strict=True))
        times = [
            (seconds(ours, probs, labels), seconds(theirs, probs, labels)) for _ in range(ROUNDS)
        ]
        mine, peers = (1000 * statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name:<12}{mine:>14.0f}{peers:>17.0f}{peers / mine:>8.1f}   {gap:.1e}")


if __name__ == "__main__":
    main()
