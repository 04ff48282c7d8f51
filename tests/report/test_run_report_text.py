"""The report of a run as a file: safe whatever it tells, whole or not there."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from calibrant.errors import OutputError
from calibrant.report.run_report import write
from calibrant.report.summary import RunSummary

EVIL = (
    "<script>alert('x')</script>",
    "\"quoted\" & 'single' </td>",
    "emoji 😀🏪",
    "قیمت بالا",
    "x" * 200,
    "many words " * 18,
    r"$\undefined{",
    "{{ 7 * 7 }}{% raw %}",
    "</svg><img src=x onerror=alert(1)>",
    "tab\tand\nline",
)

Make = Callable[..., RunSummary]
Find = Callable[[RunSummary], Any]
Page = Callable[[RunSummary], str]


def test_names_are_text_whatever_they_hold(make_summary: Make, found_in: Find):
    changes = dict.fromkeys(("title", "source", "target", "calibrator", "command"), EVIL[0])
    changes |= {"recipe": EVIL[8], "device": EVIL[1]}
    summary = make_summary(10, names=EVIL, notes=(EVIL[0],), versions={EVIL[1]: EVIL[8]}, **changes)
    column = summary.background.columns[0]
    columns = [replace(column, name=name, role=name, why=name) for name in EVIL]
    background = replace(summary.background, columns=columns)
    found = found_in(replace(summary, background=background))
    assert found.wrong == []
    assert {"script", "img", "raw"}.isdisjoint(tag for tag, _ in found.tags)
    assert [row[0][0] for row in found.tables["class-table"][1:]] == list(EVIL)
    assert [row[0][0] for row in found.tables["columns-table"][1:]] == list(EVIL)


def test_file_is_the_page_in_utf8(make_summary: Make, page_of: Page, tmp_path: Path):
    summary = make_summary(10)
    write(tmp_path / "report.html", summary)
    assert (tmp_path / "report.html").read_bytes().decode("utf-8") == page_of(summary)


def test_place_that_cannot_be_written_is_an_output_error(make_summary: Make, tmp_path: Path):
    with pytest.raises(OutputError, match=r"cannot write .*report\.html"):
        write(tmp_path / "missing" / "report.html", make_summary())
