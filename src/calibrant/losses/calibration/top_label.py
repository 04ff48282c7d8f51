"""Top label of every row, for penalties on its confidence."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from calibrant.losses.rows import Scores

__all__ = ["Answers", "likeliest", "top_label"]

Answers = Float[Tensor, "row question *axes"]


def likeliest(probs: Scores) -> Int[Tensor, "row 1 *axes"]:
    """Likeliest class, at axis 1; of equal ones the first, but of two the second.

    So do predictions: the positive class is chosen from exactly one half on.
    """
    if probs.shape[1] == 2:
        return (probs[:, 1:] >= probs[:, :1]).long()
    return probs.argmax(1, keepdim=True)


def top_label(probs: Scores, truth: Scores, *, are_questions: bool) -> tuple[Answers, Answers]:
    """Confidence in the likeliest class, and the probability that it is right.

    Of questions, every one has its own top label, yes or no; of classes there is one, at axis 1.
    """
    if are_questions or probs.shape[1] == 1:
        yes = probs >= 0.5
        return torch.where(yes, probs, 1 - probs), torch.where(yes, truth, 1 - truth)
    guess = likeliest(probs)
    return probs.gather(1, guess), truth.gather(1, guess)
