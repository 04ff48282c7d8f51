"""The delimiter of a text file, told by what parts all of its first rows alike."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from calibrant.errors import InputError

__all__ = [
    "Delimiter",
    "Sample",
    "check_delimiter",
    "find_delimiter",
    "in_words",
    "separated",
    "without_runs",
]

STRONG = (",", ";", "\t", "|")
WEAK = (":", " ")  # also parts of times and of names: they need numbers between them
EXPECTED = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
MOST_LINES = 2000
MOST_CHARACTERS = 1 << 22
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Delimiter:
    """Character between fields, a blank for any run of blanks, and how it was found."""

    mark: str
    how: str


@dataclass(frozen=True, slots=True)
class Sample:
    """First lines of a file, and whether they are all."""

    lines: tuple[str, ...]
    whole: bool

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Sample":
        """First 2,000 of `lines`, fewer where they are long."""
        first: list[str] = []
        size = 0
        for line in lines:
            if len(first) == MOST_LINES or size > MOST_CHARACTERS:
                return cls(tuple(first), whole=False)
            first.append(line)
            size += len(line)
        return cls(tuple(first), whole=True)

    def rows(self, mark: str) -> list[list[str]]:
        """Fields of the rows that are not blank, the header among them, as far as they part."""
        rows: list[list[str]] = []
        try:
            for row in separated(self.lines, mark):
                rows.append(row)  # noqa: PERF402 (those before the error are kept)
        except (csv.Error, InputError):
            pass  # a field longer than the module takes, or an open quotation mark
        else:
            rows = rows if self.whole else rows[:-1]  # the last may go on
        return [row for row in rows if row]


def check_delimiter(mark: str) -> None:
    """Refuse what cannot part fields: all but one character of ASCII that is no mark of rows."""
    if len(mark) != 1 or not mark.isascii() or mark in '"\r\n\0':
        rule = "be one character of ASCII other than a quotation mark or a line break"
        raise InputError("delimiter", rule, repr(mark), "Name it, such as ';' or 'tab'.")


def in_words(mark: str) -> str:
    """What a sentence calls the delimiter."""
    return {"\t": "tabs", " ": "spaces"}.get(mark, repr(mark))


def separated(lines: Iterable[str], mark: str) -> Iterator[list[str]]:
    """Fields of each row of `lines`; those of a blank row are none."""
    if mark == " ":
        return csv.reader(without_runs(lines), delimiter="\t")
    return csv.reader(lines, delimiter=mark)


def without_runs(lines: Iterable[str]) -> Iterator[str]:
    """`lines` with one tab for every run of blanks outside quotation marks, none at the ends.

    Raises
    ------
    InputError
        If a quotation mark is not closed in its line: blanks within it could not be told.
    """
    for number, line in enumerate(lines, start=1):
        if line.count('"') % 2:
            rule = "close every quotation mark in its line, where spaces separate fields"
            got = f"one that stays open in line {number}"
            raise InputError("path", rule, got, "Close it, or separate fields by another mark.")
        text = line.rstrip("\r\n")
        fields = re.sub(r'("[^"]*")|[ \t]+', lambda match: match[1] or "\t", text.strip(" \t"))
        yield fields + line[len(text) :]


def find_delimiter(sample: Sample, path: Path) -> Delimiter:
    """Delimiter of the file, from its header and first rows.

    A mark fits that parts the header and all rows into one number of fields, two or more. One
    of ``, ; tab |`` that alone fits is certain; without any in the header, so are colons and
    blanks that part numbers. A file with no mark at all has one column.

    Raises
    ------
    InputError
        If several marks fit, or one that may as well belong to the text.
    """
    widths = {mark: [len(row) for row in sample.rows(mark)] for mark in STRONG}
    heads = [mark for mark in STRONG if widths[mark][:1] > [1]]
    fits = [mark for mark in heads if len(set(widths[mark])) == 1]
    if len(fits) > 1:
        raise _uncertain(path, [f"{in_words(m)} ({widths[m][0]} fields)" for m in fits])
    if heads:  # where none fits, rows are ragged, and will be refused as such
        return _guessed(fits[0] if fits else max(heads, key=lambda m: _alike(widths[m])), path)
    for mark in WEAK:
        rows = sample.rows(mark)
        if rows and {len(row) for row in rows} == {len(rows[0])} and len(rows[0]) > 1:
            if not _holds_numbers(rows):
                raise _uncertain(path, [f"{in_words(mark)} ({len(rows[0])} fields)", "none"])
            return _guessed(mark, path)
    found = [mark for mark in STRONG if max(widths[mark], default=1) > 1]
    if found:  # below a header without any: ragged too
        return _guessed(max(found, key=lambda m: sum(n > 1 for n in widths[m])), path)
    return Delimiter(",", "No delimiter was found: the file has one column.")


def _guessed(mark: str, path: Path) -> Delimiter:
    if EXPECTED.get(path.suffix.lower()) == mark:
        return Delimiter(mark, "")
    return Delimiter(mark, f"Fields are separated by {in_words(mark)} (guessed).")


def _alike(widths: list[int]) -> float:
    """Share of rows that have as many fields as the header."""
    return sum(width == widths[0] for width in widths) / len(widths)


def _holds_numbers(rows: list[list[str]]) -> bool:
    """Whether some column is of numbers alone, below a name that is none."""
    names, *values = rows
    return any(
        not NUMBER.fullmatch(name) and all(NUMBER.fullmatch(row[at]) for row in values)
        for at, name in enumerate(names)
        if values
    )


def _uncertain(path: Path, readings: list[str]) -> InputError:
    got = f"{path}, where these fit: {', '.join(readings)}"
    remedy = "Name the delimiter (--delimiter)."
    return InputError("path", "have one delimiter that fits every row", got, remedy)
