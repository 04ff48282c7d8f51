"""Laws of numbers: gradients, extremes, precision."""

import torch
from torch import Tensor

from calibrant.losses.checking.law import Law
from calibrant.losses.checking.subject import NotApplicable, Subject, deviation, non_finite
from calibrant.losses.number_loss import NumberLoss, PointLoss

__all__ = ["LAWS"]

_STEP = 1e-6  # of differences in float64: their error is near 1e-10, and 1e-12 of the curvature
_FINE = 1e-5
_MANY, _SOME = 512 * 512, 2048  # rows of half precision; float16 ends at 65,504, counts to 2,048
_SINGLE = 1e-4  # of means of that many rows in float32
_EXTREME = 1e4


def _gradient(subject: Subject) -> float:
    """Distance between the gradient and differences of the value."""
    _require_whole_gradient(subject)
    scores, labels = subject.batch(5)
    _, gradient = subject.value_and_gradient(scores, labels)
    numeric = torch.empty_like(scores).flatten()
    for place in range(scores.numel()):
        step = torch.zeros_like(scores).flatten()
        step[place] = _STEP
        step = step.view_as(scores)
        up, down = subject.value(scores + step, labels), subject.value(scores - step, labels)
        numeric[place] = ((up - down) / (2 * _STEP)).detach()
    return deviation(gradient, numeric.view_as(scores))


def _require_whole_gradient(subject: Subject) -> None:
    """Go on only with losses that mean their gradient to be that of their value."""
    if any(single.stops_gradient for single in subject.singles):
        raise NotApplicable("a part of it counts as a constant, as it says")


def _second_derivative(subject: Subject) -> float:
    """Distance between the curvature along a direction and differences of the gradient."""
    if not subject.singles or not all(single.is_smooth for single in subject.singles):
        raise NotApplicable("it does not claim to be smooth")
    _require_whole_gradient(subject)
    scores, labels = subject.batch(5)
    generator = torch.Generator().manual_seed(subject.seed + 2)
    along = torch.randn(tuple(scores.shape), generator=generator, dtype=torch.float64)
    leaf = scores.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(subject.value(leaf, labels), leaf, create_graph=True)
    curvature = torch.zeros_like(scores)
    if gradient.requires_grad:
        (curvature,) = torch.autograd.grad(gradient, leaf, along, materialize_grads=True)
    up = subject.value_and_gradient(scores + _STEP * along, labels)[1]
    down = subject.value_and_gradient(scores - _STEP * along, labels)[1]
    return deviation(curvature, (up - down) / (2 * _STEP))


def _shift(subject: Subject) -> float:
    """Distance that a constant makes, added to all scores of a row, in value and gradient."""
    if not subject.singles or not all(single.shift_invariant for single in subject.singles):
        raise NotApplicable("it does not claim it")
    scores, labels = subject.batch(60)
    if subject.takes_probs:
        raise NotApplicable("it takes probabilities")
    if scores.ndim < 2 or scores.shape[1] < 2 or any(f.multilabel for f in subject.fronts):
        raise NotApplicable("every score is a question of its own")
    shift = torch.linspace(-100, 100, 60, dtype=torch.float64)[:, None]
    expected = subject.value_and_gradient(scores, labels)
    found = subject.value_and_gradient(scores + shift, labels)
    return max(deviation(a, e) for a, e in zip(found, expected, strict=True))


def _extremes(subject: Subject) -> float:
    """How many numbers are not finite where scores are 10,000, 0 or minus 10,000."""
    if subject.takes_probs:
        raise NotApplicable("it takes probabilities")
    if any(isinstance(s, NumberLoss) and not isinstance(s, PointLoss) for s in subject.singles):
        raise NotApplicable("variances and logs of means have ranges of their own")
    scores, labels = subject.batch(32)
    size = _EXTREME * scores.sign() * (scores.abs() > 0.3)
    bad = 0.0
    for dtype in (torch.float32, torch.float64):
        floats = labels.to(dtype) if labels.is_floating_point() else labels
        bad += non_finite(*subject.value_and_gradient(size.to(dtype), floats))
    return bad


