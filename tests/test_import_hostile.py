"""Documents that are damaged, too large, or made to deceive."""

from __future__ import annotations

import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pdfplumber
import pikepdf
import pytest
from pypdf import PdfWriter

from conftest import Ran, Sandbox
from documents import (
    FORMATS,
    as_excel,
    as_pdf,
    as_word,
    bomb,
    figures,
    pieces,
)
from gongkai.errors import KitError
from gongkai.forms import editions
from gongkai.importing.draft import read_draft
from gongkai.importing.formats.documents import read_document
from import_helpers import (
    NAME,
    changed_word,
    doubts,
    drafted,
    edited_word,
    report,
    texts,
)


def of_kind(kind: bytes, data: bytes) -> bytes:
    """Return a Word file that says its text is of another kind."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"[^\"]+document\.main\+xml", kind, old.read(name)))
    return stream.getvalue()


def strict(data: bytes) -> bytes:
    """Return a Word file or workbook as Strict Open XML, which has other names for everything."""
    stream = io.BytesIO()
    names = re.compile(rb"http://schemas.openxmlformats.org/(officeDocument|\w+)(/2006)?/")
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, names.sub(rb"http://purl.oclc.org/ooxml/\1/", old.read(name)))
    return stream.getvalue()


def locked(data: bytes) -> bytes:
    """Return a PDF that only opens with a password."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt("x", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def scanned(pages: int) -> bytes:
    """Return a PDF of which no page has a letter."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
HOSTILE = {
    "empty.pdf": (b"", "the file is empty"),
    "blank.docx": (as_word([]), "it contains no text"),
    "scan.pdf": (scanned(3), "3 pages hold no text, only pictures: a scan; the figures have to be typed"),
    "picture.docx": (b"\xff\xd8\xff\xe0" + bytes(100), "this is a picture"),
    "cut.docx": (as_word(["x"])[:2000], "damaged"),
    "kind.docx": (of_kind(b"application/xml", as_word(["x"])), "damaged"),
    "strict.docx": (strict(as_word(["x"])), "saved as Strict Open XML"),
    "strict.xlsx": (strict(as_excel(["x"])), "saved as Strict Open XML"),
    "cut.pdf": (as_pdf(["一、总体情况"])[:300], "damaged"),
    "cut.xlsx": (as_excel(["x"])[:2000], "damaged"),
    "bomb.docx": (b"", "would unpack to more than"),
    "locked.docx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0"),
        "encrypted",
    ),
    "locked.pdf": (locked(as_pdf(["一、总体情况"])), "encrypted"),
    "noise.txt": (bytes(range(256)) * 40, "a report cannot be imported from this format"),
    "archive.html": (b"MIME-Version: 1.0\nContent-Type: multipart/related", "web archive"),
    "mail.mht": (b"Content-Type: multipart/related;\n boundary=x\nMIME-Version: 1.0", "web archive"),
    "deep.html": (b"<html>" + b"<div>" * 5000 + b"x" + b"</div>" * 5000, "nested too deeply"),
    "unseen.html": (b"<p>x</p><div hidden>" + b"<div>" * 5000 + b"</div>" * 5001 + b"<p>y", "nested too deeply"),
    "spans.html": (
        "<table><tr><td rowspan=999999 colspan=999999>规章</td><td>1</td></tr></table>".encode() * 2000,
        "",
    ),
    "wide.html": (b"<html><table><tr>" + b"<td colspan=200>1</td>" * 2000 + b"</tr></table>", "cells"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_with_a_sentence_and_nothing_is_written(
    project: Sandbox, gongkai: Callable[..., Ran], name: str
) -> None:
    """Whatever it is, and whatever it is called."""
    data, sentence = HOSTILE[name]
    (project.folder / name).write_bytes(bomb(400) if name == "bomb.docx" else data)
    ran = gongkai("import", name, "--agency", "hostile")
    assert ran.status == 1
    assert sentence in ran.err
    assert "Traceback" not in ran.err
    assert not (project.params / "hostile").exists()


@pytest.mark.parametrize("begins", [b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"text"])
def test_a_file_of_half_a_gigabyte_is_refused_before_it_is_read(
    project: Sandbox, gongkai: Callable[..., Ran], begins: bytes
) -> None:
    """Whatever it begins with."""
    with (project.folder / "large").open("wb") as file:
        file.write(begins)
        file.truncate(500_000_000)
    ran = gongkai("import", "large", "--agency", "hostile")
    assert (ran.status, ran.err.splitlines()) == (
        1,
        ["large: the file is larger than 60 MB; a report needs far less"],
    )
    assert not (project.params / "hostile").exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "gb18030", "utf-8-sig"])
@pytest.mark.parametrize("kind", ["html", "txt"])
def test_a_text_is_read_in_the_encodings_that_programs_write(
    tmp_path: Path, kind: str, encoding: str
) -> None:
    """UTF-16 without its mark, too."""
    content, values = report("2021")
    data = FORMATS[kind](content).decode().replace('<meta charset="utf-8">', "").encode(encoding)
    assert texts(drafted(tmp_path, f"x.{kind}", data, 2023)) == values


def test_a_damaged_byte_is_doubted_where_it_is(tmp_path: Path) -> None:
    """The rest of the text is read."""
    content, values = report("2021")
    data = FORMATS["txt"](content).replace("2.重复申请".encode(), "2.重复".encode() + b"\xff", 1)
    draft = drafted(tmp_path, "x.txt", data, 2023)
    assert texts(draft) == values
    assert {item.id for item in draft.doubts} == {"import-unreadable-characters", "import-row-near"}
    [line] = {item.place.line for item in draft.doubts}
    assert "2.重复" in data.decode("utf-8", "replace").split("\n")[line - 1]


def test_a_folder_that_cannot_be_looked_into_is_named(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The documents beside it are imported."""
    (project.folder / "in" / "shut").mkdir(parents=True)
    document.rename(project.folder / "in" / "report.docx")
    listed = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    ran = gongkai("import", "in", "--agency", "yunxiu-justice")
    assert (ran.status, ran.out) == (1, "1 imported with 0 doubts, 1 not imported\n")
    assert "in/shut: cannot be read: Permission denied" in ran.err


