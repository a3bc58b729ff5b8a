"""Print public pages as tagged PDFs: one Chromium for all, and the same bytes each time.

The home of playwright and pypdf. Imports: errors, provenance.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from kit import provenance
from kit.errors import KitError, Problem

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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
# What a PDF says of itself, beside title and author; the page's hash is what staleness is read
# from, so that no file lies beside the PDF that could get lost.
PAGE, FONTS, MAKER = "/PageSHA256", "/Fonts", "/Creator"


class Sheets(NamedTuple):
    """A PDF as it lies there: how many pages it has, and the fonts it carries."""

    pages: int
    fonts: tuple[str, ...]


class Printer:
    """Prints many pages with one Chromium, which is started for the first of them."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Browser | None = None

    def __enter__(self) -> Self:
        """Begin. Raises KitError where the libraries of the extra `pdf` are not installed."""
        try:
            import playwright.sync_api  # noqa: F401
            import pypdf  # noqa: F401
        except ModuleNotFoundError:
            raise KitError(Problem("pdf-extra-missing")) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def print_page(self, page: Path, pdf: Path) -> None:
        """Print a page to a file, whole or not at all.

        Raises BrowserMissing where there is no Chromium to print with, and KitError where
        this page cannot be read, printed or written.
        """
        from playwright.sync_api import Error

        browser = self._started()
        try:
            data = page.read_bytes()
            _write(pdf, _finished(*_printed(browser, data.decode()), provenance.digest(data)))
        except Error as error:
            raise KitError(_failed("pdf-browser", page, _first_line(error))) from None
        except OSError as error:
            raise KitError(_failed("pdf-write", pdf, error.strerror or str(error))) from None

    def _started(self) -> Browser:
        if self._browser is None:
            from playwright.sync_api import Error, sync_playwright

            executable = find_browser()
            try:
                playwright = self._open.enter_context(sync_playwright())
                launched = playwright.chromium.launch(
                    executable_path=executable, args=list(ARGUMENTS)
                )
            except Error as error:
                details = {"file": executable, "reason": _first_line(error)}
                raise BrowserMissing(Problem("pdf-browser-start", details=details)) from None
            self._open.callback(launched.close)
            self._browser = launched
        return self._browser


class BrowserMissing(KitError):
    """There is no Chromium, or it does not start: nothing at all can be printed."""


def find_browser() -> str:
    """Return the Chromium to print with: GONGKAI_CHROMIUM, else the first that is installed.

    Raises BrowserMissing where there is none.
    """
    named = os.environ.get("GONGKAI_CHROMIUM", "")
    for name in (named,) if named else BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    if named:
        raise BrowserMissing(Problem("pdf-browser-named", details={"file": named}))
    raise BrowserMissing(Problem("pdf-browser-missing", details={"names": BROWSERS}))


def read_sheets(page: Path, pdf: Path) -> Sheets | None:
    """Return what a PDF is made of, or None where it was not printed from this page by us."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(pdf)
        said: Mapping[str, object] = reader.metadata or {}
        stated = str(said.get(PAGE)), str(said.get(MAKER))
        if stated != (provenance.digest(page.read_bytes()), _maker()):
            return None
        return Sheets(len(reader.pages), tuple(str(said.get(FONTS, "")).split(", ")))
    except (OSError, PyPdfError, ValueError, KeyError, TypeError, AttributeError):
        return None  # no PDF, or one that somebody broke: it is printed again


def has_fangsong(fonts: tuple[str, ...]) -> bool:
    """Whether the first choice for the text, 仿宋 under any of its names, is among fonts."""
    return any("fangsong" in name.lower() for name in fonts)


def _printed(browser: Browser, html: str) -> tuple[bytes, str]:
    """Return a page on paper, and who signed it.

    The page is handed over, not opened: no path of the machine can get into a link, and a
    context of its own lets nothing of one page reach the next.
    """
    context = browser.new_context(offline=True)
    try:
        sheet = context.new_page()
        sheet.set_content(html)
        signed = sheet.locator(".signature p").all_text_contents()
        raw = sheet.pdf(prefer_css_page_size=True, tagged=True, outline=True)
    finally:
        context.close()
    return raw, signed[0] if signed else ""


def _finished(raw: bytes, author: str, page: str) -> bytes:
    """Return a PDF that says what it was made from, and no longer when."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(raw)))
    said: Mapping[str, object] = writer.metadata or {}
    writer.metadata = {
        "/Title": str(said.get("/Title", "")),
        "/Author": author,
        MAKER: _maker(),
        "/Producer": str(said.get("/Producer", "")),
        FONTS: ", ".join(_fonts(raw)),
        PAGE: page,
    }
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _maker() -> str:
    return f"gongkai-kit {provenance.versions()['gongkai-kit']}"


def _fonts(raw: bytes) -> list[str]:
    """Return the names of the fonts that a PDF carries, without the mark of their subset."""
    from pypdf import PdfReader
    from pypdf.generic import DictionaryObject, IndirectObject

    reader = PdfReader(io.BytesIO(raw))
    names = set()
    for number in range(1, int(str(reader.trailer["/Size"]))):
        item = reader.get_object(IndirectObject(number, 0, reader))
        if isinstance(item, DictionaryObject) and item.get("/Type") == "/FontDescriptor":
            names.add(str(item["/FontName"]).lstrip("/").rpartition("+")[2])
    return sorted(names)


def _write(path: Path, data: bytes) -> None:
    """Write a file aside, then move it into place."""
    number, aside = tempfile.mkstemp(prefix=".printing-", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
        Path(aside).chmod(0o644)  # a temporary file is for its owner alone
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def _failed(message: str, file: Path, reason: str) -> Problem:
    return Problem(message, file.as_posix(), details={"reason": reason})


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
