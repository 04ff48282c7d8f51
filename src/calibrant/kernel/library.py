"""The compiled library: where it is, whether it is used, and if not, why.

It is built when calibrant is installed, where there is a C compiler (`hatch_build.py`). Without
it every number comes from torch operations. It is left alone if ``CALIBRANT_KERNEL`` is 0.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from ctypes import CDLL, c_char_p, c_double, c_int, c_int64, c_void_p
from functools import lru_cache
from pathlib import Path

__all__ = ["FOLDER", "LIBRARY", "SOURCES", "SWITCH", "Kernel", "kernel", "source_digest", "told"]

FOLDER = Path(__file__).parent
LIBRARY = "_kernel.so"
SOURCES = (
    *("kernel.c", "abreast.h", "curve.h", "few.h", "of_real.h", "order.h", "place.h", "rank.h"),
    "scan.h",
)
SWITCH = "CALIBRANT_KERNEL"

Kernel = Mapping[str, Callable[..., int]]

_POINTER, _COUNT = c_void_p, c_int64
_REALS = ("float", "double")
_OF_REAL = {  # what every function takes, in the order of its C declaration
    "clean": (_POINTER, _COUNT, _COUNT, c_double, c_double),
    "clean_tops": (_POINTER, _COUNT, _COUNT, c_double, c_double, _POINTER, _POINTER),
    "tops": (_POINTER, _COUNT, _COUNT, _POINTER, _POINTER),
    "order": (_POINTER, _COUNT, _POINTER, _POINTER),
    "placements": (*(_POINTER,) * 3, _COUNT, _POINTER),
    "keys": (_POINTER, _POINTER, _COUNT, _POINTER),
    "hashes": (_POINTER, _COUNT, _COUNT, _POINTER, _POINTER),
    "squares": (_POINTER, _COUNT, _COUNT, _POINTER),
    "chosen": (_POINTER, _POINTER, _COUNT, _COUNT, _POINTER),
    "distances": (_POINTER, _POINTER, _COUNT, _POINTER),
    "cells": (
        *(_POINTER, _POINTER, c_int, _COUNT),
        *(_POINTER, _COUNT, _POINTER, _POINTER, _POINTER),
    ),
    "add_graded": (
        *(*(_POINTER,) * 5, _COUNT),
        *(_POINTER, _COUNT, _POINTER, _POINTER),
        *(_COUNT, _POINTER, _COUNT),
    ),
    "add_classes": (
        *(_POINTER, _COUNT, _COUNT, _POINTER),
        *(_POINTER, _COUNT, _POINTER, _POINTER),
        *(_COUNT, _POINTER, _COUNT),
    ),
}
_OF_ROWS = {
    "abreast": (_COUNT,),
    "all_within": (_POINTER, _COUNT, _COUNT),
    "folded_sums": (_POINTER, _POINTER, _COUNT, _COUNT, _POINTER),
    "looked_up": (*(_POINTER,) * 3, _COUNT, _COUNT, _POINTER, _POINTER, _COUNT, *(_POINTER,) * 2),
    "keys_narrow": (_POINTER, _POINTER, _COUNT, _POINTER),
    "runs_narrow": (_POINTER, _COUNT, *(_POINTER,) * 3),
    "runs_wide": (_POINTER, _COUNT, *(_POINTER,) * 3),
    "ranked_narrow": (_POINTER, _COUNT, _POINTER),
    "ranked_wide": (_POINTER, _COUNT, _POINTER),
    "tiles": (_POINTER, *(_COUNT,) * 4, _POINTER),
    "pool": (_POINTER, _POINTER, _COUNT, *(_POINTER,) * 3),
    "bridges": (_POINTER, _POINTER, _COUNT, _POINTER, _COUNT, _COUNT, *(_POINTER,) * 5),
    "influences": (_POINTER, _POINTER, _COUNT, _POINTER, _POINTER),
    "add_events": (*(_POINTER,) * 5, _COUNT, _POINTER, _COUNT, _COUNT),
    "add_moments": (_POINTER, _POINTER, _COUNT, _POINTER),
    "add_counts": (_POINTER, _POINTER, _COUNT, _POINTER, _COUNT, _COUNT),
}
_WIDE = {  # functions that return int64_t
    *(f"{name}_{real}" for name in ("order", "placements") for real in _REALS),
    *("abreast", "runs_narrow", "runs_wide", "pool"),
}


def source_digest(folder: Path) -> str:
    """SHA-256 of the sources in a folder: a library from others is not used."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def kernel() -> Kernel | None:
    """Functions of the compiled library, where there is one and it is wanted."""
    return _found()[0]


def told() -> str:
    """What computes the sums over rows, in words.

    Examples
    --------
    >>> told().split(" ")[0] in ("compiled", "torch")
    True
    """
    return _found()[1]


@lru_cache(maxsize=1)
def _found() -> tuple[Kernel | None, str]:
    if os.environ.get(SWITCH) == "0":
        return None, f"torch operations ({SWITCH} is 0)"
    path = FOLDER / LIBRARY
    if not path.exists():
        return None, "torch operations (no C compiler when calibrant was installed)"
    try:
        library = CDLL(str(path))
        library.calibrant_source.restype = c_char_p
        fits = library.calibrant_source() == source_digest(FOLDER).encode()
        functions = _functions(library) if fits else None
    except (AttributeError, OSError):  # of another machine, or no library of ours
        return None, "torch operations (the compiled kernel does not load: install again)"
    if functions is None:
        return None, "torch operations (the compiled kernel is of another version: install again)"
    return functions, "compiled kernel"


def _functions(library: CDLL) -> Kernel:
    """Functions by name, with their types, so that ctypes checks and converts what they get."""
    types = {f"{name}_{real}": each for name, each in _OF_REAL.items() for real in _REALS}
    functions: dict[str, Callable[..., int]] = {}
    for name, arguments in (types | _OF_ROWS).items():
        function = getattr(library, f"calibrant_{name}")
        function.restype, function.argtypes = c_int64 if name in _WIDE else c_int, arguments
        functions[name] = function
    return functions
