"""Numbers that rank the rows for every class: of logits the log-odds, in float64."""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Float64, Int
from torch import Tensor

from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Logits, PositiveLogits

__all__ = ["class_scores"]

BLOCK = 32  # classes whose scores are laid out row by row together
ROWS = 4096  # whose logits are widened together


def class_scores(rows: Predictions) -> Iterator[Tensor]:
    """Numbers that rank the rows for every class, class by class.

    Of logits the log-odds of the class, in float64: a probability near 1 rounds away what
    they keep.
    """
    form = rows.declared
    if isinstance(form, PositiveLogits):
        yield from (-form.values, form.values)
        return
    if not isinstance(form, Logits):
        for block in rows.full_probs.split(BLOCK, dim=1):
            yield from block.T.contiguous()
        return
    if rows.n_classes == 2:  # exact, so that ties stay ties
        gap = form.values[:, 1] - form.values[:, 0]
        yield from (-gap, gap)
        return
    highest, top = form.values.max(dim=-1, keepdim=True)
    whole, rest = _log_sums(form.values, top)
    for start in range(0, rows.n_classes, BLOCK):
        for logits in form.values[:, start : start + BLOCK].T.contiguous():
            log_prob = logits.double() - whole
            others = torch.log1p(-log_prob.exp())  # log(1 - p), but for the likeliest class
            likeliest = logits == highest.squeeze(-1)  # all of them, so that ties stay ties
            yield torch.where(likeliest, logits.double() - rest, log_prob - others)


def _log_sums(
    logits: Float[Tensor, "row class"], top: Int[Tensor, "row 1"]
) -> tuple[Float64[Tensor, " row"], Float64[Tensor, " row"]]:
    """Log-sum-exp of every row, and that without its likeliest class."""
    sums = [
        (chunk.logsumexp(dim=-1), chunk.scatter(-1, first, -torch.inf).logsumexp(dim=-1))
        for chunk, first in zip(
            (part.double() for part in logits.split(ROWS)), top.split(ROWS), strict=True
        )
    ]
    return torch.cat([whole for whole, _ in sums]), torch.cat([rest for _, rest in sums])
