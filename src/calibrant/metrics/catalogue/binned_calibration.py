"""Calibration errors over bins of stated probability."""

from dataclasses import dataclass

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_HOME = "calibrant.metrics.binned"
_VIEWS = {
    "top_label": ("of the likeliest class", "top label", ()),
    "positive": ("of the positive class", "positive class", ("two classes",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfEvents:
    """An error of one event a row, which both views have."""

    home: str
    says: str
    source: str
    least: int = 0
    statistic: str = "score grid"
    settings: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = ()  # other endings of the name
    number: str = "n_bins"
    short: bool = True  # whether the ending by itself is the top-label error
    page: str = "binned-calibration"


_KUMAR = "Brocker 2012, Kumar 2019"
_EQUAL_MASS = "equal_mass_errors:EqualMassCalibrationError"
_NIXON = "Nguyen 2015, Nixon 2019"
_ERRORS = {
    "ece": _OfEvents(
        home="calibration:ExpectedCalibrationError",
        says="mean gap of stated and observed",
        source="Naeini 2015, Guo 2017",
        page="ece",
        short=False,
    ),
    "ece_debiased": _OfEvents(
        home="debiased:DebiasedCalibrationError",
        says="mean gap without what noise adds to it",
        source="calibrant",
    ),
    "ece_l2": _OfEvents(
        home="calibration:RootMeanSquaredCalibrationError",
        says="root mean squared gap of stated and observed",
        source="Murphy 1973, Kumar 2019",
        also=("rmsce",),
    ),
    "ece_l2_squared_debiased": _OfEvents(
        home="squared:SquaredCalibrationError",
        says="mean squared gap less its variance, signed",
        source=_KUMAR,
        least=-1,
    ),
    "ece_l2_debiased": _OfEvents(
        home="squared:DebiasedRootMeanSquaredCalibrationError",
        says="root mean squared gap less its variance, or 0",
        source=_KUMAR,
        also=("rmsce_debiased",),
    ),
    "mce": _OfEvents(
        home="calibration:MaximumCalibrationError",
        says="largest gap of any bin",
        source="Naeini 2015",
        page="mce",
        short=False,
    ),
    "ece_equal_mass": _OfEvents(
        home=_EQUAL_MASS,
        says="mean gap over bins of equal mass",
        source=_NIXON,
        statistic="score grid and ties",
    ),
    "ece_l2_equal_mass": _OfEvents(
        home=_EQUAL_MASS,
        says="root mean squared gap over bins of equal mass",
        source=_NIXON,
        settings=(("norm", "l2"),),
        statistic="score grid and ties",
    ),
    "mce_equal_mass": _OfEvents(
        home=_EQUAL_MASS,
        says="largest gap of any bin of equal mass",
        source=_NIXON,
        settings=(("norm", "max"),),
        statistic="score grid and ties",
    ),
    "ece_l2_squared_debiased_equal_mass": _OfEvents(
        home="equal_mass_errors:EqualMassSquaredCalibrationError",
        says="mean squared gap over bins of equal mass less its variance, signed",
        source=_KUMAR,
        least=-1,
        statistic="rows in memory",
    ),
    "ece_sweep": _OfEvents(
        home="sweep:SweepCalibrationError",
        says="mean gap over the most bins whose shares rise",
        source="Roelofs 2022",
        number="",
    ),
    "multiresolution_ece": _OfEvents(
        home="multiresolution:MultiResolutionCalibrationError",
        says="mean gap without noise over bins as fine as rows bear",
        source="calibrant",
        short=False,
        number="",
    ),
    "overconfidence": _OfEvents(
        home="signed:Overconfidence",
        says="gaps where more was stated than came out",
        source="Naeini 2015",
    ),
    "underconfidence": _OfEvents(
        home="signed:Underconfidence",
        says="gaps where less was stated than came out",
        source="Naeini 2015",
    ),
}


def _entry(ending: str, view: str) -> Entry:
    error = _ERRORS[ending]
    of, grid, needs = _VIEWS[view]
    alone = view == "top_label" and error.short
    return Entry(
        name=f"{view}_{ending}",
        home=f"{_HOME}.{error.home}",
        says=f"{error.says}, {of}",
        range=(error.least, 1),
        direction="lower",
        statistic=error.statistic if "memory" in error.statistic else f"{error.statistic}, {grid}",
        kinds=("predictions", "events"),
        source=error.source,
        page=error.page,
        aliases=(
            *((ending, *error.also) if alone else ()),
            *(f"{view}_{other}" for other in error.also),
        ),
        settings={"view": view, **dict(error.settings)},
        number=error.number,
        needs=needs,
    )


_CLASSWISE = {
    "classwise_ece": (
        "classwise:ClasswiseCalibrationError",
        "mean gap, each class against the rest",
    ),
    "classwise_ece_per_class": (
        "per_class:PerClassCalibrationError",
        "gap of every class against the rest",
    ),
    "classwise_ece_l2": (
        "classwise:ClasswiseRootMeanSquaredCalibrationError",
        "root mean squared gap, each class against the rest",
    ),
    "classwise_ece_l2_squared_debiased": (
        "classwise:ClasswiseSquaredCalibrationError",
        "mean squared gap less its variance, signed, each class against the rest",
    ),
}

ENTRIES = (
    *(_entry(ending, view) for ending in _ERRORS for view in _VIEWS),
    *(
        Entry(
            name=name,
            home=f"{_HOME}.{home}",
            says=says,
            range=(-1 if "squared" in name else 0, 1),
            direction="lower",
            statistic="class grids",
            kinds=("predictions",),
            source="Kull 2019, Kumar 2019",
            page="ece" if name == "classwise_ece" else "binned-calibration",
            number="n_bins",
        )
        for name, (home, says) in _CLASSWISE.items()
    ),
    Entry(
        name="predicted_class_ece",
        home=f"{_HOME}.predicted_class:PredictedClassCalibrationError",
        says="mean gap of confidence and accuracy, for every predicted class apart",
        range=(0, 1),
        direction="lower",
        statistic="grid of the predicted class",
        kinds=("predictions",),
        source="Gupta and Ramdas 2022",
        page="binned-calibration",
        number="n_bins",
    ),
)
