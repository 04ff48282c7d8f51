"""Calibration measured without bins."""

import math

from calibrant.metrics.catalogue.entry import Direction, Entry

__all__ = ["ENTRIES"]

_HOME = "calibrant.metrics.binless"
_VIEWS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "positive": ("for the positive class", "positive class", ("two classes",)),
    "top_label": ("of the likeliest class", "top label", ()),
}
_ERRORS: dict[str, tuple[str, str, str, str]] = {
    "smooth_ece": (
        "smooth:SmoothCalibrationError",
        "gap smoothed by a kernel of its own width,",
        "Blasiok and Nakkiran 2023",
        "smooth-ece",
    ),
    "ks_calibration_error": (
        "cumulative:KolmogorovSmirnovCalibrationError",
        "largest cumulative gap",
        "Gupta 2021",
        "cumulative-calibration",
    ),
    "kuiper_calibration_error": (
        "cumulative:KuiperCalibrationError",
        "largest gap over any interval of scores",
        "Arrieta-Ibarra 2022",
        "cumulative-calibration",
    ),
}
_TESTS: dict[str, tuple[str, str, tuple[float, float], Direction, str, str, str]] = {
    "spiegelhalter_z": (
        "spiegelhalter:SpiegelhalterZ",
        "Brier score against its expectation, in standard errors,",
        (-math.inf, math.inf),
        "zero",
        "Spiegelhalter sums",
        "Spiegelhalter 1986",
        "calibration-tests",
    ),
    "spiegelhalter_p": (
        "spiegelhalter:SpiegelhalterP",
        "p value of Spiegelhalter's test",
        (0, 1),
        "higher",
        "Spiegelhalter sums",
        "Spiegelhalter 1986",
        "calibration-tests",
    ),
}

ENTRIES = (
    *(
        Entry(
            name=f"{view}_{error}",
            home=f"{_HOME}.{home}",
            says=f"{says} {of}",
            range=(0, 1),
            direction="lower",
            statistic=f"score grid, {grid}",
            kinds=("predictions", "events"),
            source=source,
            page=page,
            settings={"view": view},
            needs=needs,
        )
        for error, (home, says, source, page) in _ERRORS.items()
        for view, (of, grid, needs) in _VIEWS.items()
    ),
    *(
        Entry(
            name=f"{view}_{test}",
            home=f"{_HOME}.{home}",
            says=f"{says} {of}",
            range=reach,
            direction=direction,
            statistic=f"{sums}, {grid}",
            kinds=("predictions", "events"),
            source=source,
            page=page,
            settings={"view": view},
            needs=needs,
        )
        for test, (home, says, reach, direction, sums, source, page) in _TESTS.items()
        for view, (of, grid, needs) in _VIEWS.items()
    ),
)
