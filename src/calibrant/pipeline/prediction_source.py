"""Where predictions of any system are read from: named columns, and what is asked of them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float, Int64
from numpy.typing import NDArray

from calibrant.data.read import Reading
from calibrant.metrics.base import LEVEL

__all__ = ["Labels", "Question", "Source", "Stated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which columns of a prediction file hold what, and what is to be measured.

    Attributes
    ----------
    path : Path
        Text or Parquet file with a row for each prediction, or NPZ file with arrays.
    reading : Reading
        What is known of the dialect of a text file; the rest is found out.
    label : str or None
        Column of what came out; of an NPZ file ``labels`` if None.
    task : "classification" or "regression"
        Whether classes or numbers were predicted.
    prob : str or None
        Column with the probability of the class `positive`.
    prob_prefix : str or None
        What stands before the name of each class in the names of the columns.
    positive : str or None
        The positive class of two.
    classes : tuple of str
        All classes, where the labels do not hold all of them.
    form : "probs" or "logits"
        What the columns hold.
    array : str or None
        Name of the array of an NPZ file that holds it; else that of `form`.
    weights, decided : str or None
        Column with the weight of each row, and with the class that was decided on.
    group_by : str or None
        Column with the group of each row, by which everything is measured again.
    clusters : str or None
        Column with the unit of each row, whose rows may depend on each other.
    predictors : tuple of str
        Columns of predicted numbers.
    normalize : bool
        Divide the probabilities of every row by their sum.
    skip_unlabelled : bool
        Leave rows without a label out.
    metrics : tuple of str
        Names of metrics; the usual ones if empty.
    tallied : bool
        Keep the tallies of the rows, to be saved.
    losses : str
        Specs of losses, with commas between them.
    level : float
        Coverage of the intervals.
    """

    path: Path
    reading: Reading = field(default_factory=Reading)
    label: str | None = None
    task: Literal["classification", "regression"] = "classification"
    prob: str | None = None
    prob_prefix: str | None = None
    positive: str | None = None
    classes: tuple[str, ...] = ()
    form: Literal["probs", "logits"] = "probs"
    array: str | None = None
    weights: str | None = None
    decided: str | None = None
    group_by: str | None = None
    clusters: str | None = None
    predictors: tuple[str, ...] = ()
    normalize: bool = False
    skip_unlabelled: bool = False
    metrics: tuple[str, ...] = ()
    tallied: bool = False
    losses: str = ""
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class Labels:
    """Class of every row by its index, -1 where there is none, and the names of the classes."""

    codes: Int64[np.ndarray, " row"]
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stated:
    """What was stated for every row, by class or for class 1 of two, and the labels.

    `decimals` are those of probabilities that were rounded in text, if they were.
    """

    values: Float[np.ndarray, "row *class"]
    labels: Labels
    columns: tuple[str, ...]  # where the values come from
    decimals: int | None = None


class Source(ABC):
    """Columns of a prediction file by name."""

    @property
    @abstractmethod
    def how(self) -> tuple[str, ...]:
        """What was guessed to read the file, in words."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in the order of the file."""

    @property
    @abstractmethod
    def usual_label(self) -> str | None:
        """Column of labels where none is named."""

    @property
    @abstractmethod
    def usual_weights(self) -> str | None:
        """Column of weights where none is named."""

    @abstractmethod
    def numbers(self, name: str, argument: str) -> Float[np.ndarray, " row"]:
        """Numbers of a column, in the precision of the file, NaN where one is missing.

        Raises
        ------
        InputError
            If there is no such column, which a message calls `argument`, or it holds others.
        """

    @abstractmethod
    def texts(self, name: str, argument: str) -> NDArray[np.object_]:
        """Texts of a column, whole numbers without a point, ``""`` where one is missing.

        Raises
        ------
        InputError
            If there is no such column, which a message calls `argument`.
        """

    @abstractmethod
    def stated(self, question: Question, label: str) -> Stated | None:
        """Probabilities or logits of the classes, and `label` read with the names of these.

        None where no column of the kind is named or found, and decisions stand in their place.

        Raises
        ------
        InputError
            If columns and labels do not go together.
        """
