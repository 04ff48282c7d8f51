"""Fitted calibrators of numbers, from what described them."""

from collections.abc import Mapping
from dataclasses import fields
from typing import get_type_hints

from torch import Tensor

from calibrant.calibrators.numbers.base import FittedNumberCalibrator
from calibrant.calibrators.numbers.quantile_recalibration import RenamedLevels
from calibrant.calibrators.numbers.variance_scaling import ScaledSpread
from calibrant.calibrators.plain import fits, tensor_of
from calibrant.errors import InputError

__all__ = ["restored_numbers"]

KINDS: dict[str, type[FittedNumberCalibrator]] = {
    kind.method: kind for kind in (RenamedLevels, ScaledSpread)
}
REMEDY = "Fit the calibrator again, or take the file that was saved."


def restored_numbers(
    record: Mapping[str, object], arrays: Mapping[str, Tensor] | None = None
) -> FittedNumberCalibrator:
    """Fitted calibrator that `FittedNumberCalibrator.to_dict` described; nothing is run.

    Raises
    ------
    InputError
        When the record names no known method, or says what its fitted value cannot be.

    Examples
    --------
    >>> restored_numbers({"method": "variance_scaling", "n": 200, "factor": 1.5})
    ScaledSpread(n=200, factor=1.5)
    """
    kind = KINDS.get(str(record.get("method")))
    if kind is None:
        got = f"'{record.get('method')}'"
        raise InputError("method", f"be one of {', '.join(KINDS)}", got, REMEDY)
    hints = get_type_hints(kind)
    names = [one.name for one in fields(kind)]
    rule = f"hold what a fit of '{kind.method}' finds"
    if set(record) != {"method", *names}:
        got = ", ".join(sorted(set(record) ^ {"method", *names}))
        raise InputError("record", rule, f"other fields: {got}", REMEDY)
    values: dict[str, object] = {}
    for name in names:
        value = record[name]
        try:
            if isinstance(value, dict):
                value = tensor_of({str(key): one for key, one in value.items()}, arrays)
        except (ValueError, TypeError) as error:
            raise InputError("record", rule, f"{name}: {error}", REMEDY) from error
        value = tuple(value) if isinstance(value, list) else value
        if not fits(value, hints[name]):
            raise InputError("record", rule, f"{name} = {record[name]!r:.80}", REMEDY)
        values[name] = value
    return kind(**values)  # pyright: ignore[reportArgumentType] -- checked against the hints
