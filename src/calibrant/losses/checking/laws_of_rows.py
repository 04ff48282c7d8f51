"""Laws of rows: which count, and how much."""

from dataclasses import replace
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.checking.law import Law
from calibrant.losses.checking.subject import NotApplicable, Subject, deviation, non_finite
from calibrant.losses.ordinal.level_loss import LevelLoss
from calibrant.losses.settings import settings_of
from calibrant.losses.single import SingleLoss

__all__ = ["LAWS"]

_N_ROWS = 60
_GARBAGE = (torch.nan, torch.inf, -torch.inf)
_FOREIGN = 999  # no class at all


def _repetition(subject: Subject) -> float:
    """Distance between weights 0, 1, 2 and rows repeated that often."""
    subject.require_options()
    scores, labels = subject.batch(_N_ROWS)
    times = torch.arange(_N_ROWS) % 3
    repeated = [rows.repeat_interleave(times, 0) for rows in (scores, labels)]
    return deviation(
        subject.value(scores, labels, times.double()), subject.value(repeated[0], repeated[1])
    )


def _scale(subject: Subject) -> float:
    """Distance between weights and a million times these, for means."""
    weights = subject.weights(_N_ROWS)
    _require_mean(subject)
    if not all(_is_scale_free(single) for single in subject.singles):
        raise NotApplicable("it is no mean, nor does it say that it ignores the scale")
    rows = subject.batch(_N_ROWS)
    return deviation(subject.value(*rows, 1e6 * weights), subject.value(*rows, weights))


def _order(subject: Subject) -> float:
    """Distance that the reverse order of the rows makes, in value and gradient."""
    scores, labels = subject.batch(_N_ROWS)
    value, gradient = subject.value_and_gradient(scores, labels)
    flipped, flipped_gradient = subject.value_and_gradient(scores.flip(0), labels.flip(0))
    return max(deviation(flipped, value), deviation(flipped_gradient.flip(0), gradient))


def _masked(subject: Subject) -> float:
    """See `_absent`."""
    return max(_absent(subject, "masked", garbage) for garbage in _GARBAGE)


def _weightless(subject: Subject) -> float:
    """See `_absent`."""
    return max(_absent(subject, "weightless", garbage) for garbage in _GARBAGE)


def _ignored(subject: Subject) -> float:
    """See `_absent`."""
    return max(_absent(subject, "ignored", garbage) for garbage in _GARBAGE)


def _absent(
    subject: Subject, how: Literal["masked", "weightless", "ignored"], garbage: float
) -> float:
    """Distance that absent rows make, which hold garbage, in value and gradient."""
    scores, labels = subject.batch(_N_ROWS)
    kept = torch.arange(_N_ROWS) % 4 > 0
    foreign = torch.nan if labels.is_floating_point() else _FOREIGN
    weights = mask = None
    dirty, dirty_labels = scores.clone(), labels.clone()
    dirty[~kept] = garbage
    if how == "ignored":
        dirty_labels[~kept] = subject.ignored
    else:
        subject.require_options()
        dirty_labels[~kept] = foreign
        weights = torch.ones(_N_ROWS, dtype=torch.float64)
        weights[~kept] = garbage if how == "masked" else 0
        mask = kept if how == "masked" else None
    alone, alone_gradient = subject.value_and_gradient(scores[kept], labels[kept])
    value, gradient = subject.value_and_gradient(dirty, dirty_labels, weights, mask=mask)
    return max(
        deviation(value, alone),
        deviation(gradient[kept], alone_gradient),
        deviation(gradient[~kept], torch.zeros_like(gradient[~kept])),
    )


def _nothing_left(subject: Subject) -> float:
    """Distance from 0 of value and gradient where no row counts, or there is none."""
    scores, labels = subject.batch(_N_ROWS)
    if any(single.when_empty == "nan" for single in subject.singles):
        raise NotApplicable("when_empty='nan' asks for NaN")
    measured = [0.0]
    if subject.terms:
        nothing = torch.zeros(_N_ROWS, dtype=torch.float64)
        found = subject.value_and_gradient(scores, labels, nothing)
        measured += [deviation(each, torch.zeros_like(each)) for each in found]
    else:
        found = subject.value_and_gradient(scores, torch.full_like(labels, subject.ignored))
        measured += [deviation(each, torch.zeros_like(each)) for each in found]
    measured.append(deviation(subject.value(scores[:0], labels[:0]), torch.zeros(())))
    return max(measured)


def _one_row(subject: Subject) -> float:
    """How many numbers of value and gradient of a single row are not finite."""
    return non_finite(*subject.value_and_gradient(*subject.batch(1)))


