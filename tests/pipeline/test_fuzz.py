"""Mutated files: a model, or one line that says why not; nothing else, and nothing half done."""

import io

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

N_FILES = 2000
N_TRAINED = 60


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """A small table as text and as Parquet."""
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
    whole = io.BytesIO()
    parquet.write_table(pa.Table.from_pandas(frame), whole)
    return {".csv": frame.to_csv(index=False).encode(), ".parquet": whole.getvalue()}


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
def test_a_mutated_file_gives_finite_features_or_one_message(files, tmp_path, suffix):
    generator = np.random.default_rng(11)
    outcomes = {"prepared": 0, "refused": 0}
    path = tmp_path / f"table{suffix}"
    for _ in range(N_FILES // 2):
        path.write_bytes(mutated(files[suffix], generator))
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
    assert min(outcomes.values()) > 50, outcomes


@pytest.mark.slow
def test_a_mutated_file_gives_a_whole_folder_or_none(files, tmp_path, monkeypatch):
    monkeypatch.setattr(artifacts, "write", lambda path, summary: path.write_text(repr(summary)))
    generator = np.random.default_rng(13)
    outcomes = {"whole": 0, "none": 0}
    for k in range(N_TRAINED):
        suffix = [".csv", ".parquet"][k % 2]
        path = tmp_path / f"table{suffix}"
        path.write_bytes(mutated(files[suffix], generator))
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
    assert min(outcomes.values()) > 5, outcomes
