"""Several models on one page: the numbers are those of the library, the words keep to them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jaxtyping
import numpy as np
import pytest

import calibrant as cal
from calibrant.comparison.comparison_table import p_in_words
from calibrant.comparison.unpaired import unpaired_difference
from calibrant.errors import InputError, OutputError
from calibrant.report.several.model import Model
from calibrant.report.several.page import several_of

Read = Callable[[str], Any]

RNG = np.random.default_rng(0)
TRUE = 1.5 * RNG.normal(size=600)
LABELS = RNG.binomial(1, 1 / (1 + np.exp(-TRUE)))
NETWORK = cal.predictions(logits=TRUE, labels=LABELS)
SHARP = cal.predictions(logits=2.5 * TRUE, labels=LABELS)
NOISY = cal.predictions(logits=TRUE + 0.2 * RNG.normal(size=600), labels=LABELS)
OTHER = cal.predictions(logits=TRUE[:400], labels=LABELS[:400])
METRICS = ["log_loss", "ece", "accuracy", "auroc"]


def page(read: Read, folder: Path, models: object, **options: Any) -> Any:
    cal.write_comparison(models, folder / "c.html", **options)
    return read((folder / "c.html").read_text(encoding="utf-8"))


def test_differences_and_p_values_are_those_of_compare(tmp_path: Path, read_page: Read):
    models = {"network": NETWORK, "sharp": SHARP, "noisy": NOISY}
    found = page(read_page, tmp_path, models, metrics=METRICS)
    assert found.wrong == []
    assert len(found.ids) == len(set(found.ids))
    compared = cal.compare(models, metrics=METRICS, baseline="network")
    rows = found.tables["differences-table"][1:]
    assert len(rows) == len(compared) == 8
    for (_, first, second, difference, p_value, verdict), one in zip(
        rows, sorted(compared, key=lambda one: METRICS.index(one.metric)), strict=True
    ):
        assert (first[1], second[1]) == (one.first_value, one.second_value)
        assert difference[1] == one.difference.value
        told = p_value[0].strip()
        assert told == (p_in_words(one.adjusted_p) or "none")
        low, high = one.difference.low, one.difference.high
        claims = one.differs and low is not None and high is not None and not low <= 0 <= high
        assert (verdict[0].strip() in ("better", "worse")) == claims
    assert "All are compared row by row, on the same 600 rows." in found.words


def test_metrics_are_those_of_evaluate(tmp_path: Path, read_page: Read):
    names = ["log_loss", "ece", "accuracy"]
    sums = cal.tally(SHARP, names)
    found = page(read_page, tmp_path, {"network": NETWORK, "sums": sums}, metrics=names)
    table = {row[0][0].strip(): row[1:] for row in found.tables["metrics-table"][1:]}
    for label, name in (("Log loss", "log_loss"), ("ECE", "ece"), ("Accuracy", "accuracy")):
        values = [cal.evaluate(one, [name])[name].value for one in (NETWORK, SHARP)]
        assert [value for _, value in table[label]] == pytest.approx(values, abs=1e-12)


def several(models: Mapping[str, Any], **options: Any) -> Any:
    listed = [Model(name=name, given=one, source="") for name, one in models.items()]
    return several_of(listed, **options)


def test_what_keeps_no_rows_is_compared_by_its_intervals_at_levels_that_hold_together():
    found = several({"a": NETWORK, "sums": cal.tally(SHARP)}, metrics=["log_loss"])
    (one,) = found.differences
    sides = [cal.evaluate(rows, ["log_loss"], level=0.975)["log_loss"] for rows in (SHARP, NETWORK)]
    expected = unpaired_difference(*sides)
    assert (one.difference.low, one.difference.high) == pytest.approx(
        (expected.low, expected.high), abs=1e-12
    )
    assert one.difference.level == pytest.approx(0.95)
    assert one.p_value is None
    assert found.unpaired == {"sums": "sums is tallies, without its rows"}


def test_a_saved_evaluation_has_its_own_level_and_the_difference_says_which():
    found = several({"a": NETWORK, "saved": cal.evaluate(SHARP)}, metrics=["log_loss"])
    assert found.differences[0].difference.level == pytest.approx(0.925)  # .05 and .025 may fail


def test_independent_rows_have_a_shorter_interval():
    models = {"a": NETWORK, "other": OTHER}
    wide, short = (
        several(models, metrics=["log_loss"], independent=one).differences[0].difference
        for one in (False, True)
    )
    assert short.high - short.low < wide.high - wide.low
    assert (wide.level, short.level) == pytest.approx((0.95, 0.95))


def test_the_budget_of_false_alarms_is_shared_by_pairs_and_others():
    found = several({"a": NETWORK, "b": NOISY, "c": SHARP, "d": OTHER}, metrics=["log_loss"])
    levels = [one.difference.level for one in found.differences]
    assert levels == pytest.approx([1 - 0.05 / 3] * 3)
    assert list(found.unpaired) == ["d"]
    assert "as many rows" in found.unpaired["d"]


def test_models_of_a_class_each_are_paired_only_where_told_to_be_of_the_same_rows():
    a, b = (Model(name=n, given=NETWORK, source="", test_rows=n) for n in "ab")
    found = several_of([a, b], metrics=["log_loss"])
    assert found.unpaired == {"b": "they were tested on other rows"}
    assert several_of([a, replace(b, test_rows="a")], metrics=["log_loss"]).unpaired == {}


def test_every_kind_of_model_has_a_page(tmp_path: Path, read_page: Read):
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(200, 4))
    labels = rng.integers(0, 4, 200)
    classes = [cal.predictions(logits=k * logits, labels=labels) for k in (1, 2)]
    targets = rng.normal(size=200)
    numbers = [cal.numbers(predicted=targets + k * labels, targets=targets) for k in (0.1, 0.2)]
    decided = [cal.decisions(predicted=rng.integers(0, 2, 200), labels=labels > 1) for _ in "ab"]
    events = [cal.tally(cal.events(probs=rng.random(200), outcomes=labels > 1)) for _ in "ab"]
    for models, diagrams, metrics in (
        (classes, 2, ["log_loss"]),
        (numbers, 0, None),
        (decided, 0, None),
        (events, 2, ["brier_binary"]),
    ):
        found = page(read_page, tmp_path, models, metrics=metrics)
        assert found.wrong == []
        tables = [name for name in found.tables if name.startswith("reliability")]
        assert len(tables) == diagrams
        assert "metrics-table" in found.tables


def test_what_has_no_better_side_is_not_drawn(tmp_path: Path, read_page: Read):
    found = page(
        read_page,
        tmp_path,
        {"a": NETWORK, "b": SHARP},
        metrics=["positive_calibration_in_the_large"],
    )
    assert "better" not in found.words.split("Which is better for what?")[0]
    assert not any(name.startswith(("first", "forest")) for name in found.ids)


def test_names_are_text_whatever_is_in_them(tmp_path: Path, read_page: Read):
    names = ["<script>alert(1)</script>", 'a "quoted" & long ' + "x" * 200, "דגם שני", "🙂 $x$"]
    models = dict(zip(names, (NETWORK, SHARP, NOISY, OTHER), strict=True))
    found = page(read_page, tmp_path, models, metrics=["log_loss"])
    assert found.wrong == []
    assert not any("alert" in value for _, attributes in found.tags for value in attributes)
    assert [row[0][0].strip() for row in found.tables["models-table"][1:]] == names
    assert "\N{FIRST STRONG ISOLATE}דגם שני\N{POP DIRECTIONAL ISOLATE}" in found.words


def test_recipes_show_what_differs_and_not_what_is_alike(tmp_path: Path, read_page: Read):
    from calibrant.report.several.write import write_several  # noqa: PLC0415 -- of this test alone

    recipes: tuple[dict[str, str], ...] = (
        {"loss": "ce", "seed": "0", "depth": "2"},
        {"loss": "focal", "seed": "0"},
        {},
    )
    models = [
        Model(name=name, given=rows, source="", recipe=recipe)
        for name, rows, recipe in zip("abc", (NETWORK, SHARP, NOISY), recipes, strict=True)
    ]
    write_several(tmp_path / "c.html", several_of(models, metrics=["log_loss"]))
    found = read_page((tmp_path / "c.html").read_text(encoding="utf-8"))
    assert [[text.strip() for text, _ in row] for row in found.tables["recipes-table"]] == [
        ["Setting", "a", "b", "c"],
        ["loss", "ce", "focal", "not known"],
        ["depth", "2", "not set", "not known"],
    ]
    assert "1 settings are the same" not in found.words
    assert "1 setting is the same in all" in found.words


def test_many_models_open_with_a_few_and_hide_none(tmp_path: Path, read_page: Read):
    rng = np.random.default_rng(2)
    models = {
        f"m{k}": cal.predictions(logits=TRUE + 0.1 * k * rng.normal(size=600), labels=LABELS)
        for k in range(12)
    }
    found = page(read_page, tmp_path, models, metrics=["brier"])
    assert "5 more differences stand below." in found.words
    assert len(found.tables["differences-table"]) == 12


def test_what_cannot_be_compared_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    place = tmp_path / "c.html"
    three = cal.predictions(logits=np.zeros((4, 3)), labels=[0, 1, 2, 0])
    for models, words in (
        ({"a": NETWORK}, "be two or more"),
        (NETWORK, "be two or more"),
        ({"a": NETWORK, "b": three}, "have the same classes"),
        ({"a": NETWORK, "b": "file.csv"}, "be predictions, tallies or an evaluation"),
        ([NETWORK] * 27, "at most 26"),
    ):
        with pytest.raises(InputError, match=words):
            cal.write_comparison(models, place)  # pyright: ignore[reportArgumentType] -- on purpose
    with pytest.raises(InputError, match="reference must be one of A, B; got 'C'"):
        cal.write_comparison([NETWORK, SHARP], place, reference="C")
    with pytest.raises(OutputError, match="cannot write"):
        cal.write_comparison([NETWORK, SHARP], tmp_path / "no" / "c.html", metrics=["log_loss"])
    assert list(tmp_path.iterdir()) == []


def test_rows_of_a_fit_are_refused(tmp_path: Path):
    fitted = cal.TemperatureScaling().fit(NETWORK).transform(NETWORK)
    with pytest.raises(InputError, match="fit"):
        cal.write_comparison([NETWORK, fitted], tmp_path / "c.html", metrics=["log_loss"])