def _one_hot(subject: Subject) -> float:
    """Distance between hard labels and the same as probabilities."""
    scores, labels = subject.batch(_N_ROWS)
    if not subject.fronts or scores.ndim < 2 or labels.shape != scores.shape[:1]:
        raise NotApplicable("its labels are no class indices")
    if labels.is_floating_point() or scores.shape[1] != subject.n_classes or scores.shape[1] < 2:
        raise NotApplicable("its scores are not one per class")
    expected = subject.value_and_gradient(scores, labels)
    found = subject.value_and_gradient(scores, F.one_hot(labels, scores.shape[1]).double())
    return max(deviation(a, e) for a, e in zip(found, expected, strict=True))


def _reductions(subject: Subject) -> float:
    """Distance between the sum, what the rows add up to, and the mean times all weight."""
    weights = subject.weights(_N_ROWS)
    scores, labels = subject.batch(_N_ROWS)
    if len(subject.singles) != 1:
        raise NotApplicable("it has no reduction of its own")
    if any(front.multilabel for front in subject.fronts):
        weights = weights[:, None].expand(scores.shape)
    term = subject.singles[0]
    total = _reduced(term, "sum")(scores, labels, weights)
    by_row = _reduced(term, "none")(scores, labels, weights)
    mean = _reduced(term, "mean")(scores, labels, weights)
    all_weight = (weights * _class_weight_of(term, labels) * _times(term, scores, labels)).sum()
    return max(deviation(by_row.sum() / all_weight, mean), deviation(total / all_weight, mean))


def _reduced(term: SingleLoss, reduction: str) -> SingleLoss:
    """Loss with another reduction."""
    if "reduction" not in settings_of(type(term)):
        raise NotApplicable("it has no reduction")
    try:
        return replace(term, reduction=reduction)
    except InputError as error:
        raise NotApplicable(f"{error}".partition(";")[0]) from error


def _times(term: SingleLoss, scores: Tensor, labels: Tensor) -> Tensor:
    """How often every row counts in a mean."""
    if isinstance(term, LevelLoss):
        times = term.asked(labels, scores.shape[1] if scores.ndim > 1 else 1)
        if times is not None:
            return times
    return torch.ones((), dtype=torch.float64)


def _class_weight_of(term: SingleLoss, labels: Tensor) -> Tensor:
    """Class weight of every label; 1 where there is none."""
    weight: object = getattr(term, "class_weight", None)
    if not isinstance(weight, Tensor):
        return torch.ones((), dtype=torch.float64)
    return weight if labels.ndim > 1 else weight[labels]


def _is_scale_free(single: SingleLoss) -> bool:
    """Whether the scale of the weights changes nothing, as the loss says itself."""
    ignores: object = getattr(single, "ignores_scale", None)
    return bool(ignores) if ignores is not None else "reduction" in settings_of(type(single))


def _require_mean(subject: Subject) -> None:
    """Go on only with losses whose value is one number that is no sum."""
    reductions = {getattr(single, "reduction", "mean") for single in subject.singles}
    if reductions - {"mean"}:
        raise NotApplicable("its reduction is no mean")


LAWS = (
    Law(
        "weights",
        "a row of weight 2 counts as two rows, one of weight 0 as none",
        "Leave weighing to the template: return a loss per row, or summands, at weight 1; in "
        "`whole`, weigh a pair by the product of both weights.",
        _repetition,
    ),
    Law(
        "scale",
        "weights times a million change nothing in a mean",
        "Add no constant to sums that have the scale of the weights.",
        _scale,
    ),
    Law(
        "order",
        "the order of rows changes nothing",
        "Use no position of a row, and break ties by value.",
        _order,
    ),
    Law(
        "masked",
        "rows that the mask leaves out have no effect, whatever they hold",
        "Replace them by constants with torch.where before any arithmetic: NaN times 0 is NaN.",
        _masked,
    ),
    Law(
        "weightless",
        "rows of weight 0 have no effect, whatever they hold",
        "Replace them by constants with torch.where before any arithmetic: NaN times 0 is NaN.",
        _weightless,
    ),
    Law(
        "ignored",
        "rows whose label is ignore_index have no effect, whatever they hold",
        "Replace them by constants with torch.where before any arithmetic: NaN times 0 is NaN.",
        _ignored,
    ),
    Law(
        "nothing_left",
        "with no row left the value is 0, attached, and so is the gradient",
        "Divide by torch.where(total > 0, total, 1), and keep the value attached to the scores.",
        _nothing_left,
        limit=0.0,
    ),
    Law(
        "one_row",
        "value and gradient of a single row are finite",
        "Standard deviations and pairs do not exist for one row: give them the value 0.",
        _one_row,
        limit=0.0,
    ),
    Law(
        "one_hot",
        "hard labels and the same as probabilities give the same",
        "Read labels with calibrant.losses.at_label, which takes both.",
        _one_hot,
    ),
    Law(
        "reductions",
        "the mean times all weight is the sum, which the losses of the rows add up to",
        "Leave reducing to the template.",
        _reductions,
    ),
)
