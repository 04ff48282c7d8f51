"""Evaluations as people see them: printed, and in notebooks."""

import math
import re

import pytest

import calibrant as cal
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.evaluation_table import WIDTH

NAMES = ["accuracy", "log_loss", "ece", "f1_per_class", "confusion_matrix", "auroc"]


@pytest.fixture(scope="module")
def evaluation():
    rows = cal.predictions(
        probs=[0.0, 0.75, 0.25, 1.0], labels=[1, 1, 0, 1], class_names=["stays", "leaves"]
    )
    return cal.evaluate(rows, NAMES)


def of(**estimates):
    return Evaluation(estimates, {}, (), 4)


def scalar(value, method="not available: no reason", **others):
    return Estimate(value, None, None, None, 10, method, **others)


def vector(n):
    return Estimate((0.5,) * n, None, None, None, 10, "m", names=tuple(f"c{k}" for k in range(n)))


def test_prints_as_a_table(evaluation):
    lines = str(evaluation).splitlines()
    assert lines[0] == "4 rows, 2 classes"
    assert lines[1].split() == ["metric", "value", "interval", "noise", "floor", "p", "how"]
    assert lines[2].split()[:4] == ["accuracy", "0.7500", "0.3006", "to"]
    assert lines[2].endswith("95 %, Wilson")
    assert lines[3].split() == ["log_loss", "inf", "no", "interval", "[1]"]
    ece = evaluation["ece"]
    floor = f"{ece.noise_floor:.4f} ({ece.details['noise_floor_95']:.4f})"
    assert re.split(r" {2,}", lines[4])[:4] == [
        *("ece", f"{ece.value:.4f}", floor, f"{ece.details['p_value']:.3f}")
    ]
    assert "(" not in lines[2]
    assert "noise floor: what chance shows" in str(evaluation)
    footnote = next(line for line in lines if line.startswith("[1]"))
    assert "1 of 4 rows give probability 0 to what came out" in footnote
    assert repr(evaluation) == str(evaluation)


def test_small_matrix_is_printed(evaluation):
    lines = str(evaluation).splitlines()
    at = lines.index("confusion_matrix: true classes by row, chosen ones by column")
    assert [line.split() for line in lines[at + 1 : at + 4]] == [
        ["stays", "leaves"],
        ["stays", "1", "0"],
        ["leaves", "1", "2"],
    ]


def test_no_line_is_wider_than_a_page(evaluation):
    long = scalar(
        0.5, "not available: " + "why " * 60, note="and " * 60, details={"p_value": 0.03, "df": 3.5}
    )
    wide = Evaluation({**evaluation.estimates, "n" * 90: long}, {}, evaluation.class_names, 4)
    lines = str(wide).splitlines()
    assert max(map(len, lines)) <= WIDTH
    text = " ".join(" ".join(lines).split())
    assert "n" * 90 in text
    assert "why why" in text
    assert "df 3.5000" in text
    assert "p_value" not in text  # it has a column
    assert " 0.030 " in text


def test_one_footnote_serves_all_that_share_it():
    why = "not available: " + "a long reason " * 8
    text = str(of(a=scalar(0.1, why), b=scalar(0.2, why), c=scalar(0.3)))
    assert text.count("no interval [1]") == 2
    assert text.count("[1] not available") == 1
    assert "[2]" not in text


