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
}
