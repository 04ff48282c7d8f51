"""The report as a browser shows it: no complaint, nothing wider than the screen, not blank."""

import re
import shutil
import subprocess
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from calibrant.report.run_report import render, write
from calibrant.report.summary import NumberRunSummary, RunSummary

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)
LONG = ("<script>alert('x')</script>", "x" * 200, "قیمت بالا", "emoji 😀", "many words " * 18, "e")

Browse = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def browse(tmp_path_factory: pytest.TempPathFactory) -> Browse:
    """Run of headless Chromium on a file, with more flags."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"no Chromium found; looked for {', '.join(NAMES)}")
    profile = tmp_path_factory.mktemp("profile")

    def run(page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
        command = (program, *FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri())
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)

    return run


@pytest.fixture(scope="module")
def page(make_summary: Callable[..., RunSummary], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("report") / "report.html"
    write(place, make_summary(6, names=LONG))
    return place


@pytest.fixture(scope="module")
def pages(
    page: Path, rich: RunSummary, make_number_summary: Callable[..., NumberRunSummary]
) -> dict[str, Path]:
    """Pages by what they are of."""
    places = {name: page.with_name(f"{name}.html") for name in ("everything", "numbers")}
    write(places["everything"], rich)
    write(places["numbers"], make_number_summary())
    return {"classes": page, **places}


def complaints(ran: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in ran.stderr.splitlines() if "CONSOLE" in line]


def test_page_opens_without_complaint_and_holds_its_numbers(
    browse: Browse, page: Path, read_page: Callable[[str], Any]
):
    ran = browse(page, "--dump-dom")
    assert complaints(ran) == []
    tables = read_page(page.read_text(encoding="utf-8")).tables
    values = [cell[1] for row in tables["metrics-table"][1:] for cell in row[1:]]
    shown = read_page(ran.stdout)
    assert [cell[1] for row in shown.tables["metrics-table"][1:] for cell in row[1:]] == values
    assert "<script>alert('x')</script>" in shown.words


def test_complaint_would_be_noticed(browse: Browse, tmp_path: Path):
    broken = tmp_path / "broken.html"
    broken.write_text("<!doctype html><script>console.error('broken')</script>")
    assert len(complaints(browse(broken, "--dump-dom"))) == 1


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("classes", 360),
        ("classes", 768),
        ("classes", 1440),
        ("everything", 360),
        ("numbers", 360),
    ],
)
def test_nothing_is_wider_than_the_screen(
    browse: Browse, pages: dict[str, Path], tmp_path: Path, name: str, width: int
):
    unlocked = re.sub(r"<meta http-equiv.*?>", "", pages[name].read_text(encoding="utf-8"))
    opened = unlocked.replace("<details>", "<details open>")
    measure = (
        "<script>parent.document.body.dataset.widths = "
        "[innerWidth, document.documentElement.scrollWidth].join(' ')</script></body>"
    )
    frame = escape(opened.replace("</body>", measure))  # a window has a least width, a frame none
    measured = tmp_path / "measured.html"
    measured.write_text(
        f'<!doctype html><meta charset="utf-8"><body><iframe width="{width}" height="900" '
        f'style="border: 0" srcdoc="{frame}"></iframe>',
        encoding="utf-8",
    )
    ran = browse(measured, "--dump-dom")
    assert f'data-widths="{width} {width}"' in ran.stdout


def test_light_and_dark_pages_are_both_drawn(browse: Browse, page: Path, tmp_path: Path):
    brightness = {}
    for scheme, flags in (("light", ()), ("dark", ("--force-dark-mode",))):
        picture = tmp_path / f"{scheme}.png"
        browse(page, f"--screenshot={picture}", "--window-size=1440,900", *flags)
        with Image.open(picture) as image:
            gray = image.convert("L")
            histogram = gray.histogram()
        paper = max(range(256), key=lambda level: histogram[level])
        brightness[scheme] = paper
        drawn = sum(n for level, n in enumerate(histogram) if abs(level - paper) > 60)
        assert drawn > 10_000, scheme  # letters and lines
    assert brightness["light"] > 240
    assert brightness["dark"] < 60


def test_page_that_is_locked_runs_no_script(
    browse: Browse, make_summary: Callable[..., RunSummary], tmp_path: Path
):
    attack = "<script>document.title = 'taken'</script></head>"
    place = tmp_path / "attacked.html"
    place.write_text(render(make_summary()).replace("</head>", attack), encoding="utf-8")
    ran = browse(place, "--dump-dom")
    assert "<title>taken" not in ran.stdout
    assert any("Content Security Policy" in line for line in complaints(ran))
