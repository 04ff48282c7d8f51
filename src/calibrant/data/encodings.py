"""The encoding of a text file: asked for, told by its first bytes, or found by what fits."""

from codecs import (
    BOM_UTF8,
    BOM_UTF16_BE,
    BOM_UTF16_LE,
    BOM_UTF32_BE,
    BOM_UTF32_LE,
    getincrementaldecoder,
    lookup,
)
from dataclasses import dataclass
from pathlib import Path

from calibrant.errors import InputError

__all__ = ["Encoding", "find_encoding", "known_encoding"]

MARKS = {  # the longer first: one begins with another
    BOM_UTF32_LE: "utf-32",
    BOM_UTF32_BE: "utf-32",
    BOM_UTF8: "utf-8",
    BOM_UTF16_LE: "utf-16",
    BOM_UTF16_BE: "utf-16",
}
BLOCK = 1 << 20  # bytes
TAIL = 1 << 16  # characters
REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Encoding:
    """Encoding that every byte of a file agrees with.

    Attributes
    ----------
    name : str
        Of a Python codec.
    how : str
        A sentence on how it was found; empty where it was asked for or is plain UTF-8.
    tail : str
        Last characters of the file.
    longest : int
        Characters of its longest line.
    """

    name: str
    how: str
    tail: str
    longest: int

    @property
    def codec(self) -> str:
        """Codec that reads the file, without a byte order mark before its text."""
        return "utf-8-sig" if self.name == "utf-8" else self.name


def known_encoding(name: str) -> str:
    """Python's own name of the encoding `name`, if that is one of text."""
    try:
        "".encode(name)
        getincrementaldecoder(name)
    except (LookupError, ValueError):
        rule = "name an encoding that Python knows"
        raise InputError("encoding", rule, repr(name), "Try utf-8 or windows-1252.") from None
    return lookup(name).name


def find_encoding(path: Path, asked: str | None) -> Encoding:
    """Encoding of the file, in which all of it has been read.

    A byte order mark tells UTF-8, UTF-16 and UTF-32. A file without one is UTF-8 if all its bytes
    are, else windows-1252, unless it holds characters of UTF-8: then it is damaged.

    Raises
    ------
    InputError
        If bytes are impossible in the encoding, or a character is zero, as in binary files.
    """
    if asked is not None:
        name = known_encoding(asked)
        return Encoding(name, "", *_checked(path, name))
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    if marked is not None:
        told = f"Text is in {marked.upper()} (its byte order mark says so)."
        return Encoding(marked, "" if marked == "utf-8" else told, *_checked(path, marked))
    try:
        return Encoding("utf-8", "", *_checked(path, "utf-8"))
    except InputError:
        if _holds_zero(path) or _is_partly_utf8(path):
            raise
    told = "Text is in windows-1252 (guessed: it is not UTF-8)."
    return Encoding("windows-1252", told, *_checked(path, "windows-1252"))


def _checked(path: Path, name: str) -> tuple[str, int]:
    """Last characters and longest line of the file, all of whose bytes the encoding knows."""
    decoder = getincrementaldecoder(name)()
    tail, feeds, returns, open_line, longest = "", 0, 0, 0, 0
    rule = f"be text in {name.upper() if name.startswith('utf') else name}"
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeError as error:
                before, byte = _before(error)
                line = 1 + max(feeds + before.count("\n"), returns + before.count("\r"))
                remedy = "Save the file as UTF-8, or name its encoding (--encoding)."
                raise InputError("path", rule, f"{path}: {byte} in line {line}", remedy) from None
            zero = text.find("\0")
            if zero >= 0:
                before = text[:zero]
                line = 1 + max(feeds + before.count("\n"), returns + before.count("\r"))
                remedy = "Save it as text in UTF-8, or name its encoding (--encoding utf-16-le)."
                raise InputError("path", rule, f"{path}: a zero byte in line {line}", remedy)
            feeds, returns = feeds + text.count("\n"), returns + text.count("\r")
            tail = (tail + text)[-TAIL:]
            lengths = [len(line) for line in text.split("\n" if "\n" in text else "\r")]
            lengths[0] += open_line
            open_line, longest = lengths[-1], max(longest, *lengths)
            if not block:
                return tail, longest


def _before(error: UnicodeError) -> tuple[str, str]:
    """Text of the block before the bytes that break it, and these bytes in words."""
    if not isinstance(error, UnicodeDecodeError):
        return "", "bytes that it does not know"
    before = error.object[: error.start].decode(error.encoding, "replace")
    return before, f"the byte 0x{error.object[error.start]:02x} ({error.reason})"


def _holds_zero(path: Path) -> bool:
    with path.open("rb") as file:
        return any(b"\0" in block for block in iter(lambda: file.read(BLOCK), b""))


def _is_partly_utf8(path: Path) -> bool:
    """Whether some bytes beyond ASCII are UTF-8; those of windows-1252 hardly ever are."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return any(
            any(character > "\x7f" and character != REPLACEMENT for character in block)
            for block in iter(lambda: file.read(BLOCK), "")
            if not block.isascii()
        )
