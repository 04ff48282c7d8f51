r"""Squared hinge over all pairs of rows, by a sort: n log n steps where pairs take n squared.

In ascending order of all :math:`u_i = s_i - m` of positive rows and all :math:`v_j = s_j` of
negative ones, the sums of :math:`(x - u)^0`, :math:`(x - u)` and :math:`(x - u)^2` over the u so
far follow x from one place to the next, and from the other end do those of :math:`(v - x)`. Every
term is at least 0: nothing cancels, neither in the value nor in the gradient, whatever the scale.
"""

from typing import NamedTuple, Protocol, no_type_check, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function

__all__ = ["squared_hinge_of_pairs"]

Ranked = Float[Tensor, "flat question"]


def squared_hinge_of_pairs(
    scores: Ranked, positive: Ranked, negative: Ranked, margin: float
) -> Float[Tensor, " question"]:
    r"""Sum of :math:`a_i b_j (m - s_i + s_j)_+^2` over all pairs of rows, of every question.

    Parameters
    ----------
    scores : Float[Tensor, "flat question"]
        What ranks the rows.
    positive, negative : Float[Tensor, "flat question"]
        Weights a and b of the rows as the one and as the other of a pair, at least 0.
    margin : float
        Lead from which on a pair costs nothing.

    Examples
    --------
    >>> scores, yes = torch.tensor([[2.0], [0.5], [0.0]]), torch.tensor([[1.0], [0.0], [1.0]])
    >>> squared_hinge_of_pairs(scores, yes, 1 - yes, 1.0)  # leads 1.5 and -0.5
    tensor([2.2500])
    """
    return _Pairs.apply(scores, positive, negative, margin)


class _Moments(NamedTuple):
    """Sums over the pairs of every row, its own weight left out.

    Parameters
    ----------
    short, short_2
        Of a row as the negative one: of the hinge and of its square, over positive rows.
    over, over_2
        Of a row as the positive one, over negative rows.
    """

    short: Tensor
    short_2: Tensor
    over: Tensor
    over_2: Tensor


@no_type_check  # at run time: what checks calls cannot be traced
def _moments(scores: Tensor, positive: Tensor, negative: Tensor, margin: float) -> _Moments:
    places, order = torch.cat((scores - margin, scores)).sort(dim=0, stable=True)
    nobody = torch.zeros_like(positive)
    of_u = torch.cat((positive, nobody)).gather(0, order)
    of_v = torch.cat((nobody, negative)).gather(0, order)
    steps = places[1:] - places[:-1]
    back = order.argsort(dim=0)
    n_rows = scores.shape[0]
    from_below = [sums.gather(0, back)[n_rows:] for sums in _followed(of_u, steps)]
    from_above = _followed(of_v.flip(0), steps.flip(0))
    from_above = [sums.flip(0).gather(0, back)[:n_rows] for sums in from_above]
    return _Moments(*from_below, *from_above)


@no_type_check  # see `_moments`
def _followed(weights: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
    """Weighted sums of the distances to all before, and of their squares, at every place."""
    mass = weights.cumsum(0)[:-1]
    start = torch.zeros_like(weights[:1])
    first = torch.cat((start, (mass * steps).cumsum(0)))
    second = torch.cat((start, ((2 * first[:-1] + mass * steps) * steps).cumsum(0)))
    return first, second


@runtime_checkable
class _Saving(Protocol):
    """What the forward pass leaves for the backward pass."""

    margin: float

    def save_for_backward(self, *tensors: Tensor) -> None: ...


@runtime_checkable
class _Saved(Protocol):
    """What the backward pass finds."""

    margin: float
    saved_tensors: tuple[Tensor, ...]


@no_type_check  # see `_moments`
class _Pairs(Function):
    """Sum over pairs, with its gradient in closed form."""

    generate_vmap_rule = True

    @staticmethod
    def forward(scores: Tensor, positive: Tensor, negative: Tensor, margin: float) -> Tensor:
        return (negative * _moments(scores, positive, negative, margin).short_2).sum(0)

    @staticmethod
    def setup_context(
        ctx: _Saving, inputs: tuple[Tensor, Tensor, Tensor, float], output: Tensor
    ) -> None:
        del output
        scores, positive, negative, ctx.margin = inputs
        ctx.save_for_backward(scores, positive, negative)

    @staticmethod
    def backward(ctx: _Saved, *grad_outputs: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        (grad,) = grad_outputs
        scores, positive, negative = ctx.saved_tensors
        sums = _moments(scores, positive, negative, ctx.margin)
        to_scores = 2 * (negative * sums.short - positive * sums.over)
        return grad * to_scores, grad * sums.over_2, grad * sums.short_2, None
