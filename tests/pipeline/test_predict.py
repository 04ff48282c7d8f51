"""Predictions for new rows: the same bits, whatever stands beside them."""

import csv
import json
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from calibrant.data.read import Reading
from calibrant.errors import InputError, OutputError
from calibrant.pipeline import artifacts
from calibrant.pipeline import predict as module
from calibrant.pipeline.predict import predict
from calibrant.pipeline.run import train

READING = Reading()


@pytest.fixture(scope="session")
def table_rows(small_table):
    with small_table.open(newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def damaged(small_run, tmp_path):
    """Copy of the run, to be damaged."""
    return shutil.copytree(small_run.out, tmp_path / "copy")


def written(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def predicted(run, table, tmp_path, name="out.parquet"):
    result = predict(run.out, table, tmp_path / name, reading=READING)
    return result, pd.read_parquet(tmp_path / name)


def probabilities(frame):
    return frame[[name for name in frame.columns if name.startswith("p_")]]


def test_the_test_rows_have_the_bits_of_the_run(small_run, small_table, tmp_path):
    result, frame = predicted(small_run, small_table, tmp_path)
    known = pd.read_parquet(small_run.out / "predictions.parquet")
    assert result.n_rows == len(frame) == 300
    again = frame.iloc[known["row"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(probabilities(again), probabilities(known), check_exact=True)
    pd.testing.assert_series_equal(again["predicted"], known["predicted"])
    pd.testing.assert_series_equal(again["label"], known["label"], check_dtype=False)
    assert probabilities(known).shape[1] == 4


@pytest.mark.parametrize("rows", [1, 7, 64, 299])
def test_the_size_of_batches_changes_no_bit(small_run, small_table, tmp_path, monkeypatch, rows):
    _, whole = predicted(small_run, small_table, tmp_path)
    monkeypatch.setattr(module, "ROWS", rows)
    _, parts = predicted(small_run, small_table, tmp_path, name="parts.parquet")
    pd.testing.assert_frame_equal(parts, whole, check_exact=True)


def test_order_and_further_columns_do_not_matter(small_run, small_table, table_rows, tmp_path):
    _, whole = predicted(small_run, small_table, tmp_path)
    frame = pd.DataFrame(table_rows[1:], columns=table_rows[0])
    frame.insert(0, "new", "x")
    other = written(
        tmp_path / "other.csv",
        [[*frame.columns[::-1]], *frame[frame.columns[::-1]].to_numpy().tolist()],
    )
    _, again = predicted(small_run, other, tmp_path, name="other.parquet")
    pd.testing.assert_frame_equal(probabilities(again), probabilities(whole), check_exact=True)


def test_labels_are_not_needed(small_run, small_table, table_rows, tmp_path):
    _, whole = predicted(small_run, small_table, tmp_path)
    bare = written(tmp_path / "bare.csv", [row[:-1] for row in table_rows])
    _, frame = predicted(small_run, bare, tmp_path, name="bare.parquet")
    assert "label" not in frame
    pd.testing.assert_frame_equal(probabilities(frame), probabilities(whole), check_exact=True)


def test_parquet_gives_what_text_gives(small_run, small_table, tmp_path):
    _, whole = predicted(small_run, small_table, tmp_path)
    parquet.write_table(pa.Table.from_pandas(pd.read_csv(small_table)), tmp_path / "table.parquet")
    _, again = predicted(small_run, tmp_path / "table.parquet", tmp_path, name="again.parquet")
    pd.testing.assert_frame_equal(probabilities(again), probabilities(whole), check_exact=True)


def test_text_out_holds_what_parquet_out_holds(small_run, small_table, tmp_path):
    _, whole = predicted(small_run, small_table, tmp_path)
    predict(small_run.out, small_table, tmp_path / "out.csv", reading=READING)
    again = pd.read_csv(tmp_path / "out.csv", keep_default_na=False, na_values=[""])
    pd.testing.assert_frame_equal(probabilities(again), probabilities(whole), check_exact=True)


def test_unseen_categories_and_missing_values_are_counted(small_run, table_rows, tmp_path):
    rows = [table_rows[0], ["a", "0.5", "", "violet", ""], ["b", "?", "1.5", "red", ""]]
    result, frame = predicted(small_run, written(tmp_path / "new.csv", rows), tmp_path)
    assert result.unseen == {"colour": 1}
    assert result.imputed == {"weight": 1, "size": 1}
    assert len(frame) == 2
    assert np.isfinite(probabilities(frame)).all(axis=None)


def test_shifted_columns_are_named_and_others_are_not(small_run, table_rows, tmp_path):
    header, *rows = table_rows
    shifted = [[a, f"{float(b) + 5:.4f}", c, d, e] for a, b, c, d, e in rows]
    result, _ = predicted(small_run, written(tmp_path / "new.csv", [header, *shifted]), tmp_path)
    assert [column.column for column in result.drift if column.note] == ["size"]


def test_a_missing_column_is_named_and_nothing_is_written(small_run, table_rows, tmp_path):
    short = written(tmp_path / "short.csv", [[row[0], row[2], row[4]] for row in table_rows])
    with pytest.raises(InputError, match="'size', 'colour'"):
        predict(small_run.out, short, tmp_path / "out.parquet", reading=READING)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["short.csv"]


def test_a_bad_row_far_down_leaves_no_file(small_run, table_rows, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROWS", 10)
    rows = [list(row) for row in table_rows]
    rows[200][1] = "many"
    bad = written(tmp_path / "bad.csv", rows)
    with pytest.raises(InputError, match="many"):
        predict(small_run.out, bad, tmp_path / "out.parquet", reading=READING)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv"]


def test_an_existing_file_is_replaced_only_by_force(small_run, small_table, tmp_path):
    out = tmp_path / "out.parquet"
    out.write_text("mine")
    with pytest.raises(OutputError, match="already exists"):
        predict(small_run.out, small_table, out, reading=READING)
    assert out.read_text() == "mine"
    predict(small_run.out, small_table, out, reading=READING, force=True)
    assert len(pd.read_parquet(out)) == 300


@pytest.mark.parametrize("seeds", [1, 2])
def test_several_folds_are_averaged(small_recipe, small_table, tmp_path, monkeypatch, seeds):
    monkeypatch.setattr(
        artifacts, "write", lambda path, summary: path.write_text(repr(summary)) and ()
    )
    split = small_recipe.split.model_copy(update={"folds": 2})
    recipe = small_recipe.model_copy(update={"split": split, "seeds": seeds})
    run = train(recipe, tmp_path / "run")
    _, frame = predicted(run, small_table, tmp_path)
    known = pd.read_parquet(run.out / "predictions.parquet")
    assert sorted(known["row"]) == [row for row in range(300) if row % 50 != 9]
    np.testing.assert_allclose(
        probabilities(frame)[["p_after_no", "p_after_yes"]].sum(axis=1), 1, atol=1e-12
    )
    assert sorted(path.name for path in (run.out / "model").iterdir()) == [
        "fold-0",
        "fold-1",
        "schema.json",
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("model/schema.json", "{", "no JSON"),
        ("model/schema.json", '{"schema": 99}', "99"),
        ("model/schema.json", '{"schema": 3}', "what the model reads"),
        ("model/calibrator.json", '{"method": "sorcery"}', "sorcery"),
        (
            "model/calibrator/calibrator.json",
            '{"method": "temperature"}',
            "calibrant did not write",
        ),
        ("model/calibrator/arrays.safetensors", "x" * 99, "changed, damaged or cut short"),
        ("model/network.safetensors", "x" * 99, "network"),
        ("model/encoder.skops", "x" * 99, "encoder"),
        ("recipe.toml", "data = 3", "recipe"),
    ],
)
def test_a_damaged_run_is_refused(damaged, small_table, name, content, told):
    (damaged / name).write_text(content)
    with pytest.raises(InputError, match=told):
        predict(damaged, small_table, damaged.parent / "out.parquet", reading=READING)


def test_the_schema_is_json_without_the_path_of_the_run(small_run):
    text = (small_run.out / "model" / "schema.json").read_text()
    assert str(small_run.out.parent) not in text
    assert json.loads(text)["networks"] == [1]
