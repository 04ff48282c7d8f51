"""Rows: the forms in which logits, labels and weights come, brought to one.

Classes lie at axis 1 and further axes (pixels, time steps) stay where they are: moving classes to
the end and flattening copies every number, which costs ten times the loss itself on images.
"""

from typing import Literal, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from calibrant.errors import InputError

__all__ = [
    "Arranged",
    "Form",
    "GivenLabels",
    "GivenScores",
    "Labels",
    "PerRow",
    "Rows",
    "Scores",
    "arranged",
    "at_label",
    "log_of",
    "truth_of",
]

Scores = Float[Tensor, "row class *axes"]
Labels = Int[Tensor, "row *axes"] | Float[Tensor, "row class *axes"]
PerRow = Float[Tensor, "row *axes"]
GivenScores = Float[Tensor, "row *class_and_axes"]
"""Scores as a caller has them: of all classes at axis 1, or of the positive class alone."""
GivenLabels = Int[Tensor, "row *label_axes"] | Float[Tensor, "row *label_axes"]
"""Labels as a caller has them: class indices, probabilities, or answers."""
Form = Literal["classes", "question", "questions"]
"""What axis 1 holds: exclusive classes; no and yes to one question, where the score of yes alone
was given; or no and yes to every one of the questions at axis 2."""


class Arranged(NamedTuple):
    """Scores and labels with axis 1 of one form, and which rows count (None: all)."""

    scores: Scores
    labels: Labels
    kept: Bool[Tensor, "row *axes"] | None
    form: Form


class Rows(NamedTuple):
    """What a template reads: absent rows hold constants, and weigh 0.

    Parameters
    ----------
    logits, labels
        Scores as logits, and labels; of a question, those of no and yes at axis 1.
    weights
        Final weights, those of classes included.
    own_weights
        Weights before those of classes.
    factor
        What `pos_weight` multiplies the loss of a row by; None for 1.
    form
        What lies at axis 1, see `Form`.
    kept
        Which rows are there, if the logits still hold whatever the absent ones held, as they do for
        losses that keep them out by themselves; else None.
    """

    logits: Scores
    labels: Labels
    weights: PerRow
    own_weights: PerRow
    factor: PerRow | None
    form: Form
    kept: Bool[Tensor, "row *axes"] | None = None


def truth_of(logits: Scores, labels: Labels) -> Scores:
    """Labels as probabilities of the classes: soft ones as they are, hard ones as 0 and 1."""
    if labels.ndim == logits.ndim:
        return labels
    return torch.zeros_like(logits).scatter(1, labels.unsqueeze(1), 1)


def at_label(by_class: Scores, labels: Labels) -> PerRow:
    """Value at the label: picked by a hard one, averaged over a soft one.

    Classes that a soft label gives probability 0 count for nothing, even where they are infinite.
    """
    if labels.ndim < by_class.ndim:
        return by_class.gather(1, labels.unsqueeze(1)).squeeze(1)
    return (labels * torch.where(labels == 0, 0, by_class)).sum(1)


