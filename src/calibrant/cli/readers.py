"""Readers: from what was typed for an option to the setting of a recipe."""

import click

from calibrant.cli.options import comma_list
from calibrant.pipeline.settings import Setting

__all__ = [
    "assigned",
    "median_or_number",
    "names",
    "names_at_commas",
    "numbers",
    "shares",
    "spellings",
]


def assigned(
    ctx: click.Context,  # noqa: ARG001 -- click passes it
    param: click.Parameter,
    values: object,
) -> dict[str, Setting] | None:
    """Values by column out of a repeated option ``COLUMN=VALUE``; the last ``=`` cuts."""
    assert isinstance(values, tuple)
    result: dict[str, Setting] = {}
    for text in values:
        column, equals, value = str(text).rpartition("=")
        if not equals or not column:
            raise click.BadParameter(f"{text!r} must be COLUMN=VALUE", param=param)
        result[column] = value
    return result or None


def names(ctx: click.Context, param: click.Parameter, values: object) -> list[Setting] | None:
    """Names of a repeated option, commas kept: a column's name may hold one."""
    del ctx, param
    assert isinstance(values, tuple)
    return list(values) or None


def names_at_commas(
    ctx: click.Context, param: click.Parameter, values: object
) -> list[Setting] | None:
    """Names of a repeated option whose values are split at commas."""
    assert isinstance(values, tuple)
    return list(comma_list(ctx, param, values)) or None


def numbers(ctx: click.Context, param: click.Parameter, value: object) -> list[Setting] | None:
    """Numbers between commas; whole ones stay whole."""
    del ctx
    if value is None:
        return None
    found: list[Setting] = []
    for text in str(value).split(","):
        try:
            number = float(text)
        except ValueError as error:
            raise click.BadParameter(f"{text.strip()!r} is no number", param=param) from error
        found.append(int(number) if number.is_integer() and "." not in text else number)
    return found


def shares(ctx: click.Context, param: click.Parameter, value: object) -> list[Setting] | None:
    """Three shares between commas, of 1 or in percent."""
    given = numbers(ctx, param, value)
    if given is None:
        return None
    parts = [float(number) for number in given if isinstance(number, (int, float))]
    whole = 100 if sum(parts) > 1.5 else 1
    return [part / whole for part in parts]


def spellings(
    ctx: click.Context, param: click.Parameter, values: object
) -> dict[str, Setting] | None:
    """Spellings by column out of a repeated option ``COLUMN=SPELLING``."""
    assert isinstance(values, tuple)
    result: dict[str, Setting] = {}
    for text in values:
        for column, spelling in (assigned(ctx, param, (text,)) or {}).items():
            known = result.setdefault(column, [])
            assert isinstance(known, list)
            known.append(spelling)
    return result or None


def median_or_number(
    ctx: click.Context, param: click.Parameter, value: object
) -> float | str | None:
    """Return the word ``median``, or a number; None where the option is not given."""
    del ctx
    if value is None or value == "median":
        return None if value is None else "median"
    try:
        return float(str(value))
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is neither 'median' nor a number", param=param
        ) from error
