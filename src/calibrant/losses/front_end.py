"""Front end of a loss: the options that mean the same everywhere. It decides which rows count."""

from abc import ABC
from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, Literal, final

import torch
from torch import Generator, Tensor

from calibrant.errors import InputError
from calibrant.losses.presence import require_tensors, weighed
from calibrant.losses.rows import Arranged, Form, Labels, Rows, Scores, arranged, log_of, truth_of
from calibrant.losses.settings import Bounds, Numbers
from calibrant.losses.single import MakeBatch, SingleLoss
from calibrant.losses.weight_rules import NamedRule, WeightRule
from calibrant.losses.weights import relative

__all__ = ["FrontEnd", "class_batch"]


def class_batch(generator: Generator, n_rows: int, n_classes: int) -> tuple[Tensor, Tensor]:
    """Logits of classes in float64, and class indices."""
    logits = torch.randn(n_rows, n_classes, generator=generator, dtype=torch.float64)
    return logits, torch.randint(n_classes, (n_rows,), generator=generator)


_WEIGHTS = Bounds(at_least=0.0, hint="Weights are finite; 0 leaves a class out.")


class FrontEnd(SingleLoss, ABC):
    """Loss of classes with the options that every one has.

    Rows that are ignored, masked out or of weight 0 are as if absent: they become constants
    before any arithmetic, so whatever they hold (NaN too) reaches neither value nor gradient,
    and no shape depends on the data. Half precision is computed in float32.

    Parameters
    ----------
    class_weight : Tensor, array, sequence of numbers, WeightRule, its name or None, keyword
        Weight of every class, shape (class,), finite and at least 0; of a soft label, the mean
        under it. A rule ("balanced", "effective", "inverse_sqrt", or one with numbers of its own)
        becomes numbers by `bind`. With `multilabel`, the weight of every label.
    pos_weight : float, Tensor, array, sequence of numbers or None, keyword
        Factor of the loss where the answer is yes, for a positive class or with `multilabel`,
        finite and at least 0: one number, or one per question. Of a soft answer, the mean under it.
        Unlike `class_weight` it is part of the loss and not of what a mean divides by, as in torch.
    ignore_index : int or None, default -100
        Label of rows that do not count, as class index or as probability of class 1; with
        `multilabel`, of entries. A row of probabilities does not count if all of them are this.
    label_smoothing : float in [0, 1), default 0
        Share of every label that is spread evenly over all classes that are not masked by an
        infinitely low logit, the true one included. The weight of the row stays that of its label.
    multilabel : bool, default False
        Every entry of the logits is a question of its own, answered yes (1) or no (0). Two logits
        with one label a row are the question whether it is class 1.
    inputs : "logits" or "probs", default "logits"
        What the first argument holds. Probabilities are those of all classes, or of the
        positive class where the logit of that class alone would do. **They are not checked**:
        reading them would stall a device at every step. What lies outside [0, 1], or does not
        add up to 1, gives a wrong number or NaN, and no error.
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(class_batch)
    guards_absent: ClassVar[bool] = False
    """Whether the loss itself keeps absent rows of hard labels out, by `Rows.kept`: replacing them
    copies all logits."""

    _: KW_ONLY
    class_weight: Annotated[Numbers, _WEIGHTS] | NamedRule | WeightRule | None = None
    pos_weight: Annotated[float, _WEIGHTS] | Annotated[Numbers, _WEIGHTS] | None = None
    ignore_index: int | None = -100
    label_smoothing: Annotated[float, Bounds(at_least=0.0, below=1.0)] = 0.0
    multilabel: bool = False
    inputs: Literal["logits", "probs"] = "logits"

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        if self.inputs == "probs" and not self.shift_invariant:
            remedy = (
                "This loss depends on the level of the logits, which probabilities do not tell."
            )
            raise InputError("inputs", "be 'logits'", "'probs'", remedy)
        if self.multilabel and isinstance(self.class_weight, str | WeightRule):
            remedy = "A rule weighs classes of which a row has one."
            got = f"{self.class_weight!r}"
            raise InputError("class_weight", "be numbers with multilabel=True", got, remedy)
        if isinstance(self.class_weight, Tensor) and self.class_weight.ndim != 1:
            got, remedy = f"shape {tuple(self.class_weight.shape)}", "Give one weight per class."
            raise InputError("class_weight", "have one dimension", got, remedy)

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
        require_tensors(logits=logits, labels=labels, weights=weights, mask=mask)
        scores, labels, kept, form = self.arrange(logits, labels)
        is_soft, dtype = labels.ndim == scores.ndim, scores.dtype
        rows, are_many = scores.shape[:1] + scores.shape[2:], form == "questions"

        if are_many:  # one for all questions of a row, or of a pixel
            weights, mask = (
                each.unsqueeze(1).expand(rows)
                if each is not None and each.shape == rows[:1] + rows[2:]
                else each
                for each in (weights, mask)
            )
        counts, weights = weighed(rows, weights, mask)
        if kept is None or counts is None:
            kept = counts if kept is None else kept
        else:
            kept = kept & counts
        if weights is not None:
            weights = weights if kept is None else torch.where(kept, weights, 0)
            if relative_weights:
                weights = relative(weights.to(torch.promote_types(weights.dtype, dtype)))
            weights = weights.to(dtype)
        elif kept is not None:
            weights = kept.to(dtype)
        else:
            weights = torch.ones(rows, dtype=dtype, device=scores.device)

        if kept is not None:
            labels = torch.where(kept.unsqueeze(1) if is_soft else kept, labels, 0)
        own_weights = weights
        n_weights = scores.shape[2 if are_many else 1]
        class_weight = self.weights_of_classes(n_weights, dtype, are_relative=relative_weights)
        if class_weight is not None:
            weights = weights * _of_label(class_weight, scores, labels, are_many=are_many)
            kept = weights != 0
        factor = None if self.pos_weight is None else self._of_yes(scores, labels, form)
        constant = 0 if self.inputs == "logits" else 1
        is_guarded = not is_soft and self.inputs == "logits" and self.label_smoothing == 0
        is_guarded = is_guarded and self.guards_absent
        if kept is not None and not is_guarded:
            scores = torch.where(kept.unsqueeze(1), scores, constant)
        if self.inputs == "probs":
            scores = log_of(scores)
        if self.label_smoothing > 0:
            labels = _smoothed(scores, labels, self.label_smoothing)
        guard = kept if is_guarded else None
        return Rows(scores, labels, weights, own_weights, factor, form, guard)

    def arrange(self, scores: Tensor, labels: Tensor) -> Arranged:
        """Scores and labels in one form; to be overridden where others than labels come second."""
        return arranged(
            scores,
            labels,
            multilabel=self.multilabel,
            inputs=self.inputs,
            ignore_index=self.ignore_index,
        )

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

    @final
    def weight_of_yes(self, logits: Scores, form: Form) -> Tensor:
        """`pos_weight` as numbers that broadcast to rows, 1 without it; refuses many classes."""
        weight = 1.0 if self.pos_weight is None else self.pos_weight
        if logits.shape[1] != 2:
            rule, got = "go with yes and no", f"{logits.shape[1]} classes"
            raise InputError("pos_weight", rule, got, "Weigh classes by class_weight.")
        if not isinstance(weight, Tensor):
            assert isinstance(weight, float)
            return logits.new_tensor(weight)
        n_questions = logits.shape[2] if form == "questions" else 1
        if weight.shape != (n_questions,):
            got, remedy = f"shape {tuple(weight.shape)}", "Give one number per question."
            raise InputError("pos_weight", f"have shape ({n_questions},)", got, remedy)
        return weight.to(logits.dtype).view(-1, *[1] * (logits.ndim - 3))

    def _of_yes(self, logits: Scores, labels: Labels, form: Form) -> Tensor:
        """What `pos_weight` multiplies the loss of every row by."""
        weight = self.weight_of_yes(logits, form)
        yes = labels[:, 1] if labels.ndim == logits.ndim else labels.to(logits.dtype)
        return 1 + (weight - 1) * yes


def _of_label(class_weight: Tensor, logits: Scores, labels: Labels, *, are_many: bool) -> Tensor:
    """Class weight of every row, or one that broadcasts to the rows."""
    if are_many:
        return class_weight.view(-1, *[1] * (logits.ndim - 3))
    if labels.ndim < logits.ndim:
        return class_weight[labels]
    return (labels * class_weight.view(-1, *[1] * (logits.ndim - 2))).sum(1)


def _smoothed(logits: Scores, labels: Labels, share: float) -> Scores:
    """Labels of which a share is spread evenly over the classes that are not masked."""
    possible = (logits != -torch.inf).to(logits.dtype)
    even = possible / possible.sum(1, keepdim=True)
    return (1 - share) * truth_of(logits, labels) + share * even
