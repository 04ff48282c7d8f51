"""Coverage of every interval of calibrant, simulated against known truth.

`make coverage`, or `python -m benchmarks.coverage`. Sets of rows are drawn from laws whose true
probabilities are known, evaluated as a user would, and every interval is asked whether it holds
the population value of its metric. The work is cut into chunks of sets, of all laws and sizes in
turn, each kept in a file: whatever stops it, the chunks that are there make a table, and
`--resume` goes on with the others, as long as the code is the same. The seed of a set is made of
its law, its size and its number.
"""

import argparse
import hashlib
import multiprocessing
import os
import shutil
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

from benchmarks.coverage.generators import LAWS
from benchmarks.coverage.report import write
from benchmarks.coverage.sets import Chunk, simulate

ROOT = Path(__file__).parents[2]
SIZES = (300, 1000, 5000, 50_000)
RUNS, QUICK = 4000, 100
SETS = 50  # of a chunk
LARGE = 100_000  # probabilities of a set, from which on a chunk is smaller


def chunks_of(laws: list[str], sizes: list[int], runs: int) -> list[Chunk]:
    """All that is to be done, in turn: the first sets of all laws and sizes, then the next."""
    found = []
    for name in laws:
        for n in sizes:
            size = SETS if n * LAWS[name].n_classes <= LARGE else SETS // 5
            found += [
                Chunk(first, name, n, min(size, runs - first)) for first in range(0, runs, size)
            ]
    return sorted(found)


def stamp(words: tuple[str, ...]) -> str:
    """A digest of the code that the numbers come from, and of what is asked."""
    digest = hashlib.sha256(repr(words).encode())
    own = [Path(__file__).with_name(f"{name}.py") for name in ("generators", "measures", "sets")]
    for path in sorted((ROOT / "src" / "calibrant").rglob("*.py")) + own:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def prepare(folder: Path, words: tuple[str, ...], *, resume: bool) -> None:
    """An empty folder, or the one of the same code to go on with."""
    mark = folder / "stamp"
    if resume and folder.exists():
        if mark.read_text("utf-8") != stamp(words):
            raise SystemExit(f"{folder} was made by other code: run without --resume to begin anew")
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.write_text(stamp(words), "utf-8")


def work(
    chunks: list[Chunk], folder: Path, words: tuple[str, ...], processes: int, minutes: float
) -> None:
    """Do what is not there yet, until the time is over."""
    left = [chunk for chunk in chunks if not chunk.path(folder).exists()]
    done, total, start, told = len(chunks) - len(left), len(chunks), time.monotonic(), 0.0
    end = start + 60 * minutes
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        running: dict[Future[float], Chunk] = {}
        while left or running:
            while left and len(running) < processes + 1 and time.monotonic() < end:
                chunk = left.pop(0)
                running[pool.submit(simulate, chunk, folder, words)] = chunk
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                chunk, error = running.pop(future), future.exception()
                done += error is None
                if error is not None:  # the other chunks go on
                    print(f"FAILED: {chunk}: {error!r}", flush=True)
            if time.monotonic() > told + 20:
                told = time.monotonic()
                print(f"{done} of {total} chunks, {(told - start) / 60:.1f} min", flush=True)
    print(f"{done} of {total} chunks are there", flush=True)


def main() -> None:
    """Simulate, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, help=f"sets of a law and size; default {RUNS}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} sets, into the folder only")
    parser.add_argument("--resume", action="store_true", help="go on with what is there")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no chunk after these")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="of one thread each")
    parser.add_argument("--laws", nargs="+", choices=list(LAWS), default=list(LAWS))
    parser.add_argument("--metrics", nargs="+", default=[], help="those that hold such a word")
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "coverage")
    parser.add_argument("--table", action="store_true", help="only write what is there")
    chosen = parser.parse_args()
    words = tuple(chosen.metrics)
    runs = chosen.runs or (QUICK if chosen.quick else RUNS)
    chunks = chunks_of(chosen.laws, chosen.sizes, runs)
    if not chosen.table:
        prepare(chosen.folder, words, resume=chosen.resume)
        os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        work(chunks, chosen.folder, words, chosen.processes, chosen.minutes)
    write(chosen.folder, chunks, publish=not chosen.quick and not words)


if __name__ == "__main__":
    main()
