"""Words around the table of an evaluation: what is not in it is not explained, and one is one."""

import pytest
from click.testing import CliRunner

from calibrant.cli.main import program


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """What the command prints of rows, with options."""
    monkeypatch.chdir(tmp_path)

    def asked(rows, *options):
        lines = ["truth,p,region", *(",".join(row) for row in rows)]
        (tmp_path / "p.csv").write_text("\n".join(lines) + "\n")
        words = ["evaluate", "p.csv", "--label", "truth", "--prob", "p", "--positive", "yes"]
        result = CliRunner().invoke(program, [*words, *options])
        assert result.exit_code == 0, result.output
        return result.output

    return asked


ROWS = [("yes", "0.75", "north"), ("no", "0.25", "north"), ("yes", "0.5", "south")] * 10


def test_noise_floors_are_explained_where_they_are_shown(ask):
    told = ask(ROWS, "--metrics", "accuracy,brier")
    assert "Metrics of the probabilities; [95 % interval].\n" in told
    assert "noise floor" not in told
    assert "noise floor: what chance shows" in ask(ROWS, "--metrics", "accuracy,ece")


@pytest.mark.parametrize(
    ("n", "reason", "note"),
    [
        (1, "the log_loss of 1 row is infinite", "1 of 31 rows gives probability 0"),
        (2, "the log_loss of 2 rows is infinite", "2 of 32 rows give probability 0"),
    ],
)
def test_a_score_is_infinite_and_no_row(n, reason, note, ask):
    told = ask([*ROWS, *[("yes", "0", "north")] * n], "--metrics", "log_loss", "--losses", "ce")
    assert f"[1] {reason}\n" in told
    assert f"log_loss is infinite: {note}" in told
    assert f"ce is infinite: {note}" in told


def test_a_long_name_of_a_group_leaves_room_for_metrics(ask):
    names = {"north": f"{'n' * 100} one", "south": f"{'n' * 100} two"}
    told = ask([(y, p, names[region]) for y, p, region in ROWS], "--group-by", "region")
    lines = told[told.index("Groups by region") :].splitlines()
    assert max(map(len, lines)) <= 100
    assert "accuracy" in lines[1]
    assert lines[2].split("  ")[0] == f"{'n' * 21}...{'n' * 8} one"
    assert lines[3].split("  ")[0] == f"{'n' * 21}...{'n' * 8} two"
