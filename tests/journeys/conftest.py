"""One browser for all journeys, and the installations that it visits."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.browser import DESK, Visitor
from tests.journeys.site import Site, a_site

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def real_browser(chromium: Path) -> Iterator[Browser]:
    """One real browser."""
    expect.set_options(timeout=10_000)  # milliseconds: this machine may have much else to do
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def empty(chromium: Path, tmp_path: Path) -> Iterator[Site]:
    """An installation of a test's own, in which nobody did anything yet."""
    with a_site(tmp_path / "data") as site:
        yield site


@pytest.fixture(scope="package")
def demo(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The installation with the demo company that most journeys share, in whatever order.

    Each leaves it as it found it, or works on customers and invoices that no other names.
    """
    with a_site(tmp_path_factory.mktemp("demo") / "data") as site:
        site.manage("connect", "exact", "--sandbox")
        site.manage("load_demo")
        yield site


@pytest.fixture
def arrive(
    real_browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Visitor]]:
    """Open windows; in the end none may have complained, and a failed test has its picture."""
    visitors: list[Visitor] = []
    with ExitStack() as stack:

        def arriving(site: Site, **wanted: Any) -> Visitor:
            context = real_browser.new_context(**{"viewport": DESK, **wanted})
            context.set_default_timeout(10_000)
            stack.callback(context.close)
            visitors.append(Visitor.arrive(site, context))
            return visitors[-1]

        yield arriving
        if request.node.stash.get(FAILED, False):
            for number, visitor in enumerate(visitors):
                visitor.page.screenshot(path=tmp_path / f"window-{number}.png")
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []


@pytest.fixture
def person(arrive: Callable[..., Visitor], demo: Site) -> Visitor:
    """Somebody who is signed in where the demo company is."""
    visitor = arrive(demo)
    visitor.go("/")
    visitor.sign_in()
    visitor.sees_heading("Home")
    return visitor


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember for the window's picture whether the test failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
