"""Scores that curves read: of the positive class of two, or of every class against the rest."""

from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from calibrant.calibrators.scores import log_odds, log_probs
from calibrant.prediction.forms import Form, Logits, PositiveLogits

__all__ = ["ClassScores", "Scale", "class_log_odds", "class_scores", "n_curves"]

Scale = Literal["prob", "log-odds"]


@dataclass(frozen=True, slots=True, eq=False)
class ClassScores:
    """One score a row and curve, which rises with the probability of the class.

    Attributes
    ----------
    values : Float[Tensor, "row curve"]
        One column for two classes, that of class 1; one column a class beyond. What was declared
        is kept as it is, so that rows that state the same number have the same score.
    scale : "prob" or "log-odds"
        What the scores are.
    """

    values: Float[Tensor, "row curve"]
    scale: Scale

    def on(self, scale: Scale) -> "ClassScores":
        """The same scores on a scale."""
        if scale == self.scale:
            return self
        values = self.values.double()
        return replace(self, values=values.logit() if scale == "log-odds" else values.sigmoid())


def n_curves(n_classes: int) -> int:
    """Number of curves: one for two classes, whose other probability follows; else one a class."""
    return 1 if n_classes == 2 else n_classes


def class_scores(form: Form) -> ClassScores:
    """Scores that tell rows apart exactly where the declared numbers do.

    Two logits or one are read as log-odds. Declared probabilities stay, and logits of more than
    two classes are read as probabilities: one more function of every entry could round equal
    numbers apart.
    """
    if isinstance(form, PositiveLogits):
        return ClassScores(form.values.double()[:, None], "log-odds")
    if form.values.ndim == 1:
        return ClassScores(form.values[:, None], "prob")
    if form.n_classes == 2:
        if isinstance(form, Logits):
            return ClassScores(log_odds(form)[:, None], "log-odds")
        return ClassScores(form.values[:, 1:], "prob")
    return ClassScores(form.probs, "prob")


def class_log_odds(form: Form) -> Float64[Tensor, "row curve"]:
    """Log-odds of class 1 of two, or of every class against the rest; infinite for 0 and 1.

    Beyond two classes the rest of the likeliest one is the sum of the others: it may be far less
    than what 1 minus a rounded probability can say.
    """
    if form.n_classes == 2:
        return log_odds(form)[:, None]
    log_prob = log_probs(form)
    top = log_prob.argmax(dim=-1, keepdim=True)
    others = log_prob.scatter(-1, top, -torch.inf).logsumexp(dim=-1, keepdim=True)
    rest = (-log_prob.exp()).clamp(min=-1).log1p().scatter(-1, top, others)
    return log_prob - rest
