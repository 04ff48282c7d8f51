"""Mutated files: a model, or one line that says why not; nothing else, and nothing half done."""

import io
import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from calibrant.errors import CalibrantError
from calibrant.pipeline import artifacts
from calibrant.pipeline.events import unheard
from calibrant.pipeline.prepare import prepare
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.pipeline.run import complete, train
from calibrant.pipeline.tasks import task_of

N_FILES, N_TRAINED = (2000, 60) if "CALIBRANT_LONG" in os.environ else (600, 20)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """A small table."""
    generator = np.random.default_rng(5)
    n = 60
    frame = pd.DataFrame(
        {
            "size": generator.normal(size=n).round(3),
            "weight": generator.integers(0, 40, n),
            "colour": generator.choice(["red", "blue", "green"], n),
            "listed": pd.date_range("2024-01-01", periods=n, freq="D").astype(str),
            "sold": generator.choice(["yes", "no"], n),
        }
    )
    frame.loc[::9, "size"] = np.nan
    return frame


def content_of(frame, suffix):
    if suffix == ".csv":
        return frame.to_csv(index=False).encode()
    whole = io.BytesIO()
    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), whole)
    return whole.getvalue()


def mixed(frame, generator):
    """`frame` with a column dropped, doubled, emptied, retyped, or with stray values in it."""
    name = generator.choice(frame.columns)
    some = generator.random(len(frame)) < generator.choice([0.02, 0.3, 1.0])
    stray = [np.nan, np.inf, 1e300, 0, "", "?", "x", "2024-13-45", "1,5", "yes", True]
    changes = [
        lambda: frame.drop(columns=name),
        lambda: frame[generator.permutation(frame.columns)],
        lambda: frame.rename(columns={name: generator.choice(["", "sold", "new"])}),
        lambda: frame.assign(**{name: frame[name].astype(str)}),
        lambda: frame.assign(**{name: stray[generator.integers(len(stray))]}),
        lambda: frame.assign(
            **{name: frame[name].astype(object).where(~some, str(generator.choice(stray[4:])))}
        ),
        lambda: frame.assign(**{name: pd.to_numeric(frame[name], errors="coerce")}),
        lambda: frame.iloc[generator.integers(0, len(frame), generator.integers(0, 90))],
        lambda: frame.assign(more=[[k] for k in range(len(frame))]),
    ]
    return changes[generator.integers(len(changes))]()


def fuzzed(frame, suffix, generator):
    """Content of a file of `frame` after a change of its table, of its bytes, or of both."""
    way = generator.integers(3)
    if way < 2:
        frame = mixed(frame, generator)
        if suffix == ".parquet":  # which holds one type a column and one column a name
            frame = frame.loc[:, ~frame.columns.duplicated()]
            retyped = [c for c in frame if frame[c].map(type).nunique() > 1]
            frame = frame.assign(**{c: frame[c].astype(str) for c in retyped})
    content = content_of(frame, suffix)
    return content if way == 0 else mutated(content, generator)


def mutated(content, generator):
    """`content` with bytes flipped, cut, doubled, moved or replaced by others."""
    mutable = bytearray(content)
    way = generator.integers(6)
    at = int(generator.integers(len(mutable)))
    if way == 0:
        for place in generator.integers(len(mutable), size=generator.integers(1, 12)):
            mutable[place] ^= 1 << int(generator.integers(8))
    elif way == 1:
        del mutable[at:]
    elif way == 2:
        del mutable[at : at + int(generator.integers(1, 80))]
    elif way == 3:
        mutable[at:at] = mutable[at : at + int(generator.integers(1, 200))]
    elif way == 4:
        stray = [b",", b"\n", b'"', b"\0", b"nan", b"1e999", b";", b"\xff\xfe", b"-", b"9" * 40]
        mutable[at:at] = stray[generator.integers(len(stray))]
    else:
        lines = bytes(mutable).split(b"\n")
        generator.shuffle(lines)
        mutable = bytearray(b"\n".join(lines))
    return bytes(mutable)


def recipe_for(path):
    return build_recipe(
        {
            "data": {"path": str(path), "target": "sold"},
            "network": {"hidden": [4], "dropout": [0.0], "members": 1},
            "training": {"max_epochs": 1},
            "baselines": False,
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_mutated_file_gives_finite_features_or_one_message(frame, tmp_path, suffix):
    generator = np.random.default_rng(11)
    outcomes = {"prepared": 0, "refused": 0}
    path = tmp_path / f"table{suffix}"
    for _ in range(N_FILES // 2):
        path.write_bytes(fuzzed(frame, suffix, generator))
        try:
            found = prepare(task_of(complete(recipe_for(path))), unheard)
        except CalibrantError:
            outcomes["refused"] += 1
            continue
        outcomes["prepared"] += 1
        fold = found.folds[0]
        assert np.isfinite(fold.features).all()
        assert len(fold.labels) == len(found.rows)
        assert set(np.unique(fold.labels)) == set(range(len(fold.target.class_names)))
    assert min(outcomes.values()) > N_FILES // 40, outcomes


@pytest.mark.slow
def test_a_mutated_file_gives_a_whole_folder_or_none(frame, tmp_path, monkeypatch):
    monkeypatch.setattr(
        artifacts, "write", lambda path, summary: path.write_text(repr(summary)) and ()
    )
    generator = np.random.default_rng(13)
    outcomes = {"whole": 0, "none": 0}
    for k in range(N_TRAINED):
        suffix = [".csv", ".parquet"][k % 2]
        path = tmp_path / f"table{suffix}"
        path.write_bytes(fuzzed(frame, suffix, generator))
        out = tmp_path / f"run-{k}"
        try:
            train(recipe_for(path), out)
        except CalibrantError:
            outcomes["none"] += 1
            assert not list(tmp_path.glob(f"run-{k}*")), k
            continue
        outcomes["whole"] += 1
        rows = pd.read_parquet(out / "predictions.parquet")
        probs = rows[[name for name in rows if name.startswith("p_after_")]]
        assert np.isfinite(probs).all(axis=None)
        np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-6)
    assert min(outcomes.values()) >= N_TRAINED // 12, outcomes
