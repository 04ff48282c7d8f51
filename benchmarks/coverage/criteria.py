"""The rules that coverage and width are judged by."""

import math
from typing import Any

from benchmarks.coverage.generators import Law
from benchmarks.coverage.measures import DECIDED, ERROR, PART, SMOOTH, Measure

__all__ = ["RULES", "judged"]

NOMINAL, BAND, LEAST = 0.95, 0.015, 0.93
OFTEN = 50  # rows of every class
MANY = 1000  # rows from which on a calibration error must be covered
WIDTH_AT, WIDEST, WIDEST_RARE = 5000, 2.0, 2.7
REFUSED = 0.01  # share of sets without an interval that does not count
RULES = {
    "band": "95 % within 1.5 points and two Monte Carlo errors",
    "least": "at least 93 %, within two Monte Carlo errors",
    "least or refusal": "at least 93 %, within two Monte Carlo errors, or a named refusal",
}


def judged(law: Law, n: int, measure: Measure, line: dict[str, Any]) -> dict[str, Any]:
    """Rule of a line and its verdict: met, missed (and how), or refused where it may be."""
    rule = rule_of(law, n, measure)
    verdict = _coverage_verdict(rule, line)
    found = {"rule": rule, "verdict": verdict, "promised": measure.promised}
    if measure.kind == ERROR and n == WIDTH_AT and "width_ratio" in line:
        limit = WIDEST_RARE if law.name.startswith("rare") else WIDEST
        found["width_verdict"] = "met" if line["width_ratio"] <= limit else "missed"
    return found


def rule_of(law: Law, n: int, measure: Measure) -> str:
    """Name of the rule, of `RULES`, that a metric is under."""
    if measure.kind in (ERROR, SMOOTH):
        return "least" if n >= MANY else "least or refusal"
    came, given = law.shares()
    counts = came + (given if measure.kind == DECIDED else [])
    if min(counts) * n < OFTEN * (1 - 1e-9):
        return "least or refusal"
    return "least" if is_degenerate(law, measure) else "band"


def is_degenerate(law: Law, measure: Measure) -> bool:
    """Whether a part of a score has no slope at the truth, so that it is far from normal.

    Reliability and miscalibration of a calibrated model; uncertainty where half of the rows are
    positive.
    """
    if measure.kind != PART:
        return False
    if measure.part_of_error and law.calibrated:
        return True
    half = law.n_classes == 2 and math.isclose(law.shares()[0][1], 0.5, abs_tol=1e-6)
    return "uncertainty" in measure.name and half and law.weights is None


def _coverage_verdict(rule: str, line: dict[str, Any]) -> str:
    may_refuse = rule == "least or refusal"
    if not line["intervals"]:
        return "refused" if may_refuse else "missed: no interval"
    coverage, sets = line["coverage"], line["intervals"]
    if not may_refuse and line["intervals"] < (1 - REFUSED) * line["sets"]:
        return "missed: refused in part"
    centre = NOMINAL if rule == "band" else LEAST
    slack = 2 * math.sqrt(centre * (1 - centre) / sets) + (BAND if rule == "band" else 0.0)
    if coverage < centre - slack:
        return "missed: too low"
    if rule == "band" and coverage > centre + slack:
        return "missed: too high"
    return "met"
