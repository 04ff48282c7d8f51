"""Files are written whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from calibrant.errors import OutputError
from calibrant.files import write_whole


def refuse(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the step between the bytes and the name fail."""

    def fail(_: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_arrives_as_utf8_with_its_line_ends(tmp_path: Path):
    write_whole(tmp_path / "a.txt", "größer\r\nals\n")
    assert (tmp_path / "a.txt").read_bytes() == b"gr\xc3\xb6\xc3\x9fer\r\nals\n"


def test_bytes_arrive_untouched_and_alone(tmp_path: Path):
    write_whole(str(tmp_path / "a.bin"), bytes(range(256)))
    assert (tmp_path / "a.bin").read_bytes() == bytes(range(256))
    assert names_in(tmp_path) == ["a.bin"]


def test_older_file_is_replaced(tmp_path: Path):
    place = tmp_path / "a.txt"
    place.write_text("a much longer older text")
    write_whole(place, "new")
    assert place.read_text() == "new"


def test_new_file_has_the_permissions_of_any_new_file(tmp_path: Path):
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "whole", "")
    assert (tmp_path / "whole").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_link_stays_a_link_and_its_file_is_replaced(tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "link", "through")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "through"


@pytest.mark.parametrize("place", ["missing/a.txt", "file/a.txt", "folder"])
def test_place_that_cannot_be_written_is_an_output_error_that_names_it(tmp_path: Path, place: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError, match=f"cannot write .*{place}"):
        write_whole(tmp_path / place, "x")
    assert names_in(tmp_path) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "kept"


def test_device_is_not_replaced_by_a_file():
    with pytest.raises(OutputError, match="not a file"):
        write_whole(os.devnull, "x")
    assert Path(os.devnull).is_char_device()


def test_full_disk_is_an_output_error_and_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "a.txt").write_text("old")
    refuse(monkeypatch, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(OutputError, match="No space left on device"):
        write_whole(tmp_path / "a.txt", "new")
    assert names_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_interrupt_passes_through_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    refuse(monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.txt", "new")
    assert names_in(tmp_path) == []
