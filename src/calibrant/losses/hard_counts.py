"""Soft counts of hard labels, with their gradient in closed form.

Written with torch's own operations they would take a dozen copies of the logits: hard labels as 0
and 1, three products, and what each leaves for the backward pass. Here two of them last, the
probabilities and the gradient, and each pass needs one more for a while.
"""

from typing import Literal, Protocol, no_type_check, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.autograd import Function

from calibrant.losses.rows import PerRow, Scores

__all__ = ["SumsOf", "hard_counts"]

SumsOf = Literal["batch", "rows"]


def hard_counts(
    logits: Scores,
    labels: Int[Tensor, "row *axes"],
    weights: PerRow,
    kept: Bool[Tensor, "row *axes"] | None,
    *,
    sums_of: SumsOf,
) -> Float[Tensor, "*group count class"]:
    """Weighted sums of soft true positives, false positives and false negatives of every class.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"]
        Class indices in ``[0, class)``, also where a row is absent.
    weights : Float[Tensor, "row *axes"]
        0 where a row is absent.
    kept : Bool[Tensor, "row *axes"], optional
        Which rows are there. The others count nothing, whatever they hold, and have gradient 0.
    sums_of : "batch" or "rows"
        Sums over all rows and axes; or those of every row over its axes.

    Returns
    -------
    Float[Tensor, "*group count class"]
        Three counts of every class; of rows, of every row. They can be differentiated twice.

    Examples
    --------
    >>> one = torch.ones(2)
    >>> hard_counts(torch.zeros(2, 2), torch.tensor([0, 1]), one, None, sums_of="batch")
    tensor([[0.5000, 0.5000],
            [0.5000, 0.5000],
            [0.5000, 0.5000]])
    """
    counts, _ = _HardCounts.apply(logits, labels, weights, kept, sums_of)
    return counts


@runtime_checkable
class _Saving(Protocol):
    """What the forward pass leaves for the backward pass."""

    sums_of: SumsOf

    def save_for_backward(self, *tensors: Tensor | None) -> None: ...
    def mark_non_differentiable(self, *args: Tensor) -> None: ...
    def set_materialize_grads(self, value: bool) -> None: ...  # noqa: FBT001 (torch's own)


@runtime_checkable
class _Saved(Protocol):
    """What the backward pass finds."""

    sums_of: SumsOf
    saved_tensors: tuple[Tensor, Tensor, Tensor, Tensor | None, Tensor]


@no_type_check  # at run time: what checks calls cannot be traced
class _HardCounts(Function):
    """Counts, and the probabilities that the backward pass reads."""

    generate_vmap_rule = True

    @staticmethod
    def forward(
        logits: Tensor, labels: Tensor, weights: Tensor, kept: Tensor | None, sums_of: SumsOf
    ) -> tuple[Tensor, Tensor]:
        probs = logits.softmax(1)
        at_true = probs.gather(1, labels.unsqueeze(1)).squeeze(1)
        if kept is not None:
            at_true = torch.where(kept, at_true, 0)
            probs.nan_to_num_(0.0)  # NaN of a row that counts stays in `at_true`
        # no matrix product: under autocast it would round to half precision
        stated = probs * weights.unsqueeze(1)
        over = [axis for axis in range(2 if sums_of == "rows" else 0, probs.ndim) if axis != 1]
        stated = stated.sum(over) if over else stated
        hit = weights * at_true
        tp, fn = (_by_label(part, labels, stated, sums_of) for part in (hit, weights - hit))
        return torch.stack((tp, (stated - tp).clamp(min=0), fn), dim=-2), probs

    @staticmethod
    def setup_context(
        ctx: _Saving,
        inputs: tuple[Tensor, Tensor, Tensor, Tensor | None, SumsOf],
        output: tuple[Tensor, Tensor],
    ) -> None:
        *tensors, ctx.sums_of = inputs
        _, probs = output
        ctx.mark_non_differentiable(probs)
        ctx.set_materialize_grads(False)  # zeros in the shape of the logits
        ctx.save_for_backward(*tensors, probs)

    @staticmethod
    def backward(ctx: _Saved, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        grad, _ = grads
        if grad is None:
            return (None,) * 5
        logits, labels, weights, kept, probs = ctx.saved_tensors
        slopes = _slopes(grad, labels, weights, ctx.sums_of)
        if torch.is_grad_enabled():  # to be differentiated again
            logits = logits if kept is None else torch.where(kept.unsqueeze(1), logits, 0)
            probs = logits.softmax(1)
            return probs * (slopes - (probs * slopes).sum(1, keepdim=True)), *[None] * 4
        to_logits = torch._softmax_backward_data(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage] -- torch's own kernel has no other name
            slopes, probs, 1, probs.dtype
        )
        return to_logits, *[None] * 4


def _by_label(numbers: Tensor, labels: Tensor, like: Tensor, sums_of: SumsOf) -> Tensor:
    """Sums of the numbers of the rows of every class, added up in double precision."""
    if sums_of == "rows":
        numbers, labels = numbers.unsqueeze(-1).flatten(1), labels.unsqueeze(-1).flatten(1)
    else:
        numbers, labels = numbers.flatten(), labels.flatten()
    precise = like.dtype if like.device.type == "mps" else torch.float64
    sums = torch.zeros(like.shape, dtype=precise, device=like.device)
    return sums.scatter_add(-1, labels, numbers.to(precise)).to(like.dtype)


def _slopes(grad: Tensor, labels: Tensor, weights: Tensor, sums_of: SumsOf) -> Tensor:
    """Derivative by every probability."""
    tp, fp, fn = grad.unbind(-2)
    at_true = tp - fn - fp  # beyond the slope where the class is false
    if sums_of == "rows":
        at_true = at_true.gather(1, labels.unsqueeze(-1).flatten(1)).view(labels.shape)
    else:
        at_true = at_true.index_select(0, labels.flatten()).view(labels.shape)
    at_true = weights * at_true
    fp = fp + torch.zeros_like(at_true.sum())  # so that it is mapped wherever the labels are
    slopes = fp.reshape(*fp.shape, *[1] * (labels.ndim - 1)) * weights.unsqueeze(1)
    return slopes.scatter_add_(1, labels.unsqueeze(1), at_true.unsqueeze(1))
