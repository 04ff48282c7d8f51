"""Losses of networks with one output more than classes: whether to answer at all."""

import math
from typing import Annotated, ClassVar, final

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Generator, Tensor

from calibrant.errors import InputError
from calibrant.losses.batch_loss import BatchLoss
from calibrant.losses.front_end import FrontEnd
from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Labels, PerRow, Scores, at_label
from calibrant.losses.settings import Bounds
from calibrant.losses.single import MakeBatch

__all__ = ["DeepGamblersLoss", "SelectiveNetLoss", "abstaining_probs"]


def _answers_and_one(generator: Generator, n_rows: int, n_classes: int) -> tuple[Tensor, Tensor]:
    """Logits of all classes and one more in float64, and class indices."""
    logits = torch.randn(n_rows, n_classes + 1, generator=generator, dtype=torch.float64)
    return logits, torch.randint(n_classes, (n_rows,), generator=generator)


def _refuse_other_labels(loss: FrontEnd) -> None:
    """Refuse what would make a label of the last output."""
    if loss.multilabel:
        remedy = "The last output is to abstain from one answer among classes."
        raise InputError("multilabel", "be False", "True", remedy)
    if loss.label_smoothing > 0:
        remedy = "It would reach the output for abstaining; give soft labels instead."
        raise InputError("label_smoothing", "be 0", f"{loss.label_smoothing}", remedy)


def _require_classes(logits: Scores) -> None:
    """Refuse scores of fewer than two classes and one output more."""
    if logits.shape[1] < 3:
        rule = "hold two classes and an output for abstaining, or more, at axis 1"
        remedy = "Two classes take three outputs; a single score becomes two."
        raise InputError("logits", rule, f"{logits.shape[1]}", remedy)


@final
class DeepGamblersLoss(RowLoss):
    r"""Log of what a gambler keeps, :math:`-\log(p_y + p_{\text{abstain}} / o)`, in nats.

    The last of K + 1 outputs is to abstain: a bet on the true class pays o, and what is not bet is
    kept. Labels lie in [0, K); soft ones have the shape of the logits, with 0 in the last place.

    Parameters
    ----------
    payoff : float, default 2
        o, above 1. Abstaining pays where no class has a probability above 1 / o, so that a network
        that knows it abstains below that; at most K for abstaining to be of use.

    References
    ----------
    .. [1] Liu et al. "Deep Gamblers: Learning to Abstain with Portfolio Theory." NeurIPS 2019.

    Examples
    --------
    >>> never = torch.tensor([[0.0, 0.0, 0.0]])  # 1/3 on the truth, 1/3 kept, of which 1/2 counts
    >>> DeepGamblersLoss(payoff=2.0)(never, torch.tensor([0]))  # -ln(1/3 + 1/6)
    tensor(0.6931)
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(_answers_and_one)

    payoff: Annotated[float, Bounds(above=1.0, hint="At 1 abstaining never costs.")] = 2.0

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        _refuse_other_labels(self)

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `RowLoss.per_row`."""
        _require_classes(logits)
        log_probs = logits.log_softmax(1)
        kept = (log_probs[:, -1:] - math.log(self.payoff)).expand_as(log_probs)
        nothing = (log_probs == -torch.inf) & (kept == -torch.inf)  # slope of their sum is NaN
        log_probs, kept = torch.where(nothing, 0, log_probs), torch.where(nothing, 0, kept)
        left = torch.where(nothing, -torch.inf, torch.logaddexp(log_probs, kept))
        return at_label(-left, labels)


@final
class SelectiveNetLoss(BatchLoss):
    r"""Cross entropy of the rows that are answered, and a penalty where they are too few.

    The last of K + 1 outputs is the logit of answering, g its probability. With the coverage
    :math:`c = \bar g`, mean over the rows,

    .. math:: \frac{\overline{g \cdot l}}{c} + \lambda (t - c)_+^2

    for cross entropy l of the first K outputs and the coverage t that is asked for.

    Parameters
    ----------
    coverage : float in (0, 1], default 0.8
        Share of rows to answer, t.
    strength : float, default 32
        Of the penalty, at least 0.

    References
    ----------
    .. [1] Geifman and El-Yaniv. "SelectiveNet: A Deep Neural Network with an Integrated Reject
       Option." ICML 2019; the paper adds cross entropy of a second head on all rows.

    Examples
    --------
    >>> half = torch.tensor([[0.0, 0.0, 0.0]])  # cross entropy ln 2, coverage 1/2
    >>> SelectiveNetLoss(coverage=0.8, strength=1.0)(half, torch.tensor([0]))  # ln 2 + .3**2
    tensor(0.7831)
    """

    batch_for: ClassVar[MakeBatch] = staticmethod(_answers_and_one)
    shift_invariant: ClassVar[bool] = False

    coverage: Annotated[float, Bounds(above=0.0)] = 0.8
    strength: Annotated[float, Bounds(at_least=0.0)] = 32.0

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        _refuse_other_labels(self)
        if self.coverage > 1:
            remedy = "It is a share of the rows."
            raise InputError("coverage", "be at most 1", f"{self.coverage}", remedy)

    def whole(
        self,
        logits: Float[Tensor, "row class"],
        labels: Int[Tensor, " row"] | Float[Tensor, "row class"],
        weights: Float[Tensor, " row"],
    ) -> Float[Tensor, ""]:
        """See `BatchLoss.whole`."""
        _require_classes(logits)
        log_probs = logits[:, :-1].log_softmax(1)
        padded = torch.cat((-log_probs, torch.zeros_like(logits[:, -1:])), dim=1)
        log_answers = F.logsigmoid(logits[:, -1])
        none = weights == 0
        log_weights = torch.where(none, -torch.inf, torch.where(none, 1, weights).log())
        share = torch.where(none.all(), torch.zeros_like(log_answers), log_answers + log_weights)
        risk = (share.softmax(0) * at_label(padded, labels)).sum()  # exact where none is answered
        total = weights.sum()
        covered = (weights * log_answers.exp()).sum() / torch.where(total > 0, total, 1)
        penalty = self.strength * (self.coverage - covered).relu().square()
        return torch.where(total > 0, risk + penalty, 0)


def abstaining_probs(
    logits: Scores,
) -> tuple[Float[Tensor, "row answer *axes"], Float[Tensor, "row *axes"]]:
    """Probabilities of the classes, if answered, and that of abstaining, of `DeepGamblersLoss`.

    Examples
    --------
    >>> probs, abstains = abstaining_probs(torch.zeros(1, 3))
    >>> probs, abstains
    (tensor([[0.5000, 0.5000]]), tensor([0.3333]))
    """
    return logits[:, :-1].softmax(1), logits.softmax(1)[:, -1]
