"""Several statistics that one metric reads together."""

from dataclasses import dataclass
from typing import ClassVar, final

from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.rows import Rows
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["Joint"]


@dataclass(frozen=True, slots=True)
class Joint(Statistic):
    """Statistics side by side; each is tallied once and shared with the metrics that read it alone.

    Parameters
    ----------
    parts : tuple of Statistic
        In the order in which `split` gives their tallies.

    Examples
    --------
    >>> from calibrant.statistics.score_grid import ScoreGrid
    >>> joint = Joint((ScoreGrid("positive", 10), ScoreGrid("positive", 15)))
    >>> [len(tally["w"]) for tally in joint.split(joint.zero(n_classes=2))]
    [10, 15]
    """

    parts: tuple[Statistic, ...]
    columns: ClassVar[tuple[str, ...]] = ()

    @property
    @final
    def reads(self) -> tuple[type[Rows], ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """See `Statistic.reads`: what all parts read."""
        first, *others = self.parts
        return tuple(kind for kind in first.reads if all(kind in part.reads for part in others))

    @property
    def members(self) -> tuple[Statistic, ...]:
        """See `Statistic.members`."""
        return self.parts

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: it has no sums of its own."""
        del n_classes
        return ()

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`: the parts add the rows."""

    def split(self, tally: Tally) -> tuple[Tally, ...]:
        """Tally of every part."""
        return tally.members
