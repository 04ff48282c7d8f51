"""Losses: logits and labels in, one differentiable number out. Loaded on first use."""

from importlib import import_module

from calibrant.losses.registry import homes

_HOMES = {
    "BalancedWeights": "calibrant.losses.weight_rules",
    "BatchLoss": "calibrant.losses.batch_loss",
    "Bounds": "calibrant.losses.settings",
    "CostWeights": "calibrant.losses.weight_rules",
    "EffectiveWeights": "calibrant.losses.weight_rules",
    "HeadLosses": "calibrant.losses.heads",
    "InverseSqrtWeights": "calibrant.losses.weight_rules",
    "Loss": "calibrant.losses.base",
    "NumberLoss": "calibrant.losses.number_loss",
    "MonotonicityPenalty": "calibrant.losses.constraints.monotone",
    "OverlapLoss": "calibrant.losses.overlap_loss",
    "PointLoss": "calibrant.losses.number_loss",
    "PrevalenceWeights": "calibrant.losses.weight_rules",
    "Ramp": "calibrant.losses.schedules",
    "RowLoss": "calibrant.losses.row_loss",
    "Scheduled": "calibrant.losses.scheduled",
    "SumLoss": "calibrant.losses.sum_loss",
    "Switch": "calibrant.losses.schedules",
    "TrueClassLoss": "calibrant.losses.true_class_loss",
    "WeightRule": "calibrant.losses.weight_rules",
    "WeightedSum": "calibrant.losses.base",
    "adjusted_logits": "calibrant.losses.imbalance.priors",
    "at_label": "calibrant.losses.rows",
    "available": "calibrant.losses.registry",
    "balanced_weights": "calibrant.losses.weight_functions",
    "check": "calibrant.losses.checking.run",
    "cost_weights": "calibrant.losses.weight_functions",
    "effective_weights": "calibrant.losses.weight_functions",
    "get": "calibrant.losses.build",
    "inverse_sqrt_weights": "calibrant.losses.weight_functions",
    "prevalence_weights": "calibrant.losses.weight_functions",
    "prior_shifted_logits": "calibrant.losses.imbalance.priors",
    "prior_shifted_probs": "calibrant.losses.imbalance.priors",
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
