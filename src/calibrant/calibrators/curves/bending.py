"""Log loss of curves that are linear in their parameters, and the pass over rows that adds it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.calibrators.curves.class_scores import class_log_odds, n_curves
from calibrant.calibrators.curves.newton import Sums, least_with_floor
from calibrant.calibrators.curves.outcomes import Targets, outcomes
from calibrant.calibrators.shards import Shards
from calibrant.errors import FitError

__all__ = ["BendingLoss", "Features", "fitted_parameters"]

CHUNK = 1 << 16  # scores that are looked at together
HELD = 1 << 24  # scores that are kept between passes
HELD_READ = 1 << 20  # the same where the rows are read anew on every pass: some 40 MB

Features = Callable[
    [Float64[Tensor, "row curve"], Int64[Tensor, " curve"]], tuple[Tensor | None, ...]
]
"""What the parameters multiply, of log-odds of some curves; None for 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some rows: log-odds, targets and weights; a weight of 0 where log-odds are infinite."""

    odds: Float64[Tensor, "row curve"]
    target: Float64[Tensor, "row curve"]
    weight: Float64[Tensor, "row _"]


@dataclass(eq=False)
class BendingLoss:
    r"""Log loss of :math:`\sigma(\theta \cdot \phi(z))` in the parameters of every curve.

    Attributes
    ----------
    shards : Shards
        The rows.
    features : Features
        :math:`\phi`, of log-odds.
    targets : Targets
        In the place of outcomes of 0 and 1.
    barrier : float
        :math:`\lambda` of a penalty :math:`\lambda (c - 1 - \log c)` of each of the first
        `n_barred` parameters, which keeps them above 0 and draws them towards 1.
    """

    shards: Shards
    features: Features
    targets: Targets
    barrier: float = 0.0
    n_barred: int = 0
    held: list[Part] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        impossible = n = size = 0
        most = HELD if self.shards.are_in_memory else min(HELD, HELD_READ)
        held: list[Part] = []
        for part, wrong in self._read():
            impossible, n, size = impossible + wrong, n + len(part.odds), size + part.odds.numel()
            if size <= most:
                held.append(part)
            else:
                held.clear()
        if impossible:
            raise FitError(
                f"log loss is infinite on every curve: {impossible} of {n} rows give probability "
                "0 to what came out. Use a model that rules nothing out, or a calibrator that "
                "reads ranks, such as isotonic."
            )
        self.held = held if size <= most else None

    def sums(
        self, parameters: Float64[Tensor, "curve parameter"], curves: Int64[Tensor, " curve"]
    ) -> Sums:
        """See `Loss.sums`."""
        n, p = parameters.shape
        total = Sums(
            torch.zeros(n, dtype=torch.float64),
            torch.zeros(n, p, dtype=torch.float64),
            torch.zeros(n, p, p, dtype=torch.float64),
        )
        every = n == n_curves(self.shards.n_classes)
        for part in self.held if self.held is not None else (part for part, _ in self._read()):
            some = part if every else _some(part, curves)
            _add(some, self.features(some.odds, curves), parameters, total)
        if self.n_barred:
            self._bar(parameters, total)
        return total

    def _read(self) -> Iterator[tuple[Part, int]]:
        """Parts of the rows, each with its number of rows that rule out what came out."""
        for shard in self.shards:
            for rows in shard.chunks(CHUNK):
                odds, outcome = class_log_odds(rows.declared).cpu(), outcomes(rows).cpu()
                weight = rows.weight()[:, None].cpu()
                infinite, wrong = odds.isinf(), 0
                if bool(infinite.any()):
                    wrong = (infinite & (outcome != (odds > 0).double())).any(dim=-1).sum()
                    odds, weight = torch.where(infinite, 0, odds), torch.where(infinite, 0, weight)
                yield Part(odds, self.targets.of(outcome), weight), int(wrong)

    def _bar(self, parameters: Float64[Tensor, "curve parameter"], total: Sums) -> None:
        """Add the penalty, in place."""
        barred = parameters[:, : self.n_barred]
        inside = torch.where(barred > 0, barred, 1)
        penalty = torch.where(barred > 0, inside - 1 - inside.log(), torch.inf)
        total.loss.add_(self.barrier * penalty.sum(dim=-1))
        total.slope[:, : self.n_barred] += self.barrier * (1 - 1 / inside)
        index = torch.arange(self.n_barred)
        total.curvature[:, index, index] += self.barrier / inside.square()


def _some(part: Part, curves: Int64[Tensor, " curve"]) -> Part:
    """Columns of some curves."""
    weight = part.weight if part.weight.shape[1] == 1 else part.weight[:, curves]
    return Part(part.odds[:, curves], part.target[:, curves], weight)


def _add(
    part: Part,
    given: tuple[Tensor | None, ...],
    parameters: Float64[Tensor, "curve parameter"],
    total: Sums,
) -> None:
    """Add log loss of a part and its derivatives, in place."""
    bent = torch.zeros_like(part.odds)
    for k, each in enumerate(given):
        bent = bent + (parameters[:, k] if each is None else parameters[:, k] * each)
    small = (-bent.abs()).exp()
    whole = 1 + small
    lost = part.weight * (bent.clamp(min=0) + whole.log() - part.target * bent)
    total.loss.add_(lost.sum(dim=0))
    prob = torch.where(bent >= 0, 1, small) / whole
    residual = part.weight * (prob - part.target)
    spread = part.weight * (small / whole.square())
    for k, one in enumerate(given):
        total.slope[:, k] += (residual if one is None else residual * one).sum(dim=0)
        product = spread if one is None else spread * one
        for j in range(k, len(given)):
            other = given[j]
            entry = (product if other is None else product * other).sum(dim=0)
            total.curvature[:, k, j] += entry
            if j > k:
                total.curvature[:, j, k] += entry


def fitted_parameters(
    loss: BendingLoss, start: tuple[float, ...], n_floored: int
) -> Float64[Tensor, "curve parameter"]:
    """Parameters of every curve with the least loss, the first `n_floored` at least 0.

    Raises
    ------
    FitError
        If the loss of a curve falls for ever: the classes are separated.
    """
    count = n_curves(loss.shards.n_classes)
    begin = torch.tensor(start, dtype=torch.float64).expand(count, -1).clone()
    best, found = least_with_floor(loss, begin, n_floored)
    if not bool(found.all()):
        lost = (~found).nonzero().squeeze(-1).tolist()
        which = "" if count == 1 else f" for class {', '.join(map(str, lost[:5]))}"
        raise FitError(
            f"no curve has the least log loss on {loss.shards.n} rows{which}: the model separates "
            "the class from the rest, so the surer the better. Fit with smoothing=True, or on "
            "more rows."
        )
    return best
