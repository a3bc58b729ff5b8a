"""Add what XlsxWriter leaves out of a workbook: headings and the language, and the kit's seal.

Source: UK Government Analysis Function, Making spreadsheets accessible, a checklist of the basics
(formatting 3, before publishing 3).
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from lxml import etree

from gongkai.office.seal import sealed
from gongkai.office.sheets import HEADING_SIZE

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LANGUAGE = "{http://purl.org/dc/elements/1.1/}language"


def accessible(workbook: bytes) -> bytes:
    """Return a workbook with the style Heading 1 for its titles, and Chinese as its language."""
    changes: dict[str, Callable[[Any], None]] = {
        "xl/styles.xml": _mark_headings,
        "docProps/core.xml": _say_language,
    }
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as old, zipfile.ZipFile(made, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename in changes:
                root = etree.fromstring(data)
                changes[item.filename](root)
                data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            new.writestr(item, data, zipfile.ZIP_DEFLATED)
    return sealed(made.getvalue())


def _say_language(properties: Any) -> None:
    etree.SubElement(properties, _LANGUAGE).text = "zh-CN"


def _mark_headings(styles: Any) -> None:
    """Give every format with the size of titles the built-in heading style."""
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
