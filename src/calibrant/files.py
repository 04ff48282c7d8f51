"""Files that are written whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from calibrant.errors import InputError, OutputError

__all__ = ["check_text", "write_folder", "write_whole"]


def check_text(argument: str, text: str) -> None:
    """Raise `InputError` where text holds what UTF-8 cannot write, such as half a pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        near = ascii(text[max(0, error.start - 20) : error.start + 20])
        rule, remedy = "hold text that UTF-8 can write", "Rename the class, group or column."
        raise InputError(argument, rule, near, remedy) from error


def write_whole(path: str | Path, content: str | bytes) -> None:
    r"""Write `content` to `path`, so that a reader sees the old file or the new one.

    The content goes to a temporary file beside `path`, reaches the disk, and then takes the
    name in one step. Whatever fails, the temporary file is removed and an older file stays.

    Parameters
    ----------
    path : str or Path
        Where to write. An older file is replaced; a link is followed. The folder must exist.
    content : str or bytes
        Text is written as UTF-8, its line ends untouched.

    Raises
    ------
    OutputError
        When the folder is missing or read-only, the disk is full, or `path` is something other
        than a file, such as a folder or a device.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "note.txt"
    >>> write_whole(place, "as it was meant\n")
    >>> place.read_bytes()
    b'as it was meant\n'
    """
    given, path = path, Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        raise OutputError(f"cannot write {given}: it exists and is not a file")
    encoded = content.encode("utf-8") if isinstance(content, str) else content
    partial = path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        with partial.open("xb") as file:
            file.write(encoded)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        with suppress(OSError):  # it may not be there, or the folder may be gone
            partial.unlink()
        if isinstance(error, OSError):
            raise OutputError(f"cannot write {given}: {error.strerror or error}") from error
        raise


def write_folder(
    folder: str | Path, files: Mapping[str, bytes], *, mark: str, force: bool = False
) -> None:
    """Write files into a new folder, so that a reader sees all of them or none.

    They go to a temporary folder beside it, reach the disk, and then take its name.

    Parameters
    ----------
    folder : str or Path
        Where to write; its parent must exist.
    files : mapping from name to bytes
        What to write.
    mark : str
        File by which a folder is known as one of this kind.
    force : bool, default False
        Replace an older folder of this kind, or an empty one. Others are left alone.

    Raises
    ------
    OutputError
        When the folder exists and may not be replaced, or cannot be written; an older one stays.
    """
    place = Path(os.path.realpath(folder))
    token = secrets.token_hex(8)
    partial = place.with_name(f".{token}.partial")
    aside = place.with_name(f".{token}.replaced")
    if place.exists():
        if not place.is_dir():
            raise OutputError(f"cannot write {folder}: it exists and is not a folder")
        if not force:
            raise OutputError(f"{folder} already exists. Choose another folder, or replace it.")
        if any(place.iterdir()) and not (place / mark).is_file():
            raise OutputError(f"cannot replace {folder}: it holds other files")
    try:
        partial.mkdir()
        for name, content in files.items():
            write_whole(partial / name, content)
        if place.exists():
            place.rename(aside)
        try:
            partial.rename(place)
        except BaseException:
            if aside.exists():
                aside.rename(place)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise OutputError(f"cannot write {folder}: {reason}") from error
        raise
