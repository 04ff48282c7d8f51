"""Overlap image by image: sums over images of how well the masks of every class agree."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar, Literal

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.rows import Rows
from calibrant.statistics.tally import Statistic

__all__ = ["Empty", "ImageOverlap"]

Empty = Literal["one", "zero", "skip"]
ByImage = Float64[Tensor, "image class"]


@dataclass(frozen=True, slots=True)
class ImageOverlap(Statistic):
    """Sums over images of Dice's and Jaccard's index, and of their squares.

    Buckets are the classes, and then for every image the mean over classes, the mean over
    classes but the first, and the index of the counts of all classes pooled. An image weighs
    as much as its entries do on average; one without any entry that counts is as if absent.
    An image must not be cut over calls: every call adds whole images.

    Parameters
    ----------
    empty : "one", "zero" or "skip", default "one"
        Index of a class that is neither in the image nor stated there; "skip" leaves it out.
    """

    empty: Empty = "one"
    columns: ClassVar[tuple[str, ...]] = (
        *("count", "w", "ww"),
        *("w_dice", "ww_dice", "ww_dice_dice"),
        *("w_iou", "ww_iou", "ww_iou_iou"),
    )
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Decisions)
    whole: ClassVar[bool] = True

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: classes, their mean, that but the first, pooled."""
        return (n_classes + 3,)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`.

        Raises
        ------
        InputError
            If the rows did not come as images.
        """
        assert isinstance(rows, (Predictions, Decisions))  # checked where rows are tallied
        shape = () if rows.layout is None else rows.layout.row_shape
        if len(shape) < 2:
            rule = "come as images, with axes beyond the first"
            remedy = "Pass masks (image, *axes) and scores (image, class, *axes)."
            raise InputError("rows", rule, f"one axis of {len(rows)}", remedy)
        n_images = shape[0]
        entry = rows.weight()
        counts = entry > 0
        image = torch.arange(n_images, device=entry.device).repeat_interleave(prod(shape[1:]))
        entries = _sums(image, counts.double(), n_images)
        weight = _sums(image, entry, n_images) / entries.clamp(min=1)
        hits, present, chosen = _by_image(rows, image, n_images)
        there = entries > 0
        union = present + chosen
        dice = self._with_means(2 * hits, union)[there]
        iou = self._with_means(hits, union - hits)[there]
        weight, defined = weight[there, None], ~dice.isnan()
        once = torch.where(defined, weight, 0)
        twice = once.square()
        dice, iou = (torch.where(defined, index, 0) for index in (dice, iou))
        terms = (
            *(defined.double(), once, twice),
            *(once * dice, twice * dice, twice * dice.square()),
            *(once * iou, twice * iou, twice * iou.square()),
        )
        table += torch.stack([term.sum(dim=0) for term in terms])

    def _with_means(self, above: ByImage, below: ByImage) -> Float64[Tensor, "image bucket"]:
        """Index of every class, its means over classes, and the pooled one; NaN if left out."""
        each = torch.where(below > 0, above / torch.where(below > 0, below, 1), self._of_empty())
        pooled = above.sum(dim=-1) / below.sum(dim=-1)  # every image here has an entry
        means = [each.nanmean(dim=-1), each[:, 1:].nanmean(dim=-1), pooled]
        return torch.cat((each, torch.stack(means, dim=-1)), dim=-1)

    def _of_empty(self) -> float:
        return {"one": 1.0, "zero": 0.0, "skip": torch.nan}[self.empty]


def _by_image(
    rows: Predictions | Decisions, image: Int[Tensor, " row"], n_images: int
) -> tuple[ByImage, ByImage, ByImage]:
    """Weight of the entries of every image and class: stated rightly, come out, stated."""
    n_classes, weight = rows.n_classes, rows.weight()
    counts = weight > 0
    guess = torch.where(counts, rows.guess, 0)
    size, start = n_images * n_classes, image * n_classes
    chosen = _sums(start + guess, weight, size)
    if rows.soft is None:
        assert rows.hard is not None
        truth = torch.where(counts, rows.hard, 0)
        present = _sums(start + truth, weight, size)
        hits = _sums(start + guess, weight * (guess == truth), size)
    else:
        shares = torch.where(counts[:, None], rows.soft, 0) * weight[:, None]
        present = shares.new_zeros(n_images, n_classes).index_add_(0, image, shares).view(-1)
        hits = _sums(start + guess, shares.gather(-1, guess[:, None]).squeeze(-1), size)
    hits, present, chosen = (total.view(n_images, n_classes) for total in (hits, present, chosen))
    return hits, present, chosen


def _sums(
    bucket: Int[Tensor, " row"], values: Float64[Tensor, " row"], size: int
) -> Float64[Tensor, " bucket"]:
    return values.new_zeros(size).scatter_add_(0, bucket, values)
