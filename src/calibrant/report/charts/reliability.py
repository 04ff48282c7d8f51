"""Chart of reliability tables: one, or several to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.report.charts.chart import Chart, Panel, Reading, Switch
from calibrant.report.charts.parts import (
    axis,
    line_between,
    points,
    series_color,
    series_dashes,
)
from calibrant.report.wording.classes import bins_apart

__all__ = ["Seen", "reliability_chart"]

WHEN = ("Before calibration", "After calibration")
_FIELDS = ("lower", "upper", "n", "stated", "observed", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A reliability table, and what it is of: the choices under which it is shown."""

    table: ReliabilityTable
    after: bool = True  # of calibrated probabilities, or of those that were left as they are
    of: str = ""  # "the likeliest class"
    bins: str = ""  # "15 of equal width"


def reliability_chart(seen: Sequence[Seen], *, stated: str = "stated probability") -> Chart:
    """Chart of the observed share of every bin over its mean stated probability.

    Where there are several tables, switches choose among them: before or after calibration,
    whose probabilities, and how they are binned. The first table is shown at first, with those
    that differ from it in calibration alone.

    Parameters
    ----------
    seen : Sequence[Seen]
        One or more tables.
    stated : str, default "stated probability"
        Label of the horizontal axis.
    """
    choices = {
        "of": list(dict.fromkeys(one.of for one in seen)),
        "bins": list(dict.fromkeys(one.bins for one in seen)),
    }
    columns: dict[str, list[float | int]] = {
        name: [] for name in (*_FIELDS, "series", *(f for f in choices if len(choices[f]) > 1))
    }
    for one in seen:
        used = [b for b in range(len(one.table.n)) if one.table.weight[b] > 0]
        for field in _FIELDS:
            columns[field] += [getattr(one.table, field)[b] for b in used]
        columns["series"] += [int(one.after)] * len(used)
        for field, names in choices.items():
            if field in columns:
                columns[field] += [names.index(getattr(one, field))] * len(used)
    level = f"{100 * seen[0].table.level:g} % interval"
    both = len({one.after for one in seen}) > 1
    switches = _switches(choices, both=both)
    return Chart(
        columns=columns,
        panels=[_curve(), _counts(stated)],
        readings=[
            Reading("Bin", "percent", ("lower", "upper")),
            Reading("Rows", "count", ("n",)),
            Reading("Stated", "percent", ("stated",)),
            Reading("Observed", "percent", ("observed",)),
            Reading(level, "percent", ("low", "high")),
        ],
        series=WHEN if both else (),
        switches=switches,
        sentences=_sentences(seen, choices, switches) if switches else None,
    )


def _switches(choices: Mapping[str, Sequence[str]], *, both: bool) -> list[Switch]:
    labels = {"of": "Probabilities of", "bins": "Bins"}
    switches = [
        Switch(field=field, label=labels[field], choices=names)
        for field, names in choices.items()
        if len(names) > 1
    ]
    if both:
        when = Switch(field="series", label="Shown", choices=WHEN, chosen=2, together="Both")
        return [when, *switches]
    return switches


def _sentences(
    seen: Sequence[Seen], choices: Mapping[str, Sequence[str]], switches: Sequence[Switch]
) -> dict[tuple[int, ...], str]:
    """What is said of every table, by the numbers of its choices."""
    found: dict[tuple[int, ...], str] = {}
    for one in seen:
        place = {"series": int(one.after)}
        place |= {field: names.index(getattr(one, field)) for field, names in choices.items()}
        when = f"{WHEN[one.after]}: " if any(s.field == "series" for s in switches) else ""
        told = bins_apart(one.table)
        told = f"{told[:1].lower()}{told[1:]}" if when else told
        found[tuple(place[switch.field] for switch in switches)] = f"{when}{told}"
    return found


def _curve() -> Panel:
    x = axis("stated", "", ends=(0.0, 1.0), percent=True)
    y = axis("observed", "observed share", ends=(0.0, 1.0), percent=True)
    ends: dict[str, object] = {"field": "high"}
    return Panel(
        height=1.0,
        layers=[
            line_between([(0.0, 0.0), (1.0, 1.0)], "stated", "observed"),
            {
                "mark": {"type": "rule", "strokeWidth": 1.6, "opacity": 0.75},
                "encoding": {
                    "x": x,
                    "y": {**y, "field": "low"},
                    "y2": ends,
                    "color": series_color(),
                },
            },
            {
                "mark": {"type": "line", "strokeWidth": 1.8},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": series_color(),
                    "strokeDash": series_dashes(),
                },
            },
            points(x, y, size=70),
        ],
    )


def _counts(stated: str) -> Panel:
    x = axis("lower", stated, ends=(0.0, 1.0), percent=True)
    return Panel(
        height=0.2,
        layers=[
            {
                "mark": {"type": "rect", "opacity": 0.55},
                "encoding": {
                    "x": x,
                    "x2": {"field": "upper"},
                    "y": {
                        "field": "n",
                        "type": "quantitative",
                        "axis": {
                            "title": "rows",
                            "tickCount": 2,
                            "tickMinStep": 1,
                            "format": ",.0f",
                        },
                        "scale": {"zero": True},
                        "stack": None,
                    },
                    "y2": {"datum": 0},
                    "color": series_color(),
                    "tooltip": {"value": "told"},
                },
            }
        ],
    )
