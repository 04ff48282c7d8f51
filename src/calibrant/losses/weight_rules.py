r"""Rules that make the weights of the classes: from their counts, from costs, from a target.

A rule is a value: a loss holds it as `class_weight` until `bind` tells it the counts of the
training rows. `calibrant.losses.weight_functions` has their formulas, and gives numbers at once.
"""

import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import ClassVar, Literal, SupportsFloat, final

import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.settings import Numbers, Table
from calibrant.losses.spec import Call, Number, Rule, Value, write_term
from calibrant.losses.weights import Counts, counts_of

__all__ = [
    "RULES",
    "BalancedWeights",
    "CostWeights",
    "EffectiveWeights",
    "InverseSqrtWeights",
    "NamedRule",
    "PrevalenceWeights",
    "WeightRule",
    "class_weights",
    "cost_of_an_error",
    "rule_of",
]

NamedRule = Literal["balanced", "effective", "inverse_sqrt"]
"""Rules that may go by their name alone, with their defaults."""


@dataclass(frozen=True, slots=True)
class WeightRule(Rule):
    """Rule for class weights; its settings are the fields of a dataclass. Written as a spec."""

    __no_type_check__ = True  # the constructor checks its settings itself, in the house's words

    name: ClassVar[str]

    @abstractmethod
    def weights(self, class_counts: Counts) -> Counts:
        """Weights of the classes; 0 for one without rows."""

    @final
    def __str__(self) -> str:
        stated = {f.name: getattr(self, f.name) for f in fields(self)}
        return write_term(self.name, stated)


@final
@dataclass(frozen=True, slots=True)
class BalancedWeights(WeightRule):
    """Every class counts alike; see `balanced_weights`."""

    name: ClassVar[str] = "balanced"

    def weights(self, class_counts: Counts) -> Counts:
        """See `WeightRule.weights`."""
        share = class_counts.sum() / (len(class_counts) * class_counts)
        return torch.where(class_counts > 0, share, 0)


@final
@dataclass(frozen=True, slots=True)
class InverseSqrtWeights(WeightRule):
    """Halfway to balance, on the scale of logarithms; see `inverse_sqrt_weights`."""

    name: ClassVar[str] = "inverse_sqrt"

    def weights(self, class_counts: Counts) -> Counts:
        """See `WeightRule.weights`."""
        return _of_mean_one(class_counts.rsqrt(), class_counts)


@final
@dataclass(frozen=True, slots=True)
class EffectiveWeights(WeightRule):
    """One over the effective number of rows; see `effective_weights`.

    Parameters
    ----------
    beta : float in [0, 1), default 0.999
        0 weighs all classes alike, and near 1 it weighs them as one over their counts.
    """

    name: ClassVar[str] = "effective"
    beta: Number = 0.999

    def __post_init__(self) -> None:
        """Check the range."""
        is_number = isinstance(self.beta, int | float)  # pyright: ignore[reportUnnecessaryIsInstance]
        if not is_number or isinstance(self.beta, bool) or not 0 <= self.beta < 1:
            remedy = "0 weighs all classes alike; near 1 it is one over the counts."
            raise InputError("beta", "be a number at least 0 and below 1", repr(self.beta), remedy)

    def weights(self, class_counts: Counts) -> Counts:
        """See `WeightRule.weights`."""
        log_beta = math.log(self.beta) if self.beta > 0 else -math.inf
        return _of_mean_one(-1 / torch.expm1(class_counts * log_beta), class_counts)


@final
@dataclass(frozen=True, slots=True)
class CostWeights(WeightRule):
    """Mean cost of an error in every class; see `cost_weights`.

    Parameters
    ----------
    cost_matrix : table of float, shape (class, class)
        Cost of every decision (column) in every true class (row); finite.
    """

    name: ClassVar[str] = "costs"
    cost_matrix: Table

    def __post_init__(self) -> None:
        """Check the costs, and keep them as plain numbers."""
        matrix = _numbers("cost_matrix", self.cost_matrix)
        square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] > 1
        if not square or not bool(matrix.isfinite().all()):
            rule, got = "be a square table of finite costs", f"{matrix.tolist()}"
            raise InputError("cost_matrix", rule, got, "Row: true class. Column: decision.")
        object.__setattr__(self, "cost_matrix", tuple(map(tuple, matrix.tolist())))
        if bool((cost_of_an_error(matrix) < 0).any()):
            rule, got = "make errors cost more than right decisions", f"{matrix.tolist()}"
            raise InputError("cost_matrix", rule, got, "A weight cannot be below 0.")

    def weights(self, class_counts: Counts) -> Counts:
        """See `WeightRule.weights`."""
        weights = cost_of_an_error(_numbers("cost_matrix", self.cost_matrix))
        _check_size("cost_matrix", weights, class_counts)
        return torch.where(class_counts > 0, weights, 0)


