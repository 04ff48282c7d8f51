"""Forms in which probabilities are declared. Each keeps its values and derives the rest."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from calibrant.kernel.scans import top_entries

__all__ = ["Form", "Logits", "PositiveLogits", "PositiveProbs", "Probs", "TopLabel"]

MANY = 64  # classes


@dataclass(frozen=True, slots=True, eq=False)
class TopLabel:
    """Likeliest class of every row and the declared number that states its probability.

    Where `mirrored`, the declared number states the other class of two. Of two classes the
    positive one is chosen from exactly one half on; beyond two, ties go to the lower index.
    """

    prob: Float[Tensor, " row"]
    guess: Int[Tensor, " row"]
    mirrored: Bool[Tensor, " row"] | None

    def take(self, rows: slice | Tensor) -> "TopLabel":
        """Some of the rows, by slice, mask or index."""
        mirrored = None if self.mirrored is None else self.mirrored[rows]
        return TopLabel(self.prob[rows], self.guess[rows], mirrored)


@dataclass(frozen=True, slots=True, eq=False)
class Form(ABC):
    """Declared values, row by row, untouched."""

    values: Float[Tensor, "row *class"]

    def take(self, rows: slice | Tensor) -> "Form":
        """Some of the rows, by slice, mask or index."""
        return type(self)(self.values[rows])

    @property
    @abstractmethod
    def n_classes(self) -> int:
        """Number of classes, counting the complement of a positive class."""

    @property
    @abstractmethod
    def probs(self) -> Float[Tensor, "row class"]:
        """Probability of every class; exactly the declared ones where declared.

        From logits in float64, whatever their dtype.
        """

    @property
    @abstractmethod
    def log_probs(self) -> Float[Tensor, "row class"]:
        """Natural logarithm of `probs`, in float64; minus infinity for 0."""

    @abstractmethod
    def top_label(self) -> TopLabel:
        """Likeliest class of every row."""

    @property
    @abstractmethod
    def positive(self) -> Float[Tensor, " row"]:
        """Probability of class 1, the positive one of two."""


@dataclass(frozen=True, slots=True, eq=False)
class Probs(Form):
    """Probabilities of every class.

    Attributes
    ----------
    likeliest : TopLabel, optional
        Likeliest class of every row, where it was found on the way in, in 32 bits.
    """

    likeliest: TopLabel | None = None

    def take(self, rows: slice | Tensor) -> "Probs":
        """See `Form.take`."""
        likeliest = None if self.likeliest is None else self.likeliest.take(rows)
        return Probs(self.values[rows], likeliest)

    @property
    def n_classes(self) -> int:
        """See `Form.n_classes`."""
        return self.values.shape[1]

    @property
    def probs(self) -> Float[Tensor, "row class"]:
        """See `Form.probs`."""
        return self.values

    @property
    def log_probs(self) -> Float[Tensor, "row class"]:
        """See `Form.log_probs`."""
        return self.values.double().log()

    def top_label(self) -> TopLabel:
        """See `Form.top_label`."""
        if self.likeliest is not None:
            return TopLabel(self.likeliest.prob, self.likeliest.guess.long(), None)
        prob, guess = _row_max(self.values)
        return TopLabel(prob, guess, None)

    @property
    def positive(self) -> Float[Tensor, " row"]:
        """See `Form.positive`."""
        return self.values[:, 1]


class Logits(Form):
    """Unnormalised log-probabilities of every class, in float32 or float64."""

    @property
    def n_classes(self) -> int:
        """See `Form.n_classes`."""
        return self.values.shape[1]

    @property
    def probs(self) -> Float[Tensor, "row class"]:
        """See `Form.probs`."""
        return self.values.double().softmax(dim=-1)

    @property
    def log_probs(self) -> Float[Tensor, "row class"]:
        """See `Form.log_probs`; taken without the detour over `probs`."""
        return self.values.double().log_softmax(dim=-1)

    def top_label(self) -> TopLabel:
        """See `Form.top_label`."""
        guess = _row_max(self.values)[1]
        return TopLabel(self.probs.gather(-1, guess[:, None]).squeeze(-1), guess, None)

    @property
    def positive(self) -> Float[Tensor, " row"]:
        """See `Form.positive`."""
        return self.probs[:, 1]


class PositiveProbs(Form):
    """Probability of the positive class, class 1 of two."""

    @property
    def n_classes(self) -> int:
        """See `Form.n_classes`."""
        return 2

    @property
    def probs(self) -> Float[Tensor, "row class"]:
        """See `Form.probs`; the complement is rounded in the declared dtype."""
        return torch.stack((1 - self.values, self.values), dim=-1)

    @property
    def log_probs(self) -> Float[Tensor, "row class"]:
        """See `Form.log_probs`; the complement's without rounding it first."""
        values = self.values.double()
        return torch.stack(((-values).log1p(), values.log()), dim=-1)

    def top_label(self) -> TopLabel:
        """See `Form.top_label`; a row of exactly one half is guessed positive."""
        guess = self.values >= 0.5
        return TopLabel(self.values, guess.long(), ~guess)

    @property
    def positive(self) -> Float[Tensor, " row"]:
        """See `Form.positive`."""
        return self.values


class PositiveLogits(Form):
    """Log-odds of the positive class, class 1 of two, in float32 or float64."""

    @property
    def n_classes(self) -> int:
        """See `Form.n_classes`."""
        return 2

    @property
    def probs(self) -> Float[Tensor, "row class"]:
        """See `Form.probs`."""
        values = self.values.double()
        return torch.stack(((-values).sigmoid(), values.sigmoid()), dim=-1)

    @property
    def log_probs(self) -> Float[Tensor, "row class"]:
        """See `Form.log_probs`."""
        values = self.values.double()
        return torch.stack((F.logsigmoid(-values), F.logsigmoid(values)), dim=-1)

    def top_label(self) -> TopLabel:
        """See `Form.top_label`; log-odds of exactly 0 are guessed positive."""
        return TopLabel(self.values.double().abs().sigmoid(), (self.values >= 0).long(), None)

    @property
    def positive(self) -> Float[Tensor, " row"]:
        """See `Form.positive`."""
        return self.values.double().sigmoid()


def _row_max(values: Float[Tensor, "row class"]) -> tuple[Tensor, Tensor]:
    """Greatest value of every row and its index: the first of many, the second of two.

    Two classes are compared directly: a reduction over an axis of two is many times slower. Over
    more the kernel looks, where there is one; else, over many on the CPU, NumPy finds the index two
    to four times faster than torch does.
    """
    if values.shape[1] == 2:
        second = values[:, 1] >= values[:, 0]
        return torch.where(second, values[:, 1], values[:, 0]), second.long()
    found = top_entries(values)
    if found is not None:
        return found
    wide = values.dtype in (torch.float32, torch.float64) and values.shape[1] >= MANY
    if wide and values.device.type == "cpu":
        guess = torch.from_numpy(values.detach().numpy().argmax(axis=-1))
        return values.gather(-1, guess[:, None]).squeeze(-1), guess
    top = values.max(dim=-1)
    return top.values, top.indices
