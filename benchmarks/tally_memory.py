"""Peak memory of tallying 1e7 binary rows, as a multiple of the input's memory.

The input is float32 probabilities and int64 labels. The baseline is the peak of the process
just before the tally, with the input in memory and a small tally already taken (so that
libraries and edges are loaded).
"""

import resource
import sys

import torch

import calibrant as cal

N_ROWS = 10_000_000


def peak() -> int:
    """Peak resident memory of this process so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Print one line."""
    torch.set_num_threads(2)
    small = torch.rand(1 << 19)
    cal.tally(cal.predictions(probs=small, labels=(small > 0.5).long()))
    probs = torch.empty(N_ROWS).uniform_(generator=torch.Generator().manual_seed(0))
    labels = torch.zeros(N_ROWS, dtype=torch.int64)
    labels[::2] = 1
    size = probs.nbytes + labels.nbytes
    before = peak()
    cal.tally(cal.predictions(probs=probs, labels=labels))
    extra = peak() - before
    share = f"{extra / size:.2f} of it"
    print(f"input {size / 1e6:.0f} MB; the tally adds {extra / 1e6:.0f} MB: {share}")


if __name__ == "__main__":
    main()