@final
@dataclass(frozen=True, slots=True)
class PrevalenceWeights(WeightRule):
    """Training rows weigh as rows of another mixture of classes; see `prevalence_weights`.

    Parameters
    ----------
    target : sequence of float, shape (class,)
        Share of every class where the model will work; they add up to 1.
    """

    name: ClassVar[str] = "prevalence"
    target: Numbers

    def __post_init__(self) -> None:
        """Check the shares, and keep them as plain numbers."""
        target = _numbers("target", self.target)
        possible = target.ndim == 1 and bool((target >= 0).all())
        if not possible or not abs(float(target.sum()) - 1) < 1e-6:
            rule, got = "be one share per class, at least 0, with sum 1", f"{target.tolist()}"
            raise InputError("target", rule, got, "Divide the counts by their sum.")
        object.__setattr__(self, "target", tuple(target.tolist()))

    def weights(self, class_counts: Counts) -> Counts:
        """See `WeightRule.weights`."""
        target = _numbers("target", self.target)
        _check_size("target", target, class_counts)
        share = class_counts / class_counts.sum()
        return torch.where(class_counts > 0, target / share, 0)


RULES: Mapping[str, type[WeightRule]] = {
    rule.name: rule
    for rule in (
        BalancedWeights,
        EffectiveWeights,
        InverseSqrtWeights,
        CostWeights,
        PrevalenceWeights,
    )
}
"""Rules by the name that a spec gives them."""


def rule_of(call: Call) -> WeightRule | None:
    """Rule that a call in a spec means; None if its name is that of none.

    Raises
    ------
    InputError
        If the values in its brackets make no rule.

    Examples
    --------
    >>> rule_of(Call("effective", (0.99,)))
    EffectiveWeights(beta=0.99)
    """
    if call.name not in RULES:
        return None
    settings = {field.name: field.default for field in fields(RULES[call.name])}
    values: dict[str, Value] = {}
    names = call.names or ("",) * len(call.arguments)
    for stated, value in zip(names, call.arguments, strict=True):
        left = [name for name in settings if name not in values]
        name = stated or next(iter(left), "")
        if name not in left:
            got = f"{name} twice" if name in values else stated or str(value)
            remedy = f"It has {', '.join(settings)}." if settings else "It has none."
            raise InputError(call.name, "have its own settings, each once", got, remedy)
        values[name] = value
    for name, default in settings.items():
        if default is MISSING and name not in values:
            remedy = "Write it like costs([[0, 1], [5, 0]])."
            raise InputError(call.name, "have all settings", f"none for {name}", remedy)
    make: Callable[..., WeightRule] = RULES[call.name]
    return make(**values)


def class_weights(rule: str | WeightRule, class_counts: Tensor | Iterable[SupportsFloat]) -> Counts:
    """Weights of the classes by a rule, or by the name of one; 0 for a class without rows.

    Raises
    ------
    InputError
        As `calibrant.losses.weights.counts_of` does, or if the rule is for other classes.
    """
    made = RULES[rule]() if isinstance(rule, str) else rule
    return made.weights(counts_of(class_counts))


def _of_mean_one(raw: Counts, class_counts: Counts) -> Counts:
    """Weights over their mean, classes without rows left out of it."""
    present = class_counts > 0
    kept = torch.where(present, raw, 0)
    return kept * (present.sum() / kept.sum())


def cost_of_an_error(matrix: Tensor) -> Tensor:
    """Mean over the wrong decisions of what each costs beyond the right one."""
    return (matrix - matrix.diagonal().unsqueeze(1)).sum(1) / (len(matrix) - 1)


def _numbers(argument: str, numbers: Numbers | Table | Sequence[object]) -> Tensor:
    """Numbers in float64; raises `InputError` where they are none, or of uneven rows."""
    try:
        return torch.as_tensor(numbers, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        remedy = "Give a list of numbers, or a list of lists of one length."
        raise InputError(argument, "hold numbers", repr(numbers), remedy) from None


def _check_size(argument: str, per_class: Tensor, class_counts: Counts) -> None:
    """Raise `InputError` where a rule is for another number of classes."""
    if len(per_class) != len(class_counts):
        rule = f"be for {len(class_counts)} classes, as class_counts is"
        raise InputError(argument, rule, f"{len(per_class)}", "Give one entry per class.")
