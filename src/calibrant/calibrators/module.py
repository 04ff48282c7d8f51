"""A fitted calibrator as a torch module, so that a network and it become one."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Literal, Protocol, get_args, runtime_checkable

from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.prediction.forms import Form, Logits, PositiveLogits, PositiveProbs, Probs

__all__ = ["CalibratorModule", "FittedModule", "MapOfForms", "Stated"]

Stated = Literal["logits", "probs"]


@runtime_checkable
class MapOfForms(Protocol):
    """What the module needs of a fitted calibrator."""

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        ...

    def of(self, form: Form) -> Form:
        """Calibrated form."""
        ...


class FittedModule(nn.Module):
    """A fitted calibrator whose arrays are buffers.

    They move with the module and are part of its state, and stay in float64 whatever type the
    module is turned to.
    """

    def __init__(self, fitted: object, form: str, arrays: Mapping[str, Tensor]) -> None:
        super().__init__()
        if form not in get_args(Stated):
            raise InputError("form", "be 'logits' or 'probs'", f"{form!r}", "Say what comes in.")
        self.form = form
        self._places = {place: place.replace(".", "_") for place in arrays}
        for place, name in self._places.items():
            self.register_buffer(name, arrays[place].detach().clone())
        self.fitted = fitted
        self._bind()

    def _bind(self) -> None:
        """Let the fitted calibrator read the buffers."""
        held = {place: self.get_buffer(name) for place, name in self._places.items()}
        self.fitted = _reading(self.fitted, "", held)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "FittedModule":  # noqa: FBT001, FBT002 -- as torch calls it
        """See `torch.nn.Module._apply`; the type of the buffers stays."""

        def moved(tensor: Tensor) -> Tensor:
            result = fn(tensor)
            return result if result.dtype == tensor.dtype else tensor.to(result.device)

        super()._apply(moved, recurse)
        self._bind()
        return self

    def _load_from_state_dict(  # noqa: PLR0917 -- as torch calls it
        self,
        state_dict: dict[str, Tensor],
        prefix: str,
        local_metadata: dict[str, object],
        strict: bool,  # noqa: FBT001 -- as torch calls it
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """See `torch.nn.Module._load_from_state_dict`."""
        told = (missing_keys, unexpected_keys, error_msgs)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, *told)
        self._bind()


class CalibratorModule(FittedModule):
    """Calibrated logits of what a network states, row by row; see `FittedMap.to_module`."""

    def forward(self, scores: Tensor) -> Tensor:
        """Calibrated logits.

        Parameters
        ----------
        scores : Tensor of shape (row, class), (row, class, *axes) or (row,)
            As `calibrant.predictions` takes them, in the form that was declared; of shape (row,)
            of the positive class of two.

        Returns
        -------
        Tensor
            Of the same shape: logits of the classes, or of shape (row,) log-odds.
        """
        fitted = self.fitted
        assert isinstance(fitted, MapOfForms)
        n_classes = fitted.n_classes
        if scores.ndim == 1 and n_classes == 2:
            one = PositiveLogits(scores) if self.form == "logits" else PositiveProbs(scores)
            found = fitted.of(one)
            if isinstance(found, PositiveLogits):
                return found.values
            return found.values.logit()
        if scores.ndim < 2 or scores.shape[1] != n_classes:
            rule = f"have shape (row, {n_classes}, ...)"
            raise InputError("scores", rule, f"{tuple(scores.shape)}", "Pass those of every class.")
        moved = scores.movedim(1, -1)
        rows = moved.reshape(-1, n_classes)
        found = fitted.of(Logits(rows) if self.form == "logits" else Probs(rows))
        logits = found.values if isinstance(found, Logits) else found.values.log()
        return logits.reshape(moved.shape).movedim(-1, 1)


def _reading(value: object, place: str, held: Mapping[str, Tensor]) -> object:
    """Copy of a fitted value whose tensors are those held by their places."""
    if isinstance(value, Tensor):
        return held[place]
    if isinstance(value, tuple):
        return tuple(_reading(one, f"{place}.{k}", held) for k, one in enumerate(value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    copy = object.__new__(type(value))
    for one in fields(value):
        inner: object = getattr(value, one.name)
        if not one.metadata.get("beside"):
            inner = _reading(inner, f"{place}.{one.name}" if place else one.name, held)
        object.__setattr__(copy, one.name, inner)
    return copy
