"""Proper scores taken apart."""

import math
from collections.abc import Iterator

from calibrant.metrics.catalogue.entry import Direction, Entry

__all__ = ["ENTRIES"]

_EVENTS = {"positive": "positive class", "top_label": "likeliest class"}
_DIRECTIONS: dict[str, Direction] = {
    "reliability": "lower",
    "resolution": "higher",
    "miscalibration": "lower",
    "discrimination": "higher",
    "uncertainty": "none",
}
_MURPHY = {
    "reliability": ("BrierReliability", "squared gap of equal probabilities to what came out", 1.0),
    "resolution": ("BrierResolution", "squared spread of what came out among them", 0.25),
    "uncertainty": ("BrierUncertainty", "Brier score of the base rate", 0.25),
}
_ISOTONIC = {
    "miscalibration": ("Miscalibration", "what isotonic recalibration saves"),
    "discrimination": ("Discrimination", "what the ranking saves against the base rate"),
    "uncertainty": ("Uncertainty", "score of the base rate"),
}
_SCORES = {  # in words, and the greatest uncertainty
    "brier": ("Brier score", 0.25),
    "log_loss": ("log loss", math.log(2)),
    "spherical": ("1 less spherical score", 1 - math.sqrt(0.5)),
}


def _murphy(view: str) -> Iterator[Entry]:
    for part, (name, says, most) in _MURPHY.items():
        yield Entry(
            name=f"{view}_brier_{part}",
            home=f"calibrant.metrics.proper.murphy:{name}",
            says=f"{says}, {_EVENTS[view]}",
            range=(0, most),
            direction=_DIRECTIONS[part],
            statistic=f"score grid and ties, {_EVENTS[view]}",
            kinds=("predictions", "events"),
            source="Murphy 1973",
            page="decompositions",
            settings={"view": view},
            number="n_bins",
            needs=("two classes",) if view == "positive" else (),
        )


def _isotonic(view: str, score: str) -> Iterator[Entry]:
    of, most = _SCORES[score]
    for part, (name, says) in _ISOTONIC.items():
        if (score, part) == ("brier", "uncertainty"):  # Murphy's is the same
            continue
        worst = math.inf if score == "log_loss" else 1.0
        yield Entry(
            name=f"{view}_{score}_{part}",
            home=f"calibrant.metrics.proper.corp:{name}",
            says=f"{says}: {of}, {_EVENTS[view]}",
            range=(0, worst if part == "miscalibration" else most),
            direction=_DIRECTIONS[part],
            statistic=f"score grid and ties, {_EVENTS[view]}"
            + ("" if score == "brier" else "; moments"),
            kinds=("predictions", "events"),
            source="Dimitriadis, Gneiting and Jordan 2021",
            page="decompositions",
            settings={"score": score, "view": view},
            needs=("two classes",) if view == "positive" else (),
        )


def _cross_validated(score: str) -> Iterator[Entry]:
    of, most = {"log_loss": ("log loss", math.inf), "brier": ("Brier score", 2.0)}[score]
    for part, name, says, least in (
        ("refinement", "Refinement", "left once a temperature recalibrates, cross-validated", 0.0),
        ("calibration", "CalibrationPart", "saved by a temperature, cross-validated", -most),
    ):
        yield Entry(
            name=f"{score}_{part}",
            home=f"calibrant.selection.refinement:{name}",
            says=f"part of the {of} that is {says}",
            range=(least, most),
            direction="lower",
            statistic="rows in memory",
            kinds=("predictions",),
            source="Berta et al. 2025",
            page="refinement",
            settings={"score": score},
            slow="0.1 s, for five fits",
        )


ENTRIES = (
    *(entry for view in _EVENTS for entry in _murphy(view)),
    *(entry for view in _EVENTS for score in _SCORES for entry in _isotonic(view, score)),
    *(entry for score in ("log_loss", "brier") for entry in _cross_validated(score)),
)
