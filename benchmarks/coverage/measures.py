"""What is asked of every set of rows, and what it is judged by."""

from dataclasses import dataclass

from benchmarks.coverage.generators import Law

__all__ = ["MEASURES", "TESTS", "Measure", "measures_of"]

SCORE, DECIDED, RANKED, PART, ERROR, SMOOTH = (
    "score",
    "decided",
    "ranked",
    "part",
    "error",
    "smooth",
)


@dataclass(frozen=True)
class Measure:
    """A metric, its estimand and the rule for its interval.

    Parameters
    ----------
    name : str
        Of the metric.
    kind : {"score", "decided", "ranked", "part", "error", "smooth"}
        "smooth" is a calibration error whose width has no limit.
    classes : {"two", "more", "any"}, default "any"
        The laws it goes with.
    truth : str, default ""
        Metric whose population value is the estimand, where that is another.
    part_of_error : bool, default False
        Whether a part of a score is 0 where the model is calibrated.
    every : int, default 1
        Sets of rows to each one that it is asked of, where it is slow.
    slow_from : int, default 2
        Classes from which on it is slow.
    promised : bool, default True
        Whether a coverage was promised of it; other lines are judged by the same rules.
    """

    name: str
    kind: str
    classes: str = "any"
    truth: str = ""
    part_of_error: bool = False
    every: int = 1
    slow_from: int = 2
    promised: bool = True

    @property
    def estimand(self) -> str:
        """Name of the metric whose population value is to be covered, or its square."""
        return self.truth or self.name.replace("_squared_debiased", "")

    def step(self, law: Law) -> int:
        """Sets of rows of a law to each one that it is asked of."""
        return self.every if law.n_classes >= self.slow_from else 1

    def target(self, population: float) -> float:
        """What is to be covered, of the population value of the estimand."""
        return population**2 if "_squared_debiased" in self.name else population


def _parts(view: str, classes: str) -> list[Measure]:
    """Decompositions of the Brier score by bins, and of both scores by isotonic curves."""
    names = (
        ("brier_reliability_15", True),
        ("brier_resolution_15", False),
        ("brier_uncertainty_15", False),
        ("brier_miscalibration", True),
        ("brier_discrimination", False),
        ("log_loss_miscalibration", True),
        ("log_loss_discrimination", False),
        ("log_loss_uncertainty", False),
    )
    return [Measure(f"{view}_{name}", PART, classes, part_of_error=zero) for name, zero in names]


def _errors(view: str, classes: str) -> list[Measure]:
    """Calibration errors of a view."""
    names = {
        "ece": "",
        "ece_debiased": "ece",
        "ece_l2": "",
        "ece_l2_debiased": "ece_l2",
        "ece_l2_squared_debiased": "",
        "ece_equal_mass": "",
        "ece_l2_equal_mass": "",
    }
    found = [
        Measure(f"{view}_{name}", ERROR, classes, f"{view}_{truth}" if truth else "")
        for name, truth in names.items()
    ]
    found.append(Measure(f"{view}_ici", ERROR, classes, every=4, promised=False))
    return [*found, Measure(f"{view}_smooth_ece", SMOOTH, classes, every=4)]


MEASURES = (
    Measure("accuracy", DECIDED),
    Measure("f1_positive", DECIDED, "two"),
    Measure("f1_macro", DECIDED),
    Measure("mcc", DECIDED, every=4, promised=False),
    Measure("kappa", DECIDED, every=4, promised=False),
    Measure("log_loss", SCORE),
    Measure("brier", SCORE, "more"),
    Measure("brier_binary", SCORE, "two"),
    Measure("auroc_positive", RANKED, "two"),
    Measure("auroc_macro", RANKED, "more", every=20, slow_from=10),
    Measure("average_precision_positive", RANKED, "two", every=4, promised=False),
    Measure("average_precision_macro", RANKED, "more", every=20, slow_from=10, promised=False),
    *_parts("positive", "two"),
    *_parts("top_label", "more"),
    *_errors("positive", "two"),
    *_errors("top_label", "more"),
    Measure("top_label_ece", ERROR, "two"),
    Measure("top_label_ece_l2", ERROR, "two"),
    Measure("classwise_ece", ERROR),
    Measure("classwise_ece_l2", ERROR),
    Measure("classwise_ece_l2_squared_debiased", ERROR),
)
TESTS = (
    "calibration_test_p",
    "spiegelhalter_p",
    "hosmer_lemeshow_p",
    "ks_calibration_error",
    "kuiper_calibration_error",
)


def measures_of(law: Law) -> list[Measure]:
    """Those that go with the rows of a law."""
    kind = "two" if law.n_classes == 2 else "more"
    return [each for each in MEASURES if each.classes in (kind, "any")]


def tests_of(law: Law) -> list[str]:
    """Tests of calibration that go with the rows of a law."""
    view = "positive" if law.n_classes == 2 else "top_label"
    return [f"{view}_{name}" for name in TESTS]
