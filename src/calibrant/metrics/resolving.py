"""From names to metrics. Homes are import paths, so that a higher layer's metric registers too."""

from collections.abc import Iterable
from importlib import import_module

from calibrant.metrics.base import Metric
from calibrant.metrics.registry import entry_of

__all__ = ["check_names", "resolve"]


def resolve(name: str, n_classes: int) -> Metric:
    """Metric of a name, an alias, or either with a number at its end.

    Raises
    ------
    InputError
        For an unknown name, with those that are near; for a number that its metric does not take.
    """
    entry, asked = entry_of(name, n_classes)
    module, _, home = entry.home.partition(":")
    return getattr(import_module(module), home)(**{**entry.settings, **asked})


def check_names(names: Iterable[str], n_classes: int = 2) -> None:
    """Raise `InputError` for the first name that is unknown."""
    for name in names:
        resolve(name, n_classes)
