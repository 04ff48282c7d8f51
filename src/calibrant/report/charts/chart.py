"""A chart as plain data: columns of rows, what is drawn of them, and what is told of each."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

__all__ = ["Chart", "Column", "Form", "Panel", "Reading", "Spec", "Switch", "Value"]

Spec = Mapping[str, object]  # a part of a Vega-Lite specification
Value = float | int | str
Column = Sequence[Value]
Form = Literal["count", "number", "percent", "text"]

_DIGITS = 6  # that a column keeps: a pixel is a thousandth of the axis


@dataclass(frozen=True, slots=True)
class Reading:
    """What is told of a row where it is pointed at: one field, or the two ends of an interval."""

    label: str
    form: Form
    fields: tuple[str] | tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Choice among rows: those whose `field` holds the number of the choice are shown."""

    field: str
    label: str
    choices: Sequence[str]
    chosen: int = 0
    together: str = ""  # a last choice that shows the rows of all, or none


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Layers on one pair of axes, `height` times as high as wide, or `pixels` high."""

    layers: Sequence[Spec]
    height: float = 1.0
    pixels: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a script makes of a picture; without scripts the picture stands.

    Attributes
    ----------
    columns : Mapping[str, Column]
        Fields of the rows, of one length; NaN is where nothing is known.
    panels : Sequence[Panel]
        From top to bottom, in Vega-Lite. A layer without data of its own takes the rows; one with
        a ``tooltip`` is told of by `readings`.
    readings : Sequence[Reading]
        What is told of a row, and the columns of the table where there are switches.
    series : Sequence[str]
        Names by the number in the field "series"; empty where no row has the number.
    keys : Sequence[tuple[str, str]]
        Legend of what is no series: how it looks ("band", "line-0", "perfect", "outside"), and
        what it is.
    switches : Sequence[Switch]
        What a reader may choose.
    sentences : Mapping[tuple[int, ...], str]
        What is said of every choice of all switches.
    margin : int
        Pixels on the left, for the labels of the vertical axis.
    """

    columns: Mapping[str, Column]
    panels: Sequence[Panel]
    readings: Sequence[Reading]
    series: Sequence[str] = ()
    keys: Sequence[tuple[str, str]] = ()
    switches: Sequence[Switch] = ()
    sentences: Mapping[tuple[int, ...], str] | None = None
    margin: int = 44

    def to_json(self) -> Markup:
        """Text to stand inside a script element: nothing in it ends the element."""
        told = {
            "columns": {name: [_plain(v) for v in column] for name, column in self.columns.items()},
            "panels": [
                {"layers": panel.layers, "height": panel.height, "pixels": panel.pixels}
                for panel in self.panels
            ],
            "readings": [[one.label, one.form, *one.fields] for one in self.readings],
            "series": self.series,
            "keys": self.keys,
            "margin": self.margin,
            "switches": [[one.field, one.chosen, len(one.choices)] for one in self.switches],
            "sentences": {
                "|".join(map(str, key)): text for key, text in (self.sentences or {}).items()
            },
        }
        text = json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        for letter in "<>&\u2028\u2029":
            text = text.replace(letter, f"\\u{ord(letter):04x}")
        return Markup(text)


def _plain(value: Value) -> Value | None:
    """`value` with as many digits as a picture shows; None where it is no finite number."""
    if isinstance(value, str | int):
        return value
    if not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")
