"""Nested settings as a TOML file gives them, and how some go before others."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TypeAlias, Union

__all__ = ["Setting", "Settings", "merged"]

Setting: TypeAlias = Union[
    str, int, float, date, datetime, time, "list[Setting]", "dict[str, Setting]", None
]
Settings: TypeAlias = Mapping[str, Setting]


def merged(settings: Settings, overrides: Settings) -> dict[str, Setting]:
    """`settings` with `overrides` in front, table by table; an override of None removes.

    Examples
    --------
    >>> merged({"seed": 1, "data": {"path": "a", "positive": "x"}}, {"data": {"positive": None}})
    {'seed': 1, 'data': {'path': 'a'}}
    """
    result = dict(settings)
    for name, value in overrides.items():
        old = result.get(name)
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            result[name] = merged(old if isinstance(old, dict) else {}, value)
        else:
            result[name] = value
    return result
