"""Calibrators by name, and fitted ones from what described them."""

from collections.abc import Mapping
from importlib import import_module
from typing import get_type_hints

from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedCalibrator
from calibrant.calibrators.plain import ARRAY, fits, recorded, tensor_of
from calibrant.calibrators.registry import OTHERS, entry
from calibrant.errors import InputError

__all__ = ["get", "restored"]

REMEDY = "Fit the calibrator again, or take the file that was saved."


def get(name: str) -> Calibrator[FittedCalibrator]:
    """Calibrator of a name, with its default settings.

    Raises
    ------
    InputError
        For an unknown name, listing what exists and what is near; and for one whose calibrator
        needs more than labelled rows, and so settings.
    """
    module, _, attribute = entry(name).home.partition(":")
    if name in OTHERS:
        rule = "need labelled rows and no more"
        remedy = f"From Python use calibrant.calibrators.{attribute}."
        raise InputError("calibrator", rule, f"'{name}'", remedy)
    return getattr(import_module(module), attribute)()


def restored(
    record: Mapping[str, object], arrays: Mapping[str, Tensor] | None = None
) -> FittedCalibrator:
    """Fitted calibrator that `FittedCalibrator.to_dict` described; nothing named in it is run.

    Parameters
    ----------
    record : mapping
        Plain data, as JSON held it.
    arrays : mapping of str to Tensor, optional
        The tensors that the record names, where it does not hold them itself.

    Raises
    ------
    InputError
        When the record names no known method, or says what its fitted value cannot be.

    Examples
    --------
    >>> restored({"method": "temperature", "n_classes": 2, "n": 200, "value": 1.5})
    Temperature(n_classes=2, n=200, value=1.5)
    """
    module, _, attribute = entry(str(record.get("method"))).fitted.partition(":")
    kind = getattr(import_module(module), attribute)
    hints = get_type_hints(kind)
    names = recorded(kind)
    rule = f"hold what a fit of '{record['method']}' finds"
    if set(record) != {"method", *names}:
        got = ", ".join(sorted(set(record) ^ {"method", *names}))
        raise InputError("record", rule, f"other fields: {got}", REMEDY)
    values: dict[str, object] = {}
    for name in names:
        value = _value(record[name], arrays)
        if not fits(value, hints[name]):
            raise InputError("record", rule, f"{name} = {record[name]!r:.80}", REMEDY)
        values[name] = value
    return kind(**values)


def _value(value: object, arrays: Mapping[str, Tensor] | None) -> object:
    """Value of a field that plain data stands for."""
    if isinstance(value, list):
        held: list[object] = value
        return tuple(_value(one, arrays) for one in held)
    if not isinstance(value, dict):
        return value
    record = {str(name): one for name, one in value.items()}
    if "method" in record:
        return restored(record, arrays)
    try:
        found = tensor_of(record, arrays)
    except (ValueError, TypeError) as error:
        rule = "hold numbers, words, arrays and fitted calibrators"
        raise InputError("record", rule, f"{error}", REMEDY) from error
    return found if ARRAY in record else float(found)
