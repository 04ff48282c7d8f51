"""Scores of classes, as calibrators read them, and calibrated ones in the form declared."""

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.forms import Form, Logits, PositiveLogits

__all__ = ["in_form_of", "log_odds", "log_probs"]


def log_probs(form: Form) -> Float64[Tensor, "row class"]:
    """Log-probability of every class, in float64; minus infinity for 0.

    Of two classes too where one number a row was declared.
    """
    if isinstance(form, PositiveLogits):
        return form.log_probs
    if isinstance(form, Logits):
        return form.values.double().log_softmax(dim=-1)
    return type(form)(form.values.double()).log_probs  # complements of wide numbers


def log_odds(form: Form) -> Float64[Tensor, " row"]:
    """Log-odds of class 1 of two, in float64; infinite for probabilities of 0 and 1."""
    if isinstance(form, PositiveLogits):
        return form.values.double()
    if form.values.ndim == 1:
        return form.values.double().logit()
    scores = form.values.double() if isinstance(form, Logits) else form.values.double().log()
    return scores[:, 1] - scores[:, 0]


def in_form_of(form: Form, scores: Float64[Tensor, "row class"]) -> Form:
    """Logits `scores`, of one number a row where `form` has one, in float32 or its wider dtype."""
    wide = torch.promote_types(form.values.dtype, torch.float32)
    if form.values.ndim == 1:
        return PositiveLogits((scores[:, 1] - scores[:, 0]).to(wide))
    return Logits(scores.to(wide))
