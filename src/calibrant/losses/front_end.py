"""Front end of a loss: the options that mean the same everywhere. It decides which rows count."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import KW_ONLY
from typing import Annotated, Literal, SupportsFloat, final

import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.base import Loss
from calibrant.losses.registry import name_of
from calibrant.losses.rows import Labels, Rows, Scores, arranged, log_of, truth_of
from calibrant.losses.settings import Bounds, Configured, Numbers
from calibrant.losses.spec import write_term
from calibrant.losses.weights import class_weights, counts_of, relative

__all__ = ["FrontEnd"]

_WEIGHTS = Bounds(at_least=0.0, hint="Weights are finite; 0 leaves a class out.")


class FrontEnd(Configured, Loss):
    """One loss with the options that every loss has.

    Rows that are ignored, masked out or of weight 0 are as if absent: they become constants
    before any arithmetic, so whatever they hold (NaN too) reaches neither value nor gradient,
    and no shape depends on the data. Half precision is computed in float32.

    Parameters
    ----------
    class_weight : Tensor, array, sequence of numbers, "balanced" or None, keyword
        Weight of every class, shape (class,), finite and at least 0; of a soft label, the mean
        under it. A rule becomes numbers by `bind`. With `multilabel`, the weight of every label.
    ignore_index : int or None, default -100
        Label of rows that do not count, as class index or as probability of class 1; with
        `multilabel`, of entries. A row of probabilities does not count if all of them are this.
    label_smoothing : float in [0, 1), default 0
        Share of every label that is spread evenly over all classes that are not masked by an
        infinitely low logit, the true one included. The weight of the row stays that of its label.
    multilabel : bool, default False
        Every entry of the logits is a question of its own, answered yes (1) or no (0).
    inputs : "logits" or "probs", default "logits"
        What the first argument holds. Probabilities are those of all classes, or of the
        positive class where the logit of that class alone would do. **They are not checked**:
        reading them would stall a device at every step. What lies outside [0, 1], or does not
        add up to 1, gives a wrong number or NaN, and no error.
    """

    _: KW_ONLY
    class_weight: Annotated[Numbers, _WEIGHTS] | Literal["balanced"] | None = None
    ignore_index: int | None = -100
    label_smoothing: Annotated[float, Bounds(at_least=0.0, below=1.0)] = 0.0
    multilabel: bool = False
    inputs: Literal["logits", "probs"] = "logits"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.multilabel and isinstance(self.class_weight, str):
            remedy = "A rule weighs classes of which a row has one."
            got = f"{self.class_weight!r}"
            raise InputError("class_weight", "be numbers with multilabel=True", got, remedy)
        if isinstance(self.class_weight, Tensor) and self.class_weight.ndim != 1:
            got, remedy = f"shape {tuple(self.class_weight.shape)}", "Give one weight per class."
            raise InputError("class_weight", "have one dimension", got, remedy)

    @property
    @final
    def terms(self) -> tuple[tuple[float, Loss], ...]:
        """See `Loss.terms`: this loss, once."""
        return ((1.0, self),)

    @property
    @final
    def spec(self) -> str:
        """See `Loss.spec`."""
        return write_term(name_of(type(self)), self.stated())

    @final
    def bind(self, class_counts: Tensor | Iterable[SupportsFloat]) -> Loss:
        """See `Loss.bind`."""
        counts = counts_of(class_counts)
        if not isinstance(self.class_weight, str):
            return self
        bound = deepcopy(self)
        bound.store("class_weight", class_weights(self.class_weight, counts))
        return bound

    @final
    def parts(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        *,
        mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """See `Loss.parts`: this loss."""
        return {self.spec: self.forward(logits, labels, weights, mask=mask)}

    @final
    def prepare(
        self,
        logits: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        mask: Tensor | None = None,
        *,
        relative_weights: bool = False,
    ) -> Rows:
        """Rows in one form, with their final weights; absent rows hold constants and weigh 0.

        Parameters
        ----------
        logits, labels : Tensor
            See `calibrant.losses.rows.arranged`.
        weights : Tensor, optional
            How much every row counts, at least 0: ``(row, *axes)``, or ``(row,)`` for all of its
            pixels alike; with `multilabel` also ``(row, class, *axes)``.
        mask : Tensor, optional
            Which rows count, true or false, in a shape that `weights` may have.
        relative_weights : bool, default False
            Divide the weights, and those of the classes, by the largest, for losses that do not
            depend on their scale: then it may be any, beyond the range of the logits' dtype too.

        Raises
        ------
        InputError
            If an argument is no tensor, a shape does not match, or `class_weight` is a rule that
            `bind` has not seen.
        """
        _check_tensors(logits=logits, labels=labels)
        _check_tensors(**{k: v for k, v in (("weights", weights), ("mask", mask)) if v is not None})
        logits, labels, kept = arranged(
            logits,
            labels,
            multilabel=self.multilabel,
            inputs=self.inputs,
            ignore_index=self.ignore_index,
        )
        is_soft, dtype = labels.ndim == logits.ndim, logits.dtype
        rows = logits.shape[:1] + logits.shape[2:]

        if mask is not None:
            mask = _per_row("mask", mask, rows, multilabel=self.multilabel).bool()
            kept = mask if kept is None else kept & mask
        if weights is not None:
            weights = _per_row("weights", weights, rows, multilabel=self.multilabel)
            kept = weights != 0 if kept is None else kept & (weights != 0)
            weights = torch.where(kept, weights, 0)
            if relative_weights:
                weights = relative(weights.to(torch.promote_types(weights.dtype, dtype)))
            weights = weights.to(dtype)
        elif kept is not None:
            weights = kept.to(dtype)
        else:
            weights = torch.ones(rows, dtype=dtype, device=logits.device)

        if kept is not None:
            labels = torch.where(kept.unsqueeze(1) if is_soft else kept, labels, 0)
        n_classes = logits.shape[2 if self.multilabel else 1]
        class_weight = self.weights_of_classes(n_classes, dtype, are_relative=relative_weights)
        if class_weight is not None:
            weights = weights * self._per_label(class_weight, logits, labels)
            kept = weights != 0
        constant = 0 if self.inputs == "logits" else 1
        if kept is not None:
            logits = torch.where(kept.unsqueeze(1), logits, constant)
        if self.inputs == "probs":
            logits = log_of(logits)
        if self.label_smoothing > 0:
            labels = _smoothed(logits, labels, self.label_smoothing)
        return Rows(logits, labels, weights)

    @final
    def weights_of_classes(
        self, n_classes: int, dtype: torch.dtype, *, are_relative: bool = False
    ) -> Tensor | None:
        """Class weights as numbers, one per class; raises `InputError` where they are not."""
        weight = self.class_weight
        if weight is None:
            return None
        if not isinstance(weight, Tensor):
            rule = "be numbers when the loss is called"
            remedy = "Call loss.bind(class_counts) first, with the counts of the training rows."
            raise InputError("class_weight", rule, f"{weight!r}", remedy)
        if weight.shape != (n_classes,):
            got, remedy = f"shape {tuple(weight.shape)}", "Give one weight per class."
            raise InputError("class_weight", f"have shape ({n_classes},)", got, remedy)
        return (relative(weight) if are_relative else weight).to(dtype)

    def _per_label(self, class_weight: Tensor, logits: Scores, labels: Labels) -> Tensor:
        """Class weight of every row, or one that broadcasts to the rows."""
        if self.multilabel:
            return class_weight.view(-1, *[1] * (logits.ndim - 3))
        if labels.ndim < logits.ndim:
            return class_weight[labels]
        return (labels * class_weight.view(-1, *[1] * (logits.ndim - 2))).sum(1)


def _check_tensors(**arguments: object) -> None:
    """Raise `InputError` naming the first argument that is no tensor."""
    for argument, value in arguments.items():
        if not isinstance(value, Tensor):
            remedy = "Make it one with torch.as_tensor."
            raise InputError(argument, "be a tensor", f"{type(value).__name__}", remedy)


def _per_row(argument: str, values: Tensor, rows: torch.Size, *, multilabel: bool) -> Tensor:
    """`values` in the shape of the rows: one for all axes is repeated."""
    if values.shape == rows:
        return values
    if values.shape == rows[:1]:
        return values.view(-1, *[1] * (len(rows) - 1)).expand(rows)
    if multilabel and values.shape == rows[:1] + rows[2:]:
        return values.unsqueeze(1).expand(rows)
    if values.ndim > 1 and values.shape[1] == 1 and values.squeeze(1).shape == rows:
        return values.squeeze(1)
    shapes = dict.fromkeys([tuple(rows), tuple(rows[:1])])
    rule = f"have the shape of the rows, {' or '.join(map(str, shapes))}"
    raise InputError(argument, rule, f"{tuple(values.shape)}", "Give one number per row or pixel.")


def _smoothed(logits: Scores, labels: Labels, share: float) -> Scores:
    """Labels of which a share is spread evenly over the classes that are not masked."""
    possible = (logits != -torch.inf).to(logits.dtype)
    even = possible / possible.sum(1, keepdim=True)
    return (1 - share) * truth_of(logits, labels) + share * even
