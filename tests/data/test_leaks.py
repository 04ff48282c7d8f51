"""Leaks are warned of with their figures, and real tables without a leak are left in peace."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

from calibrant.data.cleaning import Cleaning
from calibrant.data.leaks import leak_warnings
from calibrant.data.number_target import number_strata
from calibrant.data.plan import Plan
from calibrant.data.read import read_table
from calibrant.data.retail import TARGET, retail_table
from calibrant.data.split import split_from_column, stratified_split
from calibrant.data.target import label_target, strata_of
from calibrant.data.times import time_column, time_split
from calibrant.data.units import equal_rows, group_units


def roles_of(table, target, **reserved):
    """Roles of the columns of `table` as a plan tells them."""
    plan = Plan.make(table, target=target, cleaning=Cleaning(), reserved=reserved)
    return plan.roles


def warned(table, target, *, positive_above=None, number=False, group=None, split=None):
    """Warnings on `table` as the pipeline would have it, with a random split by default."""
    roles = roles_of(table, target)
    units = equal_rows(table, (*roles.numbers, *roles.categories))
    if group:
        units = units.joined(group_units(table, group), column=group)
    if number:
        strata = number_strata(table, target)
    else:
        strata = strata_of(table, target, positive_above=positive_above)
    split = split or stratified_split(strata, seed=0, units=units)
    if number:
        targets = table.column(target).to_numpy().astype(np.float64)
    else:
        _, targets = label_target(
            table, target, positive_above=positive_above, train_rows=split.train
        )
    return leak_warnings(table, roles, split, targets, units)


def noisy(seed=0, n_rows=1000, n_classes=2, **columns):
    """Table of a class and five features of noise, beside `columns` made from the class."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_classes, n_rows)
    features = {f"x{k}": rng.normal(size=n_rows) for k in range(5)}
    made = {name: make(labels, rng) for name, make in columns.items()}
    return pa.table({**features, **made, "y": labels})


LEAKS = {
    "score": lambda y, rng: y * 10 + rng.normal(size=len(y)),
    "turned score": lambda y, rng: rng.normal(size=len(y)) - 10 * y,
    "code": lambda y, rng: np.array([4, 7, 2, 9])[y * 2 + rng.integers(0, 2, len(y))],
    "bands": lambda y, rng: np.where(y == 1, rng.choice([-3, 3], len(y)), 0) + rng.random(len(y)),
    "word": lambda y, rng: np.array(["paid", "open", "late", "lost"])[
        y * 2 + rng.integers(0, 2, len(y))
    ],
    "closed on": lambda y, rng: np.where(y == 1, rng.normal(size=len(y)), np.nan),
}


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("name", LEAKS)
def test_a_feature_made_from_the_class_is_named(name, seed):
    (only,) = warned(noisy(seed, **{name: LEAKS[name]}), "y")
    assert repr(name) in only
    assert only.endswith("Leave it out if it is known only after the outcome.")


@pytest.mark.parametrize("n_classes", [3, 10])
@pytest.mark.parametrize("name", ["score", "turned score"])
def test_a_feature_made_from_one_of_many_classes_is_named(n_classes, name):
    table = noisy(n_rows=2000, n_classes=n_classes, **{name: LEAKS[name]})
    (only,) = warned(table, "y")
    assert repr(name) in only


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("gross", lambda y, _: 1.19 * y + 3),
        ("log", lambda y, _: -np.log(y + 10)),
        ("square", lambda y, _: (y - y.mean()) ** 2 * np.sign(y - y.mean() - 0.01)),
        ("rounded", lambda y, _: np.round(y * 20)),
    ],
)
def test_a_feature_made_from_a_predicted_number_is_named(name, make):
    rng = np.random.default_rng(0)
    numbers = rng.uniform(0, 10, 1000)
    table = pa.table({"x": rng.normal(size=1000), name: make(numbers, rng), "y": numbers})
    (only,) = warned(table, "y", number=True)
    assert repr(name) in only


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), n_rows=st.integers(50, 300), n_classes=st.integers(2, 4))
def test_features_of_noise_are_never_named(seed, n_rows, n_classes):
    assert warned(noisy(seed, n_rows, n_classes), "y") == ()


