"""Keys of rows: numbers that depend on what a row holds, and not on where it stands."""

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor
from torch.nn import functional as F

from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form, Logits

__all__ = ["row_keys"]

CHUNK = 1 << 20  # stated numbers that are mixed together
ODD = -7046029254386353131  # 2**64 over the golden ratio, as a signed number


def row_keys(rows: Predictions) -> tuple[Int64[Tensor, " row"], Bool[Tensor, " row"]]:
    """64 bits mixed from what every row states and its label, and whether it is right.

    A row is right if no class is stated a higher probability than what came out; of soft labels
    if classes like that came out by more than half. Both are the same for equal rows, whatever
    the order of rows, the names and order of classes, a shift of logits, and classes that are
    ruled out and did not come out.

    Examples
    --------
    >>> import calibrant as cal
    >>> keys, right = row_keys(
    ...     cal.predictions(logits=[[0.0, 2.0], [3.0, 1.0], [0.0, 1.0]], labels=[1, 0, 1])
    ... )
    >>> bool(keys[0] == keys[1]), bool(keys[0] == keys[2])
    (True, False)
    >>> right.tolist()
    [True, True, True]
    """
    keys: list[Tensor] = []
    right: list[Tensor] = []
    step = max(1, CHUNK // rows.n_entries)
    for start in range(0, len(rows), step):
        run = rows.take(slice(start, start + step))
        scores, labels = _scores(run.declared), _soft(run)
        out = (scores == -torch.inf) & (labels == 0)
        mixed = _mix(_mix(_bits(scores)) + _bits(labels))
        keys.append(_mix(mixed.masked_fill(out, 0).sum(dim=-1)))
        right.append((labels * (scores == 0)).sum(dim=-1) > 0.5)
    return torch.cat(keys), torch.cat(right)


def _scores(form: Form) -> Float64[Tensor, "row class"]:
    """Log-probabilities up to a constant of the row, without the rounding of a softmax."""
    values = form.values if isinstance(form, Logits) else form.log_probs
    return values.double() - values.double().amax(dim=-1, keepdim=True)


def _soft(rows: Predictions) -> Float64[Tensor, "row class"]:
    if rows.soft is not None:
        return rows.soft
    hard = rows.hard
    assert hard is not None  # labels are checked with them
    return F.one_hot(hard, rows.n_classes).double()


def _bits(numbers: Float64[Tensor, "..."]) -> Int64[Tensor, "..."]:
    """Bits of numbers; 0 and -0 have the same."""
    return (numbers + 0.0).contiguous().view(torch.int64)


def _mix(bits: Int64[Tensor, "..."]) -> Int64[Tensor, "..."]:
    mixed = (bits ^ (bits >> 30)) * ODD
    return (mixed ^ (mixed >> 27)) * ODD
