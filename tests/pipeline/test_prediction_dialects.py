"""Text files of predictions in other dialects: the same numbers, and what was guessed is said."""

import pytest

from calibrant.data.read import Reading
from calibrant.errors import InputError
from calibrant.pipeline.evaluate_file import evaluate_file
from calibrant.pipeline.prediction_source import Question

TEXT = "truth,p\nyes,0.75\nno,0.25\nyes,0.5\n"
BRIER = (0.25**2 + 0.25**2 + 0.5**2) / 3


def ask(path, **settings):
    return evaluate_file(Question(path=path, label="truth", prob="p", positive="yes", **settings))


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace(",", ";").replace(".", ",").encode("utf-16"),
        b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode(),
    ],
    ids=["plain", "tabs", "semicolons and decimal commas", "byte order mark"],
)
def test_dialects_give_the_same_numbers(content, tmp_path):
    path = tmp_path / "preds.csv"
    path.write_bytes(content)
    result = ask(path)
    assert result.first["brier_binary"].value == pytest.approx(BRIER, abs=1e-15)
    assert bool(result.notes) == (content[:1] == b"\xff" or b"\t" in content)


def test_dialect_may_be_told(tmp_path):
    path = tmp_path / "preds.csv"
    path.write_text(TEXT.replace(",", "|").replace(".", ","))
    result = ask(path, reading=Reading("|", "utf-8", ","))
    assert result.first["brier_binary"].value == pytest.approx(BRIER, abs=1e-15)
    with pytest.raises(InputError, match="delimiter must"):
        ask(path, reading=Reading("||"))
