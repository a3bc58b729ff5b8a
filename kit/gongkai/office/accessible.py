"""Add what XlsxWriter leaves out of a workbook: headings and the language, and the kit's seal.

Source: UK Government Analysis Function, Making spreadsheets accessible, a checklist of the basics
(formatting 3, before publishing 3).
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from gongkai.office.seal import sealed
from gongkai.office.sheets import HEADING_SIZE

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LANGUAGE = "{http://purl.org/dc/elements/1.1/}language"


def accessible(workbook: bytes) -> bytes:
    """Return a workbook with the style Heading 1 for its titles, and Chinese as its language."""
    return sealed(workbook, {"xl/styles.xml": _mark_headings, "docProps/core.xml": _say_language})


def _say_language(data: bytes) -> bytes:
    properties = etree.fromstring(data)
    etree.SubElement(properties, _LANGUAGE).text = "zh-CN"
    return _written(properties)


def _written(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _mark_headings(data: bytes) -> bytes:
    """Give every format with the size of titles the built-in heading style."""
    styles: Any = etree.fromstring(data)
    fonts = styles.find(f"{_MAIN}fonts")
    sizes = [font.find(f"{_MAIN}sz").get("val") for font in fonts]
    titles = [str(place) for place, size in enumerate(sizes) if size == str(HEADING_SIZE)]
    looks = styles.find(f"{_MAIN}cellStyleXfs")
    number = str(len(looks))
    etree.SubElement(looks, f"{_MAIN}xf", numFmtId="0", fontId=titles[0], fillId="0", borderId="0")
    for look in styles.find(f"{_MAIN}cellXfs"):
        if look.get("fontId") in titles:
            look.set("xfId", number)
    names = styles.find(f"{_MAIN}cellStyles")
    etree.SubElement(names, f"{_MAIN}cellStyle", name="Heading 1", xfId=number, builtinId="16")
    for some in (looks, names):
        some.set("count", str(len(some)))
    return _written(styles)
