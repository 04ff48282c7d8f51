"""Calibrators that bend the probability of one class, or of every class against the rest."""

from calibrant.calibrators.catalogue.entry import Entry

__all__ = ["CURVES"]

CURVES: dict[str, Entry] = {
    "platt": Entry(
        "calibrant.calibrators.curves.platt:PlattScaling",
        "calibrant.calibrators.curves.platt:Platt",
        "a slope and a shift of log-odds for each class",
    ),
    "beta": Entry(
        "calibrant.calibrators.curves.beta:BetaCalibration",
        "calibrant.calibrators.curves.beta:Beta",
        "both sides of log-odds stretched apart, and a shift, for each class",
    ),
    "isotonic": Entry(
        "calibrant.calibrators.curves.isotonic:IsotonicCalibration",
        "calibrant.calibrators.curves.isotonic:Isotonic",
        "the rising step function that fits best, for each class",
    ),
    "histogram": Entry(
        "calibrant.calibrators.curves.histogram:HistogramBinning",
        "calibrant.calibrators.curves.histogram:Histogram",
        "the share that came out in each bin, for each class",
    ),
    "scaling_binning": Entry(
        "calibrant.calibrators.curves.scaling_binning:ScalingBinning",
        "calibrant.calibrators.curves.scaling_binning:ScaledBins",
        "the mean of Platt scaling in each bin, for each class",
    ),
    "bbq": Entry(
        "calibrant.calibrators.curves.bayesian_binning:BayesianBinning",
        "calibrant.calibrators.curves.bayesian_binning:BayesianBins",
        "an average of histograms, weighed by evidence, for each class",
    ),
    "centred_isotonic": Entry(
        "calibrant.calibrators.curves.centred_isotonic:CentredIsotonicCalibration",
        "calibrant.calibrators.curves.centred_isotonic:CentredIsotonic",
        "straight lines between the centres of isotonic steps, for each class",
    ),
    "spline": Entry(
        "calibrant.calibrators.curves.spline:SplineCalibration",
        "calibrant.calibrators.curves.spline:Spline",
        "a smooth rising curve of log-odds for each class",
    ),
    "venn_abers": Entry(
        "calibrant.calibrators.curves.venn_abers:VennAbersCalibration",
        "calibrant.calibrators.curves.venn_abers:VennAbers",
        "isotonic with the row itself as 0 and as 1, for each class",
    ),
    "cross_venn_abers": Entry(
        "calibrant.calibrators.curves.cross_venn_abers:CrossVennAbersCalibration",
        "calibrant.calibrators.curves.cross_venn_abers:CrossVennAbers",
        "Venn-Abers of several folds, merged, for each class",
    ),
}
