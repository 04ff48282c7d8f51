"""Questions of yes and no: a batch of them, and what losses of questions alone require."""

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from calibrant.errors import InputError
from calibrant.losses.rows import Scores

__all__ = ["check_is_question", "log_no_and_yes", "question_batch"]


def question_batch(generator: Generator, n_rows: int, n_classes: int) -> tuple[Tensor, Tensor]:
    """Logits of questions in float64, ``(row, question)``, and answers 0 and 1."""
    logits = torch.randn(n_rows, n_classes, generator=generator, dtype=torch.float64)
    return logits, torch.randint(2, (n_rows, n_classes), generator=generator)


def check_is_question(scores: Scores) -> None:
    """Raise `InputError` where axis 1 does not hold no and yes."""
    if scores.shape[1] != 2:
        rule, got = "be questions of yes and no", f"{scores.shape[1]} exclusive classes"
        raise InputError("logits", rule, got, "Leave multilabel at True: every entry is one.")


def log_no_and_yes(
    logits: Scores,
) -> tuple[Float[Tensor, "row *axes"], Float[Tensor, "row *axes"]]:
    """Log-probabilities of no and of yes, each with all its digits next to 0."""
    no, yes = logits.unbind(1)
    lead = yes - no
    return torch.nn.functional.logsigmoid(-lead), torch.nn.functional.logsigmoid(lead)
