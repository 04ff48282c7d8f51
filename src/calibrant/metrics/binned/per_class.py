"""The calibration error of every class against the rest, each with its interval."""

import math
from dataclasses import dataclass, replace
from typing import final

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.binned.bins import equal_width, floor_of, size_of
from calibrant.metrics.binned.block_bins import BlockBins
from calibrant.metrics.binned.calibration import NO_ROWS, plug_in
from calibrant.metrics.binned.classwise import ClasswiseMetric
from calibrant.metrics.binned.evidence import foretold
from calibrant.metrics.binned.in_clusters import METHODS, error_of_blocks
from calibrant.metrics.binned.noise_floor import SOFT, hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import Blocks
from calibrant.statistics.tally import Tally

__all__ = ["PerClassCalibrationError"]

FLOOR = "noise floor: the mean of those of the classes"
CHANCE = 0.05  # of calling any class of a calibrated model beyond chance
NAMED = 5  # classes
NONE = "not available: there is no value"


@final
@dataclass(frozen=True, slots=True)
class PerClassCalibrationError(ClasswiseMetric):
    r"""One-vs-rest expected calibration error of every class, with its presence, in [0, 1].

    Their mean is `ClasswiseCalibrationError`. `support` is the weight of the rows that were of
    the class.

    Parameters
    ----------
    n_bins : int, default 15
        Number of equal-width bins ``(lo, hi]`` on [0, 1].

    Notes
    -----
    The interval of a class is that of `ExpectedCalibrationError` of its events, and holds by
    itself. ``p_value`` is of all classes together: the smallest of theirs times their number
    (Bonferroni). `note` names the classes whose p value times that number is below .05.

    References
    ----------
    .. [1] Kull et al. "Beyond Temperature Scaling." NeurIPS 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.75, 0.25], [0.25, 0.75]], labels=[0, 0])
    >>> PerClassCalibrationError(n_bins=2)(rows).value
    (0.5, 0.5)
    """

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        return size_of(equal_width(tally, self.n_bins), "l1")

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise floor is the mean over classes."""
        value, n = tuple(self.read(tally).tolist()), int(tally["count"][0].sum())
        support = tuple(tally["wy"].sum(dim=-1).tolist())
        plain = Estimate(
            *(value, None, None, None, n, NONE), names=class_names, support=support, note=NO_ROWS
        )
        if not n:
            return plain
        bins, hard = equal_width(tally, self.n_bins), hard_labels(tally)
        each = [plug_in(one, "l1", n, hard=hard, level=level) for one in bins.classes()]
        floor = float(floor_of(bins, "l1").mean()) if foretold(bins, hard=hard) else None
        bare = replace(plain, noise_floor=floor)
        return _together(bare, each, level, METHODS["l1"], hard=hard)

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`: as of `ExpectedCalibrationError`, class by class."""
        if not plain.n:
            return plain
        hard, each = hard_labels(blocks.total), []
        for one in BlockBins.equal_width(blocks, self.n_bins).classes():
            value = float(size_of(one.whole, "l1"))
            alone = Estimate(value, None, None, None, plain.n, "", 0.0 if hard else None)
            each.append(error_of_blocks(alone, blocks, one, "l1", level))
        floors = [one.noise_floor for one in each if one.noise_floor is not None]
        floor = sum(floors) / len(each) if len(floors) == len(each) and hard else None
        details = {"n_clusters": blocks.n_effective}
        bare = replace(plain, noise_floor=floor, details=details)
        return _together(bare, each, level, each[0].method, hard=hard)


def _together(
    plain: Estimate, each: list[Estimate], level: float, method: str, *, hard: bool
) -> Estimate:
    """Vectors of the ends, and what the p values of the classes say together."""
    ends = [tuple(_number(getattr(one, side)) for one in each) for side in ("low", "high")]
    notes, details = [] if hard else [SOFT], dict(plain.details)
    if plain.noise_floor is not None:
        notes.append(FLOOR)
    told = [one.details["p_value"] * len(each) for one in each if "p_value" in one.details]
    if len(told) == len(each):
        details["p_value"] = min(1.0, *told)
        notes.append(_beyond([n for n, p in zip(plain.names, told, strict=True) if p < CHANCE]))
    note = "; ".join(notes)
    if all(math.isnan(low) for low in ends[0]):
        why = each[0].method
        return replace(
            plain, low=None, high=None, level=None, method=why, note=note, details=details
        )
    return replace(
        plain,
        low=ends[0],
        high=ends[1],
        level=level,
        method=f"{method}, each class by itself",
        note=note,
        details=details,
    )


def _number(end: object) -> float:
    return end if isinstance(end, float) else math.nan


def _beyond(names: list[str]) -> str:
    if not names:
        return "no class is beyond chance (5 %, Bonferroni)"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"beyond chance (5 %, Bonferroni): {', '.join(names[:NAMED])}{more}"