def _masked_class(subject: Subject) -> float:
    """How many numbers are not finite, or gradients not 0, where a class is masked by -inf."""
    if subject.takes_probs or not subject.fronts:
        raise NotApplicable("it takes no logits of classes")
    scores, labels = subject.batch(60)
    has_indices = labels.ndim == 1 and not labels.is_floating_point()
    if not has_indices or scores.ndim < 2 or scores.shape[1] != subject.n_classes:
        raise NotApplicable("its scores are not one per class")
    if scores.shape[1] < 3 or not all(single.shift_invariant for single in subject.singles):
        raise NotApplicable("its classes are not a choice of one among three or more")
    other = (labels + 1) % scores.shape[1]
    masked = torch.zeros_like(scores, dtype=torch.bool).scatter(1, other[:, None], value=True)
    value, gradient = subject.value_and_gradient(scores.masked_fill(masked, -torch.inf), labels)
    return non_finite(value, gradient) + float((gradient[masked] != 0).sum())


def _half_precision(subject: Subject) -> float:
    """Distance that half precision of the scores makes, beyond their own rounding."""
    scores, labels = subject.batch(_SOME if subject.is_of_batches else _MANY)
    worst = 0.0
    for dtype in (torch.float16, torch.bfloat16):
        rounded = scores.to(dtype)
        floats = labels.to(dtype) if labels.is_floating_point() else labels
        value, gradient = subject.value_and_gradient(rounded, floats)
        exact = floats.double() if labels.is_floating_point() else labels
        expected = subject.value(rounded.double(), exact)
        worst = max(worst, deviation(value, expected))
        if non_finite(gradient):
            worst = torch.inf
    return worst


def _nan_shows(subject: Subject) -> float:
    """Whether a NaN in a row that counts is hidden: 1, or 0."""
    scores, labels = subject.batch(20)
    scores.view(20, -1)[3, 0] = torch.nan
    return float(not _is_nan(subject.value(scores, labels)))


def _is_nan(value: Tensor) -> bool:
    return bool(value.isnan())


def _repeatable(subject: Subject) -> float:
    """Distance between two calls, and how many inputs a call has changed."""
    scores, labels = subject.batch(20)
    before = scores.clone(), labels.clone()
    first = subject.value_and_gradient(scores, labels)
    second = subject.value_and_gradient(scores, labels)
    changed = sum(
        not torch.equal(now, then) for now, then in zip((scores, labels), before, strict=True)
    )
    return changed + max(deviation(a, e) for a, e in zip(second, first, strict=True))


LAWS = (
    Law(
        "gradient",
        "the gradient is that of the value (differences in float64)",
        "Look for detach(), a custom backward, or a step (argmax, round) between scores and value; "
        "where a part is meant to be a constant, say stops_gradient = True.",
        _gradient,
        limit=_FINE,
    ),
    Law(
        "second_derivative",
        "the second derivative is that of the value (differences of the gradient)",
        "Look for detach() and custom backwards; a loss with corners says is_smooth = False.",
        _second_derivative,
        limit=_FINE,
    ),
    Law(
        "shift",
        "a constant added to all scores of a row changes nothing",
        "Read scores through softmax or differences; where none is meant, say "
        "shift_invariant = False. One sigmoid per class is multilabel=True.",
        _shift,
    ),
    Law(
        "extremes",
        "value and gradient are finite for scores of 10,000, in float32 and float64",
        "Stay in log space: log_softmax, logsigmoid, logsumexp, expm1, log1p; infinity times 0, "
        "also behind torch.where, gives NaN in the gradient.",
        _extremes,
        limit=0.0,
    ),
    Law(
        "masked_class",
        "a class that is masked by a logit of minus infinity leaves finite numbers, gradient 0",
        "Multiply no log-probability by a label that is 0: pick it with at_label.",
        _masked_class,
        limit=0.0,
    ),
    Law(
        "half_precision",
        "scores in float16 and bfloat16, 512 x 512 of them, give the loss of float64",
        "Add up in float32 or better: float16 ends at 65,504, and counts to 2,048.",
        _half_precision,
        limit=_SINGLE,
    ),
    Law(
        "nan",
        "NaN in a row that counts is not hidden",
        "Leave nan_to_num and clamp out: a NaN is a bug that should be seen.",
        _nan_shows,
        limit=0.0,
    ),
    Law(
        "repeatable",
        "the same batch gives the same, and stays as it was",
        "Draw nothing at random, keep nothing from call to call, change nothing in place.",
        _repeatable,
        limit=0.0,
    ),
)
