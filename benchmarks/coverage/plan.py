"""Which sets are to be drawn: of what has fewest of the present code, first."""

from collections import defaultdict

from benchmarks.coverage.kept import Codes, Key
from benchmarks.coverage.sets import Chunk

__all__ = ["SETS", "chunks_of"]

SETS = 50  # of a chunk


def chunks_of(codes: Codes, there: dict[Key, int], runs: int) -> list[Chunk]:
    """All that is to be done, in turn: the first sets of all laws and sizes, then the next.

    Parameters
    ----------
    codes : dict
        Of every metric that is asked, by law and size.
    there : dict
        How many sets of that code are there.
    runs : int
        How many there are to be.
    """
    found = []
    for (law, n), own in codes.items():
        asked: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
        for name, code in own.items():
            for first in range(there.get((law, n, name), 0), runs, SETS):
                asked[first, min(SETS, runs - first)].append((name, code))
        found += [
            Chunk(first, law, n, count, tuple(names)) for (first, count), names in asked.items()
        ]
    return sorted(found)
