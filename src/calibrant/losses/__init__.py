"""Losses: logits and labels in, one differentiable number out. Loaded on first use."""

from importlib import import_module

from calibrant.losses.registry import homes

_HOMES = {
    "BatchLoss": "calibrant.losses.batch_loss",
    "Bounds": "calibrant.losses.settings",
    "HeadLosses": "calibrant.losses.heads",
    "Loss": "calibrant.losses.base",
    "NumberLoss": "calibrant.losses.number_loss",
    "OverlapLoss": "calibrant.losses.overlap_loss",
    "PointLoss": "calibrant.losses.number_loss",
    "Ramp": "calibrant.losses.schedules",
    "RowLoss": "calibrant.losses.row_loss",
    "Scheduled": "calibrant.losses.scheduled",
    "SumLoss": "calibrant.losses.sum_loss",
    "Switch": "calibrant.losses.schedules",
    "TrueClassLoss": "calibrant.losses.true_class_loss",
    "WeightedSum": "calibrant.losses.base",
    "at_label": "calibrant.losses.rows",
    "available": "calibrant.losses.registry",
    "check": "calibrant.losses.checking.run",
    "get": "calibrant.losses.build",
    **homes(),
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
