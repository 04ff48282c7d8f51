"""Contest: the network beside baselines, and beside its own seeds, as plain data."""

import math
from dataclasses import dataclass

from calibrant.comparison.difference import Difference
from calibrant.metrics.estimate import Estimate

__all__ = ["Contest", "Rival", "Spread"]


@dataclass(frozen=True, slots=True)
class Rival:
    """A baseline beside the network.

    Attributes
    ----------
    name, how : str
        Of the baseline, and how it was fitted.
    before, after : Estimate
        Its score before and after calibration.
    difference : Difference
        Score of the network minus that of the baseline, both calibrated.
    sentence : str
        What the difference says.
    """

    name: str
    how: str
    before: Estimate
    after: Estimate
    difference: Difference
    sentence: str

    @property
    def wins(self) -> bool:
        """Whether the network loses: by the whole interval, or by an infinite score alone."""
        low = self.difference.low
        return self.difference.value == math.inf if low is None else low > 0


@dataclass(frozen=True, slots=True)
class Spread:
    """Scores of the networks of several seeds, each alone, beside that of all together."""

    values: tuple[float, ...]
    together: float


@dataclass(frozen=True, slots=True)
class Contest:
    """The network beside baselines, and its own seeds.

    Attributes
    ----------
    score, score_in_words : str
        By what they are compared; lower is better.
    network : Estimate
        Score of the network after calibration.
    rivals : tuple of Rival
        Baselines.
    spread : Spread or None
        Of several seeds; before calibration.
    """

    score: str
    score_in_words: str
    network: Estimate
    rivals: tuple[Rival, ...]
    spread: Spread | None

    @property
    def toughest(self) -> Rival | None:
        """Best of the rivals that win, or, where none does, the best of all; None without any."""
        contenders = [rival for rival in self.rivals if rival.wins] or self.rivals
        return min(contenders, key=_score_of, default=None)


def _score_of(rival: Rival) -> float:
    """Score of `rival` after calibration; what is not defined comes last."""
    score = float(rival.after)
    return math.inf if math.isnan(score) else score
