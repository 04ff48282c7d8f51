"""A small table, and the options that train on it within a second."""

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
