"""NetworkSettings: sizes of a network, and what stands between its layers."""

import math
from dataclasses import dataclass

from calibrant.errors import InputError

__all__ = ["NetworkSettings"]

ACTIVATIONS = ("mish", "relu")
SCALINGS = ("robust", "none")


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Sizes of a `TabularNet`.

    Attributes
    ----------
    hidden : tuple of int
        Units of every hidden layer of a member, at least one layer.
    dropout : tuple of float
        Share of units set to 0 after every hidden layer while training, in [0, 1).
    members : int
        Networks trained side by side; their probabilities are averaged.
    waves, wave_width : int
        Waves learned for every number, and columns they are mixed to; 0 leaves them out.
    wave_scale : float
        Standard deviation of the frequencies at the start, per interquartile range.
    activation : "mish" or "relu"
        Between the layers.
    scaling : "robust" or "none"
        What is done with numbers first: brought to their interquartile range and clipped
        smoothly, or nothing, for numbers that come standardised.
    """

    hidden: tuple[int, ...] = (128, 64)
    dropout: tuple[float, ...] = (0.5, 0.25)
    members: int = 4
    waves: int = 16
    wave_width: int = 3
    wave_scale: float = 0.1
    activation: str = "mish"
    scaling: str = "robust"

    def __post_init__(self) -> None:
        if not self.hidden or min(self.hidden) < 1:
            rule, remedy = "name at least one layer of at least 1 unit", "Try (128, 64)."
            raise InputError("hidden", rule, f"{self.hidden}", remedy)
        if len(self.dropout) != len(self.hidden):
            rule, remedy = "hold one share for every hidden layer", "Give as many as layers."
            raise InputError("dropout", rule, f"{self.dropout} for {self.hidden}", remedy)
        if not all(0 <= share < 1 for share in self.dropout):
            raise InputError("dropout", "lie in [0, 1)", f"{self.dropout}", "0 drops nothing.")
        if self.members < 1:
            raise InputError("members", "be at least 1", f"{self.members}", "4 is the default.")
        for name, size in (("waves", self.waves), ("wave_width", self.wave_width)):
            if size < 0:
                raise InputError(name, "be at least 0", f"{size}", "0 leaves the waves out.")
        if not 0 <= self.wave_scale < math.inf:
            rule, remedy = "be a finite number, at least 0", "0.1 is the default."
            raise InputError("wave_scale", rule, f"{self.wave_scale}", remedy)
        for name, word, known in (
            ("activation", self.activation, ACTIVATIONS),
            ("scaling", self.scaling, SCALINGS),
        ):
            if word not in known:
                raise InputError(name, f"be {' or '.join(known)}", repr(word), "Choose one.")

    @property
    def n_wave_columns(self) -> int:
        """Columns that the waves of a number give; 0 without waves."""
        return self.wave_width if self.waves else 0
