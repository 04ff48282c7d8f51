"""Scheduled loss: one whose settings, or whose factor in a sum, change from epoch to epoch."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf
from typing import NoReturn, SupportsFloat, final

import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.base import Loss
from calibrant.losses.registry import name_of
from calibrant.losses.schedules import Schedule
from calibrant.losses.settings import settings_of
from calibrant.losses.single import SingleLoss
from calibrant.losses.spec import Number, Value, suggestion, write_term
from calibrant.losses.weights import counts_of

__all__ = ["Scheduled"]


@final
class Scheduled(Loss):
    """Loss of which `at` gives that of an epoch; by itself it cannot be called.

    Parameters
    ----------
    loss : SingleLoss
        Loss with the settings that stay.
    settings : mapping from str to Schedule
        Schedules of settings, by name.
    factor : Schedule, optional
        Schedule of the factor; without it 1.

    Raises
    ------
    InputError
        If nothing is scheduled, a setting does not exist, or an end of a schedule is no value
        that the setting may have.

    Examples
    --------
    >>> from calibrant.losses import FocalLoss, Ramp
    >>> loss = Scheduled(FocalLoss(), {"gamma": Ramp(0, 2, epochs=5)})
    >>> loss.spec
    'focal(gamma=ramp(0, 2, 5))'
    >>> loss.at(3)  # halfway
    FocalLoss(gamma=1.0)
    """

    def __init__(
        self,
        loss: SingleLoss,
        settings: Mapping[str, Schedule] = {},
        *,
        factor: Schedule | None = None,
    ) -> None:
        super().__init__()
        if not settings and factor is None:
            remedy = 'Name a setting, {"gamma": Ramp(0, 2, epochs=10)}, or give a factor.'
            raise InputError("settings", "schedule something", "nothing", remedy)
        if settings and next(loss.parameters(), None) is not None:
            got, remedy = f"{loss!r}", "A copy with other settings would have learned nothing."
            raise InputError("loss", "have no parameters that are trained", got, remedy)
        self.loss = loss
        self.settings = dict(settings)
        self.factor = factor
        self.register_buffer("_place", torch.empty(0), persistent=False)  # knows the device
        known = settings_of(type(loss))
        for name, schedule in self.settings.items():
            if name not in known:
                rule = f"name settings of {type(loss).__name__}"
                raise InputError("settings", rule, repr(name), suggestion(name, known))
            for end in schedule.ends:
                _with(loss, {name: end})
        for end in () if factor is None else factor.ends:
            _factor(end)

    def at(self, epoch: Number) -> Loss:
        """See `Loss.at`."""
        values = {name: schedule.at(epoch) for name, schedule in self.settings.items()}
        loss = _with(self.loss, values).to(self.get_buffer("_place").device)
        return loss if self.factor is None else _factor(self.factor.at(epoch)) * loss

    @property
    def terms(self) -> tuple[tuple[float, Loss], ...]:
        """See `Loss.terms`: this loss, once."""
        return ((1.0, self),)

    @property
    def spec(self) -> str:
        """See `Loss.spec`."""
        own = self.loss.stated()
        names = [n for n in settings_of(type(self.loss)) if n in own or n in self.settings]
        stated = {name: self.settings.get(name, own.get(name)) for name in names}
        factor = "" if self.factor is None else f"{self.factor}*"
        return factor + write_term(name_of(type(self.loss)), stated)

    def bind(self, class_counts: Tensor | Iterable[SupportsFloat]) -> Loss:
        """See `Loss.bind`: rules that a schedule of class weights names, too."""
        counts = counts_of(class_counts)
        loss, settings = self.loss.bind(counts), dict(self.settings)
        weight = settings.get("class_weight")
        if weight is not None:
            first, last = (_bound(self.loss, end, counts) for end in weight.ends)
            settings["class_weight"] = weight.with_ends(first, last)
        if loss is self.loss and str(weight) == str(settings.get("class_weight")):
            return self
        assert isinstance(loss, SingleLoss)
        return Scheduled(loss, settings, factor=self.factor)

    def forward(
        self,
        outputs: Tensor,
        labels: Tensor,
        /,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Raise `InputError`: which epoch it is, the loss cannot know."""
        del outputs, labels, weights, mask
        self._refuse()

    def parts(
        self,
        outputs: Tensor,
        labels: Tensor,
        /,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Raise `InputError`, see `forward`."""
        del outputs, labels, weights, mask
        self._refuse()

    def _refuse(self) -> NoReturn:
        remedy = "Take loss.at(epoch) at the start of every epoch, which counts from 1."
        raise InputError("loss", "be that of an epoch when it is called", self.spec, remedy)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name!r}: {each!r}" for name, each in self.settings.items())
        factor = "" if self.factor is None else f", factor={self.factor!r}"
        return f"Scheduled({self.loss!r}, {{{settings}}}{factor})"


def _with(loss: SingleLoss, values: Mapping[str, Value]) -> SingleLoss:
    """Loss with other values of some settings."""
    return replace(loss, **values) if values else loss


def _factor(value: Value) -> float:
    """Number that a loss may be multiplied by."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
        rule = "be finite and at least 0 in every epoch"
        raise InputError("factor", rule, repr(value), "Losses are minimised.")
    return float(value)


def _bound(loss: SingleLoss, class_weight: Value, counts: Tensor) -> Value:
    """Class weights as numbers, if they are a rule."""
    bound = _with(loss, {"class_weight": class_weight}).bind(counts)
    weight: object = getattr(bound, "class_weight", None)
    return weight.tolist() if isinstance(weight, Tensor) else class_weight
