"""Write a public page as a Word document, laid out according to GB/T 9704—2012."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Inches, Mm, Twips

from gongkai.manifest import FindingRow
from gongkai.office import pictures
from gongkai.office.comments import Comments
from gongkai.office.content import (
    Block,
    Heading,
    PageContent,
    Paragraph,
    Picture,
    Run,
    Runs,
    Signature,
    Table,
    words_of,
)
from gongkai.office.line_ends import BREAK, letters, line_ends
from gongkai.office.seal import sealed
from gongkai.office.styles import (
    BODY,
    KAI,
    LANGUAGE,
    LINE,
    SMALL_WORDS,
    apply_styles,
    element,
    set_fonts,
)
from gongkai.office.tables import BAR_HEIGHT, table_of, with_banner, with_ends

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import _Footer

PICTURE, TALLEST = 112, 180  # mm: as on paper
INCH, PIXELS = 25.4, 96  # mm; pixels of a page
STYLES = {"item": "List", "text": "Normal"}  # of kinds of paragraphs; others have their names
PART = 2  # the level of the headings of parts
ABOVE_TABLE, BELOW_TABLE = 6, 10  # points between a table and a heading or text
CHARACTERS = 28  # in a line of the text
TITLE_LINE = 20  # characters of 2号 in a line
CAPTION_LINE = 36  # characters of 小四 in a line
SIGNED_LINE = 24  # characters of who signs, in a line
RIGHT, EDGE = 4, 1  # characters to the right of the date, and of a name that is much longer
_CONTROLS = {"\n": "br", "\t": "tab"}
_CONTROL = re.compile("([\n\t])")
CONTENTS = 'TOC \\o "1-1" \\n \\h \\z \\u'  # no page numbers, so it is correct before any update


def as_word(content: PageContent, identifier: str, findings: Sequence[FindingRow] = ()) -> bytes:
    """Return a public page as a Word document, the same bytes each time.

    `identifier` is the page's SHA-256, kept in the document's properties. `findings` become
    comments where the content has their marks.
    """
    made = docx.Document()
    apply_styles(made)
    _describe(made, content, identifier)
    comments = Comments(made, findings)
    _Writer(made, comments).write(content)
    comments.finish()
    section = made.sections[0]
    _number_pages(section.footer, "right")
    _number_pages(section.even_page_footer, "left")
    raw = io.BytesIO()
    made.save(raw)
    return sealed(raw.getvalue())


def _describe(made: Document, content: PageContent, identifier: str) -> None:
    """Fill in the document's properties, without a creation date."""
    properties = made.core_properties
    for child in list(properties._element):
        properties._element.remove(child)
    properties.title, properties.author = content.title, content.author
    properties.subject = "政府信息公开工作年度报告"
    properties.language = LANGUAGE
    properties.identifier = identifier


