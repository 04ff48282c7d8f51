"""What tests of commands share: a small table with options that train on it, and predictions."""

from pathlib import Path

import numpy as np
import pytest

from calibrant.pipeline import artifacts


@pytest.fixture(scope="session")
def rows() -> list[list[str]]:
    """Header and 240 rows: an identifier, a number, a category, a target of two classes."""
    generator = np.random.default_rng(1)
    size = generator.normal(size=240)
    sold = size + generator.normal(size=240) > 0.5
    header = ["code", "size", "colour", "sold"]
    return [header] + [
        [f"item-{k}", f"{size[k]:.4f}", ["red", "blue"][k % 2], ["no", "yes"][int(sold[k])]]
        for k in range(240)
    ]


@pytest.fixture
def table(rows, tmp_path) -> Path:
    """CSV of the rows, in a folder of its own."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "items.csv"
    path.write_text("".join(",".join(row) + "\n" for row in rows))
    return path


@pytest.fixture
def options(table, tmp_path) -> list[str]:
    """Arguments of a short training; the run folder is ``run``."""
    out = str(tmp_path / "run")
    return ["train", str(table), "--target", "sold", "--epochs", "2", "--out", out]


@pytest.fixture
def plain_report(monkeypatch) -> None:
    """Report that is the summary as it prints; saves seconds."""

    def write(path: Path, summary: object) -> tuple[str, ...]:
        path.write_text(repr(summary))
        return ("A verdict.", "Because of this.", "And that.")

    monkeypatch.setattr(artifacts, "write", write)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Folder with files of predictions, which is the current one."""
    generator = np.random.default_rng(0)
    probs = generator.dirichlet([2.0, 1.0, 1.0], size=40)
    labels = [generator.choice(3, p=row) for row in probs]
    names = np.array(["cat", "dog", "owl"])
    lines = [
        ",".join([*map(repr, row.tolist()), names[k]]) for row, k in zip(probs, labels, strict=True)
    ]
    (tmp_path / "many.csv").write_text("\n".join(["p_cat,p_dog,p_owl,truth", *lines]) + "\n")
    (tmp_path / "two.csv").write_text("truth,p,note\nno,0,a\nyes,0.75,b\nyes,0,c\nno,0.25,d\n")
    (tmp_path / "numbers.csv").write_text("truth,m1,m2,m3\n1,2,1,1\n2,2,4,2\n4,3,4,5\n")
    np.savez(tmp_path / "many.npz", probs=probs, labels=np.array(labels))
    monkeypatch.chdir(tmp_path)
    return tmp_path
