"""Probabilities that curves give, as forms: one number a row stays one, classes sum to 1."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.nn import functional as F

from calibrant.calibrators.scores import in_form_of
from calibrant.prediction.forms import Form, PositiveProbs, Probs

__all__ = ["stated_log_odds", "stated_probs"]


def stated_probs(form: Form, probs: Float64[Tensor, "row curve"]) -> Form:
    """Probabilities of the curves in the place of `form`, in float32 or its wider dtype.

    Of two classes the other states the complement. Of more, the probabilities of a row are
    divided by their sum; a row whose curves all state 0 keeps what was declared.
    """
    wide = torch.promote_types(form.values.dtype, torch.float32)
    if form.values.ndim == 1:
        return PositiveProbs(_narrow(probs[:, 0], wide))
    if form.n_classes == 2:
        return Probs(_narrow(torch.cat((1 - probs, probs), dim=-1), wide))
    total = probs.sum(dim=-1, keepdim=True)
    none = total == 0
    probs = probs / torch.where(none, 1, total)
    if torch.compiler.is_compiling() or bool(none.any()):
        probs = torch.where(none, form.probs.double(), probs)
    return Probs(_narrow(probs, wide))


def stated_log_odds(form: Form, odds: Float64[Tensor, "row curve"]) -> Form:
    """Log-odds of the curves in the place of `form`, in float32 or its wider dtype.

    Beyond two classes the logits are the logarithms of the probabilities of the curves, which
    softmax divides by their sum; a row whose curves all state 0 keeps what was declared.
    """
    if form.n_classes == 2:
        return in_form_of(form, torch.cat((-odds.clamp(min=0), odds.clamp(max=0)), dim=-1))
    logits = F.logsigmoid(odds)
    none = (odds == -torch.inf).all(dim=-1, keepdim=True)
    if torch.compiler.is_compiling() or bool(none.any()):
        logits = torch.where(none, form.log_probs, logits)
    return in_form_of(form, logits)


def _narrow(
    probs: Float64[Tensor, "row *class"], dtype: torch.dtype
) -> Float[Tensor, "row *class"]:
    """Probabilities in `dtype`; one below 1 stays below 1, lest it promise what no curve did."""
    if dtype == torch.float64:
        return probs
    narrow = probs.to(dtype)
    return torch.where((narrow == 1) & (probs < 1), 1 - torch.finfo(dtype).eps / 2, narrow)
