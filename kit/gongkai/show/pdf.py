"""Print public pages as tagged PDFs: one Chromium for all, and the same bytes each time.

The home of playwright and pypdf. Imports: errors, disk, project, report.
"""

from __future__ import annotations

import html
import io
import logging
import os
import re
import shutil
import tomllib
import unicodedata
from collections.abc import Container, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from gongkai.disk import locked, write_whole
from gongkai.errors import KitError, Problem
from gongkai.project import LOCK
from gongkai.report import provenance

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pypdf import PdfWriter

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
# Look-alikes in a font, as data.
TWINS = Path(__file__).parent / "twins.toml"
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
        # A PDF that somebody broke is printed again: there is nothing to be done about it.
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        try:
            import playwright.sync_api  # noqa: F401
            import pypdf  # noqa: F401
        except ModuleNotFoundError:
            details = {"packages": provenance.packages_of("pdf")}
            raise KitError(Problem("pdf-extra-missing", details=details)) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def print_page(self, page: Path, pdf: Path) -> None:
        """Print a page to a file, whole or not at all.

        Raises BrowserMissing where there is no Chromium to print with, and KitError where
        this page cannot be read, printed or written.
        """
        from playwright.sync_api import Error
        from pypdf.errors import PyPdfError

        browser = self._started()
        try:
            data = page.read_bytes()
            raw, author = _printed(browser, data.decode())
            _put(pdf, _finished(raw, author, data), page, data)
        except (Error, PyPdfError, ValueError) as error:  # the last: a page that is no UTF-8
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
                    executable_path=executable,
                    args=list(ARGUMENTS),
                    handle_sigint=False,  # Ctrl-C is for this process, which ends the browser
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


def _printed(browser: Browser, page: str) -> tuple[bytes, str]:
    """Return a page on paper, and who signed it.

    The page is handed over, not opened: no path of the machine can get into a link, and a
    context of its own lets nothing of one page reach the next.
    """
    context = browser.new_context(offline=True)
    try:
        sheet = context.new_page()
        sheet.set_content(page)
        signed = sheet.locator(".signature p").all_text_contents()
        raw = sheet.pdf(prefer_css_page_size=True, tagged=True, outline=True)
    finally:
        context.close()
    return raw, signed[0] if signed else ""


def _finished(raw: bytes, author: str, page: bytes) -> bytes:
    """Return a PDF that says what it was made from, and no longer when."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(raw)))
    fonts = _mend_fonts(writer, set(html.unescape(page.decode())))
    said: Mapping[str, object] = writer.metadata or {}
    writer.metadata = {
        "/Title": str(said.get("/Title", "")),
        "/Author": author,
        MAKER: _maker(),
        "/Producer": str(said.get("/Producer", "")),
        FONTS: ", ".join(fonts),
        PAGE: provenance.digest(page),
    }
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _maker() -> str:
    return f"gongkai-kit {provenance.versions()['gongkai-kit']}"


def _mend_fonts(writer: PdfWriter, typed: set[str]) -> list[str]:
    """Let each font say its text as it was typed, and return the names of the fonts."""
    from pypdf.generic import DictionaryObject, StreamObject

    names = set()
    for item in writer._objects:
        if not isinstance(item, DictionaryObject):
            continue
        if item.get("/Type") == "/FontDescriptor":
            names.add(str(item["/FontName"]).lstrip("/").rpartition("+")[2])
        said = item["/ToUnicode"].get_object() if "/ToUnicode" in item else None
        if isinstance(said, StreamObject):
            said.set_data(as_typed(said.get_data().decode("ascii"), typed).encode("ascii"))
    return sorted(names)


# <first> <last> <sign> of a range, or <code> <sign>.
_SAID = re.compile(r"<(\w+)> (?:<(\w+)> )?<((?:\w{4})+)>")


def as_typed(table: str, typed: Container[str]) -> str:
    """Return a font's table of signs with what was typed in the place of look-alikes.

    A font may draw two signs with one glyph, 人 and the radical ⼈; a browser then writes the
    first of them into the PDF, where nobody finds it by searching. `typed` are the signs of
    the page: what stands in it is left alone.
    """
    return _SAID.sub(lambda found: _retyped(found, typed), table)


def _retyped(found: re.Match[str], typed: Container[str]) -> str:
    first, last, sign = found.groups()
    begin = bytes.fromhex(sign).decode("utf-16-be")
    if last is None:
        return f"<{first}> {_hex(_twin(begin, typed))}"
    if len(begin) > 1:
        return found[0]
    count = int(last, 16) - int(first, 16) + 1
    signs = [chr(ord(begin) + number) for number in range(count)]
    meant = [_twin(item, typed) for item in signs]
    if meant == signs:
        return found[0]
    return f"<{first}> <{last}> [{' '.join(_hex(item) for item in meant)}]"


def _twin(sign: str, typed: Container[str]) -> str:
    """Return the sign that was typed where a look-alike stands, else the sign itself."""
    if sign in typed:
        return sign
    meant = _twins().get(sign) or unicodedata.normalize("NFKC", sign)
    return meant if all(item in typed for item in meant) else sign


@cache
def _twins() -> Mapping[str, str]:
    return tomllib.loads(TWINS.read_text("utf-8"))


def _hex(text: str) -> str:
    return f"<{text.encode('utf-16-be').hex().upper()}>"


def _put(pdf: Path, printed: bytes, page: Path, data: bytes) -> None:
    """Put a print beside its page, unless that was withdrawn or built anew in the meantime.

    Raises OSError where it cannot be written.
    """
    with locked(pdf.parent.parent / LOCK):
        if page.read_bytes() == data:
            write_whole(pdf, printed, pdf.parent.parent)


def _failed(message: str, file: Path, reason: str) -> Problem:
    return Problem(message, file.as_posix(), details={"reason": reason})


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
