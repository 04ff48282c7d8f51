"""Progress of a training as it is shown."""

import io

from rich.console import Console

from calibrant.cli.progress import EpochProgress
from calibrant.pipeline.events import EpochEnded


def epoch(number):
    return EpochEnded(number, 0.5, 0.6, "log loss", 0.25, 1, 83.0, {"f1": 0.75})


def shown(*, terminal):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=80, highlight=False)
    progress = EpochProgress(console)
    progress.start(150)
    for number in range(1, 21):
        progress.advance(epoch(number))
    progress.stop()
    return console.file.getvalue()


def test_a_file_gets_a_line_every_tenth_epoch():
    lines = shown(terminal=False).splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 10", "epoch 20"]
    assert "train loss 0.5000" in lines[0]
    assert "validation log loss 0.25 " in lines[0]
    assert "f1 0.7500" in lines[0]


def test_a_terminal_gets_a_bar_with_losses_and_the_time_left():
    text = shown(terminal=True)
    assert "20/150" in text
    assert "at most 1:23 left, train loss 0.5000, valid" in text
