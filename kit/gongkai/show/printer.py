"""Print public pages on paper: one Chromium for all of them.

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

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem, reason_of
from gongkai.office.copies import put_beside
from gongkai.report import provenance
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
SHEET = 1123  # pixels of its height
LONGEST_PRINT = 60.0  # seconds
PATIENCE = 10.0  # seconds that a browser gets to end itself


class Printer:
    """Prints many pages with one Chromium, which is started for the first of them.

    `sandbox_off` says why it runs without its sandbox, once it runs; None where it has one.
    """

    def __init__(self, named: str = "") -> None:
        self._named = named
        self._open = ExitStack()
        self._browser: Browser | None = None
        self.sandbox_off: Problem | None = None

    def __enter__(self) -> Self:
        """Begin. Raises KitError where the libraries of the extra `pdf` are not installed."""
        try:
            import pikepdf  # noqa: F401
            import playwright.async_api  # noqa: F401
        except ModuleNotFoundError:
            raise KitError(provenance.missing_extra("pdf")) from None
        self._runner = self._open.enter_context(asyncio.Runner())
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def print_page(self, page: Path, pdf: Path) -> None:
        """Print a page of an agency's folder to a file in it, whole or not at all.

        Raises BrowserMissing where there is no Chromium to print with, and KitError where
        this page cannot be read, printed or written.
        """
        try:
            data = read_file(page, LARGEST_PAGE)
            put_beside(page, data, pdf, self._print(page, data))
        except OSError as error:
            raise KitError(_failed("pdf-write", pdf, reason_of(error))) from None

    def printed(self, page: Path) -> bytes:
        """Return the PDF of a page; raises what `print_page` raises."""
        try:
            return self._print(page, read_file(page, LARGEST_PAGE))
        except OSError as error:
            raise KitError(_failed("pdf-write", page, reason_of(error))) from None

    def _print(self, page: Path, data: bytes) -> bytes:
        from playwright.async_api import Error

        browser = self._started()
        try:
            printing = asyncio.wait_for(_printed(browser, data.decode()), LONGEST_PRINT)
            raw, author = self._runner.run(printing)
            return finished(raw, author, data)
        except TimeoutError:
            self._stop()  # it may never answer again; the next page gets another
            details = {"seconds": f"{LONGEST_PRINT:g}"}
            raise KitError(Problem("pdf-too-slow", page.as_posix(), **details)) from None
        except _Refused as refused:
            problem = refused.problems[0].at(page.as_posix())
            raise KitError(problem) from None
        except (Error, ValueError) as error:  # the last: no UTF-8, or no PDF
            raise KitError(_failed("pdf-browser", page, _first_line(error))) from None

    def _started(self) -> Browser:
        if self._browser is None:
            from playwright.async_api import Error

            executable = find_browser(self._named)
            try:
                self._browser = self._runner.run(self._launched(executable))
            except Error as error:
                details = {"file": executable, "reason": _first_line(error)}
                raise BrowserMissing(Problem("pdf-browser-start", **details)) from None
        return self._browser

    async def _launched(self, executable: str) -> Browser:
        """Return a browser, in its sandbox where it starts with one. Raises playwright's Error."""
        from playwright.async_api import Error, async_playwright

        driver = await async_playwright().start()
        self._open.callback(lambda: self._runner.run(driver.stop()))
        self._open.callback(self._stop)
        launch = partial(
            driver.chromium.launch,
            executable_path=executable,
            args=list(ARGUMENTS),
            handle_sigint=False,  # Ctrl-C is for this process, which ends the browser
        )
        reason: str | Problem = Problem("pdf-root")
        if not (hasattr(os, "geteuid") and os.geteuid() == 0):
            try:
                return await launch(chromium_sandbox=True)
            except Error as error:  # as in many containers
                reason = _first_line(error)
        browser = await launch(chromium_sandbox=False)
        self.sandbox_off = Problem("pdf-no-sandbox", reason=reason)
        return browser

    def _stop(self) -> None:
        """End the browser, whatever it is at."""
        from playwright.async_api import Error

        browser, self._browser = self._browser, None
        if browser is not None:
            with suppress(Error, TimeoutError):
                self._runner.run(asyncio.wait_for(browser.close(), PATIENCE))


class _Refused(KitError):
    """A page that is not printed, for no page of ours is like it."""


class BrowserMissing(KitError):
    """There is no Chromium, or it does not start: nothing at all can be printed."""


def find_browser(named: str = "") -> str:
    """Return the Chromium to print with: the one that was named, else the first that is installed.

    Raises BrowserMissing where there is none.
    """
    for name in (named,) if named else BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    if named:
        raise BrowserMissing(Problem("pdf-browser-named", file=named))
    raise BrowserMissing(Problem("pdf-browser-missing", names=BROWSERS))


async def _printed(browser: Browser, page: str) -> tuple[bytes, str]:
    """Return a page on paper, and who signed it. Raises _Refused where it is none of ours.

    The page is handed over, not opened: no path of the machine can get into a link, and a
    context of its own lets nothing of one page reach the next. Nothing in it runs or loads.
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
        if asked or sheet.url != "about:blank":  # or it would be another page that is printed
            raise _Refused(Problem("pdf-left"))
    finally:
        with suppress(Exception):  # it was stopped, or is at its end
            await context.close()
    return raw, signed[0] if signed else ""


async def _refuse_endless(sheet: Page) -> None:
    await sheet.emulate_media(media="print")
    height = await sheet.evaluate("document.documentElement.scrollHeight")
    if height > LONGEST_PAGE * SHEET:
        raise _Refused(Problem("pdf-too-long", limit=LONGEST_PAGE))


def _failed(message: str, file: Path, reason: str) -> Problem:
    return Problem(message, file.as_posix(), reason=reason)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
