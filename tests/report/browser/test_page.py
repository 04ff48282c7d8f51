"""The report as a browser shows it: quiet, alone, as wide as the screen, light, dark, printed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from calibrant.report.run_report import render
from calibrant.report.summary import RunSummary

Open = Callable[..., Any]  # of a file, at a width, to a page with its complaints and requests
See = Callable[[Page], None]


def test_page_opens_without_complaint_or_request(see_all: See, open_page: Open, place: Path):
    page = open_page(place)
    see_all(page)
    assert page.complaints == []
    assert page.requests == [place.as_uri()]


def test_complaint_and_request_would_be_noticed(open_page: Open, tmp_path: Path):
    broken = tmp_path / "broken.html"
    broken.write_text("<script>console.error('broken')</script><img src='file:///no.png'>")
    page = open_page(broken)
    assert "broken" in page.complaints
    assert "file:///no.png" in page.requests


def test_tables_hold_the_numbers_that_were_written(
    open_page: Open, pages: dict[str, Path], read_page: Callable[[str], Any]
):
    written = read_page(pages["classes"].read_text(encoding="utf-8"))
    shown = read_page(open_page(pages["classes"]).content())
    assert shown.tables["metrics-table"] == written.tables["metrics-table"]
    assert len(shown.tables["metrics-table"]) > 5
    assert "<script>alert('x')</script>" in shown.words


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_screen(see_all: See, open_page: Open, place: Path, width: int):
    page = open_page(place, width=width)
    see_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    wide = page.locator(".drawn svg").evaluate_all(
        "all => all.filter(one => one.clientWidth > one.closest('.picture').clientWidth).length"
    )
    assert wide == 0
    scrolls = page.locator(".live").evaluate_all(
        """all => all.filter(one => ['auto', 'scroll'].includes(getComputedStyle(one).overflowY)
            && one.scrollHeight > one.clientHeight).length"""
    )
    assert scrolls == 0


def test_first_screen_holds_verdict_numbers_and_diagram(open_page: Open, pages: dict[str, Path]):
    page = open_page(pages["evaluation"], width=1440)
    page.locator(".opening .drawn svg").wait_for()
    for part in (".headline", ".numbers", ".sentences li:last-child", ".opening .drawn svg"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 900


def test_page_without_scripts_shows_pictures_and_tables(open_page: Open, place: Path):
    page = open_page(place, java_script_enabled=False)
    pictures = page.locator("figure .picture svg")
    assert pictures.count() == page.locator("figure").count() > 0
    assert all(picture.is_visible() for picture in pictures.all())
    assert page.locator("#metrics-table").is_visible()
    assert not any(box.is_visible() for box in page.locator(".switches").all())


def test_page_prints_whole(open_page: Open, place: Path):
    page = open_page(place)
    page.emulate_media(media="print")
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") >= 3
    assert not any(box.is_visible() for box in page.locator(".switches, nav").all())


@pytest.mark.parametrize("seen", [False, True])
def test_every_figure_prints_one_picture_whether_it_was_seen_or_not(
    see_all: See, open_page: Open, place: Path, *, seen: bool
):
    page = open_page(place)
    if seen:
        see_all(page)
    page.emulate_media(media="print")
    shown = page.locator("figure").evaluate_all(
        "all => { dispatchEvent(new Event('beforeprint'));"
        " return all.map(one => [...one.querySelectorAll('.picture svg')]"
        ".filter(svg => svg.getBoundingClientRect().height > 50).length); }"
    )
    assert shown == [1] * len(shown)
    assert shown


def test_light_and_dark_pages_differ_in_paper_and_ink(
    see_all: See, open_page: Open, pages: dict[str, Path]
):
    seen = {}
    for scheme in ("light", "dark"):
        page = open_page(pages["everything"], color_scheme=scheme)
        see_all(page)
        seen[scheme] = [
            page.locator(where).first.evaluate(f"one => getComputedStyle(one).{what}")
            for where, what in (
                ("body", "backgroundColor"),
                ("body", "color"),
                (".drawn .role-axis-label text", "fill"),
            )
        ]
    light, dark = ([sum(map(int, re.findall(r"\d+", one)[:3])) for one in seen[k]] for k in seen)
    assert light[0] > 700  # the three channels of the paper
    assert light[1] == light[2] < 200
    assert dark[0] < 100
    assert dark[1] == dark[2] > 600


def test_page_that_is_locked_runs_no_script_but_its_own(
    open_page: Open, make_summary: Callable[..., RunSummary], tmp_path: Path
):
    attack = "<script>document.title = 'taken'</script></head>"
    place = tmp_path / "attacked.html"
    place.write_text(render(make_summary()).replace("</head>", attack), encoding="utf-8")
    page = open_page(place)
    assert page.title() != "taken"
    assert any("Content Security Policy" in line for line in page.complaints)


def test_page_is_small_enough_to_send(place: Path):
    assert place.stat().st_size < 1_500_000
