"""Read what is outside a Word file's main text: notes, comments, equations, headers, footers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn
from lxml import etree

from gongkai.importing.blocks import Doubt
from gongkai.importing.formats.word_xml import all_text, inside
from gongkai.importing.labels import key, without_radicals
from gongkai.importing.lines import is_page_number, shortened
from gongkai.report.places import Place

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_NOTES = {qn(f"w:{kind}Reference"): kind for kind in ("footnote", "endnote", "comment")}
_EDGES = ("header", "footer")


class Apart:
    """What a document prints outside its text, with the places that it belongs to."""

    def __init__(self, document: Any) -> None:
        self._parts = [
            (relation.reltype.rpartition("/")[2], relation.target_part)
            for relation in document.part.rels.values()
            if not relation.is_external
        ]
        self._notes = {
            (kind, note.get(qn("w:id"))): (_words(note), note.get(qn("w:author")) or "—")
            for kind in _NOTES.values()
            for root in self._roots(f"{kind}s")
            for note in root.iter(qn(f"w:{kind}"))
        }

    def _roots(self, kind: str) -> Iterator[Any]:
        """Yield the parts of a kind, such as `footnotes`, parsed. Raises XMLSyntaxError."""
        for name, part in self._parts:
            if name == kind:
                parser = etree.XMLParser(resolve_entities=False, no_network=True)
                yield etree.fromstring(part.blob, parser)

    def notes(self, element: Any, place: Place) -> Iterator[Doubt]:
        """Yield a doubt for each note, comment and equation of a paragraph or cell."""
        for reference in inside(element, *_NOTES):
            kind = _NOTES[reference.tag]
            text, author = self._notes.get((kind, reference.get(qn("w:id"))), ("", "—"))
            doubt = "import-comment" if kind == "comment" else "import-note"
            yield Doubt(doubt, place, text=shortened(text) or "—", author=shortened(author))
        for equation in inside(element, f"{_MATH}oMath"):
            text = "".join(item.text or "" for item in equation.iter(f"{_MATH}t"))
            yield Doubt("import-equation", place, text=shortened(text) or "—")
        yield from _fields(element, place)
        for guide in inside(element, qn("w:rt")):
            yield Doubt("import-guide", place, text=shortened(_words(guide)) or "—")
        for symbol in inside(element, qn("w:sym")):
            text = f"{symbol.get(qn('w:font'))} {symbol.get(qn('w:char'))}"
            yield Doubt("import-unreadable-characters", place, text=text)

    def edges(self, text: str) -> Iterator[Doubt]:
        """Yield a doubt for each header and footer whose words the document's text lacks."""
        known = key(text)
        texts = {_words(root).strip(): None for kind in _EDGES for root in self._roots(kind)}
        for words in texts:
            if key(words) not in known and not is_page_number(words) and not words.isdecimal():
                yield Doubt("import-page-edge", Place(), text=shortened(words))


def _fields(element: Any, place: Place) -> Iterator[Doubt]:
    """Yield a doubt for each field that computes or draws a figure: {=SUM(LEFT)}, {EQ …}."""
    codes = [code.text or "" for code in inside(element, qn("w:instrText"))]
    codes += [code.get(qn("w:instr")) or "" for code in inside(element, qn("w:fldSimple"))]
    for text in map(str.strip, codes):
        if text.startswith("="):
            yield Doubt("import-computed-field", place, text=shortened(text))
        elif text.upper().startswith("EQ "):
            yield Doubt("import-equation", place, text=shortened(text))


def _words(element: Any) -> str:
    return without_radicals(all_text(element))
