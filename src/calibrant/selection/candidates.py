"""Candidates of the automatic choice: from the simplest on, and the rows that each needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from calibrant.calibrators.base import Calibrator, FittedCalibrator
from calibrant.calibrators.identity import Unchanged
from calibrant.calibrators.named import get
from calibrant.calibrators.registry import CALIBRATORS, entry
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import InputError
from calibrant.prediction.base import Predictions

__all__ = ["DEFAULTS", "IDENTITY", "Candidate", "Given", "Needs", "candidates_of"]

Given = str | Calibrator[FittedCalibrator]

IDENTITY = "identity"
FEWEST = 100  # rows below which only identity and temperature are tried
PER_PARAMETER = 10  # rows for each number that is fitted
PER_CLASS = 10  # rows of the rarest class, for methods that treat classes apart
STEPS, KNOTS = 100, 20  # of a curve, that are counted as numbers fitted
PENALTY = 2.0  # of a temperature, so that a few rows cannot do harm


@dataclass(frozen=True, slots=True)
class Needs:
    """What rows a method needs to be tried.

    Attributes
    ----------
    parameters : callable
        Numbers that it fits, by the number of classes.
    of_two : bool or None
        Whether it is tried for two classes only, or never for two; None for any number.
    make : callable, optional
        Its settings, where they are not the default ones.
    """

    parameters: Callable[[int], int]
    of_two: bool | None = None
    make: Callable[[], Calibrator[FittedCalibrator]] | None = None

    def why_not(self, rows: Predictions) -> str:
        """Why it is not tried on `rows`; empty where it is."""
        weight, n_classes = rows.weight(), rows.n_classes
        n = float(weight.sum().square() / weight.square().sum())
        many = self.parameters(n_classes)
        needed = max(FEWEST, PER_PARAMETER * many)
        if many > 1 and n < needed - 1e-6:
            return f"not tried: needs {needed:,} rows for {many:,} parameters"
        rarest = _rarest(rows)
        if many >= n_classes and many > 1 and rarest < PER_CLASS - 1e-6:
            return f"not tried: needs {PER_CLASS} rows of every class, the rarest has {rarest:.4g}"
        return ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A calibrator that may be chosen, and why it is not tried; empty where it is."""

    name: str
    calibrator: Calibrator[FittedCalibrator]
    why_not: str = ""


DEFAULTS: dict[str, Needs] = {  # from the simplest on: this is the order of complexity
    "temperature": Needs(lambda _: 1, make=lambda: TemperatureScaling(penalty=PENALTY)),
    "platt": Needs(lambda _: 2, of_two=True),
    "bias_corrected_temperature": Needs(lambda n_classes: n_classes, of_two=False),
    "beta": Needs(lambda _: 3, of_two=True),
    "structured_vector": Needs(lambda n_classes: 2 * n_classes, of_two=False),
    "structured_matrix": Needs(lambda n_classes: 3 * n_classes, of_two=False),
    "spline": Needs(lambda _: KNOTS, of_two=True),
    "centred_isotonic": Needs(lambda n_classes: max(STEPS, KNOTS * n_classes)),
    "isotonic": Needs(lambda _: STEPS, of_two=True),
}


def candidates_of(given: Sequence[Given] | None, rows: Predictions) -> list[Candidate]:
    """Identity and the candidates `given`, or the defaults that suit the number of classes."""
    unchanged = Candidate(IDENTITY, Unchanged())
    if given is None:
        two = rows.n_classes == 2
        given = [name for name, needs in DEFAULTS.items() if needs.of_two in (None, two)]
    found = [unchanged]
    for one in given:
        candidate = _candidate(one, rows)
        if isinstance(candidate.calibrator, Unchanged):
            continue
        twins = sum(other.name.split(" #")[0] == candidate.name for other in found)
        name = f"{candidate.name} #{twins + 1}" if twins else candidate.name
        found.append(Candidate(name, candidate.calibrator, candidate.why_not))
    return found


def _candidate(given: Given, rows: Predictions) -> Candidate:
    if not isinstance(given, str):
        return Candidate(_name(given), given)
    needs = DEFAULTS.get(given)
    if needs is None:
        entry(given)  # raises for an unknown name
        return Candidate(given, get(given))
    make = partial(get, given) if needs.make is None else needs.make
    return Candidate(given, make(), needs.why_not(rows))


def _name(calibrator: object) -> str:
    """Name that the registry has for the class of a calibrator, or that of the class."""
    if not isinstance(calibrator, Calibrator):
        remedy = 'Pass names such as "temperature", or calibrators.'
        got = type(calibrator).__name__
        raise InputError("candidates", "be names or calibrators", got, remedy)
    kind: type = type(calibrator)
    home = f"{kind.__module__}:{kind.__qualname__}"
    names = [name for name, one in CALIBRATORS.items() if one.home == home]
    return names[0] if names else kind.__name__


def _rarest(rows: Predictions) -> float:
    """Effective rows of the class with the fewest."""
    weight = rows.weight()
    scale = float(weight.sum() / weight.square().sum())
    if rows.soft is not None:
        mass = (weight[:, None] * rows.soft).sum(dim=0)
    else:
        hard = rows.hard
        assert hard is not None  # labels were checked
        mass = torch.zeros(rows.n_classes, dtype=torch.float64, device=rows.device)
        mass.index_add_(0, hard, weight)
    return scale * float(mass.min())
