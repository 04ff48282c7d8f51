"""Headless Chromium, and the pages that it opens."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import calibrant as cal
from calibrant.prediction.base import Predictions
from calibrant.report.run_report import write
from calibrant.report.several.write import write_comparison
from calibrant.report.summary import NumberRunSummary, RunSummary

NAMES = ("chromium", "chromium-browser", "google-chrome")
LONG = ("<script>alert('x')</script>", "x" * 200, "قیمت بالا", "emoji 😀", "many words " * 18, "e")
PLACES = ("classes", "everything", "numbers", "several", "evaluation")


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.browser)
    item.add_marker(pytest.mark.xdist_group("browser"))  # they share pages, kept for the session


@pytest.fixture(scope="session")
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
def open_page(browser: Browser) -> Iterator[Callable[..., Any]]:
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


@pytest.fixture(scope="session")
def pages(
    make_summary: Callable[..., RunSummary],
    rich: RunSummary,
    make_number_summary: Callable[..., NumberRunSummary],
    models: dict[str, Predictions],
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
    now, before = models["mended"], models["raw"]
    cal.write_report(cal.evaluate(now), folder / "evaluation.html", rows=now, before=before)
    return {name: folder / f"{name}.html" for name in PLACES}


def compared() -> dict[str, Predictions]:
    """Models of hard names, some better and some worse than the first."""
    rng = np.random.default_rng(0)
    true = 1.5 * rng.normal(size=400)
    labels = rng.binomial(1, 1 / (1 + np.exp(-true)))
    noise = [0.1 * k * rng.normal(size=400) for k in range(len(LONG))]
    return {
        name: cal.predictions(logits=(1 + k) * true + noise[k], labels=labels, class_names=LONG[:2])
        for k, name in enumerate(LONG)
    }


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, pages: dict[str, Path]) -> Path:
    """Each of the pages."""
    return pages[request.param]


@pytest.fixture(scope="session")
def models() -> dict[str, Predictions]:
    """A model that is twice too sure, and the same put right; rows in two groups."""
    generator = np.random.default_rng(8)
    logits = generator.normal(size=(900, 3)) + 2 * np.eye(3)[generator.integers(0, 3, 900)]
    labels = (logits + generator.gumbel(size=logits.shape)).argmax(axis=1)
    groups = generator.choice(["north", "<b>south"], 900)
    return {
        name: cal.predictions(
            logits=factor * logits, labels=labels, class_names=("cat", "dog", "owl"), groups=groups
        )
        for name, factor in (("raw", 2.0), ("mended", 1.0))
    }


@pytest.fixture(scope="session")
def see_all() -> Callable[..., None]:
    """Scroll down to the end, so that every chart is drawn, and up again; unfold what is folded."""

    def scroll(page: Page, *, folded: bool = False) -> None:
        if not folded:
            page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        for figure in page.locator("figure:has([data-chart])").all():
            figure.scroll_into_view_if_needed()
            figure.locator(".drawn svg").wait_for()
        page.evaluate("scrollTo(0, 0)")

    return scroll
