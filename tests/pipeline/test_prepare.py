"""From a file to features and labels, without a leak."""

import csv

import numpy as np
import pytest

from calibrant.errors import InputError
from calibrant.pipeline.events import (
    ColumnsUsed,
    RowsSplit,
    TableMended,
    TableRead,
    TargetLabelled,
    unheard,
)
from calibrant.pipeline.prepare import prepare
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.tasks import task_of


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.reader(file))


def write(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def prepared_from(path, **settings):
    data = {"path": str(path), "target": "sold", **settings.pop("data", {})}
    return prepare(task_of(build_recipe({"data": data, **settings})), unheard)


def test_rows_without_a_target_are_counted_and_left_out(small_table, small_recipe):
    prepared = prepare(task_of(small_recipe), unheard)
    assert (prepared.n_rows, prepared.without_target) == (300, 6)  # rows 9, 59, 109, ...
    assert not {9, 59, 109, 159, 209, 259} & set(prepared.rows.tolist())
    labels = [row[4] for row in rows_of(small_table)[1:]]
    names = prepared.folds[0].target.class_names
    assert [names[k] for k in prepared.folds[0].labels] == [labels[row] for row in prepared.rows]


def test_what_happens_is_told_in_order(small_recipe):
    heard = []
    prepare(task_of(small_recipe), heard.append)
    assert [type(event) for event in heard] == [
        TableRead,
        TableMended,
        ColumnsUsed,
        TargetLabelled,
        RowsSplit,
    ]
    assert heard[0] == TableRead("items.csv", 300, 5, 6)
    split = heard[4]
    assert sum(split.per_class.values()) == split.train
    assert split.train + split.validation + split.test == 294


def test_identifiers_are_fed_only_when_asked_for(small_table):
    without = prepared_from(small_table)
    assert {use.name: use.role for use in without.columns}["code"] == "identifier"
    assert not any("code" in name for name in without.folds[0].encoder.feature_names)
    kept = prepared_from(small_table, data={"keep_identifiers": ["code"]})
    assert any("code" in name for name in kept.folds[0].encoder.feature_names)


def test_values_of_other_rows_change_nothing_that_is_learned(small_table, small_recipe, tmp_path):
    prepared = prepare(task_of(small_recipe), unheard)
    rows = rows_of(small_table)
    train = set(prepared.rows[prepared.folds[0].split.train].tolist())
    for k, row in enumerate(rows[1:]):
        if k not in train:
            row[1], row[2], row[3] = "1000", f"-{1000 + k}", "violet"  # no rows become equal
    changed = prepared_from(write(tmp_path / "items.csv", rows))
    assert changed.folds[0].encoder.learned() == prepared.folds[0].encoder.learned()
    np.testing.assert_array_equal(
        changed.folds[0].features[changed.folds[0].split.train],
        prepared.folds[0].features[prepared.folds[0].split.train],
    )


def test_the_cut_of_a_number_is_the_median_of_training_rows(small_table):
    prepared = prepared_from(small_table, data={"target": "size", "positive_above": "median"})
    numbers = np.array([float(row[1]) for row in rows_of(small_table)[1:]])
    train = numbers[prepared.rows[prepared.folds[0].split.train]]
    assert prepared.folds[0].target.threshold == np.median(train)
    np.testing.assert_array_equal(
        prepared.folds[0].labels, numbers[prepared.rows] > prepared.folds[0].target.threshold
    )


def test_a_column_that_names_the_part_is_obeyed_and_not_fed(small_table, tmp_path):
    rows = rows_of(small_table)
    parts = ["Train", "train", "val", "test"]
    rows = [[*rows[0], "part"]] + [[*row, parts[k % 4]] for k, row in enumerate(rows[1:])]
    prepared = prepared_from(write(tmp_path / "items.csv", rows), split={"column": "part"})
    assert (prepared.rows[prepared.folds[0].split.validation] % 4 == 2).all()
    assert (prepared.rows[prepared.folds[0].split.test] % 4 == 3).all()
    assert not any("part" in name for name in prepared.folds[0].encoder.feature_names)


def test_a_column_that_varies_outside_training_rows_only_is_dropped(
    small_table, small_recipe, tmp_path
):
    base = prepare(task_of(small_recipe), unheard)
    odd = int(base.rows[base.folds[0].split.test][0])
    rows = rows_of(small_table)
    rows = [[*rows[0], "flag"]] + [[*row, int(k == odd)] for k, row in enumerate(rows[1:])]
    prepared = prepared_from(write(tmp_path / "items.csv", rows))
    use = {use.name: use for use in prepared.columns}["flag"]
    assert (use.role, use.why) == ("dropped", "does not vary over the training rows")


def test_a_class_that_a_part_lacks_is_bad_input(small_table, tmp_path):
    rows = rows_of(small_table)
    parts = [
        "train" if row[4] == "yes" else ["train", "val", "test"][k % 3]
        for k, row in enumerate(rows[1:])
    ]
    rows = [[*rows[0], "part"]] + [[*row, part] for row, part in zip(rows[1:], parts, strict=True)]
    path = write(tmp_path / "items.csv", rows)
    with pytest.raises(InputError, match="every class in every part"):
        prepared_from(path, split={"column": "part"})