class _Writer:
    """Writes blocks into a document, in order."""

    def __init__(self, made: Document, comments: Comments) -> None:
        self._document = made
        self._comments = comments
        self._bookmarks = 0
        self._caption: Runs = ()
        self._above = ""  # the words of a heading that is right above

    def write(self, content: PageContent) -> None:
        """Write every block; the table of contents goes below the title."""
        parts = [it for it in content.blocks if isinstance(it, Heading) and it.level == PART]
        below_table = False
        for block in content.blocks:
            end = len(self._document.element.body)
            self._write(block)
            self._above = words_of(block.runs) if isinstance(block, Heading) else ""
            if below_table and (isinstance(block, Heading) or _is_text(block)):
                _space(self._document.element.body[end - 1], before=BELOW_TABLE)
            below_table = isinstance(block, Table)
            if isinstance(block, Heading) and block.level == 1 and parts:
                self._write_contents(parts)
        # Findings without a place in the document are attached to its title.
        title = next(iter(self._document.paragraphs))._p
        title.extend(self._comments.around(title.r_lst[-1], self._comments.pending))

    def _write(self, block: Block) -> None:
        if isinstance(block, Paragraph) and block.kind == "caption":
            self._caption = block.runs
        match block:
            case Heading():
                self._write_heading(block)
            case Paragraph():
                marker = (Run(block.marker + " "),) if block.marker else ()
                style = STYLES.get(block.kind, block.kind.capitalize())
                self._fill(self._paragraph(style), (*marker, *block.runs))
            case Table():
                self._write_table(block)
            case Picture():
                self._write_picture(block)
            case Signature():
                self._write_signature(block)

    def _paragraph(self, style: str) -> Any:
        return self._document.add_paragraph(style=style)._p

    def _write_heading(self, block: Heading) -> None:
        style = "Title" if block.level == 1 else f"Heading {block.level - 1}"
        paragraph = self._document.add_paragraph(style=style)
        if block.is_annex:  # on a page of its own, at its edge. Source: GB/T 9704—2012, 7.3.7
            paragraph.paragraph_format.page_break_before = True
            indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
            indent.set(qn("w:firstLineChars"), "0")
            indent.set(qn("w:firstLine"), "0")
        if block.level == PART:
            name = _bookmark(self._bookmarks)
            paragraph._p.append(element("bookmarkStart", id=self._bookmarks, name=name))
        runs = _ended(block.runs, TITLE_LINE) if block.level == 1 else block.runs
        self._fill(paragraph._p, runs)
        if block.level == PART:
            paragraph._p.append(element("bookmarkEnd", id=self._bookmarks))
            self._bookmarks += 1

    def _write_contents(self, headings: list[Heading]) -> None:
        """Write a table-of-contents field, with what it would show after an update."""
        self._fill(self._paragraph("TOC Heading"), (Run("目录"),))
        for number, heading in enumerate(headings):
            paragraph = self._paragraph("toc 1")
            if number == 0:
                paragraph.extend(map(_field_run, ("begin", CONTENTS, "separate")))
            link = element("hyperlink", anchor=_bookmark(number), history=1)
            self._fill(link, tuple(run._replace(findings=()) for run in heading.runs))
            paragraph.append(link)
            if number == len(headings) - 1:
                paragraph.append(_field_run("end"))
                _space(paragraph, after=LINE)

    def _write_table(self, block: Table) -> None:
        name = block.caption or self._caption  # a table in a figure is named by the figure
        if block.caption and self._above.endswith(words_of(name)):  # which says it already
            _space(self._document.element.body[-2], after=ABOVE_TABLE)
        elif block.caption:
            style = "Annex Title" if block.kind == "list" else "Caption"
            title = tuple(run for run in block.caption if not run.is_small)
            small = block.caption[len(title) :]
            self._fill(self._paragraph(style), (*_ended(title, CAPTION_LINE), *small))
        if block.unit:
            self._fill(self._paragraph("Table Unit"), (Run(block.unit),))
        body = self._document.element.body
        table = with_banner(replace(block, caption=name))
        body.insert_element_before(table_of(table, self._fill), "w:sectPr")

    def _write_picture(self, block: Picture) -> None:
        """Write a picture at its own size if the page has room for it. Raises KitError."""
        if block.svg:
            width = PICTURE / INCH
            shown = pictures.png(block.svg, width, block.description)
        else:
            picture = pictures.raster(block.data, block.description)
            shown = picture.data
            tallest = TALLEST / INCH * picture.width / picture.height
            width = min(picture.width / PIXELS, PICTURE / INCH, tallest)
        run = self._document.add_paragraph(style="Picture").add_run()
        inline = run.add_picture(io.BytesIO(shown), width=Inches(width))._inline
        _set_apart(inline)
        properties = inline.docPr
        properties.set("descr", block.description)
        properties.set("name", f"图{properties.get('id')}")

    def _draw(self, paragraph: Any, run: Run) -> None:
        """Put a drawing into a line of a table, no higher than the line."""
        width = Twips(run.width)
        data = io.BytesIO(pictures.png(run.svg, width.inches, run.text))
        inline = self._document.part.new_pic_inline(data, width, Mm(BAR_HEIGHT))
        inline.docPr.set("descr", run.text)
        _set_apart(inline)
        paragraph.append(element("r", element("drawing", inline)))

    def _write_signature(self, block: Signature) -> None:
        """Write name and date: the date four characters from the right, the name centred over it.

        A name that has no room there moves both to the left. Source: GB/T 9704—2012, 7.3.5.1. The
        last lines of the text stay with them: no page has a signature alone.
        """
        above = self._document.element.body[-2]
        if above.tag == qn("w:p"):
            above.get_or_add_pPr().get_or_add_keepNext()
        signed = [_ended(line, SIGNED_LINE) for line in block.lines]
        widths = [max(map(letters, words_of(runs).split("\n"))) for runs in signed]
        centre = max(RIGHT + widths[-1] / 2, EDGE + max(widths) / 2)
        beside = CHARACTERS - 2 * centre
        for number, runs in enumerate(signed):
            paragraph = self._document.add_paragraph(style="Signature")
            indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
            indent.set(qn("w:leftChars"), str(round(beside * 100)))
            indent.set(qn("w:left"), str(round(beside * BODY * 20)))
            if number == 0:
                _space(paragraph._p, before=LINE)
            paragraph.paragraph_format.keep_with_next = number < len(signed) - 1
            self._fill(paragraph._p, runs)

    def _fill(self, parent: Any, runs: Runs) -> None:
        """Put words into a paragraph or a link."""
        for run in runs:
            if run.svg:
                self._draw(parent, run)
                continue
            target = parent
            if run.address:
                link = self._document.part.relate_to(
                    run.address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
                )
                target = element("hyperlink", history=1)
                target.set(qn("r:id"), link)
                parent.append(target)
            target.extend(self._comments.around(_run(run), run.findings))


