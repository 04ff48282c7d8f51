"""Fold: one split of the rows, and what its training rows teach."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float32, Float64, Int64

from calibrant.data.encode import Encoder, Repairs
from calibrant.data.number_target import NumberTarget
from calibrant.data.split import Split
from calibrant.data.target import Target

__all__ = ["Fold", "Labels"]

Labels: TypeAlias = Int64[np.ndarray, " row"] | Float64[np.ndarray, " row"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fold:
    """One split of the rows, and what its training rows teach.

    Attributes
    ----------
    split : Split
        Rows that train, validate and test, as indices of the rows that have a target.
    target : Target or NumberTarget
        Classes, or the number, that is predicted.
    encoder : Encoder
        Learned from the training rows.
    repairs : Repairs
        What it mends, over all rows.
    features : Float32[ndarray, "row feature"]
        Finite.
    labels : Int64 or Float64[ndarray, "row"]
        Class indices, or numbers.
    """

    split: Split
    target: Target | NumberTarget
    encoder: Encoder
    repairs: Repairs
    features: Float32[np.ndarray, "row feature"]
    labels: Labels
