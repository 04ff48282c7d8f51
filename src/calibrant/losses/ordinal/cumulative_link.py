"""Cumulative link: one score a row, and cutpoints that cut it into ordered classes."""

from typing import Annotated, ClassVar, final

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Generator, Tensor, nn

from calibrant.errors import InputError
from calibrant.losses.ordinal.level_loss import LevelLoss, Levels, PerRow
from calibrant.losses.settings import Bounds, Numbers
from calibrant.losses.single import MakeBatch

__all__ = ["CumulativeLinkLoss", "cumulative_link_probs"]

Ordered = Int[Tensor, "row *axes"]
Cutpoints = Float[Tensor, " cut"]


def _score_batch(generator: Generator, n_rows: int, n_classes: int) -> tuple[Tensor, Tensor]:
    """One score a row in float64, and class indices."""
    scores = torch.randn(n_rows, generator=generator, dtype=torch.float64)
    return scores, torch.randint(n_classes, (n_rows,), generator=generator)


@final
class CumulativeLinkLoss(LevelLoss):
    r"""Log loss of the proportional odds model, in nats.

    With score f and cutpoints :math:`c_0 < c_1 < \dots`, class k has the probability
    :math:`\sigma(c_k - f) - \sigma(c_{k-1} - f)`. Its logarithm is taken as
    :math:`\log \sigma(c_k - f) + \log \sigma(f - c_{k-1}) + \log(1 - e^{c_{k-1} - c_k})`, which
    is exact where the difference itself would round to 0.

    Parameters
    ----------
    cutpoints : sequence of numbers or None
        Fixed cutpoints, rising, one fewer than classes. Without them, they are parameters of the
        loss and learn with the network: pass ``loss.parameters()`` to the optimizer too.
    n_cuts : int or None
        Number of cutpoints to learn, at least 1; they start where equal scores spread the rows
        evenly over the classes.

    References
    ----------
    .. [1] McCullagh. "Regression Models for Ordinal Data." JRSS B 42, 1980.

    Examples
    --------
    >>> loss = CumulativeLinkLoss(cutpoints=[-1.0, 1.0])
    >>> loss(torch.tensor([0.0]), torch.tensor([0]))  # -ln s(-1)
    tensor(1.3133)
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(_score_batch)

    cutpoints: Annotated[Numbers, Bounds(hint="They rise, one fewer than classes.")] | None = None
    n_cuts: Annotated[int, Bounds(at_least=1.0)] | None = None

    def __post_init__(self) -> None:
        """Check that the cutpoints are given or counted, and rise."""
        super().__post_init__()
        given = self.cutpoints
        if (given is None) == (self.n_cuts is None):
            remedy = "Give the cutpoints, or n_cuts for as many to learn."
            got = "both" if self.n_cuts is not None else "neither"
            raise InputError("cutpoints", "be given, or counted by n_cuts", got, remedy)
        self.first: nn.Parameter | None = None
        self.gaps: nn.Parameter | None = None
        if self.n_cuts is not None:
            shares = torch.arange(1, self.n_cuts + 1, dtype=torch.float64) / (self.n_cuts + 1)
            start = shares.logit()
            self.first = nn.Parameter(start[:1].float())
            self.gaps = nn.Parameter(torch.expm1(start.diff()).log().float())
        elif isinstance(given, Tensor) and not (given.ndim == 1 and bool((given.diff() > 0).all())):
            raise InputError("cutpoints", "rise", f"{given.tolist()}", "Give them in their order.")

    @property
    def cuts(self) -> Cutpoints:
        """Cutpoints as they are: those given, or what was learned so far."""
        if self.first is None or self.gaps is None:
            assert isinstance(self.cutpoints, Tensor)
            return self.cutpoints
        return torch.cat((self.first, self.first + F.softplus(self.gaps).cumsum(0)))

    def n_classes(self, n_scores: int) -> int:
        """See `LevelLoss.n_classes`: one more than cutpoints, from one score."""
        if n_scores != 1:
            remedy = "One score a row is cut into the classes."
            raise InputError("logits", "have one score a row", f"{n_scores}", remedy)
        return len(self.cuts) + 1

    def per_row(self, scores: Levels, labels: Ordered) -> PerRow:
        """See `LevelLoss.per_row`."""
        return -_log_probs(scores.squeeze(1), labels, self.cuts.to(scores.dtype))


def cumulative_link_probs(
    scores: Float[Tensor, "row *axes"], cutpoints: Cutpoints
) -> Float[Tensor, "row class *axes"]:
    """Probabilities of the classes from scores and cutpoints, such as `CumulativeLinkLoss.cuts`.

    Examples
    --------
    >>> cumulative_link_probs(torch.zeros(1), torch.tensor([0.0, torch.inf]))
    tensor([[0.5000, 0.5000, 0.0000]])
    """
    by_class = [
        _log_probs(scores, torch.full_like(scores, k, dtype=torch.int64), cutpoints)
        for k in range(len(cutpoints) + 1)
    ]
    return torch.stack(by_class, dim=1).softmax(1)


def _log_probs(
    scores: Float[Tensor, "row *axes"], labels: Ordered, cutpoints: Cutpoints
) -> Float[Tensor, "row *axes"]:
    """Log-probability of the class of every row."""
    n_cuts = len(cutpoints)
    has_upper, has_lower = labels < n_cuts, labels > 0
    upper = cutpoints[labels.clamp(max=n_cuts - 1)]
    lower = cutpoints[(labels - 1).clamp(min=0)]
    below = torch.where(has_upper, F.logsigmoid(upper - scores), 0)
    above = torch.where(has_lower, F.logsigmoid(scores - lower), 0)
    is_between = has_upper & has_lower
    gap = torch.where(is_between, upper - lower, 1)
    return below + above + torch.where(is_between, torch.log(-torch.expm1(-gap)), 0)
