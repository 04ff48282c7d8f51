"""Names of an evaluation: which of them a word means, be it a name, a pattern or a family."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from calibrant.errors import InputError
from calibrant.metrics.base import Metric
from calibrant.metrics.catalogue.entry import Direction, Entry
from calibrant.metrics.registry import FAMILIES, canonical, entry_of
from calibrant.metrics.resolving import resolve

__all__ = ["direction_of", "known_metrics", "meant"]


def meant(
    words: Iterable[object], names: Iterable[str], metrics: Mapping[str, Metric], n_classes: int
) -> list[str]:
    """Those of `names` that any of the words means, in their own order.

    Raises
    ------
    InputError
        If a word means none of them.
    """
    names = list(names)
    found: set[str] = set()
    for word in words:
        if not isinstance(word, str):
            raise InputError("words", "be text", f"{word!r}", "Pass names or patterns.")
        own = {name for name in names if _means(word, name, metrics, n_classes)}
        if not own:
            remedy = f"There are {', '.join(names) or 'none'}."
            raise InputError("words", "mean what was evaluated", f"'{word}'", remedy)
        found |= own
    return [name for name in names if name in found]


def known_metrics(names: Iterable[str], n_classes: int) -> dict[str, Metric]:
    """Metrics of the names that the registry knows."""
    return {name: resolve(name, n_classes) for name in names if _entry(name, n_classes) is not None}


def direction_of(name: str, metric: Metric | None, n_classes: int) -> Direction:
    """Which values of a metric are good; "none" where nothing tells."""
    entry = _entry(name, n_classes)
    if entry is not None:
        return entry.direction
    better = None if metric is None else metric.higher_is_better
    return "none" if better is None else "higher" if better else "lower"


def _means(word: str, name: str, metrics: Mapping[str, Metric], n_classes: int) -> bool:
    entry = _entry(name, n_classes)
    called = {name, *(() if entry is None else (canonical(name, n_classes), *entry.aliases))}
    if word in called or any(fnmatchcase(one, word) for one in called):
        return True
    family = word.lower().replace("_", " ")
    if entry is not None and any(entry in FAMILIES[f] for f in FAMILIES if f.lower() == family):
        return True
    if _entry(word, n_classes) is None or name not in metrics:
        return False
    return metrics[name] == resolve(word, n_classes)


def _entry(name: str, n_classes: int) -> Entry | None:
    try:
        return entry_of(name, n_classes)[0]
    except InputError:
        return None
