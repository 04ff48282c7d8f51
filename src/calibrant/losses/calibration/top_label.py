"""Top label of every row, for penalties on its confidence."""

import torch
from jaxtyping import Float
from torch import Tensor

from calibrant.losses.rows import Scores

__all__ = ["Answers", "top_label"]

Answers = Float[Tensor, "row question *axes"]


def top_label(probs: Scores, truth: Scores, *, are_questions: bool) -> tuple[Answers, Answers]:
    """Confidence in the likeliest class, and the probability that it is right.

    Of questions, every one has its own top label, yes or no; of classes there is one, at axis 1.
    """
    if are_questions or probs.shape[1] == 1:
        yes = probs >= 0.5
        return torch.where(yes, probs, 1 - probs), torch.where(yes, truth, 1 - truth)
    stated, guess = probs.max(1, keepdim=True)
    return stated, truth.gather(1, guess)
