"""Charts as data: what is drawn and told is what was measured."""

import json
import math

import numpy as np
import pytest

import calibrant as cal
from calibrant.report.charts.chart import Chart, Panel, Reading, Switch
from calibrant.report.charts.curves import Axis, Curve, curve_chart
from calibrant.report.charts.intervals import Estimated, interval_chart
from calibrant.report.charts.matrix import matrix_chart
from calibrant.report.charts.reliability import Seen, reliability_chart
from calibrant.report.charts.scatter import scatter_chart
from calibrant.report.charts.training import training_chart
from calibrant.report.wording.classes import bins_apart

PERCENT = Axis(title="recall")


def table_of(seed: int, n_bins: int = 10):
    rng = np.random.default_rng(seed)
    probs = rng.uniform(size=300) ** 2
    return cal.reliability_table(
        cal.events(probs=probs, outcomes=rng.uniform(size=300) < probs), n_bins=n_bins
    )


def test_text_inside_the_page_cannot_end_its_element():
    names = ["</script><script>alert(1)</script>", "a & b", "\u2028"]
    chart = Chart(
        columns={"name": names, "x": [1.0, math.nan, 1 / 3]},
        panels=[Panel(layers=[])],
        readings=[Reading("Name", "text", ("name",))],
    )
    text = chart.to_json()
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text)["columns"] == {"name": names, "x": [1, None, 0.333333]}


def test_reliability_chart_holds_the_bins_that_hold_rows():
    table = table_of(0)
    chart = reliability_chart([Seen(table=table)])
    used = [b for b in range(10) if table.n[b]]
    for field in ("lower", "upper", "n", "stated", "observed", "low", "high"):
        assert chart.columns[field] == [getattr(table, field)[b] for b in used]
    assert set(chart.columns["series"]) == {1}
    assert not chart.switches
    assert not chart.series
    assert chart.readings[-1].label == "95 % interval"


def test_switches_choose_among_tables_and_a_sentence_is_said_of_each():
    tables = {
        (after, of, bins): table_of(k, n_bins)
        for k, (after, of, bins, n_bins) in enumerate(
            (after, of, f"{n_bins} bins", n_bins)
            for after in (False, True)
            for of in ("likeliest", "cat")
            for n_bins in (10, 15)
        )
    }
    seen = [
        Seen(table=table, after=after, of=of, bins=bins)
        for (after, of, bins), table in tables.items()
    ]
    chart = reliability_chart(seen)
    when, of, bins = chart.switches
    assert (when.field, when.chosen, when.together) == ("series", 2, "Both")
    assert (of.choices, bins.choices) == (["likeliest", "cat"], ["10 bins", "15 bins"])
    columns, sentences = chart.columns, chart.sentences
    assert sentences is not None
    assert len(sentences) == 8
    for (after, what, how), table in tables.items():
        key = int(after), of.choices.index(what), bins.choices.index(how)
        held = [
            k
            for k in range(len(columns["n"]))
            if (columns["series"][k], columns["of"][k], columns["bins"][k]) == key
        ]
        assert [columns["n"][k] for k in held] == [n for n in table.n if n]
        told = bins_apart(table)
        start = "After calibration: " if after else "Before calibration: "
        assert sentences[key] == f"{start}{told[0].lower()}{told[1:]}"


def test_curves_hold_their_points_and_bands():
    x, y = [0.0, 0.5, 1.0], [0.0, 0.8, 1.0]
    low, high = [0.0, 0.7, 1.0], [0.1, 0.9, 1.0]
    more = {"threshold": ("percent", [0.9, 0.5, 0.1])}
    one = Curve(x=x, y=y, low=low, high=high, more=more)
    chart = curve_chart({"a": one, "b": one}, x=PERCENT, y=PERCENT, interval="95 % band")
    assert chart.series == ("a", "b")
    assert chart.columns["y"] == y + y
    assert chart.columns["high"] == high + high
    assert chart.columns["series"] == [0, 0, 0, 1, 1, 1]
    assert chart.columns["more0"] == [0.9, 0.5, 0.1] * 2
    assert [one.label for one in chart.readings] == ["Recall", "Recall", "95 % band", "threshold"]
    alone = curve_chart({"a": Curve(x=x, y=y)}, x=PERCENT, y=PERCENT)
    assert not alone.series
    assert "low" not in alone.columns


@pytest.mark.parametrize("n", [161, 5000])
def test_long_curves_keep_their_ends_and_lie_close_to_what_they_were(n: int):
    x = np.linspace(0, 1, n)
    y = np.where(x < 0.3, 0.2 * x, 1 - 0.5 * (1 - x))
    chart = curve_chart({"a": Curve(x=x.tolist(), y=y.tolist())}, x=PERCENT, y=PERCENT)
    kept = np.array(chart.columns["x"], float), np.array(chart.columns["y"], float)
    assert len(kept[0]) <= 161
    assert (kept[0][0], kept[0][-1]) == (0, 1)
    away = np.abs(np.interp(x, *kept) - y)
    assert np.quantile(away, 0.98) < 0.01  # but for the jump, drawn a little aslant


def test_intervals_keep_order_and_say_where_there_is_none():
    chart = interval_chart(
        [Estimated(name="b", value=0.1, low=0.0, high=0.2), Estimated(name="a" * 60, value=-1.0)],
        title="difference in log loss",
        level=0.9,
        more="left is better",
    )
    across = chart.panels[0].layers[-2]["encoding"]["x"]["axis"]["title"]
    assert across == "difference in log loss, left is better"
    assert chart.columns["value"] == [0.1, -1.0]
    assert chart.columns["low"][0] == 0.0
    assert math.isnan(float(chart.columns["low"][1]))
    assert chart.columns["name"][1] == "a" * 60
    assert len(str(chart.columns["short"][1])) <= 40
    assert [one.label for one in chart.readings] == [
        "Of",
        "Difference in log loss",
        "90 % interval",
    ]


def test_matrix_tells_whole_names_and_shares_of_the_true_class():
    long = "x" * 200
    chart = matrix_chart(
        [[3.0, 1.0, 0.0], [0.0, 2.0, 2.0], [0.0, 0.0, 0.0]], [long, f"{long}y", "z"]
    )
    assert chart.columns["share"] == [0.75, 0.25, 0, 0, 0.5, 0.5, 0, 0, 0]
    assert chart.columns["weight"] == [3, 1, 0, 0, 2, 2, 0, 0, 0]
    assert chart.columns["whole_said"][:3] == [long, f"{long}y", "z"]
    assert len({*chart.columns["said"]}) == 3  # told apart though both are cut
    assert max(map(len, map(str, chart.columns["said"]))) < 20


def test_training_and_scatter_hold_what_they_were_given():
    curves = training_chart({"epoch": [1, 2], "train_loss": [0.5, 0.4], "rate": [0.1, 0.1]})
    assert curves is not None
    assert curves.columns["y"] == [0.5, 0.4]
    assert training_chart({"epoch": [1], "rate": [0.1]}) is None
    points = scatter_chart([1.0, 2.0], [1.5, 1.0])
    assert (points.columns["x"], points.columns["y"]) == ([1.0, 2.0], [1.5, 1.0])


def test_switch_of_one_choice_is_left_out():
    chart = reliability_chart([Seen(table=table_of(0), of="a"), Seen(table=table_of(1), of="b")])
    assert [switch.field for switch in chart.switches] == ["of"]
    assert chart.switches[0] == Switch(field="of", label="Probabilities of", choices=["a", "b"])
