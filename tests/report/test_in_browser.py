"""The report as a browser shows it: quiet, alone, as wide as the screen, usable by anyone."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from calibrant.prediction.base import Predictions
from calibrant.prediction.door import predictions
from calibrant.report.run_report import render, write
from calibrant.report.several.write import write_comparison
from calibrant.report.summary import NumberRunSummary, RunSummary

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
LONG = ("<script>alert('x')</script>", "x" * 200, "قیمت بالا", "emoji 😀", "many words " * 18, "e")
PLACES = ("classes", "everything", "numbers", "several")
NARROW = "() => Number(document.querySelector('[data-drawn]').dataset.drawn) < 340"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


class Opened(Page):
    """A page, with what it complained of and what it asked for."""

    complaints: list[str]
    requests: list[str]


class Open(Protocol):
    """Opens a file in a window of a width, with more settings of it."""

    def __call__(self, place: Path, *, width: int = 1440, **context: Any) -> Opened:
        """Open the file."""
        ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium of the system."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"no Chromium found; looked for {', '.join(NAMES)}")
    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens a file in a window of its own, and waits for its scripts."""
    contexts = []

    def opened(place: Path, *, width: int = 1440, **context: Any) -> Any:
        window = browser.new_context(viewport={"width": width, "height": 1000}, **context)
        contexts.append(window)
        window.set_default_timeout(10_000)
        page: Any = window.new_page()
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(place.as_uri())
        if context.get("java_script_enabled", True) and page.locator("[data-chart]").count():
            page.wait_for_selector("html[data-charts]")
        return page

    yield opened
    for window in contexts:
        window.close()


@pytest.fixture(scope="module")
def pages(
    make_summary: Callable[..., RunSummary],
    rich: RunSummary,
    make_number_summary: Callable[..., NumberRunSummary],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """Pages by what they are of."""
    folder = tmp_path_factory.mktemp("report")
    summaries = {
        "classes": make_summary(6, names=LONG),
        "everything": rich,
        "numbers": make_number_summary(),
    }
    for name, summary in summaries.items():
        write(folder / f"{name}.html", summary)
    write_comparison(compared(), folder / "several.html", metrics=["log_loss", "ece", "accuracy"])
    return {name: folder / f"{name}.html" for name in PLACES}


def compared() -> dict[str, Predictions]:
    """Models of hard names, some better and some worse than the first."""
    rng = np.random.default_rng(0)
    true = 1.5 * rng.normal(size=400)
    labels = rng.binomial(1, 1 / (1 + np.exp(-true)))
    noise = [0.1 * k * rng.normal(size=400) for k in range(len(LONG))]
    return {
        name: predictions(logits=(1 + k) * true + noise[k], labels=labels, class_names=LONG[:2])
        for k, name in enumerate(LONG)
    }


def see_all(page: Page) -> None:
    """Scroll down to the end, so that every chart is drawn, and up again."""
    for figure in page.locator("figure:has([data-chart])").all():
        figure.scroll_into_view_if_needed()
        figure.locator(".drawn svg").wait_for()
    page.evaluate("scrollTo(0, 0)")


@pytest.mark.parametrize("name", PLACES)
def test_page_opens_without_complaint_or_request(
    open_page: Open, pages: dict[str, Path], name: str
):
    page = open_page(pages[name])
    see_all(page)
    assert page.complaints == []
    assert page.requests == [pages[name].as_uri()]


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
        f"{share:.1f} %",
    ]
    page.mouse.move(1, 1)
    assert not told.is_visible()


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PLACES)
def test_page_passes_the_rules_of_accessibility(
    open_page: Open, pages: dict[str, Path], name: str, scheme: str
):
    page = open_page(pages[name], color_scheme=scheme)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    see_all(page)
    broken = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in broken] == []


def test_page_that_is_hard_to_read_would_be_noticed(open_page: Open, tmp_path: Path):
    faint = tmp_path / "faint.html"
    faint.write_text("<html lang='en'><title>x</title><p style='color: #bbb'>faint</p>")
    broken = Axe().run(open_page(faint), options=RULES).response["violations"]
    assert [one["id"] for one in broken] == ["color-contrast"]


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("name", PLACES)
def test_nothing_is_wider_than_the_screen(
    open_page: Open, pages: dict[str, Path], name: str, width: int
):
    page = open_page(pages[name], width=width)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    see_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    wide = page.locator(".drawn svg").evaluate_all(
        "all => all.filter(one => one.clientWidth > one.closest('.picture').clientWidth).length"
    )
    assert wide == 0


def test_charts_follow_the_width_of_the_window(open_page: Open, pages: dict[str, Path]):
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


@pytest.mark.parametrize("name", PLACES)
def test_page_without_scripts_shows_pictures_and_tables(
    open_page: Open, pages: dict[str, Path], name: str
):
    page = open_page(pages[name], java_script_enabled=False)
    pictures = page.locator("figure .picture svg")
    assert pictures.count() == page.locator("figure").count() > 0
    assert all(picture.is_visible() for picture in pictures.all())
    assert page.locator("#metrics-table").is_visible()
    assert not any(box.is_visible() for box in page.locator(".switches").all())


@pytest.mark.parametrize("name", PLACES)
def test_page_prints_whole(open_page: Open, pages: dict[str, Path], name: str):
    page = open_page(pages[name])
    page.emulate_media(media="print")
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") >= 3
    assert not any(box.is_visible() for box in page.locator(".switches, nav").all())


def test_light_and_dark_pages_differ_in_paper_and_ink(open_page: Open, pages: dict[str, Path]):
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


@pytest.mark.parametrize("name", PLACES)
def test_page_is_small_enough_to_send(pages: dict[str, Path], name: str):
    assert pages[name].stat().st_size < 1_500_000
