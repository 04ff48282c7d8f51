"""Versions of what computed the numbers."""

import platform
from importlib.metadata import version

__all__ = ["versions"]

_PACKAGES = ("calibrant", "torch", "numpy", "scikit-learn", "pyarrow", "safetensors", "skops")


def versions() -> dict[str, str]:
    """Versions of Python, calibrant and the packages that its numbers rest on, by name."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}
