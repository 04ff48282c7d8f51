"""Losses: logits and labels in, one differentiable number out. Loaded on first use."""

from importlib import import_module

_HOMES = {
    "BatchLoss": "calibrant.losses.templates",
    "Bounds": "calibrant.losses.settings",
    "CrossEntropyLoss": "calibrant.losses.crossentropy",
    "FocalLoss": "calibrant.losses.focal",
    "Loss": "calibrant.losses.base",
    "RowLoss": "calibrant.losses.templates",
    "SoftF1Loss": "calibrant.losses.soft_f1",
    "SumLoss": "calibrant.losses.templates",
    "WeightedSum": "calibrant.losses.base",
    "at_label": "calibrant.losses.rows",
    "available": "calibrant.losses.registry",
    "cross_entropy": "calibrant.losses.crossentropy",
    "focal_loss": "calibrant.losses.focal",
    "get": "calibrant.losses.build",
    "soft_f1_loss": "calibrant.losses.soft_f1",
}

__all__ = list(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
