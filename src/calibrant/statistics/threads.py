"""How many threads: of torch in a context, and of long pieces of work side by side."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

import torch

__all__ = ["side_by_side", "threads"]

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def threads(number: int) -> Generator[None]:
    """Context in which torch uses `number` processor threads; the former number returns."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Results of the work on every item, in the order of the items.

    As many items are held at a time as torch may use threads; what comes out does not depend on
    how many that are.

    Examples
    --------
    >>> list(side_by_side(lambda n: n * n, range(5)))
    [0, 1, 4, 9, 16]
    """
    n_threads, items = torch.get_num_threads(), iter(items)
    if n_threads < 2:
        yield from map(work, items)
        return
    try:
        with ThreadPoolExecutor(
            n_threads, initializer=torch.set_num_threads, initargs=(1,)
        ) as pool:
            while some := list(islice(items, n_threads)):
                yield from pool.map(work, some)
    finally:
        torch.set_num_threads(n_threads)