def test_an_external_entity_is_not_followed(tmp_path: Path) -> None:
    """What stands in other files of the machine comes into no report."""
    import io
    import zipfile

    good = as_word(["一、总体情况"])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                body = data.partition(b"?>")[2].replace("一、总体情况".encode(), b"&x;")
                data = ENTITY + body
            new.writestr(name, data)
    path = tmp_path / "x.docx"
    path.write_bytes(stream.getvalue())
    try:
        blocks = read_document(path).source.blocks
    except KitError:
        return
    assert "root:" not in str(blocks)


def test_the_text_after_an_entity_is_kept_and_the_entity_doubted(tmp_path: Path) -> None:
    """Nothing of a cell or sentence is lost without a word, and a comment in it hides nothing."""
    content, values = report("2021")
    figure = values["3.1.total"]
    data = changed_word(as_word(content), figure, f"{figure[:1]}<!-- x -->{figure[1:]}")
    draft = drafted(tmp_path, "x.docx", data, 2023)
    assert (texts(draft), doubts(draft)) == (values, [])
    for old, new in ((f"{figure[:1]}<!-- x -->", "&x;"), ("说明本机关", "&x;说明本机关")):
        edited = edited_word(
            data,
            lambda text, old=old, new=new: (  # type: ignore[misc]
                ENTITY.decode() + text.partition("?>")[2].replace(old, new, 1)
            ),
        )
        draft = drafted(tmp_path, "y.docx", edited, 2023)
        assert "import-unreadable-characters" in [item.id for item in draft.doubts]
        shown = str(list(draft.prose.sections.values()))
        assert shown.count("在这一年里做了什么") == len(draft.form.parts)


def test_a_text_that_repeats_without_end_is_not_lost(tmp_path: Path) -> None:
    """Bold type that was printed several times is read once; what nothing prints so is kept."""
    content, _ = report("2021")
    lines = [item for item in content if isinstance(item, str)]
    page = "\n".join([*lines[:4], "一是一是一是加强公开。", "一、" * 3_000])
    draft = drafted(tmp_path, "x.txt", page.encode(), 2023)
    read = [text.text for part in draft.prose.sections.values() for text in part]
    assert "一是加强公开。" in read
    assert "一、" * 3_000 in read


