"""Charts answer to the pointer, to arrow keys and to switches."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

import calibrant as cal
from calibrant.prediction.base import Predictions
from calibrant.report.summary import RunSummary
from calibrant.report.wording.classes import bins_apart

Open = Callable[..., Any]  # of a file, at a width, to a page with its complaints and requests
See = Callable[[Page], None]

NARROW = "() => Number(document.querySelector('[data-drawn]').dataset.drawn) < 340"


def test_pointing_at_a_bin_tells_its_numbers(
    open_page: Open, pages: dict[str, Path], make_summary: Callable[..., RunSummary]
):
    page = open_page(pages["everything"])
    figure = page.locator("#confusion-figure, figure").filter(has_text="Confusion matrix").first
    figure.scroll_into_view_if_needed()
    figure.locator(".drawn svg .mark-rect path").first.hover()
    told = page.locator(".tip")
    matrix = make_summary().confusion
    share = 100 * matrix[0][0] / sum(matrix[0])
    assert told.locator("dd").all_inner_texts() == [
        "class 0",
        "class 0",
        f"{matrix[0][0]:,.0f}",
        f"{share:.1f}\N{NO-BREAK SPACE}%",
    ]
    page.mouse.move(1, 1)
    assert not told.is_visible()


def test_switches_choose_what_is_drawn_told_and_listed(
    models: dict[str, Predictions], open_page: Open, pages: dict[str, Path]
):
    page = open_page(pages["evaluation"])
    figure = page.locator("figure").filter(has_text="Look closer").first
    figure.scroll_into_view_if_needed()
    figure.locator(".drawn svg").wait_for()
    both = figure.locator(".drawn .mark-symbol path").count()
    figure.locator("[data-switch='0']").select_option("Before calibration")
    figure.locator("[data-switch='1']").select_option("the group <b>south")
    figure.locator("[data-switch='2']").select_option("10 of equal width")
    south = dict(models["raw"].by_group())["<b>south"]
    table = cal.reliability_table(south, n_bins=10)
    used = [b for b in range(10) if table.n[b]]
    figure.locator("details").evaluate("one => { one.open = true; }")
    rows = figure.locator("tbody tr")
    assert rows.count() == len(used)
    first = used[0]
    shown = rows.first.locator("th, td").all_inner_texts()
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in shown] == [
        f"{100 * table.lower[first]:.1f} % to {100 * table.upper[first]:.1f} %",
        f"{table.n[first]:,}",
        f"{100 * table.stated[first]:.1f} %",
        f"{100 * table.observed[first]:.1f} %",
        f"{100 * table.low[first]:.1f} % to {100 * table.high[first]:.1f} %",
    ]
    told = bins_apart(table)
    caption = figure.locator("figcaption").inner_text().replace("\xa0", " ")
    assert caption == f"Before calibration: {told[0].lower()}{told[1:]}".replace("\xa0", " ")
    page.wait_for_function(
        "n => document.querySelector('figure:has([data-switch=\"2\"])')"
        ".querySelectorAll('.drawn .mark-symbol path').length === n",
        arg=len(used),
    )
    assert both > len(used)


def test_arrow_keys_read_the_points_of_a_chart(open_page: Open, pages: dict[str, Path]):
    page = open_page(pages["everything"])
    figure = page.locator("figure").filter(has_text="Training curves").first
    figure.scroll_into_view_if_needed()
    figure.locator(".drawn svg").wait_for()
    figure.locator(".drawn").focus()
    said = figure.locator("p.unseen")
    page.keyboard.press("ArrowRight")
    assert re.search(r"train loss, Epoch: 1, Loss: 0\.7$", said.inner_text())
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert "Epoch: 2" in said.inner_text()
    assert page.locator(".tip").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".tip").is_visible()


def test_charts_follow_the_width_of_the_window(
    see_all: See, open_page: Open, pages: dict[str, Path]
):
    page = open_page(pages["everything"])
    see_all(page)
    figure = page.locator("figure[data-drawn]").first
    wide = figure.locator(".drawn svg").bounding_box()
    page.set_viewport_size({"width": 360, "height": 800})
    page.wait_for_function(NARROW)
    narrow = figure.locator(".drawn svg").bounding_box()
    assert wide is not None
    assert narrow is not None
    assert narrow["width"] < 340 < wide["width"]


def test_the_axis_of_counts_of_one_row_names_no_number_twice(
    see_all: See, open_page: Open, tmp_path: Path
):
    rows, place = cal.predictions(probs=[0.7], labels=[1]), tmp_path / "one.html"
    cal.write_report(cal.evaluate(rows), place, rows=rows)
    page = open_page(place)
    see_all(page)
    axis = page.locator("figure[data-drawn] .drawn svg g[aria-label*=\"titled 'rows'\"]").first
    names = axis.locator("text").all_text_contents()
    assert "1" in names
    assert len(set(names)) == len(names)
