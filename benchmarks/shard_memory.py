"""Peak memory of fits from shards: 1e7 rows that are never in memory together.

Each method runs in a process of its own, in which a small fit has loaded the libraries. Shards of
200,000 rows are made anew on every pass. Prints, by method, what the fit adds to the peak of
the process, and what the rows would take: float32 log-odds and int64 labels.

    OMP_WAIT_POLICY=PASSIVE python -m benchmarks.shard_memory [METHOD ...]
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import torch

import calibrant as cal
from calibrant.calibrators.named import get
from calibrant.calibrators.shards import ShardedCalibrator
from calibrant.prediction.base import Predictions

METHODS = ("temperature", "platt", "beta", "histogram", "scaling_binning", "isotonic")
SHARD, N_ROWS = 200_000, 10_000_000


class Made:
    """Shards of rows that are twice too sure, made anew on every pass."""

    def __init__(self, n_rows: int) -> None:
        self.n_shards = n_rows // SHARD

    def __iter__(self) -> Iterator[Predictions]:
        """One shard at a time."""
        for k in range(self.n_shards):
            drawn = torch.Generator().manual_seed(k)
            true = 2 * torch.randn(SHARD, generator=drawn)
            labels = (torch.rand(SHARD, generator=drawn) < true.sigmoid()).long()
            yield cal.predictions(logits=2 * true, labels=labels)


def peak() -> int:
    """Peak resident memory of this process so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def added(method: str, n_rows: int) -> tuple[int, float]:
    """Bytes that a fit adds to the peak of this process, and its seconds on the processor."""
    calibrator = get(method)
    assert isinstance(calibrator, ShardedCalibrator)
    calibrator.fit_shards(Made(SHARD))
    before, start = peak(), time.process_time()
    calibrator.fit_shards(Made(n_rows))
    return peak() - before, time.process_time() - start


def main() -> None:
    """Measure one method in this process, or each in one of its own."""
    if len(sys.argv) == 3 and sys.argv[1] == "--only":
        torch.set_num_threads(1)
        extra, seconds = added(sys.argv[2], N_ROWS)
        print(f"{sys.argv[2]}: {extra / 1e6:.0f} MB, {seconds:.1f} s, one thread", flush=True)
        return
    print(f"{N_ROWS:,} rows, {12 * N_ROWS / 1e6:.0f} MB, in shards of {SHARD:,}", flush=True)
    for method in sys.argv[1:] or METHODS:
        command = [sys.executable, "-m", "benchmarks.shard_memory", "--only", method]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