def test_long_vectors_and_matrices_are_cut_short():
    lines = str(of(v=vector(12), w=vector(40))).splitlines()
    assert sum(line.startswith("v[") for line in lines) == 12
    assert sum(line.startswith("w[") for line in lines) == 12
    assert "... and 28 more of w" in lines
    square = Estimate(((1.0,) * 13,) * 13, None, None, None, 10, "m")
    assert "m: 13 by 13, not printed; see to_frame(cells=True)" in str(of(m=square))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0000"),
        (1e-7, "1e-07"),
        (0.00123, "0.0012"),
        (12345.678, "12345.6780"),
        (1e9, "1e+09"),
        (-0.5, "-0.5000"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_numbers_keep_digits_that_tell(value, text):
    assert str(of(a=scalar(value))).splitlines()[2].split()[1] == text


def test_groups_are_printed_below():
    rows = cal.predictions(
        probs=[0.0, 0.75, 0.25, 1.0], labels=[1, 1, 0, 1], groups=["west", "west", "east", "east"]
    )
    lines = str(cal.evaluate(rows, ["accuracy", "f1_per_class", "brier_binary"])).splitlines()
    at = next(k for k, line in enumerate(lines) if line.startswith("group"))
    assert lines[at].split() == ["group", "rows", "accuracy", "brier_binary"]
    assert lines[at + 1].split() == ["east", "2", "1.0000", "0.0312"]  # (.25**2 + 0) / 2
    assert lines[at + 2].split() == ["west", "2", "0.5000", "0.5312"]  # (1 + .25**2) / 2


def test_many_groups_and_metrics_are_cut_to_the_page():
    names = [f"some_long_name_{k}" for k in range(12)]
    one = Evaluation({name: scalar(0.5) for name in names}, {}, (), 4)
    many = Evaluation(one.estimates, {}, (), 4, groups={f"group {k}": one for k in range(30)})
    lines = str(many).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[-2:] == ["... and 10 more groups", "... and 8 more metrics; see by_group(name)"]


def test_prints_what_was_done_to_the_values():
    rows = cal.predictions(probs=[[1.0, 1.0]], labels=[0], normalize=True)
    assert str(cal.evaluate(rows, ["accuracy"])).endswith(f"note: {rows.notes[0]}")


def test_nothing_prints_as_its_head():
    assert str(of()) == "4 rows\nmetric  value  interval  noise floor  how"


def test_notebooks_show_a_table_that_can_be_read_aloud(evaluation, read_page):
    found = read_page(evaluation._repr_html_().replace("<table>", '<table id="t">'))
    assert found.wrong == []
    tags = [tag for tag, _ in found.tags]
    assert tags.count("caption") == tags.count("table") == 2
    scopes = [attributes["scope"] for tag, attributes in found.tags if tag == "th"]
    assert scopes.count("col") == 6 + 3
    assert scopes.count("row") == 6 + 2
    assert "4 rows, 2 classes" in found.words
    assert "95 %, Wilson" in found.words
    assert "1 of 4 rows give probability 0" in found.words
    assert "confusion_matrix: true classes by row, chosen ones by column" in found.words


def test_counts_of_a_matrix_are_whole_numbers_in_a_notebook():
    rows = cal.decisions(predicted=[0, 1, 1], labels=[0, 1, 1])
    html = cal.evaluate(rows, ["confusion_matrix"])._repr_html_()
    assert "<td>2</td>" in html
    assert "2.0" not in html


def test_no_name_can_bring_code_into_a_notebook():
    bad = "<script>alert(1)</script>"
    named = Estimate((0.5, 0.5), None, None, None, 10, bad, names=(bad, "b"), note=bad)
    one = Evaluation({bad: named}, {}, (), 4, groups={bad: of(**{bad: scalar(0.5)})})
    html = one._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_long_names_of_entries_keep_the_entry():
    rows = cal.decisions(predicted=[0, 1, 1, 0], labels=[0, 1, 0, 1], class_names=["no", "yes"])
    lines = str(cal.evaluate(rows, ["negative_predictive_value_per_class"])).splitlines()
    labels = [line.split()[0] for line in lines[2:4]]
    assert [label.rpartition("[")[2] for label in labels] == ["no]", "yes]"]
    assert lines[0] == "4 rows, 2 classes"


def test_one_row_is_one_row():
    rows = cal.predictions(probs=[0.5], labels=[1])
    assert str(cal.evaluate(rows, ["accuracy"])).startswith("1 row, 2 classes\n")