def _ended(runs: Runs, width: float) -> Runs:
    """Return runs broken into lines of at most `width` characters, between words."""
    return with_ends(runs, line_ends("".join(run.text for run in runs), width))


def _set_apart(inline: Any) -> None:
    """Set the margins of a picture to 0: LibreOffice defaults to an eighth of an inch."""
    for side in ("T", "B", "L", "R"):
        inline.set(f"dist{side}", "0")


def _is_text(block: Block) -> bool:
    """Whether a block is a paragraph that does not belong to the table above it."""
    return isinstance(block, Paragraph) and block.kind not in ("caption", "foot", "remark")


def _space(paragraph: Any, **points: float) -> None:
    """Leave room before or after a paragraph, where its style leaves less."""
    spacing = paragraph.get_or_add_pPr().get_or_add_spacing()
    for side, length in points.items():
        if length * 20 > int(spacing.get(qn(f"w:{side}"), 0)):
            spacing.set(qn(f"w:{side}"), str(round(length * 20)))


def _bookmark(number: int) -> str:
    return f"_Toc{number + 1:08}"


def _run(run: Run) -> Any:
    properties = _run_properties(run)
    made = element("r", properties) if len(properties) else element("r")
    for piece in filter(None, _CONTROL.split(run.text.replace(BREAK, ""))):
        made.append(element(_CONTROLS[piece]) if piece in _CONTROLS else _text("t", piece))
    return made


def _run_properties(run: Run) -> Any:
    properties = element("rPr")
    if run.is_small:
        properties.append(element("rStyle", val=SMALL_WORDS))
    if run.italic:  # Chinese characters are not slanted: they are set in another face
        set_fonts(properties, KAI)
    if run.bold:
        properties.append(element("b"))
    if run.raised:
        properties.append(element("vertAlign", val="superscript"))
    return properties


def _text(tag: str, words: str) -> Any:
    text = element(tag)
    text.text = words
    text.set(qn("xml:space"), "preserve")
    return text


def _field_run(part: str) -> Any:
    """Return a run with one part of a field: begin, separate, end, or its instruction."""
    if part in ("begin", "separate", "end"):
        return element("r", element("fldChar", fldCharType=part))
    return element("r", _text("instrText", f" {part} "))


def _number_pages(footer: _Footer, align: str) -> None:
    """Put — 1 — at the outer side, one character from the edge. Source: GB/T 9704—2012, 7.5."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style = "Footer"
    layout = paragraph._p.get_or_add_pPr()
    layout.append(element("jc", val=align))
    indent = layout.get_or_add_ind()
    indent.set(qn(f"w:{align}Chars"), "100")
    indent.set(qn(f"w:{align}"), "280")
    field = (*map(_field_run, ("begin", "PAGE", "separate")), _run(Run("1")), _field_run("end"))
    number: Any = paragraph._p
    number.extend([_run(Run("— ")), *field, _run(Run(" —"))])
