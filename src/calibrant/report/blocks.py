"""Blocks of a page: plain data that a template of the same name turns into HTML.

A new kind of block is a dataclass here and a file in ``templates/blocks``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from calibrant.report.charts.chart import Chart

__all__ = [
    "Block",
    "Cell",
    "Code",
    "Facts",
    "Listing",
    "Page",
    "Picture",
    "Pictures",
    "Section",
    "Table",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table. `value` is the exact number that `text` shows rounded."""

    text: str
    value: float | None = None
    below: str = ""  # a second line in small type: the interval
    hint: str = ""  # shown on hover, and said elsewhere too
    note: int = 0  # number of the table's footnote, 0 for none


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Table whose first column names its rows."""

    template: ClassVar[str] = "table.html"
    name: str  # unique on the page
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    footnotes: Sequence[str] = ()
    folded: bool = False
    stacked: bool = False  # on a phone, every row becomes a small list with labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Figure with the sentence that says what it shows and the table of its numbers."""

    template: ClassVar[str] = "picture.html"
    title: str
    svg: Markup
    label: str  # what a screen reader says in place of the picture
    sentence: str
    table: Table | None = None
    chart: Chart | None = None  # what takes its place where scripts run


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Pictures side by side where the page is wide enough."""

    template: ClassVar[str] = "pictures.html"
    title: str
    pictures: Sequence[Picture]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Terms and what is said of each."""

    template: ClassVar[str] = "facts.html"
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Text to be copied as it stands."""

    template: ClassVar[str] = "code.html"
    caption: str
    text: str
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Sentences, one below the other."""

    template: ClassVar[str] = "listing.html"
    caption: str
    sentences: Sequence[str]
    folded: bool = False


Block = Table | Picture | Pictures | Facts | Code | Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Part of a page under one heading."""

    name: str  # unique on the page
    title: str
    lead: Sequence[str]  # paragraphs
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Whole page: what it is about, the verdict, the numbers that matter, and the evidence."""

    title: str
    subject: str  # one line: "2 classes, 1,705 test rows"
    warnings: Sequence[str]
    headline: str
    sentences: Sequence[str]
    numbers: Sequence[tuple[str, Cell, str]]  # label, value, what it was
    picture: Picture | None
    sections: Sequence[Section]
