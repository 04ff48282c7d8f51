"""Coverage of every interval of calibrant, simulated against known truth.

`make coverage`, or `python -m benchmarks.coverage`. Sets of rows are drawn from laws whose true
probabilities are known, evaluated as a user would, and every interval is asked whether it holds
the population value of its metric. The seed of a set is made of its law, its size and its number.

A run goes on from what is there: sets that the published results count, and chunks of sets in the
folder, as long as they are of the present code (`codes.py`: eight digits for every metric, law and
size). What has fewest sets comes first, so that a table grows by runs of any length, and a metric
whose code changed is done again before the others grow.
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
from benchmarks.coverage.kept import Codes, Key, published, read
from benchmarks.coverage.plan import chunks_of
from benchmarks.coverage.report import DATA, write
from benchmarks.coverage.sets import Chunk, first_codes, simulate

ROOT = Path(__file__).parents[2]
SIZES = (300, 1000, 5000, 50_000)
RUNS, QUICK = 4000, 100


def sets_there(folder: Path, codes: Codes, kept: Path | None) -> dict[Key, int]:
    """How many sets of the present code there are, of every metric."""
    old = published(kept) if kept else {}
    since = {
        (law, n, name): old[law, n, name]["stop"]
        for (law, n), own in codes.items()
        for name, code in own.items()
        if (law, n, name) in old and old[law, n, name]["code"] == code
    }
    return since | {key: sets.stop for key, sets in read(folder, codes, since).items()}


def work(chunks: list[Chunk], folder: Path, pool: ProcessPoolExecutor, minutes: float) -> None:
    """Simulate chunks, until the time is over or the code is not what it was."""
    left, done, total = list(chunks), 0, len(chunks)
    start, told, before = time.monotonic(), 0.0, sources()
    running: dict[Future[float], Chunk] = {}
    while left or running:
        while left and len(running) < pool._max_workers + 1:  # noqa: SLF001
            if time.monotonic() > start + 60 * minutes or sources() != before:
                left = []
                break
            chunk = left.pop(0)
            running[pool.submit(simulate, chunk, folder)] = chunk
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            chunk, error = running.pop(future), future.exception()
            done += error is None
            if error is not None:  # the other chunks go on
                print(f"FAILED: {chunk}: {error!r}", flush=True)
        if time.monotonic() > told + 20:
            told = time.monotonic()
            print(f"{done} of {total} chunks, {(told - start) / 60:.1f} min", flush=True)
    print(f"{done} of {total} chunks are done", flush=True)
    if sources() != before:
        print("The code was changed meanwhile, so that no chunk was begun any more.", flush=True)


def sources() -> str:
    """A digest of all code."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src" / "calibrant").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Simulate, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, help=f"sets of a law and size; default {RUNS}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} sets, into the folder only")
    parser.add_argument("--anew", action="store_true", help="empty the folder first")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no chunk after these")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="of one thread each")
    parser.add_argument("--laws", nargs="+", choices=list(LAWS), default=list(LAWS))
    parser.add_argument("--metrics", nargs="+", default=[], help="those that hold such a word")
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "coverage")
    parser.add_argument("--table", action="store_true", help="only write what is there")
    chosen = parser.parse_args()
    words, folder = tuple(chosen.metrics), chosen.folder
    publish = not chosen.quick and not words
    runs = chosen.runs or (QUICK if chosen.quick else RUNS)
    if chosen.anew:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(chosen.processes, mp_context=context) as pool:
        places = [(law, n) for law in chosen.laws for n in chosen.sizes]
        found = [pool.submit(first_codes, law, n, words) for law, n in places]
        codes = {place: each.result() for place, each in zip(places, found, strict=True)}
        if not chosen.table:
            there = sets_there(folder, codes, DATA if publish else None)
            work(chunks_of(codes, there, runs), folder, pool, chosen.minutes)
    write(folder, codes, publish=publish)


if __name__ == "__main__":
    main()
