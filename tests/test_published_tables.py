"""Tables of stated probabilities that others published: the values that their rows must give."""

import json

import numpy as np
import pandas as pd
import pytest

import calibrant as cal


@pytest.fixture(scope="session")
def reference(shared_data):
    return json.loads((shared_data / "reference.json").read_text(encoding="utf-8"))


def assert_values(rows, expected):
    evaluation = cal.evaluate(rows, list(expected))
    for name, value in expected.items():
        np.testing.assert_allclose(evaluation[name].value, value, rtol=0, atol=1e-9, err_msg=name)


def test_two_classes_of_yardstick(shared_data, reference):
    table = pd.read_csv(shared_data / "two_class_example.csv")
    expected = reference["two_class_example"]
    rows = cal.predictions(probs=table["Class1"], labels=table["truth"] == expected["event"])
    assert_values(
        rows,
        {
            "accuracy": expected["accuracy"],
            "auroc": expected["roc_auc"],
            "log_loss": expected["nll"],
            "brier_binary": expected["brier_binary"],
            "f1": expected["f1"],
            "positive_ece": expected["ece15_pos"],
            "positive_ece_10": expected["ece10_pos"],
            "ece": expected["ece15_top"],
        },
    )


def test_four_classes_of_yardstick(shared_data, reference):
    table = pd.read_csv(shared_data / "hpc_cv.csv")
    expected = reference["hpc_cv"]
    rows = cal.predictions(probs=table[["VF", "F", "M", "L"]], labels=table["obs"])
    assert len(rows) == expected["n"]
    assert_values(
        rows,
        {
            "accuracy": expected["accuracy"],
            "brier": expected["brier_sum"],
            "ece": expected["ece15"],
            "ece_10": expected["ece10"],
            "classwise_ece": expected["classwise_ece15"],
            "f1_macro": expected["f1_macro"],
            "f1_per_class": expected["f1"],
        },
    )
    clipped = table[["VF", "F", "M", "L"]].clip(lower=np.finfo(float).eps)  # as the reference did
    assert_values(
        cal.predictions(probs=clipped, labels=table["obs"]), {"log_loss": expected["nll"]}
    )
    exact = -np.log(table.to_numpy()[np.arange(len(table)), 2 + rows.hard.numpy()].astype(float))
    assert_values(rows, {"log_loss": exact.mean()})
    decided = cal.decisions(
        predicted=table["pred"], labels=table["obs"], class_names=["VF", "F", "M", "L"]
    )
    assert cal.evaluate(decided, ["f1_macro"])["f1_macro"].value == pytest.approx(
        expected["f1_macro"], abs=1e-9
    )


def test_forest_that_is_sure_and_wrong_has_an_infinite_log_loss(shared_data, reference):
    table = pd.read_csv(shared_data / "adult_rf_binary.csv")
    expected = reference["adult_rf_binary"]
    rows = cal.predictions(probs=table["prob"], labels=table["truth"])
    moved = cal.predictions(probs=table["prob"], labels=table["truth"])
    assert_values(moved, {"accuracy": expected["accuracy"]})
    assert_values(
        rows,
        {
            "auroc": expected["roc_auc"],
            "brier_binary": expected["brier_binary"],
            "positive_ece": expected["ece15_pos"],
            "positive_ece_10": expected["ece10_pos"],
            "log_loss": np.inf,
        },
    )
    note = cal.evaluate(rows, ["log_loss"])["log_loss"].note
    assert note == "infinite: 134 of 16281 rows give probability 0 to what came out"


def test_nine_classes_of_land_cover(shared_data, reference):
    table = pd.read_csv(shared_data / "standin_multiclass.csv", index_col=0)
    expected = reference["article3"]["standins"]["multiclass"]
    classes = table.drop(columns="reference")
    rows = cal.predictions(probs=classes, labels=table["reference"])
    assert rows.class_names == tuple(classes.columns)
    assert_values(
        rows,
        {
            "accuracy": expected["accuracy"],
            "f1_micro": expected["accuracy"],
            "brier": expected["brier_as_given"],
            "classwise_ece": expected["classwise_ece15_as_given"],
            "ece": expected["ece15_top_as_given"],
        },
    )
    evaluation = cal.evaluate(rows, [f"f1_{a}" for a in ("macro", "weighted")] + ["recall_macro"])
    theirs = {"f1_macro": "f1_score_macro", "f1_weighted": "f1_score_weighted"}
    for name, estimate in evaluation.items():  # those of the reference are in float32
        assert estimate.value == pytest.approx(expected[theirs.get(name, name)], abs=1e-6), name
    log_loss = cal.evaluate(rows, ["log_loss"])["log_loss"]
    assert log_loss.value == np.inf
    assert log_loss.note.startswith(f"infinite: {expected['n_zero_true_prob']} of 507 rows")


def test_slope_failures(shared_data, reference):
    table = pd.read_csv(shared_data / "standin_binary_data.csv")
    expected = reference["article3"]["standins"]["binary_metrics"]
    probs = table["prob_fail"]
    rows = cal.predictions(probs=probs, labels=table["truth"] == "slopeD")
    assert_values(
        rows,
        {
            "accuracy": expected["accuracy"],
            "brier_binary": expected["brier_binary"],
            "positive_ece": expected["ece15_pos"],
            "positive_ece_10": expected["ece10_pos"],
            "ece": expected["ece15_top"],
        },
    )


@pytest.mark.parametrize("predictor", ["m1", "m2", "m3"])
def test_progression_of_diabetes(predictor, shared_data, reference):
    table = pd.read_csv(shared_data / "standin_regression_data.csv")
    rows = cal.numbers(predicted=table[predictor], targets=table["truth"])
    assert_values(rows, reference["article3"]["standins"][f"regression_{predictor}"])


def test_solubility(shared_data, reference):
    table = pd.read_csv(shared_data / "solubility_test.csv")
    expected = reference["solubility_test"]
    rows = cal.numbers(predicted=table["prediction"], targets=table["solubility"])
    assert len(rows) == expected["n"]
    assert_values(rows, {name: expected[name] for name in ("mse", "rmse", "mae", "r2")})


def test_printed_confusion_matrix(reference):
    expected = reference["article3"]["confusion"]
    rows = cal.confusion(expected["matrix"], class_names=expected["classes"])
    assert cal.evaluate(rows).n == expected["n"]
    names = ("accuracy", "f1_macro", "f1_micro", "f1_weighted", "recall_macro", "precision_macro")
    ratios = {f"{ratio}_per_class": expected[ratio] for ratio in ("precision", "recall", "f1")}
    assert_values(rows, {name: expected[name] for name in names} | ratios)
    support = cal.evaluate(rows, ["recall_per_class"])["recall_per_class"].support
    assert list(support) == expected["row_totals"]
