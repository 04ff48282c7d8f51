r"""Log-probability of the true class, as exact at 1 as at 0, with its gradient in closed form.

Most losses of a row are a function of it alone. Written with torch's own operations it would take
four copies of the logits, two of them to keep absent rows out; here it takes one, the gradient:
the backward pass makes :math:`e^{z - \max z}` again, which is faster than to read it from memory.
The probability that remains for the other classes is summed from them, so that it is right to its
last digits where the true class has probability 1 - 1e-30.
"""

from typing import Protocol, no_type_check, runtime_checkable

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Int
from torch import Tensor
from torch.autograd import Function

from calibrant.losses.rows import PerRow, Scores

__all__ = ["ABSENT", "log_prob_at", "log_probs"]

ABSENT = -0.6931471805599453
"""Log-probability that an absent row gets, ln 1/2: inside the range of what it could be, where
any loss is finite."""

_PART_BYTES = 2**21
"""Size of a part of the logits that stays in the cache of a core."""


def log_prob_at(
    logits: Scores, labels: Int[Tensor, "row *axes"], kept: Bool[Tensor, "row *axes"] | None = None
) -> PerRow:
    r"""Log-probability of the true class, :math:`z_y - \log \sum_k e^{z_k}`, in nats.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities of two classes or more; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"]
        Class indices in ``[0, class)``, also where a row is absent.
    kept : Bool[Tensor, "row *axes"], optional
        Which rows are there. The others get `ABSENT` and the gradient 0, whatever they hold.

    Returns
    -------
    Float[Tensor, "row *axes"]
        At most 0; its relative error is that of a few roundings also where it is next to 0. Its
        gradient, :math:`1 - p_y` for the true class and :math:`-p_k` for the others, likewise.
        It can be differentiated again, in reverse mode.

    Notes
    -----
    With :math:`r = \sum_{k \ne y} e^{z_k - m}`, :math:`m = \max z` and
    :math:`t = e^{z_y - m}`, it is :math:`-\log(1 + r / t)` where the true class is likelier than
    all others together, and :math:`z_y - m - \log(t + r)` elsewhere. Of two classes it is
    the softplus of their difference.

    Examples
    --------
    >>> log_prob_at(torch.tensor([[0.0, 0.0], [50.0, 0.0]]), torch.tensor([0, 0]))  # -ln 2, -e**-50
    tensor([-6.9315e-01, -1.9287e-22])
    """
    function = _OfTwo if logits.shape[1] == 2 else _OfMany
    kept = torch.ones_like(labels, dtype=torch.bool) if kept is None else kept
    log_p, *_ = function.apply(logits, labels, kept)
    return log_p


def log_probs(logits: Scores) -> Scores:
    """Log-probabilities of all classes, with the small relative error of `log_prob_at`.

    Only that of the likeliest class can round to 0: it is computed from the others.
    """
    plain = logits.log_softmax(1)
    top = plain.argmax(1, keepdim=True)
    rest = plain.scatter(1, top, -torch.inf).exp().sum(1, keepdim=True)
    return plain.scatter(1, top, torch.log1p(-rest))


@runtime_checkable
class _Saving(Protocol):
    """What the forward pass leaves for the backward pass."""

    def save_for_backward(self, *tensors: Tensor) -> None: ...
    def mark_non_differentiable(self, *args: Tensor) -> None: ...
    def set_materialize_grads(self, value: bool) -> None: ...  # noqa: FBT001 (torch's own)


@runtime_checkable
class _Saved(Protocol):
    """What the backward pass finds."""

    saved_tensors: tuple[Tensor, ...]


@no_type_check  # at run time: what checks calls cannot be traced
class _OfTwo(Function):
    """Two classes: all depends on how far the other class is ahead."""

    generate_vmap_rule = True

    @staticmethod
    def forward(logits: Tensor, labels: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
        sign = _sign(labels, logits)
        lead = _lead_of_other(logits, sign)
        log_p, slope = F.logsigmoid(-lead), lead.sigmoid() * sign
        return torch.where(kept, log_p, ABSENT), torch.where(kept, slope, 0)

    @staticmethod
    def setup_context(ctx: _Saving, inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]) -> None:
        _save(ctx, inputs, output)

    @staticmethod
    def backward(ctx: _Saved, *grad_outputs: Tensor | None) -> tuple[Tensor | None, None, None]:
        grad, _ = grad_outputs
        if grad is None:
            return None, None, None
        logits, labels, kept, slope = ctx.saved_tensors
        if torch.is_grad_enabled():  # to be differentiated again
            sign = _sign(labels, logits)
            slope = _lead_of_other(_without_absent(logits, kept), sign).sigmoid() * sign
            grad = torch.where(kept, grad, 0)
        to_first = grad * slope
        return torch.stack((to_first, -to_first), dim=1), None, None


