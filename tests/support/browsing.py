"""A real browser for tests: Debian's Chromium, in which nothing may go wrong unseen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from thoroughness import THOROUGH

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def chromium() -> str:
    """Find Chromium, or skip the test that needs it; on CI (`CI=true`) that is a failure."""
    program = shutil.which("chromium")
    if program is None:
        reason = "Chromium is absent: apt-get install chromium"
        if THOROUGH:
            pytest.fail(reason)
        pytest.skip(reason)
    return program


@contextmanager
def running() -> Iterator[Browser]:
    """Run Chromium without a window."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        yield browser
        browser.close()


class Visit:
    """A page of a server, which notes faults, and requests to others."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url.rstrip("/")
        self.faults: list[str] = []
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.faults.append(f"asked {url}")

    def open(self, path: str) -> Page:
        """Go to an address of the server."""
        self.page.goto(self.url + path, wait_until="networkidle")
        return self.page

    def hindrances(self) -> list[str]:
        """Say what would hinder somebody who reads by ear or keyboard, or sees little."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run()")["violations"]
        return [
            f"{each['id']}: {each['nodes'][0]['html']}"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]


@contextmanager
def visiting(browser: Browser, url: str, **context: object) -> Iterator[Visit]:
    """Open a page; in the end nothing may have gone wrong in it."""
    with browser.new_context(**context) as opened:  # type: ignore[arg-type]
        visit = Visit(opened.new_page(), url)
        yield visit
        assert visit.faults == []