def test_many_features_of_noise_and_few_rows_are_not_named():
    rng = np.random.default_rng(0)
    columns = {f"x{k}": rng.normal(size=80) for k in range(150)}
    assert warned(pa.table(columns | {"y": np.arange(80) % 2}), "y") == ()
    assert warned(pa.table(columns | {"y": rng.normal(size=80)}), "y", number=True) == ()


@pytest.mark.parametrize("strength", [1.0, 2.0, 3.0])
def test_honest_strong_features_are_not_named(strength):
    def honest(y, rng):
        return strength * y + rng.normal(size=len(y))

    assert warned(noisy(n_rows=3000, signal=honest), "y") == ()


def test_copies_of_rows_do_not_make_a_feature_telling():
    table = noisy(n_rows=200)
    table = table.take(pa.array(np.repeat(np.arange(200), 10)))  # each row ten times
    assert warned(table, "y") == ()


def test_groups_do_not_make_a_feature_telling():
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(200), 10)
    of_patient, label = rng.normal(size=200), rng.integers(0, 2, 200)
    table = pa.table(
        {
            "patient": [f"p{k}" for k in patient],
            "birth weight": of_patient[patient],
            "pulse": rng.normal(size=2000),
            "y": label[patient],
        }
    )
    assert warned(table, "y", group="patient") == ()
    by_row = warned(table, "y")
    assert len(by_row) == 2
    assert "--group patient" in by_row[0]
    assert "'birth weight' alone tells the class" in by_row[1]  # split by row, it does


def test_rare_classes_and_few_rows_are_not_judged():
    few = noisy(n_rows=60, score=LEAKS["score"])  # 38 training rows
    assert warned(few, "y") == ()
    rng = np.random.default_rng(0)
    rare = (np.arange(1000) < 20).astype(int)  # 13 training rows
    assert warned(pa.table({"x": rare + rng.random(1000), "y": rare}), "y") == ()


def test_the_figures_of_a_warning_by_hand():
    # 200 rows, 100 of each class; the score orders them without a fault.
    table = pa.table(
        {"x": np.arange(200) % 7 + 0.5, "score": np.arange(200) ** 2.5, "y": [0, 1] * 100}
    )
    labels = (np.arange(200) >= 100).astype(int)
    table = table.set_column(2, "y", pa.array(labels))
    (only,) = warned(table, "y")
    assert only == (
        "'score' alone ranks the two classes with an area under the ROC curve of 1.0000 "
        "(128 training rows). Leave it out if it is known only after the outcome."
    )


def test_more_than_five_telling_features_share_a_sentence():
    made = {f"leak {k}": LEAKS["score"] for k in range(7)}
    sentences = warned(noisy(**made), "y")
    assert len(sentences) == 6
    assert sentences[-1].startswith(
        "Other features that each predict the target alone: 'leak 5', 'leak 6'."
    )


def test_validation_and_test_rows_do_not_decide_whether_a_feature_is_named():
    part = np.repeat(["train", "val", "test"], [640, 160, 200])
    table = noisy(n_rows=1000).append_column("part", pa.array(part))
    labels = table.column("y").to_numpy()
    known_later = np.where(
        np.arange(1000) < 640, np.random.default_rng(1).normal(size=1000), labels
    )
    table = table.append_column("later", pa.array(known_later))
    roles = roles_of(table, "y", part="split")
    assert leak_warnings(table, roles, split_from_column(table, "part"), labels) == ()