@no_type_check  # see `_OfTwo`
class _OfMany(Function):
    """Any number of classes."""

    generate_vmap_rule = True

    @staticmethod
    def forward(logits: Tensor, labels: Tensor, kept: Tensor) -> tuple[Tensor, ...]:
        parts = [_odds(*part) for part in _in_parts(logits, labels)]
        at_true, top, rest = (torch.cat(column) for column in zip(*parts, strict=True))
        lead = at_true - top
        odds_of = lead.exp()
        total = odds_of + rest
        log_p = torch.where(rest < odds_of, -torch.log1p(rest / odds_of), lead - total.log())
        rest, total = torch.where(kept, rest, 0), torch.where(kept, total, torch.inf)
        return torch.where(kept, log_p, ABSENT), top, rest, total

    @staticmethod
    def setup_context(ctx: _Saving, inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]) -> None:
        _save(ctx, inputs, output)

    @staticmethod
    def backward(ctx: _Saved, *grad_outputs: Tensor | None) -> tuple[Tensor | None, None, None]:
        grad, *_ = grad_outputs
        if grad is None:
            return None, None, None
        logits, labels, kept, top, rest, total = ctx.saved_tensors
        if torch.is_grad_enabled():  # to be differentiated again
            true_class = labels.unsqueeze(1)
            others = _without_absent(logits, kept).softmax(1).scatter(1, true_class, 0)
            grad = torch.where(kept, grad, 0).unsqueeze(1)
            to_true = grad * others.sum(1, keepdim=True)
            return (others * -grad).scatter_add(1, true_class, to_true), None, None
        share = grad / total
        to_logits = share.new_empty(logits.shape)  # `share` depends on all that may be mapped
        for part in _in_parts(to_logits, logits, labels, top, share, rest):
            _fill(part)
        return to_logits, None, None


def _in_parts(*tensors: Tensor) -> list[tuple[Tensor, ...]]:
    """Tensors cut along the rows, so that what is made of a part is still in the cache.

    With several threads one part is all: each has its share of the rows anyway, and parts are too
    small to be shared out. So it is where torch traces: what it compiles needs no help.
    """
    first = tensors[0]
    if torch.compiler.is_compiling() or torch.get_num_threads() > 1:
        return [tensors]
    row_bytes = first[:1].numel() * first.element_size()
    n_rows = max(1, _PART_BYTES // max(1, row_bytes))
    return list(zip(*(each.split(n_rows) for each in tensors), strict=True))


def _odds(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Logit of the true class, largest logit, and sum of the others' exponentials less that."""
    true_class = labels.unsqueeze(1)
    at_true = logits.gather(1, true_class)
    top = torch.maximum(logits.amax(1, keepdim=True), at_true)  # it depends on all arguments
    others = (logits - top).exp_()
    others.scatter_add_(1, true_class, -others.gather(1, true_class))  # exactly 0
    return at_true.squeeze(1), top.squeeze(1), others.sum(1)


def _fill(part: tuple[Tensor, ...]) -> None:
    """Write the gradient: a share of every other class, taken from it and given to the true one."""
    to_logits, logits, labels, top, share, rest = part
    true_class, share = labels.unsqueeze(1), share.unsqueeze(1)
    to_logits.copy_(logits).sub_(top.unsqueeze(1)).exp_()
    to_logits.nan_to_num_(0.0)  # of absent rows; in a row that counts, `share` is NaN too
    to_logits.mul_(-share)
    to_logits.scatter_add_(1, true_class, -to_logits.gather(1, true_class))  # exactly 0
    to_logits.scatter_add_(1, true_class, share * rest.unsqueeze(1))


def _save(ctx: _Saving, inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]) -> None:
    """Keep what the backward pass reads; only the first output has a gradient."""
    _, *intermediate = output
    ctx.mark_non_differentiable(*intermediate)
    ctx.set_materialize_grads(False)  # zeros in the shape of the logits
    ctx.save_for_backward(*inputs, *intermediate)


def _lead_of_other(logits: Tensor, sign: Tensor) -> Tensor:
    """Logit of the other of two classes less that of the true one."""
    first, second = logits.unbind(1)
    return (second - first) * sign


def _sign(labels: Tensor, like: Tensor) -> Tensor:
    """1 where the first class is true, -1 where the second is; other labels are an error."""
    signs = torch.tensor([1, -1], dtype=like.dtype, device=like.device)
    return signs.index_select(0, labels.flatten()).view(labels.shape)


def _without_absent(logits: Tensor, kept: Tensor) -> Tensor:
    return torch.where(kept.unsqueeze(1), logits, 0)
