"""Time of a training step with our losses against a bare torch loop, as ratios.

A network of 128 and 64 units with batch norm and dropout takes steps on batches of 64 rows,
with fused AdamW, on one thread: small work, where a slow loss shows most. Each loss and the
torch function that does the same train twin networks in turn; printed are the medians and the
median of the ratios of neighbours in time, and whether a target is kept. Run it as
``OMP_NUM_THREADS=1 python benchmarks/training_step_speed.py``.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from calibrant.losses import get

N_FEATURES, N_CLASSES, BATCH_SIZE, N_BATCHES = 20, 2, 64, 50
ROUNDS = 60
TARGET = 1.2
WEIGHT = torch.tensor([1.0, 3.0])
PAIRS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "ce": F.cross_entropy,
    "ce(class_weight=[1, 3])": partial(F.cross_entropy, weight=WEIGHT),
    "ce(label_smoothing=0.1)": partial(F.cross_entropy, label_smoothing=0.1),
}


class Trainer:
    """Twin of all others but for its loss."""

    def __init__(self, loss: Callable[[Tensor, Tensor], Tensor]) -> None:
        torch.manual_seed(0)
        self.loss = loss
        self.network = nn.Sequential(
            *(nn.Linear(N_FEATURES, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.5)),
            *(nn.Linear(128, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.25)),
            nn.Linear(64, N_CLASSES),
        )
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=2e-3, fused=True)

    def seconds_per_step(self, batches: list[tuple[Tensor, Tensor]]) -> float:
        """Time of one step, the mean over the batches."""
        start = time.perf_counter()
        for features, labels in batches:
            self.optimizer.zero_grad()
            self.loss(self.network(features), labels).backward()
            self.optimizer.step()
        return (time.perf_counter() - start) / len(batches)


def main() -> None:
    """Print one line a loss, and whether plain cross entropy keeps the target."""
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(N_BATCHES, BATCH_SIZE, N_FEATURES, generator=generator)
    labels = (
        features[:, :, 0] + torch.randn(N_BATCHES, BATCH_SIZE, generator=generator) > 0
    ).long()
    batches = list(zip(features, labels, strict=True))
    print(f"threads {torch.get_num_threads()}, torch {torch.__version__}, {BATCH_SIZE} rows a step")
    print(f"{'loss':28}{'torch us':>10}{'ours us':>10}{'ratio':>8}   target")
    for spec, bare_loss in PAIRS.items():
        bare, ours = Trainer(bare_loss), Trainer(get(spec))
        twins = (bare, ours)
        times = [tuple(twin.seconds_per_step(batches) for twin in twins) for _ in range(ROUNDS)]
        bare_us, ours_us = (1e6 * statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(our / base for base, our in times)
        kept = f"   at most {TARGET}: {'kept' if ratio <= TARGET else 'BROKEN'}"
        target = kept if spec == "ce" else ""
        print(f"{spec:28}{bare_us:10.0f}{ours_us:10.0f}{ratio:8.3f}{target}")


if __name__ == "__main__":
    main()