def arranged(
    scores: Tensor,
    labels: Tensor,
    *,
    multilabel: bool,
    inputs: Literal["logits", "probs"],
    ignore_index: int | None,
) -> Arranged:
    """Scores of at least two classes at axis 1, in float32 or better; labels; which rows count.

    No arithmetic touches a score that may have to be left out: its gradient could be NaN.

    Parameters
    ----------
    scores : Tensor
        ``(row, class, *axes)``; or of the positive class alone, ``(row,)`` or
        ``(row, 1, *axes)``, which becomes a pair of classes. With `multilabel`, every entry
        of ``(row, class, *axes)`` becomes such a pair, at axis 1; two classes with one label a
        row are the question whether it is class 1.
    labels : Tensor
        Class indices ``(row, *axes)``, or probabilities in the shape of the scores; for two classes
        also floats ``(row, *axes)``, the probability of class 1. Whole numbers in the shape of
        the scores are one-hot, or with `multilabel` yes and no.
    multilabel, inputs, ignore_index
        See `calibrant.losses.front_end.FrontEnd`: what the scores mean, and which labels are none.
        Without `ignore_index` all rows count, and the answer to which is None.

    Raises
    ------
    InputError
        If the shapes do not match, or floats stand where class indices must.
    """
    dtype = torch.promote_types(scores.dtype, torch.float32)  # half floats count to 2048 only
    if scores.dtype != dtype:
        scores = scores.to(dtype)
    if scores.ndim == 0:
        raise InputError("logits", "have rows", "a single number", "Give it the shape (1,).")
    if multilabel and scores.ndim > 1 and labels.shape == scores.shape:
        pairs = _pairs(scores.unsqueeze(1), inputs)
        return Arranged(pairs, *_one_or_two(labels, dtype, ignore_index), "questions")
    if scores.ndim == 1 or scores.shape[1] == 1:
        positive = scores.unsqueeze(1) if scores.ndim == 1 else scores
        labels = labels.squeeze(1) if labels.shape == positive.shape else labels
        rows = positive.shape[:1] + positive.shape[2:]
        if labels.shape != rows:
            raise _mismatch(scores, labels, f"{tuple(rows)}")
        pairs = _pairs(positive, inputs)
        return Arranged(pairs, *_one_or_two(labels, dtype, ignore_index), "question")
    if multilabel and (scores.shape[1] != 2 or labels.shape != scores.shape[:1] + scores.shape[2:]):
        raise _mismatch(scores, labels, "of the logits, (row, class, *axes)")
    form = "question" if multilabel else "classes"
    return Arranged(scores, *_of_classes(scores, labels, ignore_index), form)


def log_of(probs: Scores) -> Scores:
    """Logarithm, where that of 0 is minus infinity with gradient 0; NaN stays NaN."""
    impossible = probs == 0
    return torch.where(impossible, -torch.inf, torch.where(impossible, 1, probs).log())


def _of_classes(
    scores: Tensor, labels: Tensor, ignore_index: int | None
) -> tuple[Tensor, Tensor | None]:
    """Labels where every class has a score, and which of them count."""
    if labels.shape == scores.shape[:1] + scores.shape[2:]:
        if not labels.is_floating_point() or scores.shape[1] == 2:
            return _one_or_two(labels, scores.dtype, ignore_index)
    elif labels.shape == scores.shape:
        labels = labels.to(scores.dtype)
        counts = _other_than(ignore_index, labels)
        return labels, None if counts is None else counts.any(1)
    indices, probs = tuple(scores.shape[:1] + scores.shape[2:]), tuple(scores.shape)
    raise _mismatch(scores, labels, f"{indices} as class indices or {probs} as probabilities")


def _pairs(positive: Tensor, inputs: str) -> Tensor:
    """Two classes at axis 1 from the score of the positive one."""
    negative = torch.zeros_like(positive) if inputs == "logits" else 1 - positive
    return torch.cat((negative, positive), dim=1)


def _one_or_two(
    labels: Tensor, dtype: torch.dtype, ignore_index: int | None
) -> tuple[Tensor, Tensor | None]:
    """Class indices as they are, or probabilities of class 1 as those of both; which count."""
    if not labels.is_floating_point():
        labels = labels.long()  # first: modulo 256, -100 is 156
        return labels, _other_than(ignore_index, labels)
    positive = labels.to(dtype)
    both = torch.stack((1 - positive, positive), dim=1)
    return both, _other_than(ignore_index, positive)


def _other_than(ignore_index: int | None, labels: Tensor) -> Tensor | None:
    """Which labels are not `ignore_index`; None where there is none."""
    return None if ignore_index is None else labels != ignore_index


def _mismatch(scores: Tensor, labels: Tensor, wanted: str) -> InputError:
    rule = f"have the shape {wanted}, for logits {tuple(scores.shape)}"
    got = f"{str(labels.dtype).removeprefix('torch.')} {tuple(labels.shape)}"
    return InputError("labels", rule, got, "Classes lie at axis 1 of logits.")
