"""The program as the system sees it: exit codes, signals, kills."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
LONG = ["--epochs", "100000", "--patience", "100000", "--watch", "f1"]


def command(*arguments):
    return [sys.executable, "-m", "calibrant", *map(str, arguments)]


def environment():
    return {**os.environ, "PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1"}


def started(arguments):
    """Process that takes Ctrl-C as at a terminal, whoever started the tests."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from calibrant.cli.main import main; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_epoch_10(process):
    assert any(line.startswith("epoch 10:") for line in process.stderr)


def test_bad_input_is_one_line_and_exit_code_3(options, tmp_path):
    arguments = [options[0], tmp_path / "absent.csv", *options[2:]]
    done = subprocess.run(
        command(*arguments), env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("calibrant: data must be a file that can be read")
    assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_ctrl_c_in_training_keeps_the_best_so_far_and_exits_with_130(options, tmp_path):
    process = started([*options, *LONG, "--json"])
    wait_for_epoch_10(process)
    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    told = json.loads(stdout)
    assert told["interrupted"] is True
    record = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert record["interrupted"] is True
    assert record["training"]["epochs"] >= 10
    assert "interrupted" in (tmp_path / "run" / "report.html").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "run"]


def partial_of(out, process):
    """Folder under construction of a process, once it is there."""
    partial = out.with_name(f"{out.name}.partial")
    while process.poll() is None and not partial.exists():
        time.sleep(0.01)
    return partial


def test_ctrl_c_before_training_leaves_nothing(options, tmp_path):
    out = tmp_path / "run"
    fifo = tmp_path / "data" / "slow.csv"
    os.mkfifo(fifo)  # reading it waits, until the signal comes
    process = started([options[0], fifo, *options[2:]])
    assert partial_of(out, process).exists()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    assert stderr.endswith("calibrant: interrupted; nothing was written\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on file sizes")
def test_a_disk_that_takes_no_more_is_one_line_and_leaves_nothing(options, tmp_path):
    code = (
        "import resource, sys\n"
        "from click.testing import CliRunner\n"
        "from calibrant.cli.main import program\n"
        "for limit in (500, 5_000, 50_000, resource.RLIM_INFINITY):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))\n"
        "    done = CliRunner().invoke(program, [*sys.argv[1:], '--quiet'])\n"
        "    print(done.exit_code, repr(done.output))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *options],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    *failed, whole = done.stdout.splitlines()
    assert len(failed) == 3
    for line in failed:
        assert line.startswith("3 'calibrant: cannot write ")
        assert line.endswith("File too large\\n'")
    assert whole == "0 ''"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "run"]


@pytest.mark.slow
def test_a_killed_training_leaves_no_folder_and_the_next_one_takes_over(options, tmp_path):
    process = started([*options, *LONG])
    wait_for_epoch_10(process)
    process.kill()
    process.communicate(timeout=60)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "run.partial"]
    done = subprocess.run(
        command(*options), env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "run"]


def test_failure_ends_the_process_at_once_whatever_its_threads_do(tmp_path):
    code = (
        "import sys, threading, time, pyarrow\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "from calibrant.cli.main import main\n"
        "sys.argv = ['calibrant', 'evaluate', sys.argv[1]]\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "absent.csv")],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3
    assert "which does not exist" in done.stderr
