"""The desk as people meet it: a server of its own threads, a browser, and somebody at the screen.

Whatever the page complains about in its console is a failure, and so is a page that is wider than
the phone or that a screen reader cannot use.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

from doudi.cli import environment
from tests.journeys.town import FIRST_PASSWORD, PASSWORD, Staff

OFFICE = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--lang=zh-CN",
)  # fmt: skip
AXE = environment.ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not told on the terminal of the tests."""


class _Server(ThreadedWSGIServer):
    # Closing waits for every request thread, so that none is left with a connection.
    daemon_threads = False


@contextmanager
def serving() -> Iterator[str]:
    """The desk with its static files on a free port of 127.0.0.1; gives its address."""
    server = _Server(("127.0.0.1", 0), _QuietHandler)
    server.set_app(StaticFilesHandler(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def artefacts() -> Path:
    """Where screenshots are kept: ``DOUDI_ARTEFACTS``, else ``var/screenshots`` of the checkout."""
    told = os.environ.get("DOUDI_ARTEFACTS")
    folder = Path(told) if told else environment.ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Office:
    """The running desk and everybody who sits at it; ``faults`` must be empty at the end."""

    browser: Browser
    address: str
    journey: str
    faults: list[str] = field(default_factory=list)
    sitting: dict[str, Seat] = field(default_factory=dict)
    shots: int = 0

    def seat(self, who: Staff, *, phone: bool = False) -> Seat:
        """The screen of somebody, signed in; the same one at the second time."""
        if who.username not in self.sitting:
            context = self.browser.new_context(
                base_url=self.address,
                viewport=PHONE if phone else OFFICE,
                is_mobile=phone,
                has_touch=phone,
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                accept_downloads=True,
            )
            seat = Seat(self, who, context, context.new_page())
            self.sitting[who.username] = seat
            seat.watch()
            seat.sign_in()
        return self.sitting[who.username]


@dataclass
class Seat:
    """Somebody before a screen."""

    office: Office
    who: Staff
    context: BrowserContext
    page: Page
    refusing: int = 0

    def watch(self) -> None:
        """Note everything that the page complains about."""
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._fault(f"script: {error}"))
        self.page.on("response", self._response)

    def _fault(self, what: str) -> None:
        self.office.faults.append(f"{self.who.name} {self.page.url}: {what}")

    def _console(self, message: ConsoleMessage) -> None:
        # The browser repeats every refused answer here; ``_response`` judges those.
        if message.type in ("error", "warning") and "Failed to load" not in message.text:
            self._fault(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status != self.refusing:
            self._fault(f"{response.status} {response.url}")

    def sign_in(self) -> None:
        """Sign in with the first password and change it, as at the first day."""
        page = self.page
        page.goto("/sign-in")
        page.get_by_label("登录名").fill(self.who.username)
        page.get_by_label("密码").fill(FIRST_PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
        page.get_by_label("原密码").fill(FIRST_PASSWORD)
        page.get_by_label("新密码").fill(PASSWORD)
        page.get_by_label("再输一次").fill(PASSWORD)
        page.get_by_role("button", name="保存").click()
        self.sees_heading("今日工作")

    def sees_heading(self, text: str) -> None:
        """The page's title says this."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    def sees(self, text: str) -> None:
        """The text stands somewhere in the page's content."""
        found = self.page.locator("main").get_by_text(text).filter(visible=True)
        expect(found.first).to_be_visible()

    def press(self, name: str) -> None:
        """Press the button, or follow the link, of this name in the page's content."""
        content = self.page.locator("main, .page-header")
        button = content.get_by_role("button", name=name, exact=True)
        link = content.get_by_role("link", name=name, exact=True)
        button.or_(link).first.click()

    def go(self, menu: str) -> None:
        """Choose from the main menu."""
        self.page.get_by_role("navigation", name="主菜单").get_by_role("link", name=menu).click()

    @contextmanager
    def refused(self, status: int) -> Iterator[None]:
        """What is done here is answered with a refusal of this kind and with nothing else."""
        self.refusing = status
        yield
        expect(self.page.locator(".empty-title")).to_be_visible()
        expect(self.page.locator(".empty-subtitle")).not_to_be_empty()
        self.refusing = 0

    def shot(self, name: str, *, phone: bool = False) -> None:
        """Keep a picture of the whole page, and with ``phone`` another as narrow as a phone.

        Narrow or wide, the page must fit.
        """
        self.office.shots += 1
        stem = artefacts() / f"{self.office.journey}-{self.office.shots:02d}-{name}"
        before = self.page.viewport_size
        assert before is not None
        self.fits()
        self.page.screenshot(path=f"{stem}.png", full_page=True)
        self.page.set_viewport_size(PHONE)
        self.fits()
        if phone:
            self.page.screenshot(path=f"{stem}-phone.png", full_page=True)
        self.page.set_viewport_size(before)

    def fits(self) -> None:
        """The page is no wider than its window."""
        # A page on its way to another has no document for a moment.
        self.page.wait_for_function(
            "() => document.documentElement && document.readyState === 'complete'"
        )
        wide = self.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        if wide[0] > wide[1]:
            self._fault(f"the page is {wide[0]} px wide in a window of {wide[1]} px")

    def is_accessible(self) -> None:
        """axe finds nothing serious or critical on the page."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("async () => (await axe.run()).violations")
        for one in found:
            if one["impact"] in GRAVE:
                for node in one["nodes"][:5]:
                    self._fault(f"axe {one['id']} ({one['impact']}): {node['html'][:160]}"
                                f" | {node.get('failureSummary', '')[:200]}")  # fmt: skip
