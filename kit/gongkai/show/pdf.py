"""The PDF of a public page: the page it was printed from, its fonts, the same bytes each time.

The home of pypdf.
"""

from __future__ import annotations

import html
import io
import re
import tomllib
import unicodedata
from collections.abc import Container, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gongkai.disk import read_file
from gongkai.manifest import stated_fingerprint
from gongkai.report import provenance

if TYPE_CHECKING:
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject, PdfObject

# Look-alikes in a font, as data.
TWINS = Path(__file__).parent / "twins.toml"
# What a PDF says of itself, beside title and author; the page's hash is what staleness is read
# from, so that no file lies beside the PDF that could get lost.
PAGE, FONTS, MAKER = "/PageSHA256", "/Fonts", "/Creator"
FINGERPRINT = "/Fingerprint"  # of the public page, as it stands in what was signed


class Sheets(NamedTuple):
    """A PDF as it lies there: how many pages it has, and the fonts it carries."""

    pages: int
    fonts: tuple[str, ...]


def read_sheets(page: Path, pdf: Path) -> Sheets | None:
    """Return what a PDF is made of, or None where it was not printed from this page by us."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(read_file(pdf)))
        said: Mapping[str, object] = reader.metadata or {}
        stated = str(said.get(PAGE)), str(said.get(MAKER))
        if stated != (provenance.digest(read_file(page)), provenance.maker()):
            return None
        return Sheets(len(reader.pages), tuple(str(said.get(FONTS, "")).split(", ")))
    except (OSError, PyPdfError, ValueError, KeyError, TypeError, AttributeError):
        return None  # no PDF, or one that somebody broke: it is printed again


def has_fangsong(fonts: tuple[str, ...]) -> bool:
    """Whether the first choice for the text, 仿宋 under any of its names, is among fonts."""
    return any("fangsong" in name.lower() for name in fonts)


def finished(raw: bytes, author: str, page: bytes) -> bytes:
    """Return a PDF that says what it was made from, and no longer when."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(raw)))
    fonts = _mend_fonts(writer, set(html.unescape(page.decode())))
    _number_headers(writer)
    said: Mapping[str, object] = writer.metadata or {}
    writer.metadata = {
        "/Title": str(said.get("/Title", "")),
        "/Author": author,
        MAKER: provenance.maker(),
        "/Producer": str(said.get("/Producer", "")),
        FONTS: ", ".join(fonts),
        PAGE: provenance.digest(page),
        FINGERPRINT: stated_fingerprint(page.decode()),
    }
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _mend_fonts(writer: PdfWriter, typed: set[str]) -> list[str]:
    """Let each font say its text as it was typed, and return the names of the fonts."""
    from pypdf.generic import StreamObject

    names = set()
    for item in _dictionaries(writer):
        if item.get("/Type") == "/FontDescriptor":
            names.add(str(item["/FontName"]).lstrip("/").rpartition("+")[2])
        said = item["/ToUnicode"].get_object() if "/ToUnicode" in item else None
        if isinstance(said, StreamObject):
            said.set_data(as_typed(said.get_data().decode("ascii"), typed).encode("ascii"))
    return sorted(names)


def _number_headers(writer: PdfWriter) -> None:
    """Name the header cells of tables by their order in the document.

    Chromium names them after a counter of its process (node00000345), which starts where
    other pages, or a busy machine, left it.
    """
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

    root = writer.root_object["/StructTreeRoot"].get_object()
    if not isinstance(root, DictionaryObject) or "/IDTree" not in root:
        return
    elements = [item for item in _dictionaries(writer) if item.get("/Type") == "/StructElem"]
    headers = [item for item in elements if "/ID" in item]
    names = {
        str(item["/ID"]): TextStringObject(f"header{number:05}")
        for number, item in enumerate(headers, start=1)
    }
    by_name = ArrayObject()
    for item in headers:
        name = item[NameObject("/ID")] = names[str(item["/ID"])]
        by_name += [name, item.indirect_reference]
    for item in elements:
        for attributes in item.get("/A", ()):
            if "/Headers" in attributes:
                named = [names[str(name)] for name in attributes["/Headers"]]
                attributes[NameObject("/Headers")] = ArrayObject(named)
    _remove(writer, root["/IDTree"])
    root[NameObject("/IDTree")] = DictionaryObject({NameObject("/Names"): by_name})


def _remove(writer: PdfWriter, tree: PdfObject) -> None:
    """Take the leaves of a tree of names out of the file."""
    from pypdf.generic import DictionaryObject, NullObject

    if isinstance(tree, DictionaryObject):
        for leaf in tree.get("/Kids", ()):
            _remove(writer, leaf.get_object())
            writer._replace_object(leaf, NullObject())


def _dictionaries(writer: PdfWriter) -> Iterator[DictionaryObject]:
    from pypdf.generic import DictionaryObject

    return (item for item in writer._objects if isinstance(item, DictionaryObject))


# <first> <last> <character> of a range, or <code> <character>.
_SAID = re.compile(r"<(\w+)> (?:<(\w+)> )?<((?:\w{4})+)>")


def as_typed(table: str, typed: Container[str]) -> str:
    """Return a font's table of characters with what was typed in the place of look-alikes.

    A font may draw two characters with one glyph, 人 and the radical ⼈; a browser then writes the
    first of them into the PDF, where a search does not find it. `typed` are the characters of
    the page: what stands in it is left alone.
    """
    return _SAID.sub(lambda found: _retyped(found, typed), table)


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
    """Return the character that was typed where a look-alike stands, else the character itself."""
    if char in typed:
        return char
    meant = _twins().get(char) or unicodedata.normalize("NFKC", char)
    return meant if all(item in typed for item in meant) else char


@cache
def _twins() -> Mapping[str, str]:
    return tomllib.loads(TWINS.read_text("utf-8"))


def _hex(text: str) -> str:
    return f"<{text.encode('utf-16-be').hex().upper()}>"
