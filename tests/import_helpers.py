"""What the tests of imports share: reports as documents, and what is read from them."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from conftest import ROOT
from documents import (
    Box,
    Piece,
    Table,
    figures,
    pieces,
)
from gongkai.forms import editions
from gongkai.importing.draft import Draft, read_draft
from gongkai.importing.formats.documents import read_document
from gongkai.importing.run import Imported, Options, import_document
from gongkai.messages import LANGUAGES

SHARED = ROOT.parent / "shared" / "published"
published = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the published documents are not on this machine"
)
NAME = "云岫县司法局"
YEARS = {"2014": 2016, "2019": 2020, "2021": 2023}
logging.getLogger("pdfminer").setLevel(logging.ERROR)


def report(edition: str, name: str = NAME) -> tuple[list[Piece], dict[str, str]]:
    """Return an official report of an edition by a body of this name, and its figures."""
    form = editions.load_form(edition)
    values = figures(form, Random(7))  # noqa: S311
    return pieces(form, values, name, YEARS[edition]), values


def drafted(folder: Path, name: str, data: bytes, year: int) -> Draft:
    """Return what a document of these bytes says."""
    path = folder / name
    path.write_bytes(data)
    draft = read_draft(read_document(path).source, year)
    for doubt in draft.doubts:  # each can be said, in either language
        assert all(map(doubt.problem().text, LANGUAGES))
    return draft


def texts(draft: Draft) -> dict[str, str]:
    """Return the figures of a draft by their codes."""
    return {code: found.text for code, found in draft.cells.items()}


def doubts(draft: Draft) -> list[tuple[str, str]]:
    """Return the doubts of a draft, each with its place."""
    return [(doubt.id, str(doubt.place)) for doubt in draft.doubts]


def change(content: list[Piece], old: str, new: str) -> list[Piece]:
    """Return a report with another text in the cells that hold one."""
    return [
        Table(
            [
                [Box(new, b.rows, b.columns) if b.text == old else b for b in row]
                for row in item.rows
            ]
        )
        if isinstance(item, Table)
        else item
        for item in content
    ]


def changed_word(data: bytes, old: str, new: str, cell: str = "") -> bytes:
    """Return a Word file with other XML in the place of the text of a cell, and in its look."""

    def change_it(text: str) -> str:
        begin, _, rest = text.partition(f">{old}</w:t>")
        if cell:
            head, _, tail = begin.rpartition("</w:tcPr>")
            begin = f"{head}{cell}</w:tcPr>{tail}"
        return f"{begin}>{new}</w:t>{rest}"

    return edited_word(data, change_it)


def edited_word(data: bytes, edit: Callable[[str], str]) -> bytes:
    """Return a Word file with the XML of its body edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            is_body = name == "word/document.xml"
            after.writestr(name, edit(text.decode()).encode() if is_body else text)
    return out.getvalue()


def imported_into(folder: Path, path: Path, **options: str) -> Imported:
    """Import a document into the params of a folder, and write its files there."""
    from gongkai.importing.write import write_files

    chosen = {"agency": "yunxiu-justice", **options}
    imported = import_document(path, folder / "params", Options(**chosen))  # type: ignore[arg-type]
    write_files(folder / "params" / imported.slug, imported.files)
    return imported
