"""Calibration errors over bins of stated probability."""

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_CALIBRATION = "calibrant.metrics.binned.calibration"
_VIEWS = {
    "top_label": ("of the likeliest class", "top label", ()),
    "positive": ("for the positive class", "positive class", ("two classes",)),
}
_ERRORS = {
    "ece": ("ExpectedCalibrationError", "mean gap of stated and observed"),
    "mce": ("MaximumCalibrationError", "largest gap of any bin"),
}

ENTRIES = (
    *(
        Entry(
            name=f"{view}_{error}",
            home=f"{_CALIBRATION}:{home}",
            says=f"{says} {of}",
            range=(0, 1),
            direction="lower",
            statistic=f"score grid, {grid}",
            kinds=("predictions", "events"),
            source="Naeini 2015, Guo 2017",
            page=error,
            settings={"view": view},
            number="n_bins",
            needs=needs,
        )
        for error, (home, says) in _ERRORS.items()
        for view, (of, grid, needs) in _VIEWS.items()
    ),
    Entry(
        name="classwise_ece",
        home="calibrant.metrics.binned.classwise:ClasswiseCalibrationError",
        says="mean gap, each class against the rest",
        range=(0, 1),
        direction="lower",
        statistic="class grids",
        kinds=("predictions",),
        source="Kull 2019, Nixon 2019",
        page="ece",
        number="n_bins",
    ),
)