def test_equal_rows_across_a_column_split_are_counted_by_hand():
    part = ["train", "train", "val", "val", "test", "test", "test"]
    table = pa.table({"x": [1, 2, 2, 3, 1, 3, 1], "y": [0, 1, 0, 1, 0, 1, 1], "part": part})
    roles = roles_of(table, "y", part="split")
    split = split_from_column(table, "part")
    (only,) = leak_warnings(table, roles, split, table.column("y").to_numpy())
    assert only == (
        "Rows on two sides of the split are equal in all features: 2 of 3 test rows to a training "
        "row, 1 of 3 test rows to a validation row, 1 of 2 validation rows to a training row. They "
        "flatter a model that memorises. Remove the copies, or let the rows be drawn at random, "
        "which keeps equal rows together."
    )


def test_a_time_split_warns_of_equal_rows_that_it_cannot_move(shared_data):
    table = read_table(shared_data / "winequality_red.csv")
    table = table.append_column("tasted", pa.array(np.random.default_rng(0).permutation(1599)))
    split = time_split(time_column(table, "tasted"), name="tasted")
    features = [name for name in table.column_names if name not in {"quality", "tasted"}]
    unit = equal_rows(table, features).unit
    n_equal = int(np.isin(unit[split.test], unit[split.train]).sum())
    (only,) = warned(table, "quality", split=split)
    assert n_equal > 0
    assert f"{n_equal} of 320 test rows to a training row" in only


@pytest.mark.parametrize(
    ("file", "target"),
    [
        ("winequality_red", "quality"),
        ("mammography", "class"),
        ("landslide_wv", "class"),
        ("urban_land_cover_train", "class"),
        ("urban_land_cover_test", "class"),
    ],
)
def test_real_tables_are_left_in_peace(shared_data, file, target):
    assert warned(read_table(shared_data / f"{file}.csv"), target) == ()


@pytest.mark.parametrize("number", [False, True])
def test_bigmart_is_told_of_its_products_and_of_nothing_else(shared_data, number):
    table = read_table(shared_data / "bigmart_train.csv")
    options = {"number": True} if number else {"positive_above": "median"}
    (only,) = warned(table, "OutletSales", **options)
    assert only.startswith("'ProductID' has 1,559 different values in 8,523 rows, and 1,6")
    assert only.endswith("keep each on one side of the split: --group ProductID.")
    assert warned(table, "OutletSales", group="ProductID", **options) == ()


def test_the_generated_shops_are_told_of_their_products_alone():
    (only,) = warned(retail_table(2000).table, TARGET)
    assert "--group ProductID" in only


@pytest.mark.parametrize("load", [load_breast_cancer, load_wine, load_iris, load_digits])
def test_data_sets_of_scikit_learn_are_left_in_peace(load):
    bunch = load()
    names = [str(name) for name in bunch["feature_names"]]
    table = pa.table(dict(zip(names, bunch["data"].T, strict=True)) | {"y": bunch["target"]})
    assert warned(table, "y") == ()


def test_one_iris_that_stands_apart_is_named_where_it_is_the_question():
    # The petals of setosa are shorter than those of all others: the area is 1, and that is said.
    bunch = load_iris()
    names = [str(name) for name in bunch["feature_names"]]
    setosa = (bunch["target"] == 0).astype(int)
    table = pa.table(dict(zip(names, bunch["data"].T, strict=True)) | {"y": setosa})
    sentences = warned(table, "y")
    assert ["petal length" in sentences[0], "petal width" in sentences[1]] == [True, True]
    assert len(sentences) == 2


def test_the_diabetes_number_is_left_in_peace():
    bunch = load_diabetes()
    names = [str(name) for name in bunch["feature_names"]]
    table = pa.table(dict(zip(names, bunch["data"].T, strict=True)) | {"y": bunch["target"]})
    assert warned(table, "y", number=True) == ()


def test_a_column_name_is_quoted_for_the_shell():
    table = noisy(n_rows=400)
    table = table.append_column("patient no", pa.array([f"p{k % 100}" for k in range(400)]))
    (only,) = warned(table, "y")
    assert only.endswith("--group 'patient no'.")
    assert "'patient no' has 100 different values in 400 rows" in only
