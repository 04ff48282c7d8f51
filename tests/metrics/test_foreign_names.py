"""Names of other libraries: what each is here, and the page that says so.

``python tests/metrics/test_foreign_names.py`` writes the page anew.
"""

import inspect
from pathlib import Path

import pytest

from calibrant.errors import InputError
from calibrant.metrics.foreign_names import FOREIGN, foreign
from calibrant.metrics.registry import ALIASES, METRICS, entry_of, hint_at
from calibrant.metrics.resolving import resolve

PAGE = Path(__file__).parents[2] / "docs/metrics/names-elsewhere.md"
HEAD = """# Names of other libraries

What a metric of another library is called here, or why it is not here. An unknown name is
answered from this table, and `calibrant metrics WORDS` searches it too. Where values part though
names agree, see [conventions](names.md#conventions-beside-those-of-others). Classes of
torchmetrics are listed without `Binary`, `Multiclass` and `Multilabel`.
"""


def page() -> str:
    """Whole text."""
    parts = [HEAD]
    for library in dict.fromkeys(each.library for each in FOREIGN):
        lines = [
            f"## {library[0].upper()}{library[1:]}",
            "",
            "| there | here | |",
            "| --- | --- | --- |",
        ]
        for each in FOREIGN:
            if each.library == library:
                here = ", ".join(f"`{name}`" for name in each.here) or "not here"
                lines.append(f"| `{each.name}` | {here} | {each.note} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def test_page_says_what_the_table_says():
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize("each", FOREIGN, ids=lambda each: f"{each.library}-{each.name}")
def test_every_name_leads_to_one_here_or_says_why_not(each):
    assert each.here or each.note
    for name in each.here:
        resolve(name, 2)
        resolve(name, 3)
    if not each.here:
        assert each.name.lower() not in {*METRICS, *ALIASES}


@pytest.mark.parametrize(
    ("asked", "entry"),
    [
        ("expected_calibration_error", "top_label_ece"),
        ("maximum_calibration_error", "top_label_mce"),
        ("auc", "auroc_positive"),
        ("auprc", "average_precision_positive"),
        ("pr_auc", "average_precision_positive"),
        ("mean_iou", "jaccard_macro"),
        ("miou", "jaccard_macro"),
        ("f1_score", "f1_positive"),
        ("nll", "log_loss"),
        ("cross_entropy", "log_loss"),
        ("roc_auc", "auroc_positive"),
        ("fbeta_2", "f_beta_positive"),
        ("ppv", "precision_positive"),
        ("tpr", "recall_positive"),
        ("tnr", "specificity_positive"),
        ("fdr", "false_discovery_rate_positive"),
    ],
)
def test_usual_names_are_names_here(asked, entry):
    assert entry_of(asked, 2)[0].name == entry


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("matthews_corr_coef", "Here it is mcc. "),
        ("MulticlassCalibrationError", "Here it is ece: norm l2 is ece_l2, norm max is mce. "),
        ("average_precision_score", "Here it is average_precision. "),
        ("spearman", "It is not here: it compares orders or shapes of numbers, "),
    ],
)
def test_unknown_names_are_told_what_they_are_here(asked, hint):
    assert hint_at(asked).startswith(hint)
    assert "precision" not in hint_at("spearman")
    with pytest.raises(InputError, match="lists all") as raised:
        resolve(asked, 2)
    assert hint in str(raised.value)


def test_torchmetrics_has_the_classes_of_the_table():
    torchmetrics = pytest.importorskip("torchmetrics")
    segmentation = pytest.importorskip("torchmetrics.segmentation")
    there = {*dir(torchmetrics), *dir(torchmetrics.regression), *dir(segmentation)}
    there |= {*dir(torchmetrics.classification), *dir(torchmetrics.retrieval)}
    there |= {name.removeprefix("Multilabel") for name in there}
    named = {each.name for each in FOREIGN if each.library == "torchmetrics"}
    assert named - there == set()


def test_scikit_learn_has_the_functions_of_the_table():
    metrics = pytest.importorskip("sklearn.metrics")
    calibration = pytest.importorskip("sklearn.calibration")
    there = {name for name, _ in inspect.getmembers(metrics, callable)} | set(dir(calibration))
    named = {each.name for each in FOREIGN if each.library == "scikit-learn"}
    assert named - there == set()


@pytest.mark.parametrize("name", ["", "?", "binary"])
def test_no_name_means_nothing_elsewhere(name):
    assert foreign(name) is None


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
