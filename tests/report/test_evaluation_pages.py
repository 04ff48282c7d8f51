"""With its rows, or tallies of them, an evaluation makes a page of all they can tell."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jaxtyping
import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError

Read = Callable[[str], Any]
Write = Callable[..., Any]

RNG = np.random.default_rng(5)
SCORES = RNG.normal(size=1500) * 1.5
LABELS = (RNG.uniform(size=1500) < 1 / (1 + np.exp(-SCORES))).astype(int)
NAMES = ["no", "<b>yes</b>"]
GROUPS = ["north" if k % 3 else "south <i>" for k in range(1500)]
RAW = cal.predictions(logits=2.5 * SCORES, labels=LABELS, class_names=NAMES, groups=GROUPS)
MENDED = cal.predictions(logits=SCORES, labels=LABELS, class_names=NAMES, groups=GROUPS)
FEW = cal.predictions(
    logits=RNG.normal(size=(600, 4)), labels=RNG.integers(0, 4, 600), class_names=list("abcd")
)
EVALUATED = cal.evaluate(FEW, ["accuracy"])
IMAGES = cal.predictions(logits=RNG.normal(size=(5, 3, 8, 8)), labels=RNG.integers(0, 3, (5, 8, 8)))
TARGETS = RNG.normal(size=400)
SPREAD = cal.numbers(
    predicted=TARGETS + RNG.normal(size=400), targets=TARGETS, std=np.full(400, 0.4)
)


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory, read_page: Read, unscripted: Callable[[str], str]
) -> Write:
    """Page of an evaluation of some rows, by its metrics and by settings of the report.

    Its text is without the scripts of the package.
    """
    pages: dict[str, Any] = {}

    def write(name: str, rows: Any, metrics: list[str] | None = None, **given: Any) -> Any:
        if name not in pages:
            path = tmp_path_factory.mktemp("pages") / "report.html"
            evaluation = cal.evaluate(rows, metrics)
            cal.write_report(evaluation, path, rows=rows, **given)
            assert path.stat().st_size < 1_500_000
            text = unscripted(path.read_text(encoding="utf-8"))
            pages[name] = (read_page(text), text, evaluation)
        return pages[name]

    return write


def column(table: list[list[tuple[str, float | None]]], heading: str) -> list[float | None]:
    header = [text for text, _ in table[0]]
    return [row[header.index(heading)][1] for row in table[1:]]


def sections(found: Any) -> list[str]:
    return [a["id"] for tag, a in found.tags if tag == "section" and "id" in a]


KINDS = {
    "two classes": (RAW, None),
    "four classes": (FEW, None),
    "ordered": (FEW, ["log_loss", "ordinal_mae", "adjacent_accuracy"]),
    "images": (IMAGES, None),
    "events": (cal.events(probs=[0.2, 0.7, 0.9] * 30, outcomes=[0, 1, 1] * 30), None),
    "decisions": (cal.decisions(predicted=[0, 1, 1], labels=[0, 1, 0]), None),
    "numbers": (cal.numbers(predicted=[1.0, 2.0, 4.0], targets=[1.5, 2.0, 3.0]), None),
    "distributions": (SPREAD, None),
    "tallies": (cal.tally(RAW), None),
    "tallies of four": (cal.tally(FEW), None),
    "tallies of numbers": (cal.tally(SPREAD), None),
}


@pytest.mark.parametrize("kind", KINDS)
def test_page_is_whole_and_every_picture_has_words_and_numbers(kind: str, written: Write):
    found, text, evaluation = written(kind, *KINDS[kind])
    assert found.wrong == []
    assert len(found.ids) == len(set(found.ids))
    targets = {a["href"][1:] for _, a in found.tags if a.get("href", "").startswith("#")}
    assert targets <= set(found.ids)
    assert "<b>yes" not in text
    assert "<i>" not in text
    labels = [a["aria-label"] for _, a in found.tags if a.get("role") == "img"]
    assert all(labels)
    figures = text.split("<figure>")[1:]
    parts = [figure.split("</figure>")[0] for figure in figures]
    assert all("<figcaption>" in part for part in parts)
    assert all("<table" in part for part in parts[1:] or [])  # the first is told of below
    assert len(text) < 500_000
    assert {"metrics", "sources", "reproduce"} <= set(sections(found))
    values = column(found.tables["metrics-table"], "Value")
    assert values == [float(one) for _, one in evaluation.items() if one.is_scalar]


def test_two_classes_show_everything(written: Write):
    found, text, _ = written("two classes", RAW)
    assert sections(found) == [
        *("reliability", "metrics", "errors", "groups", "ranking", "decisions", "coverage"),
        *("worst", "words", "sources", "reproduce"),
    ]
    assert "Overconfident" in found.words
    table = cal.reliability_table(RAW, view="positive")
    held = [k for k, w in enumerate(table.weight) if w > 0]
    shown = found.tables["reliability-positive-table"]
    assert column(shown, "Observed") == [table.observed[k] for k in held]
    assert column(shown, "Rows") == [table.n[k] for k in held]
    assert "north" in text


def test_tables_hold_the_numbers_of_the_functions_behind_them(written: Write):
    found, _, evaluation = written("two classes", RAW)
    curve = cal.metrics.decision_curve(RAW, thresholds=[0.01, 0.05, 0.1, 0.2, 0.5, 0.8])
    shown = found.tables["costs-table"]
    assert column(shown, "Act from") == pytest.approx(curve.threshold.tolist())
    assert column(shown, "Net benefit") == pytest.approx(curve.net_benefit.tolist())
    assert column(shown, "Over acting on all") == pytest.approx(curve.gain.tolist())
    precision, recall = curve.tp / (curve.tp + curve.fp), curve.tp / (curve.tp + curve.fn)
    assert column(shown, "Precision") == pytest.approx(precision.tolist())
    assert column(shown, "Recall") == pytest.approx(recall.tolist())
    names = [f"accuracy_at_coverage_{share}" for share in (0.5, 0.7, 0.8, 0.9, 0.95)]
    accepted = cal.evaluate(RAW, names)
    expected = [float(accepted[name]) for name in names] + [float(evaluation["accuracy"])]
    assert column(found.tables["coverage-table"], "Right") == expected
    errors = cal.evaluate(RAW, [f"positive_ece_{n}" for n in (5, 10, 15, 20, 30, 50, 100)])
    shown = found.tables["binnings-table"]
    assert column(shown, "Error") == [float(one) for _, one in errors.items()]
    assert column(shown, "Noise floor") == [one.noise_floor for _, one in errors.items()]
    band = cal.metrics.roc_band(RAW)
    assert column(found.tables["roc-table"], "Recall") == band.value[::10].tolist()
    groups = found.tables["groups-table"]
    order = ["north", "south <i>"]
    assert [row[0][0] for row in groups[1:]] == order
    for heading, name in (("Log loss", "log_loss"), ("Accuracy", "accuracy")):
        expected = [float(evaluation.groups[group][name]) for group in order]
        assert column(groups, heading) == expected
    loss = -RAW.log_p_true.numpy()[(RAW.guess != RAW.hard).numpy()]
    assert column(found.tables["worst-table"], "Log loss") == np.sort(loss)[::-1][:12].tolist()


def test_before_and_after_stand_side_by_side(written: Write):
    found, _, after = written("before", MENDED, before=RAW)
    before = cal.evaluate(RAW)
    shown = found.tables["metrics-table"]
    assert column(shown, "Before") == [float(one) for _, one in before.items()]
    assert column(shown, "After") == [float(one) for _, one in after.items()]
    assert "Overconfident before calibration; no sign of it after." in found.words
    assert "Calibration lowered the log loss" in found.words
    for name in ("reliability-positive-before-table", "isotonic-positive-after-table"):
        assert name in found.tables
    assert "smooth-positive-before-table" not in found.tables  # of the last moment only
    curve = cal.reliability_curve(MENDED, view="positive", kind="smooth", band="consistency")
    shown = found.tables["smooth-positive-after-table"]
    assert set(column(shown, "Curve")) <= set(curve.observed)
    assert len(column(shown, "Curve")) > 1
    assert curve.words in found.words
    groups = found.tables["groups-table"]
    header = [text for text, _ in groups[0]]
    assert "Accuracy" in header  # as before
    assert {"Log loss, before", "Log loss, after"} <= set(header)
    assert column(groups, "Log loss, before")[0] == float(before.groups["north"]["log_loss"])


def test_tallies_show_all_but_single_rows(written: Write):
    rows, _, _ = written("two classes", RAW)
    tallies, _, _ = written("tallies", cal.tally(RAW))
    assert set(sections(rows)) - set(sections(tallies)) == {"worst"}
    exact, read = (found.tables["costs-table"] for found in (rows, tallies))
    assert column(read, "Net benefit") == pytest.approx(column(exact, "Net benefit"))


def test_page_of_ten_million_rows_is_as_small_as_one_of_a_thousand(
    tmp_path: Path, unscripted: Callable[[str], str]
):
    def size(n_shards: int) -> int:
        shard = cal.tally(RAW.take(slice(0, 1000)))
        tallies = shard
        while tallies.n < n_shards * shard.n:
            tallies = tallies + tallies
        path = tmp_path / f"{n_shards}.html"
        evaluation = cal.evaluate(tallies, ["log_loss", "ece", "accuracy"])
        cal.write_report(evaluation, path, rows=tallies)
        return len(unscripted(path.read_text(encoding="utf-8")))

    assert size(10_000) < 1.2 * size(1)


def test_costs_that_are_given_are_those_shown(written: Write):
    found, _, _ = written("costs", MENDED, ["log_loss"], costs=[3])
    assert column(found.tables["costs-table"], "Act from") == [0.25]


def test_ordered_classes_show_how_far_off_errors_are(written: Write):
    found, _, evaluation = written("ordered", *KINDS["ordered"])
    shown = found.tables["distance-table"]
    far = np.abs(FEW.guess.numpy() - FEW.hard.numpy())
    assert column(shown, "Rows") == np.bincount(far, minlength=4).tolist()
    assert column(shown, "That near or nearer")[1] == pytest.approx(
        float(evaluation["adjacent_accuracy"])
    )
    assert "distances" not in sections(written("four classes", FEW)[0])


def test_images_show_overlap_pooled_and_by_image(written: Write):
    found, _, _ = written("images", IMAGES)
    shown = found.tables["masks-table"]
    overlap = cal.evaluate(IMAGES, ["jaccard_per_class", "iou_per_image_per_class", "f1_macro"])
    assert column(shown, "IoU, pooled")[:3] == list(overlap["jaccard_per_class"].value)
    assert column(shown, "IoU, by image")[:3] == list(overlap["iou_per_image_per_class"].value)
    assert column(shown, "Dice, pooled")[3] == float(overlap["f1_macro"])


def test_distributions_of_numbers_show_their_calibration(written: Write):
    found, _, _ = written("distributions", SPREAD)
    pit = cal.evaluate(SPREAD, ["pit_histogram"])["pit_histogram"].value
    assert column(found.tables["pit-table"], "Share of targets") == list(pit)
    assert "too narrow" in found.words
    assert "residuals" in sections(found)


def test_thousand_classes_are_not_listed_one_by_one(written: Write):
    probs = RNG.dirichlet(np.full(1000, 0.05), size=1500)
    rows = cal.predictions(probs=probs, labels=probs.argmax(axis=1))
    found, text, _ = written("thousand", rows, ["log_loss", "accuracy", "ece"])
    assert len(text) < 400_000
    assert max(len(table) for table in found.tables.values()) <= 101


def test_rows_of_another_evaluation_are_refused(tmp_path: Path):
    evaluation = cal.evaluate(RAW)
    with pytest.raises(InputError, match=r"rows must be the rows of the evaluation, 1,500 of 2"):
        cal.write_report(evaluation, tmp_path / "a.html", rows=FEW)
    with pytest.raises(InputError, match="before must be the rows of the evaluation"):
        cal.write_report(evaluation, tmp_path / "a.html", rows=RAW, before=FEW)
    with pytest.raises(InputError, match="before must come with rows"):
        cal.write_report(evaluation, tmp_path / "a.html", before=RAW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "got", "remedy"),
    [
        ([EVALUATED, EVALUATED], "list of 2", r"cal\.write_comparison"),
        ((EVALUATED,), "tuple of 1", r"cal\.write_comparison"),
        ({"a": EVALUATED}, "dict of 1", r"cal\.write_comparison"),
        (RAW, "Predictions", r"what cal\.evaluate returned"),
        (None, "NoneType", r"what cal\.evaluate returned"),
    ],
)
def test_anything_but_one_evaluation_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Any, got: str, remedy: str
):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    told = rf"evaluation must be one Evaluation; got {got}\. .*{remedy}"
    with pytest.raises(InputError, match=told):
        cal.write_report(given, tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_rows_of_a_fit_are_refused_unless_allowed(tmp_path: Path):
    fitted = cal.TemperatureScaling().fit(RAW).transform(RAW)
    evaluation = cal.evaluate(fitted, allow_fit_rows=True)
    with pytest.raises(InputError, match="be others than the rows that the calibrator"):
        cal.write_report(evaluation, tmp_path / "a.html", rows=fitted)
    cal.write_report(evaluation, tmp_path / "a.html", rows=fitted, allow_fit_rows=True)
    assert "which it suits too well" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_rows_with_other_probabilities_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match="rows must be the rows of the evaluation, whose log_loss"):
        cal.write_report(cal.evaluate(RAW), tmp_path / "r.html", rows=MENDED)
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("costs", [5, (), "9"])
def test_costs_that_are_no_list_are_refused(tmp_path: Path, monkeypatch: Any, costs: Any):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(InputError, match="costs must be a list of one or more numbers"):
        cal.write_report(cal.evaluate(RAW), tmp_path / "r.html", rows=RAW, costs=costs)


@pytest.mark.parametrize("n_classes", [1, 3])
def test_costs_of_what_no_one_misses_are_refused(tmp_path: Path, n_classes: int):
    probs = np.full((6, 3), 1 / 3)
    rows = (
        cal.predictions(probs=probs, labels=np.arange(6) % 3)
        if n_classes == 3
        else cal.numbers(predicted=[1.0, 2.0], targets=[1.0, 3.0])
    )
    with pytest.raises(InputError, match="costs must be of two classes; got an evaluation of"):
        cal.write_report(cal.evaluate(rows), tmp_path / "r.html", rows=rows, costs=[9])
    assert not (tmp_path / "r.html").exists()
