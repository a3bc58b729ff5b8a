"""Word styles of an official document: fonts, sizes and margins according to GB/T 9704—2012.

Sizes are in points, lengths in twentieths of a point (Word's unit) unless stated otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, Pt

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.parfmt import ParagraphFormat

LATIN = "Times New Roman"
TITLE, SONG, HEI, KAI, FANG = "方正小标宋简体", "宋体", "黑体", "楷体_GB2312", "仿宋_GB2312"
# Substitutes for fonts that are not installed: no current system includes the fonts of 2001.
OTHER_NAMES = {TITLE: "华文中宋", KAI: "楷体", FANG: "仿宋"}
BODY, LINE = 16.0, 28.95  # 3号; 22 lines in 225 mm
TABLE, SMALL = 10.5, 9.0  # 五号; 小五 for a grid with many columns
MARGINS = {"top": 37, "bottom": 35, "left": 28, "right": 26}  # mm; the print area is 156 × 225 mm
WIDTH = 8845  # of the print area
LINE_PITCH = 579  # of the grid: 22 lines in 225 mm
NARROWER = -5  # between characters, so that 28 of them fill a line
LANGUAGE = "zh-CN"
# For letters and digits: if it is Chinese, LibreOffice breaks lines inside numbers.
LATIN_LANGUAGE = "en-US"
# Characters that no line may begin or end with; LibreOffice's default lacks the %.
NOT_FIRST = (
    "!%),.:;>?]}¢¨°·ˇˉ―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞︶︺︾﹀﹄"
    "﹚﹜﹞！＂％＇），．：；？］｀｜｝～￠"
)
NOT_LAST = "$([{£¥·‘“〈《「『【〔〖〝﹗﹙﹛﹝＄（．［｛￡￥"
SMALL_WORDS = "SmallWords"  # for the text of a caption below its title
CHART = "Chart"  # the style of tables that are charts, computed from the official ones
NO_FONT = b'<a:ea typeface=""/>'  # the Chinese font in the theme of an empty document


class Look(NamedTuple):
    """A paragraph style: Chinese font, size, line height (0: as the font needs), and layout."""

    name: str
    font: str
    size: float
    line: float = LINE
    indent: int = 0  # of the first line, in hundredths of a character
    align: str = "LEFT"
    before: float = 0
    after: float = 0
    keep: bool = False  # on the same page as the next paragraph
    level: int | None = None  # of the outline, from 0


LOOKS = (
    Look("Normal", FANG, BODY, indent=200),
    Look("Title", TITLE, 22, 32, align="CENTER", after=LINE),
    Look("Heading 1", HEI, BODY, indent=200, keep=True, level=0),
    Look("Heading 2", KAI, BODY, indent=200, keep=True, level=1),
    *(
        Look(f"Heading {level}", FANG, BODY, indent=200, keep=True, level=level - 1)
        for level in range(3, 7)
    ),
    Look("TOC Heading", HEI, BODY, align="CENTER", keep=True),
    Look("toc 1", FANG, BODY, align="LEFT"),
    Look("Contact", FANG, BODY, indent=200, align="LEFT"),
    Look("List", FANG, BODY, indent=200),
    Look("Quote", KAI, BODY, indent=200),
    Look("Code", SONG, 10.5, 16, align="LEFT"),
    Look("Annex Title", TITLE, 18, 28, align="CENTER", before=LINE / 2, after=8, keep=True),
    Look("Caption", HEI, 12, 0, align="CENTER", before=8, after=4, keep=True),
    Look("Table Unit", SONG, 10.5, 0, align="LEFT", keep=True),
    Look("Picture", SONG, 10.5, 0, align="CENTER", after=8),
    Look("Remark", SONG, 10, 15, align="LEFT"),
    Look("Foot", SONG, TABLE, 18, align="LEFT", before=4, keep=True),
    Look("Signature", FANG, BODY, align="CENTER", keep=True),
    *(
        Look(f"{name}{suffix}", font, size, line, align=align)
        for suffix, size, line in (("", TABLE, 14), (" Small", SMALL, 12))
        for name, font, align in (
            ("Table Figures", SONG, "CENTER"),
            ("Table Labels", SONG, "LEFT"),
            ("Table Heads", HEI, "CENTER"),
        )
    ),
    Look("Chart Figures", SONG, TABLE, 14, align="LEFT"),
    Look("Data Figures", SONG, TABLE, 14, align="RIGHT"),
    Look("Data Heads", SONG, TABLE, 14, align="RIGHT"),
    Look("Footer", SONG, 14, 0, align="LEFT"),
)


def apply_styles(document: Document) -> None:
    """Set up the page, grid, language and styles of an official document."""
    _remove_other_styles(document)
    _set_defaults(document)
    for look in LOOKS:
        _set_style(document, look)
    document.styles.add_style(CHART, WD_STYLE_TYPE.TABLE)
    small: Any = document.styles.add_style("Small Words", WD_STYLE_TYPE.CHARACTER)
    set_fonts(small.element.get_or_add_rPr(), SONG)
    small.font.size = Pt(TABLE)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, length in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(length))
    section.footer_distance = Mm(MARGINS["bottom"] - 7 - 5)  # page number 7 mm below the text
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    section._sectPr.append(element("docGrid", type="lines", linePitch=LINE_PITCH))


def element(tag: str, /, *children: Any, **attributes: object) -> Any:
    """Return a WordprocessingML element with its children and attributes."""
    made = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    made.extend(children)
    return made


def set_fonts(properties: Any, font: str) -> None:
    """Set the fonts of a style or run for all scripts: WPS takes a missing one from the theme."""
    fonts = properties.get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script, name in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", font)):
        fonts.set(qn(f"w:{script}"), name)


def _remove_other_styles(document: Document) -> None:
    """Remove the styles of the empty document that an official one does not use."""
    kept = {"Default Paragraph Font", "Normal Table", "No List", *(look.name for look in LOOKS)}
    for style in list(document.styles):
        if style.name not in kept:
            style.delete()
        else:
            for link in style.element.findall(qn("w:link")):
                style.element.remove(link)


def _set_defaults(document: Document) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    set_fonts(properties, FANG)
    for found in properties.findall(qn("w:lang")):
        properties.remove(found)
    properties.append(element("lang", val=LATIN_LANGUAGE, eastAsia=LANGUAGE, bidi="ar-SA"))
    settings = document.settings.element
    for found in settings.findall(qn("w:themeFontLang")):
        found.set(qn("w:val"), LATIN_LANGUAGE)
        found.set(qn("w:eastAsia"), LANGUAGE)
    spacing = settings.find(qn("w:characterSpacingControl"))
    spacing.addnext(element("noLineBreaksBefore", lang=LANGUAGE, val=NOT_FIRST))
    spacing.addnext(element("noLineBreaksAfter", lang=LANGUAGE, val=NOT_LAST))
    document.settings.odd_and_even_pages_header_footer = True
    parts = {part.partname.rpartition("/")[2]: part for part in document.part.package.iter_parts()}
    theme, fonts = parts["theme1.xml"], parts["fontTable.xml"]
    theme._blob = theme.blob.replace(NO_FONT, f'<a:ea typeface="{FANG}"/>'.encode())
    others = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in OTHER_NAMES.items()
    )
    fonts._blob = fonts.blob.replace(b"</w:fonts>", f"{others}</w:fonts>".encode())


def _set_style(document: Document, look: Look) -> None:
    """Define a paragraph style, or replace that of the empty document."""
    styles: Any = document.styles
    found = next((style for style in styles if style.name == look.name), None)
    style = found or styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    if look.name != "Normal":
        style.base_style = styles["Normal"]
    style.hidden = False
    _set_letters(style, look)
    _set_layout(style.paragraph_format, look)
    _set_grid(style.element.get_or_add_pPr(), look)


def _set_letters(style: Any, look: Look) -> None:
    properties = style.element.get_or_add_rPr()
    for child in list(properties):  # colours and theme fonts of the empty document
        properties.remove(child)
    set_fonts(properties, look.font)
    if look.size == BODY:
        properties.append(element("spacing", val=NARROWER))
    style.font.bold = False
    style.font.size = Pt(look.size)


def _set_layout(layout: ParagraphFormat, look: Look) -> None:
    layout.alignment = getattr(WD_ALIGN_PARAGRAPH, look.align)
    layout.space_before, layout.space_after = Pt(look.before), Pt(look.after)
    layout.keep_with_next = look.keep
    layout.widow_control = True
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY if look.line else WD_LINE_SPACING.SINGLE
    if look.line:
        layout.line_spacing = Pt(look.line)


def _set_grid(paragraph: Any, look: Look) -> None:
    """Set what python-docx does not support: the line grid, indents in characters, the outline."""
    for name in ("w:ind", "w:outlineLvl", "w:snapToGrid", "w:pBdr", "w:contextualSpacing"):
        for found in paragraph.findall(qn(name)):
            paragraph.remove(found)
    indent = paragraph.get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(look.indent))
    indent.set(qn("w:firstLine"), str(int(look.indent / 100 * look.size * 20)))
    if look.line != LINE:
        paragraph.insert_element_before(
            element("snapToGrid", val=0), "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
        )
    if look.name == "Normal":  # no space between Chinese and digits: 28 characters fill a line
        for script in ("autoSpaceDE", "autoSpaceDN"):
            paragraph.insert_element_before(
                element(script, val=0), "w:snapToGrid", "w:spacing", "w:ind", "w:jc"
            )
    if look.level is not None:
        paragraph.append(element("outlineLvl", val=look.level))
