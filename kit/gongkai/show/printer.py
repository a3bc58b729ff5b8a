"""Print public pages to PDF, with one Chromium for all of them.

The home of playwright.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from gongkai.disk import home_folder, read_file
from gongkai.errors import KitError, Problem, first_line, reason_of
from gongkai.extras import needing
from gongkai.office.copies import put_beside
from gongkai.show.pdf import finished

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Route

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# A page needs nothing from outside, and neither does the browser; hinting would make the widths
# of letters depend on the machine.
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)
# A public page has some 300 kB, a dozen sheets, and is printed in a second.
LARGEST_PAGE = 20_000_000  # bytes
LONGEST_PAGE = 500  # sheets of A4
SHEET = 1123  # pixels: the height of a sheet of A4
LONGEST_PRINT = 60.0  # seconds
START = 60_000.0  # milliseconds that a browser has to start
PATIENCE = 10.0  # seconds that a browser has to close


class Printer:
    """Prints many pages with one Chromium, which is started for the first of them.

    `sandbox_off` says why it runs without its sandbox, once it runs; None if it has one.
    """

    def __init__(self, named: str = "") -> None:
        self._named = named
        self._resources = ExitStack()
        self._browser: Browser | None = None
        self.sandbox_off: Problem | None = None

    def __enter__(self) -> Self:
        """Begin. Raises LibraryMissing."""
        with needing("pdf"):
            import pikepdf  # noqa: F401
            import playwright.async_api  # noqa: F401
        self._runner = self._resources.enter_context(asyncio.Runner())
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def print_page(self, page: Path, pdf: Path) -> None:
        """Print a page of an agency's folder to a PDF in the same folder, whole or not at all.

        Raises BrowserMissing if there is no Chromium to print with, and KitError if
        this page cannot be read, printed or written.
        """
        try:
            data = read_file(page, LARGEST_PAGE)
            put_beside(page, data, pdf, self._print(page, data))
        except OSError as error:
            raise KitError(Problem("pdf-write", pdf.as_posix(), reason=reason_of(error))) from None

    def printed(self, page: Path) -> bytes:
        """Return the PDF of a page; raises what `print_page` raises."""
        try:
            return self._print(page, read_file(page, LARGEST_PAGE))
        except OSError as error:
            raise KitError(Problem("pdf-write", page.as_posix(), reason=reason_of(error))) from None

    def _print(self, page: Path, data: bytes) -> bytes:
        from playwright.async_api import Error

        browser = self._started()
        try:
            printing = asyncio.wait_for(_printed(browser, data.decode()), LONGEST_PRINT)
            raw, author = self._runner.run(printing)
            return finished(raw, author, data)
        except TimeoutError:
            self._stop()  # it may be stuck; the next page gets a new one
            details = {"seconds": f"{LONGEST_PRINT:g}"}
            raise KitError(Problem("pdf-too-slow", page.as_posix(), **details)) from None
        except _Refused as refused:
            raise refused.at(page.as_posix()) from None
        except (Error, ValueError) as error:  # ValueError: not UTF-8, or not a PDF
            raise KitError(
                Problem("pdf-browser", page.as_posix(), reason=first_line(error))
            ) from None

    def _started(self) -> Browser:
        if self._browser is None:
            from playwright.async_api import Error

            if home_folder() is None:  # playwright would end with a trace of its own
                raise BrowserMissing(Problem("home-missing"))
            executable = find_browser(self._named)
            try:
                self._browser = self._runner.run(self._launched(executable))
            except Error as error:
                details = {"file": executable, "reason": first_line(error)}
                raise BrowserMissing(Problem("pdf-browser-start", **details)) from None
        return self._browser

    async def _launched(self, executable: str) -> Browser:
        """Return a browser, in its sandbox if it starts with one. Raises playwright's Error."""
        from playwright.async_api import Error, async_playwright

        driver = await async_playwright().start()
        self._resources.callback(lambda: self._runner.run(driver.stop()))
        self._resources.callback(self._stop)
        launch = partial(
            driver.chromium.launch,
            executable_path=executable,
            args=list(ARGUMENTS),
            timeout=START,
            handle_sigint=False,  # Ctrl-C is for this process, which ends the browser
        )
        reason: str | Problem = Problem("pdf-root")
        if not (hasattr(os, "geteuid") and os.geteuid() == 0):
            try:
                return await launch(chromium_sandbox=True)
            except Error as error:  # as in many containers
                reason = first_line(error)
        browser = await launch(chromium_sandbox=False)
        self.sandbox_off = Problem("pdf-no-sandbox", reason=reason)
        return browser

    def _stop(self) -> None:
        """Close the browser, whatever it is doing."""
        from playwright.async_api import Error

        browser, self._browser = self._browser, None
        if browser is not None:
            with suppress(Error, TimeoutError):
                self._runner.run(asyncio.wait_for(browser.close(), PATIENCE))


class _Refused(KitError):
    """A page that is not printed, because no page made by the kit is like it."""


class BrowserMissing(KitError):
    """Chromium is missing or cannot be started, so that no page can be printed."""


def find_browser(named: str = "") -> str:
    """Return the Chromium to print with: the one that was named, else the first that is installed.

    Raises BrowserMissing if there is none.
    """
    for name in (named,) if named else BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    if named:
        raise BrowserMissing(Problem("pdf-browser-named", file=named))
    raise BrowserMissing(Problem("pdf-browser-missing", names=BROWSERS))


async def _printed(browser: Browser, page: str) -> tuple[bytes, str]:
    """Return the PDF of a page, and who signed it. Raises _Refused if it is not one of ours.

    The page is passed as text, not opened: no path of the machine can get into a link, and a
    new context isolates it from other pages. No script runs, and nothing is loaded.
    """
    context = await browser.new_context(offline=True, java_script_enabled=False)
    asked: list[str] = []

    async def refuse(route: Route) -> None:
        if route.request.is_navigation_request():
            asked.append(route.request.url)
        await route.abort("aborted")

    try:
        await context.route("**/*", refuse)
        sheet = await context.new_page()
        await sheet.set_content(page)
        await _refuse_endless(sheet)
        signed = await sheet.locator(".signature p").all_text_contents()
        raw = await sheet.pdf(prefer_css_page_size=True, tagged=True, outline=True)
        if asked or sheet.url != "about:blank":  # otherwise another page would be printed
            raise _Refused(Problem("pdf-left"))
    finally:
        with suppress(Exception):  # the browser was closed, or is closing
            await context.close()
    return raw, signed[0] if signed else ""


async def _refuse_endless(sheet: Page) -> None:
    await sheet.emulate_media(media="print")
    height = await sheet.evaluate("document.documentElement.scrollHeight")
    if height > LONGEST_PAGE * SHEET:
        raise _Refused(Problem("pdf-too-long", limit=LONGEST_PAGE))
