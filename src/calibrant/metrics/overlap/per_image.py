"""Overlap of masks, image by image: the mean over images of Dice's and of Jaccard's index."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final, get_args

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import FEWEST, Interval, mean_interval
from calibrant.metrics.settings import check_choice
from calibrant.statistics.image_overlap import Empty, ImageOverlap
from calibrant.statistics.tally import Tally

__all__ = ["DicePerImage", "IoUPerImage"]

MaskAverage = Literal["positive", "micro", "macro", "foreground", "per_class"]


@dataclass(frozen=True, slots=True)
class PerImage(TallyMetric, ABC):
    """Weighted mean over images of an index of overlap, with Student's interval over images.

    Parameters
    ----------
    average : {"positive", "micro", "macro", "foreground", "per_class"}
        Within an image: of class 1 of two; of the counts of all classes pooled; the mean over
        declared classes; that without class 0; or a vector of means over images.
    empty : {"one", "zero", "skip"}
        Index of a class that is neither in an image nor stated there: 1, 0, or left out.
    """

    average: MaskAverage = "macro"
    empty: Empty = "one"
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        check_choice("average", self.average, get_args(MaskAverage))
        check_choice("empty", self.empty, get_args(Empty))

    @property
    @abstractmethod
    def index(self) -> str:
        """Which index, as the columns call it."""

    @property
    @final
    def statistic(self) -> ImageOverlap:
        """See `TallyMetric.statistic`."""
        return ImageOverlap(self.empty)

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where no image counts."""
        means = tally[f"w_{self.index}"] / tally["w"]
        return means[self._bucket(len(means) - 3)]

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; `n` is the number of images."""
        bucket, value = self._bucket(len(class_names)), self.read(tally)
        twice, of_value, of_square = (
            tally[column][bucket]
            for column in ("ww", f"ww_{self.index}", f"ww_{self.index}_{self.index}")
        )
        weight, images = tally["w"][bucket], tally["count"][bucket]
        spread = (of_square - 2 * value * of_value + value.square() * twice) / weight.square()
        spread = torch.where(spread > 1e-14, spread, 0)  # below it is rounding
        n_effective = weight.square() / twice
        columns = torch.stack((value, spread, n_effective, images), dim=-1)
        ends = [
            _interval(mean, variance, effective, many, level)
            for mean, variance, effective, many in columns.reshape(-1, 4).tolist()
        ]
        n = int(images.max())
        note = "undefined: no image tells it" if value.isnan().any() else ""
        if self.average != "per_class":
            end = ends[0]
            shown = level if end.low is not None else None
            return Estimate(float(value), end.low, end.high, shown, n, end.method, note=note)
        known = [end for end in ends if end.low is not None]
        nan = float("nan")
        return Estimate(
            tuple(value.tolist()),
            tuple(nan if end.low is None else end.low for end in ends) if known else None,
            tuple(nan if end.high is None else end.high for end in ends) if known else None,
            level if known else None,
            n,
            (known or ends)[0].method,
            names=class_names,
            support=tuple(weight.tolist()),
            note=note,
        )

    def _bucket(self, n_classes: int) -> int | slice:
        if self.average == "positive" and n_classes != 2:
            rule, got = "be two for the positive class", f"{n_classes}"
            raise InputError("classes", rule, got, "Use the macro or foreground average.")
        if self.average == "per_class":
            return slice(0, n_classes)
        after = {"macro": 0, "foreground": 1, "micro": 2}
        return 1 if self.average == "positive" else n_classes + after[self.average]


@dataclass(frozen=True, slots=True)
class DicePerImage(PerImage):
    """Mean over images of Dice's index, 2 |A and B| / (|A| + |B|) of two masks, in [0, 1].

    Parameters
    ----------
    average, empty
        See `PerImage`.

    References
    ----------
    .. [1] Dice. "Measures of the Amount of Ecologic Association Between Species." Ecology 26,
       1945.

    Examples
    --------
    >>> import calibrant as cal
    >>> masks = cal.decisions(predicted=[[1, 1, 0], [0, 0, 1]], labels=[[1, 0, 0], [0, 0, 1]])
    >>> round(DicePerImage("positive")(masks).value, 4)  # (2/3 + 1) / 2
    0.8333
    """

    @property
    def index(self) -> str:
        """See `PerImage.index`."""
        return "dice"


@dataclass(frozen=True, slots=True)
class IoUPerImage(PerImage):
    """Mean over images of intersection over union of two masks, in [0, 1]: Jaccard's index.

    Parameters
    ----------
    average, empty
        See `PerImage`.

    References
    ----------
    .. [1] Jaccard. "The Distribution of the Flora in the Alpine Zone." New Phytologist 11, 1912.

    Examples
    --------
    >>> import calibrant as cal
    >>> masks = cal.decisions(predicted=[[1, 1, 0], [0, 0, 1]], labels=[[1, 0, 0], [0, 0, 1]])
    >>> IoUPerImage("positive")(masks).value  # (1/2 + 1) / 2
    0.75
    """

    @property
    def index(self) -> str:
        """See `PerImage.index`."""
        return "iou"


def _interval(
    value: float, spread: float, n_effective: float, images: float, level: float
) -> Interval:
    """Student's interval of a mean over images, kept within [0, 1]."""
    if not images:
        return Interval.missing("no image tells it")
    if not n_effective > 1 + 1e-9:
        return Interval.missing("one image tells nothing of the spread")
    if not n_effective > FEWEST:
        return Interval.missing("the weights leave fewer than two effective images")
    variance = spread * n_effective / (n_effective - 1)
    if not variance > 0:
        return Interval.missing("all images have the same index, which tells nothing of the spread")
    inner = mean_interval(value, variance, n_effective, level)
    if inner.low is None or inner.high is None:
        return inner
    return Interval(inner.low, min(1.0, inner.high), "Student, over images")
