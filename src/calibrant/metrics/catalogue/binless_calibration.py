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
    **{
        name: (
            "smoothed_gap:SmoothedGap",
            f"{says} gap to a loess curve",
            "Austin and Steyerberg 2019",
            "weak-calibration",
        )
        for name, says in (
            ("ici", "mean"),
            ("e50", "median"),
            ("e90", "ninetieth percentile of the"),
            ("emax", "largest"),
        )
    },
}
_SETTINGS: dict[str, dict[str, object]] = {
    "ici": {"summary": "mean"},
    "e50": {"summary": "median"},
    "e90": {"summary": "ninetieth"},
    "emax": {"summary": "max"},
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
    "calibration_test_p": (
        "multi_scale:CalibrationTestP",
        "p value of a test that sees slopes, waves and single faults",
        (0, 1),
        "higher",
        "score grid",
        "Lee 2023, Spiegelhalter 1986",
        "calibration-tests",
    ),
    "calibration_in_the_large": (
        "in_the_large:CalibrationInTheLarge",
        "mean stated less share observed",
        (-1, 1),
        "zero",
        "score grid",
        "Cox 1958",
        "weak-calibration",
    ),
    "cox_intercept": (
        "cox:CoxIntercept",
        "shift of the log-odds that makes the mean right,",
        (-math.inf, math.inf),
        "zero",
        "score grid",
        "Cox 1958",
        "weak-calibration",
    ),
    "cox_slope": (
        "cox:CoxSlope",
        "slope of outcomes on log-odds, 1 is right,",
        (-math.inf, math.inf),
        "none",
        "score grid",
        "Cox 1958",
        "weak-calibration",
    ),
    "hosmer_lemeshow": (
        "hosmer_lemeshow:HosmerLemeshow",
        "chi-squared over ten groups of equal mass",
        (0, math.inf),
        "lower",
        "score grid",
        "Hosmer and Lemeshow 1980",
        "calibration-tests",
    ),
    "hosmer_lemeshow_p": (
        "hosmer_lemeshow:HosmerLemeshowP",
        "p value of Hosmer and Lemeshow's test",
        (0, 1),
        "higher",
        "score grid",
        "Hosmer and Lemeshow 1980",
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
            settings={"view": view, **_SETTINGS.get(error, {})},
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
            number="n_groups" if test.startswith("hosmer") else "",
            needs=needs,
        )
        for test, (home, says, reach, direction, sums, source, page) in _TESTS.items()
        for view, (of, grid, needs) in _VIEWS.items()
    ),
    *(
        Entry(
            name=f"{view}_smooth_ece_logit",
            slow="0.1 s",
            home=f"{_HOME}.smooth_logit:LogitSmoothCalibrationError",
            says=f"gap smoothed by a kernel on the axis of log-odds, {of}",
            range=(0, 1),
            direction="lower",
            statistic="rows in memory",
            kinds=("predictions", "events"),
            source="Blasiok and Nakkiran 2023",
            page="smooth-ece",
            settings={"view": view},
            needs=needs,
        )
        for view, (of, _, needs) in _VIEWS.items()
    ),
    Entry(
        name="kernel_calibration_error",
        slow="5 s, and four times as long for twice the rows",
        home=f"{_HOME}.kernel:KernelCalibrationError",
        says="gaps of all classes over all pairs of rows, near ones most",
        range=(0, math.sqrt(2)),
        direction="lower",
        statistic="rows in memory",
        kinds=("predictions",),
        source="Widmann 2019",
        page="kernel-calibration",
        aliases=("kce",),
        needs=("few rows",),
    ),
    Entry(
        name="kernel_calibration_error_squared_debiased",
        slow="5 s, and four times as long for twice the rows",
        home=f"{_HOME}.kernel:SquaredKernelCalibrationError",
        says="its square over pairs of different rows, unbiased and signed",
        range=(-2, 2),
        direction="lower",
        statistic="rows in memory",
        kinds=("predictions",),
        source="Widmann 2019",
        page="kernel-calibration",
        aliases=("skce",),
        needs=("few rows",),
    ),
)