def test_what_a_reader_put_onto_a_pdf_is_a_doubt(tmp_path: Path) -> None:
    """A note, a strike-out: they change nothing, and are said; a link is no such thing."""
    content, values = report("2021")
    with pikepdf.open(io.BytesIO(as_pdf(content))) as pdf:
        kinds = (("Text", "此数有误"), ("StrikeOut", ""), ("Link", "x"))
        notes = [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name(f"/{kind}"),
                Rect=[50, 50, 90, 60],
                Contents=pikepdf.String(text),
                P=pdf.pages[0].obj,
            )
            for kind, text in kinds
        ]
        pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array(notes))
        pdf.save(tmp_path / "marked.pdf")
    draft = read_draft(read_document(tmp_path / "marked.pdf").source, 2023)
    said = [(item.id, str(item.place), item.details["text"]) for item in draft.doubts]
    assert said == [("import-note", "p. 1", "此数有误"), ("import-note", "p. 1", "StrikeOut")]
    assert texts(draft) == values


def with_field(data: bytes, value: str, *, flags: int = 4, grouped: bool = False) -> bytes:
    """A PDF with a field to fill in where a figure of its first table would be printed."""
    with pdfplumber.open(io.BytesIO(data)) as read:
        page = read.pages[0]
        rows = [row for table in page.find_tables() for row in table.rows]
        boxes = [[box for box in row.cells if box] for row in rows]
        row = next(row for row in boxes if "规章" in page.crop(row[0]).extract_text())
        left, top, right, bottom = row[1]
        height = page.height
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        text: dict[str, Any] = {"V": pikepdf.String(value), "FT": pikepdf.Name.Tx}
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            Rect=[left + 2, height - bottom + 2, right - 2, height - top - 2],
            F=flags,
            P=pdf.pages[0].obj,
            **({} if grouped else text),
        )
        field = pdf.make_indirect(widget)
        if grouped:
            group = pikepdf.Dictionary(**text, Kids=pikepdf.Array([field]))
            field.Parent = pdf.make_indirect(group)
        pdf.pages[0].Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        pdf.save(made)
    return made.getvalue()


@pytest.mark.parametrize("grouped", [False, True])
def test_a_figure_in_a_field_of_a_pdf_is_doubted_in_its_cell(tmp_path: Path, grouped: bool) -> None:
    """It is shown and printed, but is no text of the page; a hidden field is neither."""
    form = editions.load_form("2021")
    values = {**figures(form, Random(7)), "2.rules.issued": ""}  # noqa: S311
    blank = as_pdf(pieces(form, values, NAME, 2023))
    draft = drafted(tmp_path, "x.pdf", with_field(blank, "４７１", grouped=grouped), 2023)
    [doubt] = draft.doubts
    assert (doubt.id, doubt.codes, doubt.details["text"]) == (
        "import-field",
        ("2.rules.issued",),
        "４７１",
    )
    assert texts(draft) == values
    for hidden in (with_field(blank, "471", flags=2), with_field(blank, "")):
        assert drafted(tmp_path, "x.pdf", hidden, 2023).doubts == []


def test_a_pdf_that_draws_without_end_is_refused_before_it_is_drawn(tmp_path: Path) -> None:
    """Some kilobytes of a PDF may say to draw some hundred megabytes of lines."""
    lines = zlib.compress(b"0 0 m " * 2_000_000)
    path = tmp_path / "x.pdf"
    path.write_bytes(
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n" % (len(lines), lines)
    )
    with pytest.raises(KitError, match="page 1 has too many objects"):
        read_document(path)


def test_a_document_of_ten_thousand_pages_is_refused(tmp_path: Path) -> None:
    """Before any of them is read."""
    path = tmp_path / "x.pdf"
    path.write_bytes(as_pdf(["一、总体情况"] * 22 * 400))
    with pytest.raises(KitError, match="pages"):
        read_document(path)
