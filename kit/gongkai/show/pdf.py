"""Finish the PDF of a public page: record its page and fonts, and make it reproducible.

The home of pikepdf.
"""

from __future__ import annotations

import html
import io
import re
import tomllib
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gongkai.disk import read_file
from gongkai.manifest import stated_fingerprint
from gongkai.office.seal import OWN_DIGEST, with_own_digest
from gongkai.report import provenance

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

# Look-alikes in a font, as data.
TWINS = Path(__file__).parent / "twins.toml"
# Metadata of a PDF, besides title and author. The page's hash tells whether it is out of date, so
# that no separate file is needed, which could get lost.
PAGE, FONTS, MAKER = "/PageSHA256", "/Fonts", "/Creator"
# Raised by pikepdf, besides its own errors, for a document with an invalid structure.
BROKEN = (ValueError, KeyError, TypeError, AttributeError)
FINGERPRINT = "/Fingerprint"  # the fingerprint that the public page states
# <first> <last> <character> of a range, or <code> <character>.
_MAPPING = re.compile(r"<(\w+)> (?:<(\w+)> )?<((?:\w{4})+)>")


class Sheets(NamedTuple):
    """An existing PDF: its number of pages, and its fonts."""

    pages: int
    fonts: tuple[str, ...]


def read_sheets(page: Path, pdf: Path) -> Sheets | None:
    """Return the pages and fonts of a PDF, or None if we did not print it from this page.

    Also None if it was changed since it was printed.
    """
    import pikepdf

    try:
        data = read_file(pdf)
        if with_own_digest(data) != data:
            return None
        with pikepdf.open(io.BytesIO(data)) as document:
            info = {name: str(value) for name, value in document.docinfo.items()}
            stated = info.get(PAGE), info.get(MAKER)
            if stated != (provenance.digest(read_file(page)), provenance.maker()):
                return None
            return Sheets(len(document.pages), tuple(info.get(FONTS, "").split(", ")))
    except (OSError, pikepdf.PdfError, *BROKEN):
        return None  # not a PDF, or a damaged one: it is printed again


def has_fangsong(fonts: tuple[str, ...]) -> bool:
    """Whether the first choice for the text, 仿宋 under any of its names, is among fonts."""
    return any("fangsong" in name.lower() for name in fonts)


def finished(raw: bytes, author: str, page: bytes) -> bytes:
    """Return a PDF that states what it was made from, but not when.

    Raises ValueError if the browser's PDF cannot be read.
    """
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(raw)) as document:
            fonts = _mend_fonts(document, set(html.unescape(page.decode())))
            _number_headers(document)
            info = {name: str(value) for name, value in document.docinfo.items()}
            document.docinfo = document.make_indirect(
                pikepdf.Dictionary(
                    {
                        "/Title": info.get("/Title", ""),
                        "/Author": author,
                        MAKER: provenance.maker(),
                        "/Producer": info.get("/Producer", ""),
                        FONTS: ", ".join(fonts),
                        PAGE: provenance.digest(page),
                        FINGERPRINT: stated_fingerprint(page.decode()),
                        OWN_DIGEST: "0" * 64,
                    }
                )
            )
            written = io.BytesIO()
            plain = pikepdf.ObjectStreamMode.disable  # so that the digits are in the file
            document.save(written, deterministic_id=True, object_stream_mode=plain)
            return with_own_digest(written.getvalue())
    except (pikepdf.PdfError, *BROKEN) as error:
        raise ValueError(str(error)) from None


def _mend_fonts(document: Pdf, typed: set[str]) -> list[str]:
    """Map the glyphs of each font to the characters typed; return the names of the fonts."""
    import pikepdf

    names = set()
    for item in document.objects:
        if not isinstance(item, pikepdf.Dictionary):
            continue
        if item.get("/Type") == "/FontDescriptor":
            names.add(str(item.FontName).lstrip("/").rpartition("+")[2])
        if "/ToUnicode" in item:
            table = item.ToUnicode.read_bytes().decode("ascii")
            item.ToUnicode.write(as_typed(table, typed).encode("ascii"))
    return sorted(names)


def _number_headers(document: Pdf) -> None:
    """Name the header cells of tables by their order in the document.

    Chromium names them by a counter of its process (node00000345), which depends on the pages
    printed before, and on how busy the machine is.
    """
    import pikepdf

    root = document.Root.get("/StructTreeRoot")
    if root is None or "/IDTree" not in root:
        return
    elements = list(_elements(root))
    headers = [item for item in elements if "/ID" in item]
    names = {str(item.ID): f"header{number:05}" for number, item in enumerate(headers, start=1)}
    by_name = pikepdf.Array()
    for item in headers:
        item.ID = pikepdf.String(names[str(item.ID)])
        by_name.append(item.ID)
        by_name.append(item)
    for item in elements:
        for attributes in item.get("/A", ()):
            if "/Headers" in attributes:
                named = [pikepdf.String(names[str(name)]) for name in attributes.Headers]
                attributes.Headers = pikepdf.Array(named)
    root.IDTree = document.make_indirect(pikepdf.Dictionary(Names=by_name))


def _elements(root: Object) -> Iterator[Object]:
    """Yield the elements of a document's structure, in their order, without recursion."""
    import pikepdf

    left = [root]
    while left:
        item = left.pop()
        if item is not root:
            yield item
        kid = item.get("/K")
        kids: Iterable[Object] = kid if isinstance(kid, pikepdf.Array) else [kid] if kid else ()
        found = [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
        left += reversed(found)


def as_typed(table: str, typed: Container[str]) -> str:
    """Return a font's table of characters with look-alikes replaced by the characters typed.

    A font may draw two characters with one glyph, 人 and the radical ⼈; a browser then writes the
    first of them into the PDF, where a search does not find it. `typed` are the characters of
    the page, none of which is replaced.
    """
    return _MAPPING.sub(lambda found: _retyped(found, typed), table)


def _retyped(found: re.Match[str], typed: Container[str]) -> str:
    first, last, char = found.groups()
    begin = bytes.fromhex(char).decode("utf-16-be")
    if last is None:
        return f"<{first}> {_hex(_twin(begin, typed))}"
    if len(begin) > 1:
        return found[0]
    count = int(last, 16) - int(first, 16) + 1
    characters = [chr(ord(begin) + number) for number in range(count)]
    meant = [_twin(item, typed) for item in characters]
    if meant == characters:
        return found[0]
    return f"<{first}> <{last}> [{' '.join(_hex(item) for item in meant)}]"


def _twin(char: str, typed: Container[str]) -> str:
    """Return the typed character that a look-alike stands for, else the character itself."""
    if char in typed:
        return char
    meant = _twins().get(char) or unicodedata.normalize("NFKC", char)
    return meant if all(item in typed for item in meant) else char


@cache
def _twins() -> Mapping[str, str]:
    return tomllib.loads(TWINS.read_text("utf-8"))


def _hex(text: str) -> str:
    return f"<{text.encode('utf-16-be').hex().upper()}>"
