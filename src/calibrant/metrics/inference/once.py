"""What several metrics of one evaluation need, made once."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from calibrant.statistics.tally import Statistic

__all__ = ["once", "shared"]

P = ParamSpec("P")
Made = TypeVar("Made")

# By function and arguments; the arguments are held, so that no other object gets their place.
_made: ContextVar[dict[tuple[object, ...], tuple[Any, ...]] | None] = ContextVar(
    "made", default=None
)
PLAIN = (int, float, str, bool, type(None), Statistic)


@contextmanager
def once() -> Generator[None]:
    """Until its end, `shared` makes the same of the same objects once; then all is let go.

    One within another shares with it.
    """
    if _made.get() is not None:
        yield
        return
    token = _made.set({})
    try:
        yield
    finally:
        _made.reset(token)


def shared(make: Callable[P, Made], /, *args: P.args, **settings: P.kwargs) -> Made:
    """What `make` gives, which within `once` is kept for the next that asks for the same.

    Numbers, words and statistics are the same where they are equal, other arguments where they are
    one object; neither they nor what is made may be changed. Outside of `once` all is made anew.

    Examples
    --------
    >>> drawn, rows = [], [3, 1, 2]
    >>> def draws(rows: list[int]) -> list[int]:
    ...     drawn.append(rows)
    ...     return sorted(rows)
    >>> with once():
    ...     shared(draws, rows) is shared(draws, rows)
    True
    >>> len(drawn)
    1
    """
    made = _made.get()
    if made is None:
        return make(*args, **settings)
    key = (make, *map(_mark, args), *((name, _mark(settings[name])) for name in sorted(settings)))
    if key not in made:
        made[key] = (make(*args, **settings), args, settings)
    found: Made = made[key][0]
    return found


def _mark(each: object) -> tuple[type, object]:
    """By what an argument is told."""
    return type(each), each if isinstance(each, PLAIN) else id(each)
