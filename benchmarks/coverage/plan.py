"""Which sets are to be drawn: of what has fewest of the present code, first."""

from collections import defaultdict

from benchmarks.coverage.generators import LAWS
from benchmarks.coverage.kept import Codes, Key
from benchmarks.coverage.measures import measures_of
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
        How many there are to be; of what is slow and was promised, how many that are asked of it.
    """
    found = []
    for (law, n), own in codes.items():
        asked: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
        slow = {each.name: each.step(LAWS[law]) for each in measures_of(LAWS[law]) if each.promised}
        for name, code in own.items():
            first, step = there.get((law, n, name), 0), slow.get(name, 1)
            while first < runs * step:  # the other metrics have all of theirs before the last ones
                stop = min(first + SETS, runs) if first < runs else first + SETS * step
                stop = min(stop, runs * step)
                asked[first, stop - first].append((name, code))
                first = stop
        found += [
            Chunk(first, law, n, count, tuple(names)) for (first, count), names in asked.items()
        ]
    return sorted(found)
